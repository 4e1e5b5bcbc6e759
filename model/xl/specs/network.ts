/** `vif` entries, as far as their own spelling goes: which parts exist, and their form. */
import { fault, partsOf, type Spec, type SpecFault, type SpecPart } from './spec.ts';

const NAMES = new Set([
  'type', 'mac', 'bridge', 'gatewaydev', 'netdev', 'ip', 'script', 'backend', 'vifname', 'model', 'rate', 'forwarddev',
  'devid', 'mtu', 'vlan', 'trusted', 'untrusted', 'accel',
]);
const COLO = /^(?:coloft_|colo_)/;
const MAC = /^(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i;

/** The parts whose values have a form of their own: what is wrong with one, undefined for nothing, and what to write. */
const FORMS: ReadonlyMap<string, { readonly wrong: (value: string) => string | undefined; readonly advice: string }> = new Map([
  ['mac', { wrong: (value) => (MAC.test(value) ? undefined : 'Invalid parameter "mac"'), advice: 'Write six bytes in hexadecimal, for example 00:16:3e:01:02:03.' }],
  ['type', { wrong: (value) => (value === 'vif' || value === 'ioemu' ? undefined : 'Invalid parameter "type"'), advice: 'Use vif or ioemu.' }],
  ['rate', { wrong: rateFault, advice: 'Write a rate such as 10MB/s or 100Mb/s@20ms.' }],
]);

/** Reads one `vif` entry. */
export function readVif(text: string): Spec<ReadonlyMap<string, string>> {
  const faults: SpecFault[] = [];
  const values = new Map<string, string>();
  for (const part of partsOf(text)) {
    if (part.name === '') continue;
    const found = faultOf(part);
    if (found !== undefined) faults.push(found);
    values.set(part.name, part.value ?? '');
  }
  return { value: values, faults };
}

function faultOf(part: SpecPart): SpecFault | undefined {
  if (!NAMES.has(part.name) && !COLO.test(part.name)) {
    return fault(part, 'refused', `unrecognized argument "${part.name}"`, 'Check the spelling against xl-network-configuration(5).');
  }
  const form = FORMS.get(part.name);
  const wrong = form?.wrong(part.value ?? '');
  return form === undefined || wrong === undefined ? undefined : fault(part.valueSpan, 'refused', wrong, form.advice);
}

const RATE = /^(\d+)([KMG]?)([Bb])\/s(?:@(.*))?$/s;
const INTERVAL = /^(\d+)([mu]?)s?$/;
const SCALE: Readonly<Record<string, bigint>> = { '': 1n, K: 1000n, M: 1_000_000n, G: 1_000_000_000n };
const MICROSECONDS: Readonly<Record<string, bigint>> = { '': 1_000_000n, m: 1000n, u: 1n };
const MAX_UINT32 = 2n ** 32n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;
const DEFAULT_INTERVAL = 50_000n;

/**
 * What libxlu has against a `rate`: `NUMBER[KMG](B|b)/s`, with the interval of replenishment after `@`. Both
 * numbers have 32 bits, a leading 0 means octal, and bytes a second times microseconds must fit 64 bits.
 */
function rateFault(text: string): string | undefined {
  if (text === '') return 'no rate specified';
  const found = RATE.exec(text);
  if (found === null) return `invalid rate "${text}"`;
  const number = octal(found[1]);
  const interval = INTERVAL.exec(found[4] ?? `${DEFAULT_INTERVAL}u`);
  if (interval === null) return `invalid replenishment interval "${found[4]}"`;
  const microseconds = octal(interval[1]) * (MICROSECONDS[interval[2] ?? ''] ?? 1n);
  if (microseconds === 0n || microseconds > MAX_UINT32) return `the replenishment interval of "${text}" is zero or too long`;
  const bytes = (number * (SCALE[found[2] ?? ''] ?? 1n)) / (found[3] === 'b' ? 8n : 1n);
  return number === 0n || number > MAX_UINT32 || bytes * microseconds > MAX_UINT64 ? `the rate "${text}" is zero or too large` : undefined;
}

/** `strtoull` with base 0 of decimal digits: after a leading 0 it stops at the first digit that is not octal. */
function octal(digits = '0'): bigint {
  if (!digits.startsWith('0')) return BigInt(digits);
  return BigInt(`0o0${/^[0-7]*/.exec(digits)?.[0] ?? ''}`);
}
