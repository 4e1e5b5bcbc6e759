/** What a handler gets: the system, the arguments, and what the interpreter remembers between actions. */
import { add, compare, fromNumber, type U64 } from '../../emulator/bits/u64.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { Work } from '../scenario/pace.ts';
import type { Scope } from '../expression/evaluate.ts';
import type { ExpressionValue } from '../expression/value.ts';
import type { Outcome } from '../../emulator/hypervisor/index.ts';
import type { DmaOutcome, SmmuAccess, System, SystemDevice } from '../system/system.ts';
import { findDevice, findSmmu } from '../system/names.ts';
import { type Arguments, unusable } from './arguments.ts';
import type { UnitOutcome } from './unit.ts';

/** What became of the last thing that somebody did. */
export interface LastAction {
  readonly ok: boolean;
  readonly text: string;
}

/** What the interpreter remembers between actions: plain data. */
export interface Memo {
  /** How much of the limit is used. */
  readonly spent: number;
  /** The last DMA, or the value that a register read gave. */
  readonly dma: DmaOutcome | undefined;
  readonly last: LastAction | undefined;
  /** Event records that expectations have looked at: the queue index behind the last one, by domain and SMMU. */
  readonly read: Readonly<Record<string, number>>;
  /** The last line that changed tables or configuration without invalidating what was cached. */
  readonly uninvalidated?: SourceRange | undefined;
  /** Where the streams of the device of the last DMA are written. */
  readonly dmaDevice?: SourceRange | undefined;
  /** Index of the SMMU that the last DMA met. */
  readonly dmaSmmu?: number | undefined;
  /** DMAs that stalled. */
  readonly waiting: readonly Waiting[];
}

/** A DMA that stalled: what of it happens when it goes on. Only its first page is waited for. */
export interface Waiting {
  readonly smmu: number;
  readonly stag: number;
  readonly device: string;
  readonly length: number;
  /** What it writes; undefined for a read. */
  readonly data: readonly number[] | undefined;
}

/** One action being carried out. */
export interface Act {
  readonly system: System;
  readonly args: Arguments;
  /** Whose code runs: the innermost `in` block. */
  readonly domain: string | undefined;
  /** May be assigned: what the next action finds. */
  memo: Memo;
  /** May be assigned too. */
  variables: ReadonlyMap<string, ExpressionValue>;
  /** Names and functions of expressions. */
  readonly scope: Scope;
  /** Uses up some of the limit: one for each page, descriptor or the like. */
  readonly spend: (cost: number) => void;
}

/** Carries out the actions of one verb; in slices where that may take long. */
export type Handler = (act: Act) => Work<UnitOutcome>;

/** It was done. */
export function ok(text: string): UnitOutcome {
  return { status: 'ok', text };
}

/** It was done, and the next line may ask what came of it. */
export function done(act: Act, text: string): UnitOutcome {
  act.memo = { ...act.memo, last: { ok: true, text } };
  return ok(text);
}

/** Somebody refused to do it: a failure, unless the next line expects that. */
export function refused(act: Act, text: string): UnitOutcome {
  act.memo = { ...act.memo, last: { ok: false, text } };
  return { status: 'failed', text: `refused: ${text}`, isRefusal: true };
}

/** What came of asking somebody for something. */
export function answered(act: Act, outcome: Outcome): UnitOutcome {
  if (!outcome.ok) return refused(act, outcome.text);
  const value = outcome.value === undefined ? {} : { value: fromNumber(outcome.value) };
  act.memo = { ...act.memo, last: outcome, ...(outcome.value === undefined ? {} : { dma: { ...NO_DMA, ...value } }) };
  return ok(outcome.text);
}

/** The outcome of what was no DMA and gave a number all the same. */
export const NO_DMA: DmaOutcome = { status: 'ok', address: undefined, data: undefined, event: undefined, record: undefined, stag: undefined, sentence: '' };

/** An expectation did not hold. */
export function mismatch(text: string, sides: { readonly expected: string; readonly actual: string }, cause?: SourceRange): UnitOutcome {
  return { status: 'failed', text, ...sides, ...(cause === undefined ? {} : { cause }) };
}

/** The domain whose driver acts: that of the `in` block, else the only guest, or the host where there is none. */
export function actorOf({ domain, system }: Act): string {
  if (domain !== undefined) return domain;
  const guests = system.domains.filter((d) => d.kind === 'guest');
  const [only, ...others] = guests.length > 0 ? guests : system.domains;
  if (only !== undefined && others.length === 0) return only.name;
  return unusable('whose driver? Put the line into an `in` block');
}

/** The device that an argument names. */
export function deviceOf(act: Act, name = 'device'): SystemDevice {
  const word = act.args.word(name);
  return findDevice(act.system, word) ?? unusable(`there is no device ${word}`);
}

/** Index of the SMMU that an argument names, as a domain counts them; undefined where none is named. */
export function smmuIndex(act: Act, domain: string | undefined, name = 'smmu'): number | undefined {
  const word = act.args.optionalWord(name);
  if (word === undefined) return undefined;
  const smmus = act.system.smmusOf(domain);
  const index = findSmmu(smmus, word);
  return index ?? unusable(`there is no SMMU ${word} ${domain === undefined ? 'in this machine' : `for ${domain}`}`);
}

/** The SMMU that an argument names, as whoever acts reaches it. */
export function smmuOf(act: Act, name = 'smmu'): SmmuAccess {
  const smmus = act.system.smmusOf(act.domain);
  const index = smmuIndex(act, act.domain, name) ?? 0;
  return smmus[index] ?? unusable('there is no SMMU');
}

/** Whether a 64-bit range wraps around. */
export function wraps(address: U64, length: number): boolean {
  return length > 0 && compare(add(address, fromNumber(length - 1)), address) < 0;
}
