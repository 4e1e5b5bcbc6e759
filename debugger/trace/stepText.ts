/**
 * One line for each step, for people: what happened, further detail, and whether it is good or bad
 * news. Used by the trees of `vsmmu walk` and `vsmmu run --trace`, by stack frames and by stops.
 */
import { hex, u64 } from '../../emulator/bits/u64.ts';
import { commandOf } from '../../emulator/fields/commands.ts';
import { descriptorLayout } from '../../emulator/fields/descriptors.ts';
import { eventOf } from '../../emulator/fields/events.ts';
import { decode, format, formatValue, type Layout } from '../../emulator/fields/layout.ts';
import { PRI_RECORD } from '../../emulator/fields/pri.ts';
import { STRUCTURE_LAYOUTS } from '../../emulator/fields/structures.ts';
import { cerrorText } from '../../emulator/smmu/commands.ts';
import { accessText, S2_PX, S2_UX } from '../../emulator/walk/access.ts';
import { globalErrorName, registerName } from '../../emulator/fields/registers.ts';
import type { TraceStep } from './traceStep.ts';

/** The text of a step. */
export interface StepText {
  readonly label: string;
  /** Further text, less important; may be empty. */
  readonly detail: string;
  readonly tone: 'plain' | 'good' | 'bad';
}

type Of<K extends TraceStep['kind']> = TraceStep & { readonly kind: K };
type Writers = { readonly [K in TraceStep['kind']]: (step: Of<K>) => StepText };

function text(label: string, detail = '', tone: StepText['tone'] = 'plain'): StepText {
  return { label, detail, tone };
}

const WRITERS: Writers = {
  transaction: (s) => text(`${accessText(s.access)} of ${s.isTranslated === true ? 'translated ' : ''}${hex(s.address)} by StreamID 0x${s.sid.toString(16)}${s.ssid === undefined ? '' : `, SubstreamID 0x${s.ssid.toString(16)}`}`),
  fetch: fetchText,
  descriptor: descriptorText,
  hit: (s) => text(`${s.cache} hit`, `${hex(s.input)} is ${hex(s.output)}`),
  permission: (s) => text(
    `${accessText(s.access)} ${s.isAllowed ? 'is allowed' : 'is not allowed'}`,
    `the mapping allows ${s.stage === 1 ? stage1Text(s.permissions) : stage2Text(s.permissions)}`, s.isAllowed ? 'plain' : 'bad'),
  update: (s) => text(`hardware update at ${hex(s.address)}`, `${hex(s.before, 16)} becomes ${hex(s.after, 16)}`),
  result: resultText,
  event: (s) => text(`event ${eventOf(s.words)?.name ?? 'unknown'}, ${FATES[s.fate]}`, formatted(eventOf(s.words)?.layout, s.words), 'bad'),
  command: commandText,
  interrupt: (s) => text(`interrupt of the ${s.source}`, s.msi === undefined ? 'by wire' : `MSI: ${hex(u64(0, s.data))} to ${hex(s.msi)}`),
  'global error': (s) => text(`global error ${globalErrorName(s.error)}`, '', 'bad'),
  register: (s) => text(
    `write ${hex(s.value)} to ${registerName(s.offset)}`, s.isTaken ? '' : 'ignored: the register is read-only, absent or guarded now', s.isTaken ? 'plain' : 'bad'),
  'page request': (s) => text(`page request, ${PAGE_FATES[s.fate]}`, format(PRI_RECORD, s.words), s.fate === 'failure' || s.fate === 'dropped' ? 'bad' : 'plain'),
  stall: (s) => text(`stalled transaction of StreamID 0x${s.sid.toString(16)} ${s.action}`, `STAG ${s.stag}`, s.action === 'parked' ? 'bad' : 'plain'),
  hypervisor: (s) => text(`${s.actor}: ${s.text}`, '', s.action === 'violation' || s.action === 'crash' ? 'bad' : 'plain'),
  store: (s) => text(`${s.actor} stores at ${hex(s.address)}`, `${hex(s.before, 16)} becomes ${hex(s.after, 16)}`),
  access: (s) => text(
    `${s.isWrite ? 'writes' : 'reads'} ${s.bytes} bytes at ${hex(s.address)}`, s.isAborted ? 'no memory answers' : bytesText(s.data, s.bytes), s.isAborted ? 'bad' : 'plain'),
  outcome: (s) => text(s.outcome.text, '', 'bad'),
};

/** The line of a step. */
export function stepText(step: TraceStep): StepText {
  return (WRITERS[step.kind] as (step: TraceStep) => StepText)(step);
}

