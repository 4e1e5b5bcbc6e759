/** `vif` and `pci` entries, as far as their own spelling goes: which parts exist, and their form. */
import { fault, partsOf, type Spec, type SpecFault } from './spec.ts';

/** A PCI function, with the guest's device number where the entry gives one. */
export interface PciFunction {
  readonly domain: number;
  readonly bus: number;
  readonly device: number;
  /** Undefined for `*`: every function. */
  readonly function: number | undefined;
  /** Virtual slot, `@slot` or `vdevfn=`. */
  readonly vslot: number | undefined;
}

const VIF_NAMES = new Set([
  'type', 'mac', 'bridge', 'gatewaydev', 'netdev', 'ip', 'script', 'backend', 'vifname', 'model', 'rate', 'forwarddev',
  'devid', 'mtu', 'vlan', 'trusted', 'untrusted', 'accel',
]);
const COLO = /^(?:coloft_|colo_)/;
const MAC = /^(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i;
const BDF = /^(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})\.([0-7*])(?:@([0-9a-f]{1,2}))?$/i;
const PCI_OPTIONS = new Set(['msitranslate', 'power_mgmt', 'permissive', 'seize', 'rdm_policy', 'name', 'bdf', 'vslot']);

/** Reads one `vif` entry. */
export function readVif(text: string): Spec<ReadonlyMap<string, string>> {
  const faults: SpecFault[] = [];
  const values = new Map<string, string>();
  for (const part of partsOf(text)) {
    if (part.name === '') continue;
    if (!VIF_NAMES.has(part.name) && !COLO.test(part.name)) {
      faults.push(fault(part, 'refused', `unrecognized argument "${part.name}"`, 'Check the spelling against xl-network-configuration(5).'));
    } else if (part.name === 'mac' && !MAC.test(part.value ?? '')) {
      faults.push(fault(part.valueSpan, 'refused', 'Invalid parameter "mac"', 'Write six bytes in hexadecimal, for example 00:16:3e:01:02:03.'));
    } else if (part.name === 'type' && part.value !== 'vif' && part.value !== 'ioemu') {
      faults.push(fault(part.valueSpan, 'refused', 'Invalid parameter "type"', 'Use vif or ioemu.'));
    }
    values.set(part.name, part.value ?? '');
  }
  return { value: values, faults };
}

/** Reads one `pci` entry: a BDF, optionally a virtual slot, then options. */
export function readPci(text: string): Spec<PciFunction> {
  const faults: SpecFault[] = [];
  const parts = partsOf(text);
  const address = parts.find((part) => part.name === 'bdf')?.value ?? parts[0]?.name ?? '';
  for (const part of parts.slice(1)) {
    if (part.name !== '' && !PCI_OPTIONS.has(part.name)) {
      faults.push(fault(part, 'refused', `Unknown PCI_SPEC_STRING option: ${part.name}`, `Use one of ${[...PCI_OPTIONS].join(', ')}.`));
    }
  }
  const found = BDF.exec(address.trim());
  if (found === null && !parts.some((part) => part.name === 'name')) {
    faults.push(fault({ start: 0, end: text.length }, 'refused', `unable to parse PCI_SPEC_STRING "${text}" for passthrough`, 'Write [DOMAIN:]BUS:DEVICE.FUNCTION, for example "0000:01:00.0".'));
    return { value: undefined, faults };
  }
  if (found === null) return { value: undefined, faults };
  const hex = (digits: string | undefined): number => Number.parseInt(digits ?? '0', 16);
  const value: PciFunction = {
    domain: hex(found[1]),
    bus: hex(found[2]),
    device: hex(found[3]),
    function: found[4] === '*' ? undefined : hex(found[4]),
    vslot: found[5] === undefined ? undefined : hex(found[5]),
  };
  return { value, faults };
}
