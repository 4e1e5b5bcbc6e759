/**
 * Decodes text: logs of Linux, Xen and QEMU, and raw words of events, commands and tables. Pure:
 * text in, findings out, in the order of their lines. Lines that are neither are passed over.
 */
import type { U64 } from '../bits/u64.ts';
import { DumpReader } from './dumps.ts';
import type { Finding, RecordKind } from './finding.ts';
import { DWORDS, guess } from './guess.ts';
import { logLines, rawWords, type LogLine } from './lines.ts';
import { decodeMessage } from './messages.ts';
import { decodeQemu } from './qemuLog.ts';
import { describe } from './structures.ts';

/** How to read the text. */
export interface DecodeOptions {
  /** What raw words are, where the caller knows. */
  readonly as?: RecordKind;
}

/** Everything that the text says about an SMMU. */
export function decodeText(text: string, options: DecodeOptions = {}): Finding[] {
  const dumps = new DumpReader();
  const found: Finding[] = [];
  const raw: RawLine[] = [];
  for (const line of logLines(text)) {
    if (line.text === '' || dumps.take(line)) continue;
    const message = decodeMessage(line) ?? decodeQemu(line);
    if (message !== undefined) {
      found.push(message);
      continue;
    }
    const dwords = line.source === 'raw' ? rawWords(line.text) : undefined;
    if (dwords !== undefined) raw.push({ line, dwords });
  }
  found.push(...dumps.finish(), ...groups(raw, options.as).flatMap((g) => records(g, options.as)));
  return found.toSorted((a, b) => a.line - b.line);
}

interface RawLine {
  readonly line: LogLine;
  readonly dwords: readonly U64[];
}

interface RawGroup {
  readonly line: number;
  endLine: number;
  readonly dwords: U64[];
}

/** Joins neighbouring lines of one word each, or of less than one structure where its kind is known. */
function groups(raw: readonly RawLine[], as: RecordKind | undefined): RawGroup[] {
  const joined: RawGroup[] = [];
  const isPart = (dwords: readonly U64[]): boolean => (as === undefined ? dwords.length === 1 : dwords.length < DWORDS[as]);
  for (const { line, dwords } of raw) {
    const open = joined.at(-1);
    if (open !== undefined && open.endLine === line.number - 1 && isPart(dwords) && isPart(open.dwords.slice(-dwords.length))) {
      open.dwords.push(...dwords);
      open.endLine = line.number;
    } else joined.push({ line: line.number, endLine: line.number, dwords: [...dwords] });
  }
  return joined;
}

/** Cuts a group into structures of its kind. */
function records(group: RawGroup, as: RecordKind | undefined): Finding[] {
  const guessed = as === undefined ? guess(group.dwords) : { kind: as, note: undefined };
  const kind = guessed?.kind ?? (group.dwords.length % 4 === 0 ? 'event' : group.dwords.length % 2 === 0 ? 'command' : 'desc');
  const found: Finding[] = [];
  for (let at = 0; at < group.dwords.length; at += DWORDS[kind]) {
    const dwords = group.dwords.slice(at, at + DWORDS[kind]);
    const item = describe(kind, dwords, { source: 'raw', line: group.line, endLine: group.endLine, smmu: undefined, client: undefined });
    const notes = guessed?.note === undefined ? [] : [guessed.note];
    if (dwords.length < DWORDS[kind]) notes.push(`Only ${dwords.length} of ${DWORDS[kind]} words were given; the rest was read as zero.`);
    found.push({ ...item, notes: [...notes, ...item.notes] });
  }
  return found;
}
