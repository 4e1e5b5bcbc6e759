/**
 * An SMMU under the paravirtual interface (fact sheet A.7): its event queue in memory of the host, the
 * order in which entries are written, and range invalidation in batches of 64 commands with one CMD_SYNC.
 * Level-2 stream tables come from the pool that the host fills. Timeouts are not modelled.
 */
import type { FieldInput } from '../../fields/layout.ts';
import type { Features } from '../../idr/features.ts';
import type { Smmu } from '../../smmu/smmu.ts';
import { failed, type Outcome, type Runtime } from '../hypervisor.ts';
import { pagePieces, rangePieces } from '../linux/rangeInvalidate.ts';
import { storeWords, type MemoryView } from '../memoryView.ts';
import type { PagePool } from '../pages.ts';
import { DOMAIN_TYPES, type Domain } from './domains.ts';
import { commandWords, El2Smmu } from './el2Smmu.ts';

/** Most commands for one write of CMDQ_PROD. */
export const BATCH_LIMIT = 64;

const PAGE_SHIFT = 12;
const STALLS_FORCED = 2;
const BIG_ENDIAN_ONLY = 3;

/** What one SMMU is made of. */
export interface PkvmSmmuParts {
  readonly index: number;
  readonly pages: PagePool;
  /** The pool that the host fills. */
  readonly pool: PagePool;
  /** Whether its power is off. */
  readonly isOff: () => boolean;
}

/** The event queue of the host. */
export interface EventMemory {
  readonly base: number;
  readonly log2: number;
}

/** One SMMU. */
export class PkvmSmmu {
  readonly el2: El2Smmu;
  readonly features: Features;
  readonly memory: MemoryView;
  readonly #isOff: () => boolean;

  constructor(runtime: Runtime, smmu: Smmu, parts: PkvmSmmuParts) {
    const { index, pages, pool, isOff } = parts;
    this.#isOff = isOff;
    this.el2 = new El2Smmu({ runtime, smmu, index, pages, level2Pages: pool, batchLimit: BATCH_LIMIT });
    this.features = this.el2.features;
    this.memory = this.el2.memory;
  }

  /** Its power is off: nothing can be sent, nothing has to be invalidated. */
  get isOff(): boolean {
    return this.#isOff();
  }

  /** Brings the SMMU up before the host loses its privileges. */
  start(events: EventMemory): Outcome {
    const { stallModel, ttendian } = this.features;
    if (stallModel === STALLS_FORCED) return failed('features forbidden: its stalls cannot be switched off');
    if (ttendian === BIG_ENDIAN_ONLY) return failed('missing features: little-endian tables');
    const prepared = this.el2.prepare();
    if (!prepared.ok) return prepared;
    this.el2.placeEvents(events.base, events.log2);
    return this.el2.start();
  }

  /** StreamIDs are below this. */
  get sids(): number {
    return 2 ** this.el2.sidBits;
  }

  /** Makes room for a stream's entry; false where the pool is empty. */
  reserve(sid: number): boolean {
    return this.el2.streams.entry(sid) !== undefined;
  }

  /** Makes a stream's entry live: all but word 0, CFGI, word 0, CFGI. */
  installSte(sid: number, words: Uint32Array): void {
    this.#writeSte(sid, words, false);
  }

  /** Takes a stream's entry away: word 0, CFGI, the rest, CFGI. */
  clearSte(sid: number): void {
    this.#writeSte(sid, new Uint32Array(16), true);
  }

  #writeSte(sid: number, words: Uint32Array, isClear: boolean): void {
    const at = this.el2.streams.entry(sid);
    if (at !== undefined) this.el2.write({ at, words, isClear, command: ['CFGI_STE', { StreamID: sid, Leaf: 1 }] });
  }

  /** Writes a context descriptor; one without V is cleared in the other order. That of pasid 0 is written while no entry leads to it. */
  writeCd(at: number, words: Uint32Array, stream: { readonly sid: number; readonly pasid: number }): void {
    const { sid, pasid } = stream;
    if (pasid > 0) {
      this.el2.write({ at, words, isClear: (words[0] ?? 0) === 0, command: ['CFGI_CD', { StreamID: sid, SubstreamID: pasid, Leaf: 1 }] });
      return;
    }
    storeWords(this.memory, at, words);
    this.el2.noteWrite('CD', at);
  }

  /** Invalidates what was mapped by a domain in a range, and waits. `leaf` is false where a table was freed. */
  invalidate(domain: Domain, range: { readonly iova: number; readonly size: number; readonly granule: number; readonly leaf: boolean }): void {
    if (this.isOff) return;
    const request = { ...range, pageShift: PAGE_SHIFT };
    const pieces = this.features.ril ? rangePieces(request) : pagePieces(request);
    const commands = pieces.map(({ num, scale, ttl, tg, leaf, addr }) => {
      const fields: FieldInput = { NUM: num, SCALE: scale, TTL: ttl, TG: tg, Leaf: leaf, Address: addr };
      return domain.type === DOMAIN_TYPES.stage2 ? commandWords('TLBI_S2_IPA', { ...fields, VMID: domain.id }) : commandWords('TLBI_NH_VA', { ...fields, ASID: domain.id });
    });
    this.el2.send(commands);
  }

  /** Invalidates everything of a domain, and waits. */
  invalidateAll(domain: Domain): void {
    if (this.isOff) return;
    const isStage2 = domain.type === DOMAIN_TYPES.stage2;
    this.el2.send([isStage2 ? commandWords('TLBI_S12_VMALL', { VMID: domain.id }) : commandWords('TLBI_NH_ASID', { ASID: domain.id })]);
  }
}
