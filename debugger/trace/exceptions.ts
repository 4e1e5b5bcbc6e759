/**
 * Which steps are exceptions: event records, global errors, failed expectations, actions that could
 * not be carried out, isolation violations, crashes. Each has a filter by which people choose whether
 * to stop there.
 */
import { EVENTS, eventOf } from '../../emulator/fields/events.ts';
import { format } from '../../emulator/fields/layout.ts';
import { globalErrorName, registerNamed } from '../../emulator/fields/registers.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { UnitOutcome } from '../run/unit.ts';
import { stepText } from './stepText.ts';
import type { TraceStep } from './traceStep.ts';

/** What went wrong at a step. */
export interface ExceptionInfo {
  /** Id of the most special filter that it belongs to. */
  readonly filter: string;
  /** What happened, for example `F_TRANSLATION`. */
  readonly name: string;
  /** Why, in plain words, where that is known. */
  readonly text: string;
  /** The event record, field by field. */
  readonly detail: string;
  readonly record: Uint32Array | undefined;
  readonly outcome: UnitOutcome | undefined;
  /** Where to look. */
  readonly cause: SourceRange | undefined;
}

/** A choice of exceptions to stop at. */
export interface ExceptionFilter {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly isDefault: boolean;
}

const GERRORS = registerNamed('GERROR')?.layout.fields ?? [];

/** All filters. An event or global error belongs to the filter of its kind and to its own. */
export const EXCEPTION_FILTERS: readonly ExceptionFilter[] = [
  { id: 'expectation', label: 'Failed expectations', text: 'An expect line does not hold.', isDefault: true },
  { id: 'error', label: 'Actions that cannot be carried out', text: 'A line asks for something that is not there.', isDefault: true },
  { id: 'violation', label: 'Isolation violations', text: 'A device reached memory that it must not reach.', isDefault: true },
  { id: 'crash', label: 'Crashes', text: 'The hypervisor stopped for good.', isDefault: true },
  { id: 'event', label: 'All event records', text: 'An SMMU makes an event record.', isDefault: true },
  { id: 'gerror', label: 'All global errors', text: 'A global error becomes active.', isDefault: true },
  ...EVENTS.map((e) => ({ id: e.name, label: e.name, text: e.layout.text, isDefault: false })),
  ...GERRORS.map((f) => ({ id: f.name, label: f.name, text: f.text, isDefault: false })),
];

const NONE: readonly string[] = [];

/** The filters that a step belongs to, the most special one first; empty for ordinary steps. */
export function filtersOf(step: TraceStep): readonly string[] {
  switch (step.kind) {
    case 'event': return [eventOf(step.words)?.name ?? 'event', 'event'];
    case 'global error': return [globalErrorName(step.error), 'gerror'];
    case 'outcome': return [step.outcome.status === 'failed' ? 'expectation' : 'error'];
    case 'hypervisor': return step.action === 'violation' || step.action === 'crash' ? [step.action] : NONE;
    default: return NONE;
  }
}

/** What to say about the exception at a step; `after` are the steps that follow it in its unit. */
export function exceptionOf(step: TraceStep, after: readonly TraceStep[]): ExceptionInfo | undefined {
  const [filter] = filtersOf(step);
  if (filter === undefined) return undefined;
  const { label, detail } = stepText(step);
  const base = { filter, name: filter, text: label, detail, record: undefined, outcome: undefined, cause: undefined };
  if (step.kind === 'outcome') return { ...base, name: step.outcome.status === 'failed' ? 'expectation failed' : 'action failed', text: step.outcome.text, outcome: step.outcome, cause: step.outcome.cause };
  if (step.kind !== 'event') return base;
  const layout = eventOf(step.words)?.layout;
  // The sentence stands with the result of the transaction, which comes right after its record.
  const result = after.find((s) => s.kind === 'result' || s.kind === 'transaction');
  const text = result?.kind === 'result' && result.sentence !== '' ? result.sentence : layout?.text ?? label;
  return { ...base, text, detail: layout === undefined ? '' : format(layout, step.words), record: step.words };
}
