/** `pci` entries as libxlu reads them: a BDF with an optional virtual slot, or a name, then options. */
import { fault, type Spec, type SpecFault } from './spec.ts';

/** A PCI function, with the guest's device number where the entry gives one. */
export interface PciFunction {
  readonly domain: number;
  readonly bus: number;
  readonly device: number;
  /** Undefined for `*`: every function. */
  readonly function: number | undefined;
  /** Virtual slot, `@slot` or `vslot=`. */
  readonly vslot: number | undefined;
}

type Bdf = Omit<PciFunction, 'vslot'>;

interface Reading {
  bdf: Bdf | undefined;
  name: string | undefined;
  vslot: number | undefined;
}

const FORM = 'Write [DOMAIN:]BUS:DEVICE.FUNCTION, for example "0000:01:00.0".';
const MAX_SLOT = 0x1f;
/** A number as `%x` takes it. */
const HEX = String.raw`\s*([+-]?(?:0x[\da-f]*|[\da-f]+))`;
const BDF: ReadonlyMap<number, RegExp> = new Map([
  [1, new RegExp(String.raw`${HEX}:${HEX}\.(?:(\*)|${HEX})`, 'iy')],
  [2, new RegExp(String.raw`${HEX}:${HEX}:${HEX}\.(?:(\*)|${HEX})`, 'iy')],
]);
const SLOT = new RegExp(`@${HEX}`, 'iy');
const WHOLE_NUMBER = new RegExp(`^${HEX}`, 'i');
const FLAGS = ['msitranslate', 'power_mgmt', 'permissive', 'seize'];

/** The options, each with what its value must be; an error in words where it is not. */
const OPTIONS: ReadonlyMap<string, (reading: Reading, value: string) => string | undefined> = new Map([
  ...FLAGS.map((name) => [name, () => undefined] as const),
  ['rdm_policy', (_: Reading, value: string) => (['strict', 'relaxed'].includes(value.toLowerCase()) ? undefined : `Unknown RDM policy: ${value}`)],
  ['vslot', setSlot],
  ['bdf', (reading: Reading, value: string) => ((reading.bdf = bdfAt(value, 0)?.bdf) === undefined ? `"${value}" is not a PCI function` : undefined)],
  ['name', (reading: Reading, value: string) => void (reading.name = value)],
]);

/** Reads one `pci` entry. */
export function readPci(text: string): Spec<PciFunction> {
  const faults: SpecFault[] = [];
  const whole = { start: 0, end: text.length };
  const reading: Reading = { bdf: undefined, name: undefined, vslot: undefined };
  const options = readAddress(text, reading);
  if (options === undefined) faults.push(fault(whole, 'refused', `unable to parse PCI_SPEC_STRING "${text}" for passthrough`, FORM));
  else readOptions(text, options, { reading, faults });
  const { bdf, name, vslot } = reading;
  if (faults.length === 0 && (bdf === undefined) === (name === undefined)) {
    const message = bdf === undefined ? `"${text}" names no PCI function` : 'A PCI function is given by its address or by its name, not by both';
    faults.push(fault(whole, 'refused', message, bdf === undefined ? FORM : 'Keep one of the two.'));
  }
  return { value: bdf === undefined ? undefined : { ...bdf, vslot }, faults };
}

/** Takes the address that an entry begins with; answers where options begin, undefined where something else follows. */
function readAddress(text: string, reading: Reading): number | undefined {
  const found = bdfAt(text, 0);
  if (found === undefined) return 0;
  let { end } = found;
  if (text[end] === '@') {
    SLOT.lastIndex = end;
    const slot = SLOT.exec(text);
    if (slot === null || setSlot(reading, slot[1] ?? '') !== undefined) return undefined;
    end = SLOT.lastIndex;
  }
  if (end < text.length && text[end] !== ',') return undefined;
  reading.bdf = found.bdf;
  return end + 1;
}

function readOptions(text: string, from: number, { reading, faults }: { reading: Reading; faults: SpecFault[] }): void {
  if (text === '') faults.push(fault({ start: 0, end: 0 }, 'refused', 'an empty PCI function', FORM));
  for (let start = from; start < text.length;) {
    const equals = text.indexOf('=', start);
    const comma = equals < 0 ? -1 : text.indexOf(',', equals);
    const end = comma < 0 ? text.length : comma;
    const [key, value] = equals < 0 ? [text.slice(start), undefined] : [text.slice(start, equals), text.slice(equals + 1, end)];
    const option = OPTIONS.get(key);
    const advice = `Use one of ${[...OPTIONS.keys()].map((name) => `${name}=`).join(', ')}.`;
    if (value === undefined) faults.push(from === 0 && start === 0
      ? fault({ start, end }, 'refused', `unable to parse PCI_SPEC_STRING "${text}" for passthrough`, FORM)
      : fault({ start, end }, 'refused', `"${key}" has no value`, advice));
    else if (option === undefined) faults.push(fault({ start, end }, 'refused', `Unknown PCI_SPEC_STRING option: ${key}`, advice));
    else {
      const wrong = option(reading, value);
      if (wrong !== undefined) faults.push(fault({ start: equals + 1, end }, 'refused', wrong, 'Mend the value.'));
    }
    start = end + 1;
  }
}

/** A BDF at an offset; how many colons stand in its leading hexadecimal digits says whether a domain is given. */
function bdfAt(text: string, at: number): { bdf: Bdf; end: number } | undefined {
  const lead = /^[\da-f:]*/i.exec(text.slice(at))?.[0] ?? '';
  const pattern = BDF.get(lead.split(':').length - 1);
  if (pattern === undefined) return undefined;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const end = pattern.lastIndex;
  const numbers = found.slice(1, -2).map(hexadecimal);
  const [bus = 0, device = 0] = numbers.slice(-2);
  const domain = numbers.length === 3 ? numbers[0] ?? 0 : 0;
  const own = found.at(-2) === '*' ? undefined : hexadecimal(found.at(-1));
  const fits = domain <= 0xffff && bus <= 0xff && device <= MAX_SLOT && (own ?? 0) <= 7 && Math.min(domain, bus, device, own ?? 0) >= 0;
  return fits ? { bdf: { domain, bus, device, function: own }, end } : undefined;
}

function setSlot(reading: Reading, value: string): string | undefined {
  const found = WHOLE_NUMBER.exec(value)?.[1];
  const slot = found === undefined ? Number.NaN : hexadecimal(found);
  if (!(slot >= 0 && slot <= MAX_SLOT)) return `"${value}" is not a slot from 0 to 1f`;
  reading.vslot = slot;
  return undefined;
}

function hexadecimal(digits: string | undefined): number {
  return Number.parseInt(digits ?? '0', 16) || 0;
}
