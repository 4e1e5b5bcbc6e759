/**
 * The host kernel's side of one physical SMMU: its driver, planned STE updates, stage-2 page tables,
 * and the invalidations that go with them. Stage 2 has 48 bits of input in four levels, so an SMMU
 * with fewer output bits cannot be a nesting host here.
 */
import { commandOf, encodeCommand } from '../../fields/commands.ts';
import type { FieldInput } from '../../fields/layout.ts';
import { featuresOf } from '../../idr/features.ts';
import { SmmuDriver } from '../driver/driver.ts';
import { physicalPort } from '../driver/port.ts';
import type { Outcome, Runtime } from '../hypervisor.ts';
import { STE_KIND } from '../linux/entryKinds.ts';
import { commandsOf, type EntryPlan } from '../linux/entryWriter.ts';
import { installEntry } from '../linux/installEntry.ts';
import { hasNestingErratum } from '../linux/nesting.ts';
import { pagePieces, rangePieces, type RangePiece, type RangeRequest } from '../linux/rangeInvalidate.ts';
import { viewOf, type MemoryView } from '../memoryView.ts';
import { BLOCK_SIZE, PageTable } from '../pageTable.ts';
import { PAGE_SIZE, type PagePool } from '../pages.ts';
import type { ParentStage2 } from './guestSte.ts';
import type { PagingHwpt } from './objects.ts';

/** What a host knows of one of its SMMUs beyond the ID registers. */
export interface HostSmmuTraits {
  /** Every command must be followed by its own sync (erratum): no vIOMMU then. */
  readonly isForcedSync?: boolean;
  /** The command sequence must be sent twice (T264-SMMU-3). */
  readonly isSendTwice?: boolean;
}

const FOUR_LEVELS = { t0sz: 16, sl0: 2, ps: 5 };
const NESTING_OAS = 48;
const BATCH = 63;

function commandWords(name: string, values: FieldInput): Uint32Array {
  return encodeCommand(name, values) ?? new Uint32Array(4);
}

/** One SMMU of the host. */
export class HostSmmu {
  readonly index: number;
  readonly driver: SmmuDriver;
  readonly traits: HostSmmuTraits;
  readonly memory: MemoryView;
  readonly #pages: PagePool;
  readonly #runtime: Runtime;

  constructor(runtime: Runtime, index: number, given: { readonly pages: PagePool; readonly traits?: HostSmmuTraits }) {
    const { machine } = runtime;
    this.index = index;
    this.traits = given.traits ?? {};
    this.memory = viewOf(machine.memory, undefined, runtime.stores('host'));
    this.#pages = given.pages;
    this.#runtime = runtime;
    const smmu = machine.smmus[index];
    this.driver = new SmmuDriver({
      history: machine.history, name: `host${index}`, memory: this.memory, pages: given.pages,
      port: smmu === undefined ? { read: () => undefined, write: () => false } : physicalPort(smmu),
      onCommand: (words) => this.#count(words), onTableWrite: () => runtime.costs.count('tableWrites'),
    });
  }

