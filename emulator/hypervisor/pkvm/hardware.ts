/**
 * A physical SMMU in the hands of the hypervisor at EL2: its queue, its stream table, the order in
 * which entries are written, and range invalidation with one CMD_SYNC per range. The stream table is
 * linear and streams without a domain abort. Power domains and timeouts are not modelled.
 */
import { u64 } from '../../bits/u64.ts';
import { commandOf, encodeCommand } from '../../fields/commands.ts';
import type { FieldInput } from '../../fields/layout.ts';
import type { Features } from '../../idr/features.ts';
import type { Smmu } from '../../smmu/smmu.ts';
import { SmmuDriver } from '../driver/driver.ts';
import { physicalPort } from '../driver/port.ts';
import type { Outcome, Runtime } from '../hypervisor.ts';
import { pagePieces, rangePieces } from '../linux/rangeInvalidate.ts';
import { storeWords, viewOf, type MemoryView } from '../memoryView.ts';
import type { PagePool } from '../pages.ts';
import { DOMAIN_TYPES, type Domain } from './domains.ts';

/** StreamIDs of the linear table. */
export const SID_BITS = 8;

const PAGE_SHIFT = 12;

/** One SMMU. */
export class PkvmSmmu {
  readonly driver: SmmuDriver;
  readonly features: Features;
  readonly memory: MemoryView;
  readonly #runtime: Runtime;

  constructor(runtime: Runtime, smmu: Smmu, parts: { readonly index: number; readonly pages: PagePool }) {
    const { machine } = runtime;
    this.#runtime = runtime;
    this.memory = viewOf(machine.memory, undefined, runtime.stores('hyp'));
    this.driver = new SmmuDriver({
      history: machine.history, name: `pkvm.smmu${parts.index}`, port: physicalPort(smmu), memory: this.memory, pages: parts.pages,
      onCommand: (words) => this.#count(words),
    });
    this.features = this.driver.features();
  }

  /** Brings the SMMU up before the host loses its privileges. */
  start(): Outcome {
    return this.driver.probe({ linearSidBits: SID_BITS });
  }

  /** Makes a stream's entry live: all but word 0, CFGI, word 0, CFGI. */
  installSte(sid: number, words: Uint32Array): void {
    this.#install({ at: this.driver.streams.entry(sid), words, isClear: false, command: ['CFGI_STE', { StreamID: sid, Leaf: 1 }] });
  }

  /** Takes a stream's entry away: word 0, CFGI, the rest, CFGI. */
  clearSte(sid: number): void {
    this.#install({ at: this.driver.streams.entry(sid), words: new Uint32Array(16), isClear: true, command: ['CFGI_STE', { StreamID: sid, Leaf: 1 }] });
  }

  /** Writes a context descriptor; one without V is cleared in the other order. */
  writeCd(at: number, words: Uint32Array, stream: { readonly sid: number; readonly pasid: number }): void {
    const command: [string, FieldInput] = ['CFGI_CD', { StreamID: stream.sid, SubstreamID: stream.pasid, Leaf: 1 }];
    this.#install({ at, words, isClear: (words[0] ?? 0) === 0, command });
  }

  /** Invalidates what was mapped by a domain in a range, and waits. */
  invalidate(domain: Domain, range: { readonly iova: number; readonly size: number; readonly granule: number }): void {
    const request = { ...range, pageShift: PAGE_SHIFT, leaf: true };
    const pieces = this.features.ril ? rangePieces(request) : pagePieces(request);
    const commands = pieces.map(({ num, scale, ttl, tg, leaf, addr }) => {
      const fields: FieldInput = { NUM: num, SCALE: scale, TTL: ttl, TG: tg, Leaf: leaf, Address: addr };
      return domain.type === DOMAIN_TYPES.stage2 ? command('TLBI_S2_IPA', { ...fields, VMID: domain.id }) : command('TLBI_NH_VA', { ...fields, ASID: domain.id });
    });
    this.driver.queue.submit(commands);
  }

  /** Invalidates everything of a domain, and waits. */
  invalidateAll(domain: Domain): void {
    const isStage2 = domain.type === DOMAIN_TYPES.stage2;
    this.driver.queue.submit([isStage2 ? command('TLBI_S12_VMALL', { VMID: domain.id }) : command('TLBI_NH_ASID', { ASID: domain.id })]);
  }

  #install(write: { at: number | undefined; words: Uint32Array; isClear: boolean; command: readonly [string, FieldInput] }): void {
    const { at, words } = write;
    if (at === undefined) return;
    const first = (): unknown => this.memory.store(at, u64(words[1] ?? 0, words[0] ?? 0));
    const rest = (): unknown => storeWords(this.memory, at + 8, words.subarray(2));
    for (const part of write.isClear ? [first, rest] : [rest, first]) {
      part();
      this.driver.queue.submit([command(...write.command)]);
    }
    this.#runtime.note('hyp', 'entry write', `${write.command[0] === 'CFGI_CD' ? 'CD' : 'STE'} at 0x${at.toString(16)}`, 'entryWrites');
  }

  #count(words: Uint32Array): void {
    const name = commandOf(words)?.name ?? 'unknown';
    this.#runtime.note('hyp', 'command', `CMD_${name}`, 'commands');
    if (name === 'SYNC') this.#runtime.costs.count('syncs');
    else if (/^(CFGI|TLBI)/.test(name)) this.#runtime.costs.count('invalidations');
  }
}

function command(name: string, fields: FieldInput): Uint32Array {
  return encodeCommand(name, fields) ?? new Uint32Array(4);
}
