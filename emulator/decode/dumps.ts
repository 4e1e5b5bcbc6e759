/**
 * Puts the lines of one event or command dump together again: header, words, and the decoded lines
 * that newer Linux adds. Lines of several SMMUs and of other drivers may lie between them; dumps
 * may be cut short. State is per SMMU, so that interleaved dumps stay apart.
 */
import { parseU64, type U64 } from '../bits/u64.ts';
import { eventNamed, type EventType } from '../fields/events.ts';
import { encode } from '../fields/layout.ts';
import type { Finding, LogSource, RecordKind } from './finding.ts';
import { dumpWord, type LogLine } from './lines.ts';
import { DWORDS } from './guess.ts';
import { describe } from './structures.ts';

interface Dump {
  readonly kind: RecordKind;
  readonly source: LogSource;
  readonly smmu: string | undefined;
  readonly line: number;
  endLine: number;
  dwords: U64[];
  client: string | undefined;
  /** The decoded lines, for logs that hold nothing else. */
  decoded: { type: EventType; values: Record<string, U64> } | undefined;
}

const HEADER = /^event 0x([0-9a-f]{1,2}) received:?$/i;
const COMMAND_HEADER = /^skipping command in error state:?$/i;
const DECODED = /^event: (\w+) client: (.+?) sid: (0x[0-9a-f]+|0) ssid: (0x[0-9a-f]+|0)(?: iova: (0x[0-9a-f]+|0) ipa: (0x[0-9a-f]+|0)| fetch_addr: (0x[0-9a-f]+|0))?$/i;
const ACCESS = /^(priv|unpriv) (inst|data) (read|write) (s1|s2) "([^"]*)"( ttd_read| ttd_write)?( stall)? stag: (0x[0-9a-f]+|0)$/i;
const CLASS_TEXTS = ['CD fetch', 'Stage 1 translation table fetch', 'Input address caused fault', 'Reserved'];

/** Collects dumps over the lines of a log. */
export class DumpReader {
  readonly #open = new Map<string, Dump>();
  readonly #done: Finding[] = [];
  #last: string | undefined;

  /** Takes a line that belongs to a dump; false where it does not. */
  take(line: LogLine): boolean {
    const header = HEADER.test(line.text) ? 'event' : COMMAND_HEADER.test(line.text) ? 'command' : undefined;
    if (header !== undefined) {
      this.#start(line, header);
      return true;
    }
    return this.#word(line) || this.#decoded(line) || this.#access(line);
  }

  /** Everything found, in the order of the first lines. */
  finish(): Finding[] {
    this.#open.forEach((_, key) => this.#close(key));
    return this.#done;
  }

  #start(line: LogLine, kind: RecordKind): Dump {
    const key = line.smmu ?? '';
    this.#close(key);
    const dump: Dump = {
      kind, source: line.source === 'raw' ? 'Linux' : line.source, smmu: line.smmu, line: line.number, endLine: line.number,
      dwords: [], client: undefined, decoded: undefined,
    };
    this.#open.set(key, dump);
    this.#last = key;
    return dump;
  }

  /** The dump that a line belongs to: of its SMMU, or the latest where the line names none. */
  #current(line: LogLine): Dump | undefined {
    return this.#open.get(line.smmu ?? this.#last ?? '');
  }

  #word(line: LogLine): boolean {
    const dump = this.#current(line);
    const word = dumpWord(line.text);
    if (dump === undefined || word === undefined || dump.dwords.length >= DWORDS[dump.kind]) return false;
    dump.dwords.push(word);
    dump.endLine = line.number;
    return true;
  }

  #decoded(line: LogLine): boolean {
    const match = DECODED.exec(line.text);
    const type = match === null ? undefined : eventNamed(match[1] ?? '');
    if (match === null || type === undefined) return false;
    let dump = this.#current(line);
    const first = dump?.dwords[0];
    if (dump === undefined || dump.decoded !== undefined || first === undefined || (first.lo & 0xff) !== type.code) dump = this.#start(line, 'event');
    dump.client = match[2];
    dump.endLine = line.number;
    dump.decoded = { type, values: decodedValues(match) };
    return true;
  }

  #access(line: LogLine): boolean {
    const match = ACCESS.exec(line.text);
    const dump = this.#current(line);
    if (match === null || dump?.decoded === undefined) return false;
    const bit = (on: boolean): U64 => ({ hi: 0, lo: on ? 1 : 0 });
    Object.assign(dump.decoded.values, {
      PnU: bit(match[1] === 'priv'), InD: bit(match[2] === 'inst'), RnW: bit(match[3] === 'read'), S2: bit(match[4] === 's2'),
      CLASS: { hi: 0, lo: Math.max(0, CLASS_TEXTS.indexOf(match[5] ?? '')) }, TTRnW: bit(match[6] === ' ttd_read'),
      Stall: bit(match[7] !== undefined), STAG: number(match[8]),
    });
    dump.endLine = line.number;
    return true;
  }

  #close(key: string): void {
    const dump = this.#open.get(key);
    if (dump === undefined) return;
    this.#open.delete(key);
    const wanted = DWORDS[dump.kind];
    const missing = wanted - dump.dwords.length;
    const dwords = dump.dwords.length === 0 && dump.decoded !== undefined ? encoded(dump.decoded) : dump.dwords;
    if (dwords.length === 0) return;
    const { source, line, endLine, smmu, client } = dump;
    const found = describe(dump.kind, dwords, { source, line, endLine, smmu, client });
    const note = dump.dwords.length === 0 || missing <= 0 ? [] : [`The dump has ${dump.dwords.length} of ${wanted} words; the rest was read as zero.`];
    this.#done.push({ ...found, notes: [...note, ...found.notes] });
  }
}

function number(text: string | undefined): U64 {
  return parseU64(text ?? '0') ?? { hi: 0, lo: 0 };
}

function decodedValues(match: RegExpExecArray): Record<string, U64> {
  const ssid = number(match[4]);
  return {
    StreamID: number(match[3]), SubstreamID: ssid, SSV: { hi: 0, lo: ssid.lo === 0 ? 0 : 1 },
    InputAddr: number(match[5]), IPA: number(match[6]), FetchAddr: number(match[7]),
  };
}

function encoded(decoded: { type: EventType; values: Record<string, U64> }): U64[] {
  const words = encode(decoded.type.layout, { ...decoded.values, Type: decoded.type.code });
  return [0, 2, 4, 6].map((i) => ({ hi: words[i + 1] ?? 0, lo: words[i] ?? 0 }));
}
