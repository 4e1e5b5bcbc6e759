/**
 * From raw words to a finding: decodes by the field tables, says in a sentence what the record or
 * structure does, and notes bits that belong to no field. Never rejects: what cannot be right is
 * a note. Which kind of structure the words are is decided in guess.ts.
 */
import { hex, u64, type U64 } from '../bits/u64.ts';
import { CD } from '../fields/cd.ts';
import { commandOf } from '../fields/commands.ts';
import { descriptorLayout, S2_LEAF } from '../fields/descriptors.ts';
import { decode, format, formatValue, type FieldValue, type Layout } from '../fields/layout.ts';
import { PRI_RECORD } from '../fields/pri.ts';
import { STE } from '../fields/ste.ts';
import { causesOf, eventAdvice } from './eventCauses.ts';
import { eventView, type EventView } from './eventView.ts';
import { finding, type Finding, type FindingField, type RecordKind } from './finding.ts';

/** Where the words come from; becomes part of the finding. */
export type Origin = Pick<Finding, 'source' | 'line' | 'endLine' | 'smmu' | 'client'>;

/** The 32-bit words of 64-bit ones, in memory order. */
export function words32(dwords: readonly U64[]): Uint32Array {
  const words = new Uint32Array(dwords.length * 2);
  dwords.forEach((d, i) => {
    words[i * 2] = d.lo;
    words[i * 2 + 1] = d.hi;
  });
  return words;
}

/** Decodes words as one kind of structure. */
export function describe(kind: RecordKind, dwords: readonly U64[], origin: Origin): Finding {
  const words = words32(dwords);
  return { ...DESCRIBERS[kind](words, dwords), ...origin, dwords };
}

type Describer = (words: Uint32Array, dwords: readonly U64[]) => Finding;

const DESCRIBERS: Readonly<Record<RecordKind, Describer>> = {
  event: describeEvent,
  command: describeCommand,
  pri: describePri,
  ste: describeSte,
  cd: describeCd,
  desc: describeDescriptor,
};

function base(kind: RecordKind, title: string, meaning: string, more: Partial<Finding>): Finding {
  return finding({ kind, source: 'raw', line: 0, title, meaning, ...more });
}

function fieldsOf(of: Layout, words: Uint32Array): FindingField[] {
  return decode(of, words).map((v) => ({ name: v.field.name, value: plainValue(v), meaning: v.meaning }));
}

function plainValue(v: FieldValue): string {
  return formatValue({ ...v, meaning: undefined });
}

/** Bits that are set but belong to no field, as a note; the decoders mask them. */
export function strayBits(of: Layout, words: Uint32Array): string[] {
  const rest = Uint32Array.from(words);
  for (const f of of.fields) {
    for (let bit = f.lsb; bit <= f.msb; bit++) {
      const at = f.dword * 2 + (bit >> 5);
      rest[at] = ((rest[at] ?? 0) & ~(1 << (bit & 31))) >>> 0;
    }
  }
  const shown: string[] = [];
  for (let i = 0; i < rest.length; i += 2) {
    const value = u64(rest[i + 1] ?? 0, rest[i] ?? 0);
    if (value.hi !== 0 || value.lo !== 0) shown.push(`word ${i / 2}: ${hex(value, 16)}`);
  }
  return shown.length === 0 ? [] : [`Bits outside every defined field (reserved, unknown or vendor-specific): ${shown.join(', ')}`];
}

/** A record of an unknown type: nothing of it has a name. */
const EVENT_HEAD: Layout = { name: 'event', text: '', words: 8, fields: [] };

function describeEvent(words: Uint32Array): Finding {
  const view = eventView(words);
  const advice = eventAdvice(view.code);
  const layout = view.type?.layout ?? EVENT_HEAD;
  const fields = fieldsOf(layout, words).filter((f) => f.name !== 'IPA' || view.stage2);
  return base('event', eventTitle(view), [advice?.meaning ?? unknownEvent(view.code), ...sentence(view)].join(' '), {
    fields, sid: view.sid, ssid: view.ssid,
    causes: advice === undefined ? [] : causesOf(advice, view),
    checks: advice?.checks ?? [],
    notes: [...strayBits(layout, words), ...oddities(view, words)],
  });
}

function unknownEvent(code: number): string {
  return code >= 0xe0 && code <= 0xef ? 'An implementation-defined event.' : 'A reserved event type; software must tolerate it.';
}

