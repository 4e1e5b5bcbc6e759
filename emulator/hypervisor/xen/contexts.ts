/**
 * The SMMU contexts of assigned devices and how a guest's configuration is merged into them (fact
 * sheet 1.7): stage, abort flag and stage-1 settings per device, rewritten into the physical STEs.
 * The first-match search by StreamID, the stage that a bypass leaves behind, and the assertions that
 * a guest can reach, are here under the profile.
 */
import type { History } from '../../history/history.ts';
import type { HostSmmu } from './hostSmmu.ts';
import type { XenProfile } from './profiles.ts';
import type { Runtime } from '../hypervisor.ts';
import { Box } from '../state.ts';
import { liveStages, mergeSte, type Stage1Settings } from './ste.ts';

/** A device that is assigned to a domain, and how it translates. */
export interface DeviceContext {
  readonly device: string;
  readonly domain: string;
  readonly smmu: number;
  readonly sids: readonly number[];
  /** `S1` only on SMMUs that lack stage 2. */
  readonly stage: 'S1' | 'S2' | 'NESTED';
  readonly abort: boolean;
  readonly stage1: Stage1Settings | null;
}

/** What a guest asks for. */
export type GuestConfig =
  | { readonly kind: 'abort' | 'bypass' }
  | { readonly kind: 'stage1'; readonly stage1: Stage1Settings };

/** What contexts need of their surroundings. */
export interface ContextParts {
  readonly history: History;
  readonly runtime: Runtime;
  readonly profile: XenProfile;
  readonly hosts: readonly HostSmmu[];
  /** Stage 2 of a domain. */
  readonly stage2: (domain: string) => { readonly vmid: number; readonly root: number };
}

/** All contexts. */
export class Contexts {
  readonly #parts: ContextParts;
  readonly #list: Box<readonly DeviceContext[]>;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.#list = new Box<readonly DeviceContext[]>(parts.history, 'xen.contexts', []);
  }

  /** Every assigned device. */
  get list(): readonly DeviceContext[] {
    return this.#list.value;
  }

  /** The context of a physical stream. */
  of(smmu: number, sid: number): DeviceContext | undefined {
    return this.list.find((c) => c.smmu === smmu && c.sids.includes(sid));
  }

  /** Assigns a device: stage 2 only, until the guest says otherwise. */
  assign(device: string, domain: string, stream: { readonly smmu: number; readonly sids: readonly number[] }): void {
    const hasStage2 = this.#parts.hosts[stream.smmu]?.features.s2p === true;
    const context: DeviceContext = { device, domain, ...stream, stage: hasStage2 ? 'S2' : 'S1', abort: false, stage1: null };
    this.#list.value = [...this.list, context];
    this.#write(context);
  }

  /** Takes a device away from its domain: its traffic aborts. */
  release(device: string): void {
    const context = this.list.find((c) => c.device === device);
    if (context === undefined) return;
    this.#write({ ...context, abort: true });
    this.#list.value = this.list.filter((c) => c.device !== device);
  }

  /** Merges what a guest asks for; an error name, or undefined for success. */
  attach(domain: string, stream: { readonly smmu: number | undefined; readonly sid: number }, config: GuestConfig): string | undefined {
    const { profile, runtime, hosts } = this.#parts;
    const isMeant = (c: DeviceContext): boolean => !profile.knowsSmmuOfDevice || stream.smmu === undefined || c.smmu === stream.smmu;
    const found = this.list.find((c) => c.domain === domain && c.sids.includes(stream.sid) && isMeant(c));
    if (found === undefined) {
      runtime.print(`${domain}: no device with StreamID ${stream.sid}`);
      return '-ENODEV';
    }
    const features = hosts[found.smmu]?.features;
    if (config.kind === 'stage1' && (features?.s1p !== true || !features.s2p)) {
      runtime.print(`${found.device}: does not implement two stages`);
      return '-EINVAL';
    }
    const next = this.#merged(found, config);
    this.#list.value = this.list.map((c) => (c.device === found.device ? next : c));
    this.#write(next);
    return undefined;
  }

  #merged(old: DeviceContext, config: GuestConfig): DeviceContext {
    if (config.kind === 'abort') return { ...old, abort: true };
    if (config.kind === 'stage1') return { ...old, stage: 'NESTED', abort: false, stage1: config.stage1 };
    if (!this.#parts.profile.bypassResetsStage || old.stage !== 'NESTED') return { ...old, abort: false };
    return { ...old, abort: false, stage: 'S2', stage1: null };
  }

  /** Rewrites the physical STE of each stream of a device. */
  #write(context: DeviceContext): void {
    const { hosts, profile, runtime } = this.#parts;
    const host = hosts[context.smmu];
    if (host === undefined) return;
    const isNested = context.stage === 'NESTED';
    const stage1 = isNested && context.stage1 !== null ? context.stage1 : undefined;
    const stage2 = context.stage === 'S1' ? undefined : this.#parts.stage2(context.domain);
    const words = mergeSte({ abort: context.abort, stage1, stage2, keepsAttributes: profile.keepsAttributes }, host.features);
    const isTranslating = ((words[0] ?? 0) & 0xe) > 8;
    for (const sid of context.sids) {
      const live = liveStages(host.entryWords(sid));
      if (isTranslating && (live.s1 || live.s2)) host.invalidateEntry(sid);
      if (stage1 !== undefined && isTranslating && live.s1 && !profile.reconfiguresLive) return runtime.stop('Xen BUG at smmu-v3.c: BUG_ON(s1_live)');
      host.writeEntry(sid, words);
    }
  }
}