  #count(words: Uint32Array): void {
    const { costs } = this.#runtime;
    const name = commandOf(words)?.name ?? '';
    costs.count('commands');
    if (name === 'SYNC') costs.count('syncs');
    else if (/^(CFGI|TLBI|ATC)/.test(name)) costs.count('invalidations');
  }

  /** The features of the physical SMMU. */
  get features(): ReturnType<typeof featuresOf> {
    return this.driver.features();
  }

  /** Why no nesting parent can be made here; undefined where one can. */
  get nestingProblem(): string | undefined {
    const { s1p, s2p, oas } = this.features;
    if (!s1p || !s2p) return 'the SMMU has only one stage';
    if (hasNestingErratum(this.driver.port.read(0x18))) return 'the SMMU has a nesting erratum (MMU-600 before r2, MMU-700 before r1p1)';
    return oas < NESTING_OAS ? 'the SMMU has too few output address bits for four levels of stage 2' : undefined;
  }

  /** Brings the SMMU up. */
  boot(): Outcome {
    return this.driver.probe();
  }

  /** Changes the STE of a stream as the Linux driver does. */
  install(sid: number, words: Uint32Array): EntryPlan | undefined {
    const at = this.driver.streams.entry(sid);
    if (at === undefined) return undefined;
    const { costs } = this.#runtime;
    const plan = installEntry({
      kind: STE_KIND, memory: this.memory, at, words,
      sync: () => this.driver.queue.submit([commandWords('CFGI_STE', { StreamID: sid, Leaf: 1 })]),
    });
    if (plan === undefined) return undefined;
    costs.count('entryWrites', plan.groups.length === 0 ? 0 : 1);
    if (commandsOf(STE_KIND, plan).prefetches > 0) this.driver.queue.submit([commandWords('PREFETCH_CONFIG', { StreamID: sid })]);
    return plan;
  }

  /** Sends commands in batches of 63, each closed by a sync; gives the errors that hardware reported. */
  send(commands: readonly Uint32Array[]): number[] {
    const errors: number[] = [];
    for (let at = 0; at < commands.length; at += BATCH) errors.push(...this.driver.queue.submit(commands.slice(at, at + BATCH)).errors);
    return errors;
  }

  /** What goes into STEs above a parent. */
  parentOf(hwpt: PagingHwpt): ParentStage2 {
    const { fwb, typesOverride } = this.features;
    return { vmid: hwpt.vmid, table: hwpt.root, ...FOUR_LEVELS, isForcedWriteBack: fwb, hasTypeOverride: typesOverride };
  }

  /** New empty stage-2 tables; undefined without memory. */
  createTable(): number | undefined {
    return PageTable.create(this.#tableParts())?.root;
  }

  /** Maps into a stage 2. */
  map(hwpt: PagingHwpt, iova: number, address: number, size: number): boolean {
    return new PageTable(this.#tableParts(), hwpt.root).map(iova, address, size, { blocks: true });
  }

  /** Unmaps from a stage 2, and makes the SMMU forget: the range, and all of stage 1 above a parent. */
  unmap(hwpt: PagingHwpt, iova: number, size: number): void {
    const table = new PageTable(this.#tableParts(), hwpt.root);
    const runs = runsOf(table, iova, size);
    table.unmap(iova, size);
    const { ril } = this.features;
    const pieces = runs.flatMap((run) => (ril ? rangePieces(run) : pagePieces(run)));
    const commands = pieces.map((p) => commandWords('TLBI_S2_IPA', { VMID: hwpt.vmid, ...rangeFields(p) }));
    if (hwpt.isNestParent) commands.push(commandWords('TLBI_NH_ALL', { VMID: hwpt.vmid }));
    this.send(commands);
  }

  /** Makes the SMMU forget everything of a VMID. */
  forget(vmid: number): void {
    this.send([commandWords('TLBI_S12_VMALL', { VMID: vmid })]);
  }

  #tableParts(): ConstructorParameters<typeof PageTable>[0] {
    const { costs } = this.#runtime;
    return { memory: this.memory, pages: this.#pages, stage: 2, onWrite: () => costs.count('tableWrites') };
  }
}

/** The range in stretches whose leaves have one size, since the level hint must fit each of them. */
function runsOf(table: PageTable, iova: number, size: number): RangeRequest[] {
  const runs: RangeRequest[] = [];
  for (let at = iova; at < iova + size; ) {
    const granule = table.find(at)?.level === 2 ? BLOCK_SIZE : PAGE_SIZE;
    const last = runs.at(-1);
    if (last?.granule === granule) runs[runs.length - 1] = { ...last, size: last.size + granule };
    else runs.push({ iova: at, size: granule, granule, pageShift: 12, leaf: true });
    at += granule;
  }
  return runs;
}

function rangeFields(piece: RangePiece): FieldInput {
  return { NUM: piece.num, SCALE: piece.scale, TTL: piece.ttl, TG: piece.tg, Leaf: piece.leaf, Address: piece.addr };
}
