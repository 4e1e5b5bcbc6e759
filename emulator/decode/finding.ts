/**
 * What decoding a piece of log or a raw record yields: plain data for a person or a program.
 * Names of devices are not known here; a caller that has a board adds them by StreamID.
 */
import type { U64 } from '../bits/u64.ts';

/** The structures that raw words can be. */
export type RecordKind = 'event' | 'command' | 'pri' | 'ste' | 'cd' | 'desc';

/** Who wrote the line. */
export type LogSource = 'Linux' | 'Xen' | 'QEMU' | 'raw';

/** One decoded field. */
export interface FindingField {
  readonly name: string;
  /** Hexadecimal with `0x`, or decimal for short fields. */
  readonly value: string;
  readonly meaning: string | undefined;
}

/** A likely cause. */
export interface Cause {
  readonly text: string;
  /** True where public reports show this cause, false where it only follows from the architecture. */
  readonly seen: boolean;
}

/** One event, command, structure or message. */
export interface Finding {
  readonly kind: RecordKind | 'message';
  readonly source: LogSource;
  /** First and last line of the input, from 1. */
  readonly line: number;
  readonly endLine: number;
  /** The SMMU as the log names it. */
  readonly smmu: string | undefined;
  /** The device behind the stream as the log names it. */
  readonly client: string | undefined;
  readonly title: string;
  readonly meaning: string;
  readonly fields: readonly FindingField[];
  /** Most frequent first. */
  readonly causes: readonly Cause[];
  readonly checks: readonly string[];
  /** Oddities of the input: bits outside every field, a dump cut short, a guess at the kind. */
  readonly notes: readonly string[];
  readonly sid: number | undefined;
  readonly ssid: number | undefined;
  /** The 64-bit words that were decoded. */
  readonly dwords: readonly U64[];
}

/** A finding of which only the interesting parts are given. */
export function finding(at: Pick<Finding, 'kind' | 'source' | 'line' | 'title' | 'meaning'> & Partial<Finding>): Finding {
  return {
    endLine: at.line, smmu: undefined, client: undefined, fields: [], causes: [], checks: [], notes: [],
    sid: undefined, ssid: undefined, dwords: [], ...at,
  };
}
