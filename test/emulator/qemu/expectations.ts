/**
 * Turns the `arch_expected` text of a hand-made case into checks. Most texts follow a small grammar
 * (an outcome or event, then properties of the record); the rest stand in a table by their text.
 * A check answers what is wrong, or undefined.
 */
import { eventOf } from '../../../emulator/fields/events.ts';
import { fieldNamed, getField, wordsOfHex } from '../../../emulator/fields/layout.ts';
import type { Case, Result, Step } from './caseFormat.ts';

/** What a check looks at: a result in which register reads are kept. */
export interface Outcome {
  case: Case;
  result: Result;
  /** Runs a variant of the case. */
  rerun?: (input: Case) => Result;
}

export type Check = (outcome: Outcome) => string | undefined;

type Dma = Extract<Step, { op: 'dma' }>;

const dmasOf = (outcome: Outcome): Dma[] => outcome.case.steps.filter((s): s is Dma => s.op === 'dma');
const cons = (o: Outcome): number => Number(o.result.cmdq_cons);
const gerror = (o: Outcome): number => Number(o.result.gerror);
const prod = (o: Outcome): number => Number(o.result.eventq_prod);
const unless = (isRight: boolean, message: string): string | undefined => (isRight ? undefined : message);
const anything: Check = () => undefined;
const all = (...checks: Check[]): Check => (o) => checks.map((c) => c(o)).find((m) => m !== undefined);
const any = (...checks: Check[]): Check => (o) => {
  const messages = checks.map((c) => c(o));
  return messages.includes(undefined) ? undefined : messages.join(' and ');
};

function at<Item>(items: readonly Item[], index: number): Item | undefined {
  return items.at(index);
}

const okAt = (index: number): Check => (o) => unless(at(o.result.dma, index)?.ok === true, `dma ${index} is not ok`);
const abortAt = (index: number): Check => (o) => unless(at(o.result.dma, index)?.ok === false, `dma ${index} is not aborted`);
const ok: Check = (o) => unless(o.result.dma.every((d) => d.ok), 'a dma is not ok');
const silent: Check = (o) => unless(o.result.events.length === 0, 'there is an event');
const paIs = (pa: bigint): Check => (o) => unless(BigInt(at(o.result.dma, -1)?.pa ?? -1) === pa, `pa is ${at(o.result.dma, -1)?.pa}, not 0x${pa.toString(16)}`);
const bypassed = (index: number): Check => (o) => unless(at(o.result.dma, index)?.pa !== undefined && BigInt(at(o.result.dma, index)?.pa ?? 0) === BigInt(at(dmasOf(o), index)?.iova ?? 1), 'the address changed');
const eventCount = (...counts: number[]): Check => (o) => unless(counts.includes(o.result.events.length), `${o.result.events.length} events`);
const consIs = (value: number): Check => (o) => unless((cons(o) & 0xfffff) === value, `CMDQ_CONS is 0x${cons(o).toString(16)}`);
const noCommandError: Check = (o) => unless((gerror(o) & 1) === 0 && cons(o) >>> 24 === 0, 'a command error is active');
const commandError = (code: number): Check => (o) => unless(cons(o) >>> 24 === code && (gerror(o) & 1) === 1, `CMDQ_CONS 0x${cons(o).toString(16)}, GERROR 0x${gerror(o).toString(16)}`);

/** The first register read of an offset, its number counted from the end where negative. */
const readIs = (offset: number, index: number, isRight: (value: bigint) => boolean): Check => (o) => {
  const reads = (o.result.reads ?? []) as { off?: string; val?: string }[];
  const value = reads.filter((r) => Number(r.off) === offset).at(index)?.val;
  return unless(value !== undefined && isRight(BigInt(value)), `register 0x${offset.toString(16)} reads ${value}`);
};

/** The last dma is aborted, and the last event is of this type and has these fields. */
function faults(name: string, properties: string): Check {
  return (o) => {
    const event = o.result.events.at(-1);
    const words = event === undefined ? undefined : wordsOfHex(event);
    const type = words === undefined ? undefined : eventOf(words);
    if (words === undefined || type?.name !== name) return `the last event is ${type?.name ?? 'none'}, not ${name}`;
    if (at(o.result.dma, -1)?.ok !== false) return 'the last dma is not aborted';
    const field = (of: string): bigint => {
      const f = fieldNamed(type.layout, of);
      const value = f === undefined ? { hi: 0, lo: 0 } : getField(words, f);
      return (BigInt(value.hi) << 32n) | BigInt(value.lo);
    };
    const dma = at(dmasOf(o), -1);
    const wanted: [string, bigint][] = [['StreamID', BigInt(dma?.sid ?? 0)]];
    if (fieldNamed(type.layout, 'RnW') !== undefined) wanted.push(['RnW', dma?.rw === 'r' ? 1n : 0n], ['InputAddr', BigInt(dma?.iova ?? 0)]);
    for (const [, key, value] of properties.matchAll(/\b(s2|class|rnw|InD|TTRnW)=(\w+)/g)) {
      const names: Record<string, string> = { s2: 'S2', class: 'CLASS', rnw: 'RnW' };
      wanted.push([names[key ?? ''] ?? key ?? '', BigInt({ CD: 0, TT: 1, IN: 2 }[value ?? ''] ?? value ?? 0)]);
    }
    if (/addr=CD PA in FetchAddr|addr2=descriptor PA/.test(properties)) wanted.push(['FetchAddr', field('FetchAddr') === 0n ? 1n : field('FetchAddr')]);
    if (/addr2=IPA/.test(properties) && name !== 'F_WALK_EABT') wanted.push(['IPA', field('IPA') === 0n ? 1n : field('IPA')]);
    return wanted.filter(([of, value]) => field(of) !== value).map(([of, value]) => `${of} is ${field(of)}, not ${value}`)[0];
  };
}

