/**
 * The outer shape of log lines: strips time stamps, quoting and console prefixes, finds which SMMU
 * a line speaks of, and reads the 64-bit words of a dump. What the rest of a line says is judged
 * elsewhere.
 */
import { parseU64, type U64 } from '../bits/u64.ts';
import type { LogSource } from './finding.ts';

/** One line of a log without its decoration. */
export interface LogLine {
  /** From 1. */
  readonly number: number;
  readonly source: LogSource;
  /** The SMMU that the line names, or undefined where it names none. */
  readonly smmu: string | undefined;
  readonly text: string;
}

/** Quoting of mail, journal and syslog heads, kernel time stamps with an optional CPU or thread. */
const DECORATION = /^(?:>\s?)*(?:<\d+>)?(?:\w{3}\s+\d+\s[\d:]{8}\s\S+\s)?(?:\S+\[\d+\]:\s*)?(?:kernel:\s*)?(?:\[\s*\d+\.\d+\](?:\[\s*[TC]\d+\])?\s*)?/;
/** Colour sequences of a terminal. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const LINUX = /^arm-smmu-v3\s+(\S+?):\s?(.*)$/;
const XEN = /^\(XEN\)\s*(?:\[[^\]]*\]\s*)?SMMUv3:\s*(\S+?):\s?(.*)$/;
const QEMU = /^(?:\d+@\d+\.\d+:)?((?:smmuv3?|smmu)_\w+\s.*)$/;

/** Splits a text into lines and takes their decoration off. */
export function logLines(text: string): LogLine[] {
  return text.split(/\r\n|\r|\n/).map((line, i) => undecorated(line, i + 1));
}

function undecorated(line: string, number: number): LogLine {
  const text = line.replace(COLOUR, '').trim().replace(DECORATION, '').trim();
  const xen = XEN.exec(text);
  if (xen !== null) return { number, source: 'Xen', smmu: xen[1], text: (xen[2] ?? '').trim() };
  const linux = LINUX.exec(text);
  if (linux !== null) return { number, source: 'Linux', smmu: linux[1], text: (linux[2] ?? '').trim() };
  const qemu = QEMU.exec(text);
  if (qemu !== null) return { number, source: 'QEMU', smmu: undefined, text: qemu[1] ?? '' };
  return { number, source: 'raw', smmu: undefined, text: text.replace(/^\(XEN\)\s*/, '') };
}

/** One word of a kernel dump: `0x` and 16 digits, or two groups of 8. */
const DUMP_WORD = /^0x([0-9a-f]{16})$|^(?:0x)?([0-9a-f]{8}) (?:0x)?([0-9a-f]{8})$/i;

/** The word that a dump line holds, or undefined where it is no dump line. */
export function dumpWord(text: string): U64 | undefined {
  const match = DUMP_WORD.exec(text.trim());
  if (match === null) return undefined;
  return parseU64(`0x${match[1] ?? `${match[2]}${match[3]}`}`);
}

/** Which tokens of raw input are hexadecimal data, and which may begin it: "dead" on a line of its own is a word. */
const HEX_TOKEN = /^(?:0x)?[0-9a-f]+$/i;
const FIRST_TOKEN = /^(?:0x[0-9a-f]+|[0-9a-f]{16,})$/i;

/**
 * Reads raw data: tokens of up to 16 digits are 64-bit values, longer ones are bytes in memory
 * order, as dumps and case files hold them. Undefined where the text is anything else.
 */
export function rawWords(text: string): U64[] | undefined {
  const tokens = text.replaceAll(/[,;|]/g, ' ').trim().split(/\s+/);
  if (!FIRST_TOKEN.test(tokens[0] ?? '') || !tokens.every((t) => HEX_TOKEN.test(t))) return undefined;
  const words: U64[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = (tokens[i] ?? '').replace(/^0x/i, '');
    const next = tokens[i + 1] ?? '';
    const isHalf = token.length === 8 && /^[0-9a-f]{8}$/i.test(next) && /^0x/i.test(tokens[i] ?? '');
    if (isHalf) i++;
    const read = token.length > 16 ? wordsOfBytes(token) : [parseU64(`0x${token}${isHalf ? next : ''}`)];
    for (const word of read) {
      if (word === undefined) return undefined;
      words.push(word);
    }
  }
  return words;
}

function wordsOfBytes(digits: string): (U64 | undefined)[] {
  if (digits.length % 16 !== 0) return [undefined];
  const words: (U64 | undefined)[] = [];
  for (let at = 0; at < digits.length; at += 16) {
    const bytes = digits.slice(at, at + 16).match(/../g) ?? [];
    words.push(parseU64(`0x${bytes.toReversed().join('')}`));
  }
  return words;
}
