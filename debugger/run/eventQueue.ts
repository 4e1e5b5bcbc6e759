/**
 * The event queue as expectations read it: record after record, whether or not a driver has taken them
 * out. How far they have looked is remembered by the interpreter, not by the machine.
 */
import { toNumber } from '../../emulator/bits/u64.ts';
import { loadWords } from '../../emulator/hypervisor/memoryView.ts';
import { REG } from '../../emulator/registers/store.ts';
import { smmuIndex, type Act } from './act.ts';
import { unusable } from './arguments.ts';
import { EVENTQ_PROD } from '../system/base.ts';
import type { SmmuAccess } from '../system/system.ts';

const RECORD_BYTES = 32;

/** An event queue that somebody sees. */
export interface SeenQueue {
  readonly key: string;
  readonly smmu: SmmuAccess;
}

/** The event queue that an expectation means: of the SMMU that it names, else of the last DMA's device, else the first. */
export function eventQueueOf(act: Act): SeenQueue {
  const smmus = act.system.smmusOf(act.domain);
  const index = smmuIndex(act, act.domain) ?? (act.domain === undefined ? act.memo.dmaSmmu : undefined) ?? 0;
  const smmu = smmus[index] ?? unusable('there is no SMMU whose event queue this could be');
  return { key: `${act.domain ?? ''}/${index}`, smmu };
}

interface Indexes {
  readonly base: number;
  readonly log2: number;
  readonly prod: number;
}

function indexesOf({ port, name }: SmmuAccess): Indexes {
  const [base, prod] = [port.read(REG.EVENTQ_BASE, 8), port.read(EVENTQ_PROD, 4)];
  if (base === undefined || prod === undefined) return unusable(`the event queue of ${name} cannot be read`);
  const log2 = Math.min(base.lo & 31, 19);
  const address = toNumber({ hi: base.hi & 0xf_ffff, lo: (base.lo & -32) >>> 0 });
  return { base: address - (address % (RECORD_BYTES * 2 ** log2)), log2, prod: prod.lo % 2 ** (log2 + 1) };
}

/** The next record that no expectation has looked at; from now on it counts as looked at. Undefined where there is none. */
export function nextRecord(act: Act, { key, smmu }: SeenQueue): Uint32Array | undefined {
  const { base, log2, prod } = indexesOf(smmu);
  const span = 2 ** (log2 + 1);
  const seen = (act.memo.read[key] ?? 0) % span;
  const waiting = (prod - seen + span) % span;
  if (waiting === 0) return undefined;
  // Of records that were overwritten meanwhile nothing is left.
  const at = waiting > 2 ** log2 ? (prod - 2 ** log2 + span) % span : seen;
  const words = loadWords(smmu.memory, base + (at % 2 ** log2) * RECORD_BYTES, 8);
  act.memo = { ...act.memo, read: { ...act.memo.read, [key]: (at + 1) % span } };
  return words ?? unusable(`the record at index ${at} of the event queue cannot be read`);
}

/** Forgets what was looked at in the queues that somebody sees: they start anew. */
export function forgetQueues(act: Act, domain: string | undefined): void {
  const kept = Object.entries(act.memo.read).filter(([key]) => !key.startsWith(`${domain ?? ''}/`));
  act.memo = { ...act.memo, read: Object.fromEntries(kept) };
}