/** The memory image says where the second transaction must lead: the descriptor written between the two. */
const isNew: Check = (o) => {
  const written = o.case.steps.slice(o.case.steps.findIndex((s) => s.op === 'dma')).find((s) => s.op === 'mem');
  const pte = written?.op === 'mem' && written.hex?.length === 16 ? Buffer.from(written.hex, 'hex').readBigUInt64LE() : undefined;
  const dma = at(dmasOf(o), -1);
  if (pte === undefined || dma === undefined) return okAt(-1)(o) ?? unless(o.result.dma.at(-1)?.pa !== o.result.dma.at(0)?.pa, 'the old address');
  return paIs((pte & 0xffff_ffff_f000n) | (BigInt(dma.iova) & 0xfffn))(o);
};
const isStale: Check = (o) => okAt(-1)(o) ?? unless(o.result.dma.at(-1)?.pa === o.result.dma.at(0)?.pa, 'not the old address');
const newOrStale = any(isNew, isStale, abortAt(-1));

/** The reserved SPLIT of the case gives what another gives; whether that is a translation is the table's matter. */
function sameAsSplit(split: number): Check {
  return (o) => {
    const steps = o.case.steps.map((s) => {
      if (s.op !== 'mmio' || Number(s.off) !== 0x88 || s.val === undefined) return s;
      return { ...s, val: `0x${((Number(s.val) & ~0x7c0) | (split << 6)).toString(16)}` };
    });
    const other = o.rerun?.({ ...o.case, steps });
    return unless(other !== undefined && JSON.stringify(other.dma) === JSON.stringify(o.result.dma) && JSON.stringify(other.events) === JSON.stringify(o.result.events), 'not as with that SPLIT');
  };
}

