/**
 * Compares a result with what QEMU answered, and explains a difference by QEMU's deviations: the
 * oracle with all of them must give QEMU's answer from the structures of the case, and those
 * without which it would not are the explanation.
 */
import type { Case, Result, Step } from './caseFormat.ts';
import { ALL_DEVIATIONS, type Deviation } from './deviations.ts';
import { Oracle } from './oracle.ts';

const STAGE2_EVENTS = new Set([0x10, 0x11, 0x12, 0x13]);

/** The three normalisations of event records. */
export function normalizedEvent(event: string): string {
  const data = Buffer.from(event, 'hex');
  const type = data[0] ?? 0;
  const isStage2 = ((data[12] ?? 0) & 0x80) !== 0;
  if (STAGE2_EVENTS.has(type) && isStage2) {
    // IPA[11:0] is absent in the architecture.
    data.writeUInt16LE(data.readUInt16LE(24) & 0xf000, 24);
    // RnW of stage-2 faults of CD and TTB fetches is always 1 in QEMU.
    if (((data[13] ?? 0) & 3) !== 2) data[12] = (data[12] ?? 0) & ~8;
  }
  // The F_CD_FETCH address sits in word 2 instead of word 3.
  if (type === 0x09 && data.readBigUInt64LE(24) === 0n) {
    data.copyWithin(24, 16, 24);
    data.fill(0, 16, 24);
  }
  return data.toString('hex');
}

/** DMA outcomes and events in one text, so that equal texts are equal results. */
export function comparable(input: Case, result: Result): string {
  if (result.crash !== undefined) return 'crash';
  const dmas = input.steps.filter((s): s is Extract<Step, { op: 'dma' }> => s.op === 'dma');
  const outcomes = result.dma.map((d, i) => {
    if (!d.ok) return 'abort';
    return BigInt(d.pa === '=iova' || d.pa === undefined ? dmas[i]?.iova ?? 0 : d.pa).toString(16);
  });
  return `${outcomes.join(' ')} | ${result.events.map(normalizedEvent).join(' ')}`;
}

/** Whether QEMU answers alike, or as its deviations make it answer. */
export function isExplained(input: Case, ours: Result, qemu: Result): boolean {
  const wanted = comparable(input, qemu);
  if (comparable(input, ours) === wanted) return true;
  const deviating = new Oracle(ALL_DEVIATIONS).run(input);
  return deviating.unknown === true || comparable(input, deviating) === wanted;
}

/** Why QEMU answers otherwise: an empty list where it does not, undefined where nothing explains it. */
export function explain(input: Case, ours: Result, qemu: Result): Deviation[] | undefined {
  const wanted = comparable(input, qemu);
  if (comparable(input, ours) === wanted) return [];
  if (!isExplained(input, ours, qemu)) return undefined;
  const needed = new Set<Deviation>(ALL_DEVIATIONS);
  const answers = (names: Iterable<Deviation>): boolean => comparable(input, new Oracle(names).run(input)) === wanted;
  if (new Oracle(needed).run(input).unknown === true) return ['board'];
  for (const name of ALL_DEVIATIONS) {
    needed.delete(name);
    if (!answers(needed)) needed.add(name);
  }
  return [...needed];
}