function eventTitle(view: EventView): string {
  const name = view.type?.name ?? 'unknown event';
  const ssid = view.ssid === undefined ? '' : `, SubstreamID ${hexNumber(view.ssid)}`;
  return `${name} (${hexNumber(view.code, 2)}), StreamID ${hexNumber(view.sid)}${ssid}`;
}

function hexNumber(value: number, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

const OF_STAGE2 = ['while reading the context descriptor', 'while accessing a stage-1 table', 'for the input address', ''] as const;

/** What the transaction did, for the events that record it. */
function sentence(view: EventView): string[] {
  const has = (name: string): boolean => view.type?.layout.fields.some((f) => f.name === name) === true;
  const parts: string[] = [];
  if (has('RnW') && has('InputAddr')) {
    const who = has('PnU') ? `${view.privileged ? 'privileged' : 'unprivileged'} ${view.instruction ? 'instruction' : 'data'} ` : '';
    parts.push(`The transaction: ${who}${view.read ? 'read' : 'write'} of ${hex(view.input)}.`);
  }
  if (has('S2')) {
    const where = view.stage2 ? `Stage 2 faulted ${OF_STAGE2[view.class] ?? ''}`.trim() : 'Stage 1 faulted';
    parts.push(`${where}${view.stage2 && has('IPA') ? `, IPA page ${hex(view.ipa)}` : ''}.`);
  }
  if (has('FetchAddr')) parts.push(`The structure lies at ${hex(view.fetch)}.`);
  if (view.stalled) parts.push(`It waits for CMD_RESUME with STAG ${hexNumber(view.stag)}.`);
  return parts;
}

function oddities(view: EventView, words: Uint32Array): string[] {
  const notes: string[] = [];
  const isFault = view.code >= 0x10 && view.code <= 0x13;
  if (isFault && view.stage2 && view.class === 0) {
    notes.push('CLASS=0 says the fault was on a CD fetch; older QEMU left CLASS at 0 for every stage-2 fault.');
  }
  if (isFault && !view.stage2 && ((words[6] ?? 0) !== 0 || (words[7] ?? 0) !== 0)) notes.push('IPA is undefined for a stage-1 fault and not shown.');
  if (isFault && !view.stalled && view.stag !== 0) notes.push('STAG without Stall means nothing.');
  if (isFault && view.stage2 && ((words[6] ?? 0) & 0xfff) !== 0) notes.push('IPA[11:0] should be absent; QEMU records the full IPA.');
  return notes;
}

function describeCommand(words: Uint32Array): Finding {
  const command = commandOf(words);
  const opcode = hexNumber((words[0] ?? 0) & 0xff, 2);
  if (command === undefined) {
    return base('command', `illegal command ${opcode}`, 'No command has this opcode: the SMMU stops with CERROR_ILL.', {
      causes: [{ text: 'The queue entry is zero, stale or overwritten.', seen: true }],
    });
  }
  const sid = command.layout.fields.some((f) => f.name === 'StreamID') ? words[1] : undefined;
  const values = format(command.layout, words).replace(/^Opcode=\d+ ?/, '');
  const needs = command.needs === 'always' ? '' : command.needs === 'never' ? 'Illegal on the Non-secure queue.' : `Legal only where the SMMU has ${command.needs}.`;
  return base('command', `CMD_${command.name}${values === '' ? '' : ` ${values}`}`, needs, {
    fields: fieldsOf(command.layout, words), notes: strayBits(command.layout, words), sid,
  });
}

function describePri(words: Uint32Array): Finding {
  const bit = (n: number): boolean => ((words[1] ?? 0) >>> (n - 32) & 1) === 1;
  const rights = `${bit(60) ? 'R' : '-'}${bit(61) ? 'W' : '-'}${bit(59) ? 'X' : '-'}`;
  const ssid = bit(63) ? (words[1] ?? 0) & 0xfffff : undefined;
  const isStop = bit(63) && bit(62) && !bit(60) && !bit(61);
  const meaning = isStop
    ? 'A stop marker: the device has finished with this SubstreamID.'
    : `The device asks for a page with ${rights}${bit(62) ? '; last of its group' : ''}.`;
  return base('pri', `Page request, StreamID ${hexNumber(words[0] ?? 0)}`, meaning, {
    fields: fieldsOf(PRI_RECORD, words), notes: strayBits(PRI_RECORD, words), sid: words[0], ssid,
  });
}

const STE_CONFIG = [
  'aborts silently', 'aborts silently', 'aborts silently', 'aborts silently', 'bypasses both stages',
  'translates with stage 1', 'translates with stage 2', 'translates with stage 1 nested in stage 2',
] as const;

function describeSte(words: Uint32Array): Finding {
  const valid = ((words[0] ?? 0) & 1) === 1;
  const config = ((words[0] ?? 0) >>> 1) & 7;
  const meaning = valid ? `The stream ${STE_CONFIG[config]}.` : 'V=0: every transaction of the stream ends in C_BAD_STE.';
  return base('ste', `STE, V=${valid ? 1 : 0}, Config=${config}`, meaning, {
    fields: fieldsOf(STE, words), notes: [...strayBits(STE, words), ...steNotes(words, valid, config)],
  });
}

function steNotes(words: Uint32Array, valid: boolean, config: number): string[] {
  const notes: string[] = [];
  if (valid && (config & 5) === 5 && ((words[0] ?? 0) & 0xffffffc0) === 0 && ((words[1] ?? 0) & 0xfffff) === 0) notes.push('S1ContextPtr is 0 although stage 1 is on.');
  if (valid && config >= 4 && (((words[3] ?? 0) >>> 12) & 3) === 0) notes.push('SHCFG=0 forces non-shareable; 1 keeps what the device sent.');
  if (valid && config >= 6 && ((words[5] ?? 0) >>> 26 & 1) === 0) notes.push('S2R=0: stage-2 faults abort without an event.');
  return notes;
}

function describeCd(words: Uint32Array): Finding {
  const bit = (word: number, n: number): boolean => ((words[word] ?? 0) >>> n & 1) === 1;
  const valid = bit(0, 31);
  const asid = ((words[1] ?? 0) >>> 16) & 0xffff;
  const halves = `${bit(0, 14) ? '' : 'TTB0'}${!bit(0, 14) && !bit(0, 30) ? ' and ' : ''}${bit(0, 30) ? '' : 'TTB1'}`;
  const meaning = valid ? `Stage 1 with ASID ${hexNumber(asid)}, walks through ${halves === '' ? 'neither half' : halves}.` : 'V=0: every transaction that needs it ends in C_BAD_CD.';
  const notes = valid && !bit(0, 30) && ((words[0] ?? 0) >>> 22 & 3) === 0
    ? ['EPD1=0 with TG1=0 (reserved): C_BAD_CD. Set EPD1 when the upper half is not used.'] : [];
  if (valid && !bit(1, 13)) notes.push('R=0: stage-1 faults are not recorded.');
  return base('cd', `Context descriptor, V=${valid ? 1 : 0}`, meaning, { fields: fieldsOf(CD, words), notes: [...strayBits(CD, words), ...notes] });
}

/** A leaf of stage 2 has MemAttr where stage 1 has AttrIndx and NS; 1111 (write-back) there is common in stage 2 only. */
function looksLikeStage2(low: number): boolean {
  return (low & 0x400) !== 0 && (low & 0x3c) === 0x3c;
}

function describeDescriptor(words: Uint32Array): Finding {
  const low = words[0] ?? 0;
  const type = low & 3;
  if ((type & 1) === 0) return base('desc', 'Translation descriptor, invalid', 'Bit 0 is clear: the walk ends in F_TRANSLATION.', {});
  // A table has bits 11:2 ignored and nearly always zero; a leaf that works has AF (bit 10) set.
  const isTable = type === 3 && (low & 0xffc) === 0;
  const stage = looksLikeStage2(low) ? 2 : 1;
  const layout = descriptorLayout(stage, isTable ? 2 : type === 3 ? 3 : 2, low);
  const notes = isTable ? ['As a level-3 descriptor this would be a page with AF=0.'] : [`As stage ${stage === 1 ? 2 : 1}: ${format(stage === 1 ? S2_LEAF : descriptorLayout(1, 3, low), words)}`];
  const what = isTable ? 'table' : type === 3 ? 'page' : 'block';
  const target = hex(u64((words[1] ?? 0) & 0xffff, low & 0xfffff000));
  return base('desc', `Translation descriptor, ${what} (read as stage ${stage})`, `Leads to ${target}.`, { fields: fieldsOf(layout, words), notes });
}