/** Texts that are no sentence of the grammar. */
const PROSE: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['-', anything],
  ['CONSTRAINED UNPREDICTABLE', anything],
  ['secure stream: not implemented in this SMMU', anything],
  ['STE.S2VMID ignored for stage-1 only? (vmid 0 here)', newOrStale],
  ['STRW ignored/ILLEGAL when IDR0.HYP=0', any(ok, faults('C_BAD_STE', ''))],
  ['abort by the bus, no SMMU event', silent],
  ['first part ok, second F_TRANSLATION', all(
    okAt(0), paIs(0x48005ffen), eventCount(1),
    (o) => unless(o.result.events[0]?.slice(0, 2) === '10' && Buffer.from(o.result.events[0], 'hex').readBigUInt64LE(16) === 0x12346000n, 'not at the second page'),
  )],
  ['SMMUEN=0 bypass; on again', all(ok, bypassed(1), (o) => unless(o.result.dma[0]?.pa === o.result.dma[2]?.pa, 'another address afterwards'))],
  ['behaves as 6', sameAsSplit(6)],
  ['unchanged', all(readIs(0x44, 0, (v) => v === 0x1000n), bypassed(-1))],
  ['bypass', bypassed(-1)],
  ['abort', all(abortAt(-1), silent)],
  ['abort (0b0xx)', all(abortAt(-1), silent)],
  ['no event', all(abortAt(-1), silent)],
  ['abort, C_BAD_STREAMID not recorded', all(abortAt(-1), silent)],
  ['ok both', all(okAt(0), okAt(1))],
  ['ok (invalid STE may be cached in the architecture)', any(okAt(-1), faults('C_BAD_STE', ''))],
  ['new (faults are not cached)', all(okAt(-1), isNew)],
  ['2 events', eventCount(2)],
  ['may be merged', eventCount(1, 2)],
  ['cons=1', all(consIs(1), noCommandError)],
  ['all consumed', all((o) => consIs(Number(o.case.steps.findLast((s) => s.op === 'mmio' && s.off === '0x98' && 'val' in s)?.['val' as never]))(o), noCommandError)],
  ['NUM ignored', all(consIs(2), noCommandError)],
  ['resumes after ack: cons=2', consIs(2)],
  ['error again: GERROR toggles back to 0', all(consIs(0), (o) => unless(cons(o) >>> 24 === 1, 'no CERROR_ILL'), readIs(0x60, 0, (v) => v === 1n), readIs(0x60, 1, (v) => v === 0n))],
  ['cons = 0x13', all(consIs(0x13), readIs(0x9c, 0, (v) => v === 0x10n))],
  ['ignored (RO while CMDQEN)', readIs(0x9c, -1, (v) => v === 4n)],
  ['8 records, PROD.OVFLG=1 (bit31 toggled), GERROR unchanged', all(eventCount(8), (o) => unless(prod(o) === 0x80000008 && gerror(o) === 0, `PROD 0x${prod(o).toString(16)}`))],
  ['OVFLG, no GERROR', all((o) => unless(prod(o) >= 0x80000000 && gerror(o) === 0, `PROD 0x${prod(o).toString(16)}`), eventCount(2))],
  ['GERROR.EVENTQ_ABT_ERR (bit 2)', (o) => unless(gerror(o) === 4, `GERROR ${gerror(o)}`)],
  ['PROD=0x10..', (o) => unless(prod(o) === 0x0c && o.result.events.length === 6, `PROD 0x${prod(o).toString(16)}, ${o.result.events.length} events`)],
  ['CR0ACK only implemented bits', readIs(0x24, 0, (v) => v === 0xdn)],
  ['ack = low 3 bits', readIs(0x54, 0, (v) => (v & ~7n) === 0n && (v & 5n) === 5n)],
  ['reserved bits RES0', all(readIs(0x28, 0, (v) => v === 0xfffn), readIs(0x2c, 0, (v) => (v & ~0xfn) === 0n && (v & 2n) !== 0n))],
  ['[51:6] + RA bit62', readIs(0x80, 0, (v) => (v & ~0x400fffffffffffc0n) === 0n && (v & 0x40000fffffffffc0n) === 0x40000fffffffffc0n)],
  ['[51:5] RA LOG2SIZE', readIs(0x90, 0, (v) => (v & ~0x400fffffffffffffn) === 0n && (v & 0x40000fffffffffffn) === 0x40000fffffffffffn)],
  ['page-1 registers; page-0 offsets RES0 in the architecture', readIs(0x100a8, 0, (v) => v === 1n)],
  ['CERROR_ILL, cons stays at it, GERROR.CMDQ_ERR', all(commandError(1), consIs(0))],
  ['CERROR_ABT=2', all(commandError(2), consIs(0))],
]);

const EVENT = /^(?:stage-1 )?([CF]_[A-Z_]+[A-Z])(.*)$/;

/** One alternative of the grammar. */
function sentence(text: string): Check | undefined {
  const event = EVENT.exec(text);
  if (event !== null) return faults(event[1] ?? '', event[2] ?? '');
  const pa = /^ok -> (DATA\+)?(0x[0-9a-f]+)$/.exec(text);
  if (pa !== null) return all(ok, paIs((pa[1] === undefined ? 0n : 0x48000000n) + BigInt(pa[2] ?? 0)));
  if (/^(?:abort|abort,|abort without event|abort, no event|abort without event \(0b0xx\))/.test(text)) return all(abortAt(-1), silent);
  if (/^CERROR_ILL\b/.test(text)) return all(commandError(1), consIs(0));
  const second = /^(?:read|write) ok(?: then|;|,) (?:(?:read|write) )?(F_.*)$/.exec(text);
  if (second !== null) return all(okAt(0), sentence(second[1] ?? '') ?? anything, eventCount(1));
  if (/\b(?:may be stale|may stay|TLB may be stale)/.test(text)) return newOrStale;
  if (/^new(?: PA)?(?: \(|$)/.test(text)) return isNew;
  if (/\bok(?:$|[ ,(])|^(?:ok|ignored|capped|low bits ignored|linear again|bits ignored|writes are always data)/.test(text)) return all(ok, silent);
  return undefined;
}

/** The checks of a text; undefined where neither grammar nor table knows it. */
export function checksOf(text: string, input: Case): Check | undefined {
  const prose = PROSE.get(text);
  if (prose !== undefined) return prose;
  // Command cases have no dma; "ok" means that all was consumed.
  if (!input.steps.some((s) => s.op === 'dma') && /^ok\b/.test(text)) return all(consIs(2), noCommandError);
  // Where the text leaves a choice, either will do.
  const parts = text.split(/ or (?=ignored|capped)| ?\/ ?(?=ignored|bits|F_|abort)/);
  const checks = parts.map(sentence);
  const isWhole = checks.every((c) => c !== undefined);
  return isWhole ? any(...checks.filter((c) => c !== undefined)) : undefined;
}