/** Label and detail in one line. */
export function stepLine(step: TraceStep): string {
  const { label, detail } = stepText(step);
  return detail === '' ? label : `${label}: ${detail}`;
}

const FATES = { written: 'recorded', waiting: 'waits for room in the queue', dropped: 'lost', merged: 'merged into an earlier record' } as const;
const PAGE_FATES = { written: 'recorded', dropped: 'lost', success: 'answered with success', failure: 'answered with failure' } as const;

/** These fields say little and are left out of the line. */
const UNINTERESTING = new Set(['S1CIR', 'S1COR', 'S1CSH', 'IR0', 'OR0', 'SH0', 'IR1', 'OR1', 'SH1', 'S2IR0', 'S2OR0', 'S2SH0', 'SW_RESERVED']);

function formatted(layout: Layout | undefined, words: Uint32Array): string {
  return layout === undefined ? '' : format(layout, words);
}

function fieldsText(layout: Layout, words: ArrayLike<number>): string {
  const set = decode(layout, words).filter((v) => (v.value.hi !== 0 || v.value.lo !== 0) && !UNINTERESTING.has(v.field.name));
  return set.map((v) => `${v.field.name}=${formatValue(v)}`).join(' ');
}

function fetchText(step: Of<'fetch'>): StepText {
  const where = `${step.structure} at ${hex(step.address)}${step.ipa === undefined ? '' : ` (IPA ${hex(step.ipa)})`}`;
  if (step.isAborted) return text(where, 'the read aborts', 'bad');
  const raw = step.structure === 'L1STD' || step.structure === 'L1CD' ? `${hex(u64(step.words[1] ?? 0, step.words[0] ?? 0), 16)}  ` : '';
  return text(`${where}${step.isCached ? ', cached' : ''}`, raw + fieldsText(STRUCTURE_LAYOUTS[step.structure], step.words));
}

function descriptorText(step: Of<'descriptor'>): StepText {
  const where = `level ${step.level}, index ${step.index}, at ${hex(step.address)}${step.ipa === undefined ? '' : ` (IPA ${hex(step.ipa)})`}`;
  if (step.type === 'aborted') return text(where, 'the read aborts', 'bad');
  if (step.type === 'invalid') return text(`${where} = ${hex(step.value, 16)}`, 'invalid', 'bad');
  const layout = descriptorLayout(step.stage, step.level, step.value.lo);
  const fields = format(layout, [step.value.lo, step.value.hi]).replace(/^Type=\S+(?: \([^)]*\))? ?/, '');
  return text(`${where} = ${hex(step.value, 16)}`, `${step.type}: ${fields}`);
}

function letters(bits: number): string {
  return `${(bits & 1) !== 0 ? 'R' : '-'}${(bits & 2) !== 0 ? 'W' : '-'}${(bits & 4) !== 0 ? 'X' : '-'}`;
}

function stage1Text(permissions: number): string {
  return `${letters(permissions & 7)} unprivileged, ${letters((permissions >> 3) & 7)} privileged`;
}

function stage2Text(permissions: number): string {
  const data = letters(permissions & 3).slice(0, 2);
  const execute = [(permissions & S2_UX) !== 0 ? 'unprivileged' : '', (permissions & S2_PX) !== 0 ? 'privileged' : ''].filter((t) => t !== '');
  return `${data}, execute ${execute.join(' and ') || 'never'}`;
}

function resultText(step: Of<'result'>): StepText {
  if (step.status === 'ok') return text(`passes to ${step.address === undefined ? '?' : hex(step.address)}`, step.attributes, 'good');
  return text({ abort: 'aborted', 'raz-wi': 'reads as zero, writes ignored', stall: 'stalled' }[step.status], step.sentence, 'bad');
}

function commandText(step: Of<'command'>): StepText {
  const command = commandOf(step.words);
  const name = command === undefined ? `opcode ${hex(u64(0, (step.words[0] ?? 0) & 0xff))}` : `CMD_${command.name}`;
  const fields = command === undefined ? '' : fieldsText(command.layout, step.words).replace(/^Opcode=\S+(?: \([^)]*\))? ?/, '');
  if (step.error !== 0) return text(`${name} stops the command queue`, cerrorText(step.error), 'bad');
  const removed = step.removed === 0 ? '' : `${fields === '' ? '' : '; '}removes ${step.removed} cached ${step.removed === 1 ? 'entry' : 'entries'}`;
  return text(name, fields + removed);
}

function bytesText(data: Uint8Array, bytes: number): string {
  const shown = Array.from(data.subarray(0, 16), (b) => b.toString(16).padStart(2, '0')).join(' ');
  return bytes > 16 && shown !== '' ? `${shown} ...` : shown;
}
