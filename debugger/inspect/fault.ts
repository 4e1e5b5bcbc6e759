/**
 * Why a transaction failed, for the exception view: the record field by field, a sentence, and the likely
 * causes, the most certain first. What the machine itself shows (a stale copy, a descriptor that somebody
 * cleared, a stream that nobody described) comes before what experience says.
 */
import { decode } from '../../emulator/fields/layout.ts';
import { causesOf, eventAdvice } from '../../emulator/decode/eventCauses.ts';
import { eventView, type EventView } from '../../emulator/decode/eventView.ts';
import { describe } from '../../emulator/decode/structures.ts';
import { hex, u64, type U64 } from '../../emulator/bits/u64.ts';
import type { Step } from '../../emulator/steps/step.ts';
import { INSTRUCTION, PRIVILEGED, READ, WRITE } from '../../emulator/walk/access.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { System } from '../system/system.ts';
import type { CacheView } from './caches.ts';
import type { InspectContext, InspectedStream } from './context.ts';
import { findings } from './faultFindings.ts';
import { streamText } from './machineNames.ts';
import { fieldName, fieldText } from './structure.ts';

/** A cause, and the place to look at. */
export interface FaultCause {
  readonly text: string;
  /** Seen in this machine, rather than merely usual. */
  readonly isFound: boolean;
  readonly at: SourceRange | undefined;
}

/** One field of the record. */
export interface FaultField {
  /** With its bits: `StreamID [63:32]`. */
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

/** An explanation. */
export interface FaultExplanation {
  /** `F_TRANSLATION`, or what happened where no event was recorded. */
  readonly name: string;
  readonly title: string;
  /** What such an event means, and what this transaction did. */
  readonly meaning: string;
  /** Why this one failed, and what would make it pass. */
  readonly sentence: string;
  readonly fields: readonly FaultField[];
  readonly causes: readonly FaultCause[];
  /** What to look at. */
  readonly checks: readonly string[];
}

/** A failed transaction: its record, or the stream and address where none was made. */
export interface FaultInput {
  readonly smmu: number;
  readonly record?: Uint32Array | undefined;
  readonly stream?: InspectedStream | undefined;
  readonly address?: U64 | undefined;
  readonly access?: number | undefined;
  /** What the procedure said of it. */
  readonly sentence?: string | undefined;
}

/** What explaining needs to look at. */
export interface FaultSurroundings {
  readonly system: System;
  readonly context: InspectContext;
  readonly caches: (smmu: number) => CacheView | undefined;
}

/** The access that a record describes. */
function accessOf(view: EventView): number {
  return (view.read ? READ : WRITE) | (view.privileged ? PRIVILEGED : 0) | (view.instruction ? INSTRUCTION : 0);
}

/** Explains a failure. */
export function explainFault(around: FaultSurroundings, fault: FaultInput): FaultExplanation {
  const { system } = around;
  const view = fault.record === undefined ? undefined : eventView(fault.record);
  const stream: InspectedStream = view === undefined
    ? (fault.stream ?? { smmu: fault.smmu, sid: 0, ssid: undefined })
    : { smmu: fault.smmu, sid: view.sid, ssid: view.ssid };
  const hasAddress = view === undefined ? fault.address !== undefined : view.type?.layout.fields.some((f) => f.name === 'InputAddr') === true;
  const address = hasAddress ? (view?.input ?? fault.address) : fault.address;
  const access = fault.access ?? (view === undefined || !hasAddress ? READ : accessOf(view));
  const found = findings(around, { stream, address, access, code: view?.code ?? 0 });
  const advice = view === undefined ? undefined : eventAdvice(view.code);
  const usual = advice === undefined || view === undefined ? [] : causesOf(advice, view).map((c): FaultCause => ({ text: c.text, isFound: false, at: undefined }));
  const name = view === undefined ? 'abort' : (view.type?.name ?? 'unknown event');
  return {
    name, title: `${name}, ${streamText(system, stream.smmu, stream.sid)}${address === undefined ? '' : ` at ${hex(address)}`}`,
    meaning: fault.record === undefined ? 'The transaction was aborted without an event.' : meaningOf(fault.record),
    sentence: fault.sentence ?? (found.sentence || (view?.type?.layout.text ?? '')), fields: fault.record === undefined ? [] : fieldsOf(fault.record), causes: [...found.causes, ...usual], checks: advice?.checks ?? [],
  };
}

function meaningOf(record: Uint32Array): string {
  const dwords = Array.from({ length: 4 }, (_, i) => u64(record[i * 2 + 1] ?? 0, record[i * 2] ?? 0));
  return describe('event', dwords, { source: 'raw', line: 0, endLine: 0, smmu: undefined, client: undefined }).meaning;
}

function fieldsOf(record: Uint32Array): FaultField[] {
  const { type } = eventView(record);
  if (type === undefined) return [];
  return decode(type.layout, record).map((v) => ({ name: fieldName(v.field), value: fieldText(v), text: v.field.text }));
}

/** Why an access passed that should not have: a cached copy that memory contradicts. Undefined where nothing is stale on its way. */
export function explainPass(around: FaultSurroundings, pass: { readonly stream: InspectedStream; readonly address: U64; readonly steps: readonly Step[] }): FaultCause | undefined {
  const isCached = pass.steps.some((s) => s.kind === 'hit' || (s.kind === 'fetch' && s.isCached));
  if (!isCached) return undefined;
  return findings(around, { stream: pass.stream, address: pass.address, access: READ, code: 0 }).causes.find((c) => c.isFound && c.text.includes('cached'));
}
