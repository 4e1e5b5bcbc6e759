/**
 * `irqs`, `iomem`, `ioports` and `dtdev`: the host resources that a configuration hands to a guest.
 * Formats as xl's parser reads them (`parse_config_data`); page frames are 4 KiB.
 */
import { fault, type Spec } from './spec.ts';

/** One `iomem` entry, in 4 KiB page frames. */
export interface IomemRange {
  /** First host frame. */
  readonly start: number;
  /** Number of frames, at least 1. */
  readonly count: number;
  /** First guest frame; equal to `start` where `@GFN` is absent. */
  readonly gfn: number;
  /** True where the entry is written without `0x` and without a letter: read as hexadecimal all the same. */
  readonly looksDecimal: boolean;
  /** A third comma field, which downstream toolstacks read as a memory attribute. */
  readonly attribute: string | undefined;
}

const UINT32_MAX = 0xffff_ffff;
const IOMEM = /^\s*(?:0x)?([0-9a-f]{1,16}),\s*(?:0x)?([0-9a-f]{1,16})(?:@\s*(?:0x)?([0-9a-f]{1,16}))?(?:,\s*([\w-]+))?$/i;
const PORTS = /^\s*(?:0x)?([0-9a-f]+)(?:-\s*(?:0x)?([0-9a-f]+))?$/i;

/** `irqs` entry: decimal interrupt id, an SPI number plus 32. */
export function readIrq(text: string): Spec<number> {
  const whole = { start: 0, end: text.length };
  if (/^\s*0x/i.test(text)) {
    return refuse(whole, `xl reads interrupts as decimal and refuses "${text}"`, `Write ${Number(text.trim()) || 'the decimal number'} instead.`);
  }
  if (!/^\s*[+-]?\d+$/.test(text) || Math.abs(Number(text)) >= UINT32_MAX) {
    return refuse(whole, `"${text}" is not an interrupt id`, 'Write one decimal number: the SPI number plus 32.');
  }
  return { value: Number(text), faults: [] };
}

/** `iomem` entry: `START,NUM[@GFN]`, all hexadecimal. */
export function readIomem(text: string): Spec<IomemRange> {
  const whole = { start: 0, end: text.length };
  const found = IOMEM.exec(text);
  if (found === null) return refuse(whole, `"${text}" is not START,NUM[@GFN]`, 'Write page frame numbers in hexadecimal, for example "0xfe100,1@0x8000".');
  const [start, count, gfn] = [found[1], found[2], found[3]].map((digits) => (digits === undefined ? undefined : Number.parseInt(digits, 16)));
  if (start === undefined || count === undefined) return { value: undefined, faults: [] };
  const looksDecimal = /^[\d,@\s]+$/.test(text);
  return { value: { start, count, gfn: gfn ?? start, looksDecimal, attribute: found[4] }, faults: [] };
}

/** `ioports` entry: `N` or `N-M`, hexadecimal; x86 only. */
export function readIoports(text: string): Spec<{ readonly first: number; readonly last: number }> {
  const found = PORTS.exec(text);
  const first = found?.[1];
  if (first === undefined) return refuse({ start: 0, end: text.length }, `"${text}" is not a port or a range of ports`, 'Write hexadecimal ports, for example "3f8-3ff".');
  const last = found?.[2] ?? first;
  return { value: { first: Number.parseInt(first, 16), last: Number.parseInt(last, 16) }, faults: [] };
}

/** `dtdev` entry: the absolute path of a host device-tree node. */
export function readDtdev(text: string): Spec<string> {
  if (text.startsWith('/') && text.length > 1) return { value: text, faults: [] };
  return {
    value: text === '' ? undefined : text,
    faults: [fault({ start: 0, end: text.length }, 'refused', `"${text}" is not an absolute device-tree path`, 'Write the full path of the host node, for example "/soc/ethernet@fe100000".')],
  };
}

function refuse<T>(span: { start: number; end: number }, message: string, advice: string): Spec<T> {
  return { value: undefined, faults: [fault(span, 'refused', message, advice)] };
}
