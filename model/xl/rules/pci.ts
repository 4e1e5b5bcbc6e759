import { BASE } from './examples.ts';
import { faultsOf, type XlRule } from './rule.ts';

/** PCI functions. */
export const pci: XlRule = {
  id: 'xl-pci',
  level: 'error',
  title: 'PCI function that xl refuses',
  explanation: 'A `pci` entry is `[DOMAIN:]BUS:DEVICE.FUNCTION[@VSLOT]` in hexadecimal, then options.',
  remedy: 'Mend the part that is marked.',
  bad: `${BASE}pci = [ "01.00.0" ]\n`,
  good: `${BASE}pci = [ "0000:01:00.0" ]\n`,
  sources: ['libxlu: "unable to parse PCI_SPEC_STRING `X\' for passthrough", "Unknown PCI_SPEC_STRING option: X"', 'xl-pci-configuration(5)'],
  *check(guest) {
    yield* faultsOf(this, guest, 'pci');
  },
};
