import { CAPABILITIES, moduleOf } from '../dom0less.ts';
import { cellsOf } from '../../values.ts';
import { dom0lessOf } from './domainRule.ts';
import { atNode, atProperty, problem, type SystemRule } from './rule.ts';
import { board, domU } from './examples.ts';

const KNOWN = CAPABILITIES.control | CAPABILITIES.hardware | CAPABILITIES.xenstore;

/** DL004: what a hardware domain may not have. */
export const dlHardwareDomain: SystemRule = {
  id: 'dom0less-hardware-domain',
  level: 'error',
  title: 'Hardware domain with passthrough, or unknown capabilities',
  explanation: 'A domain with `capabilities` bit 1 (0x2) is the hardware domain: it has every device, so `passthrough` and a partial device tree make no sense for it, and neither does `nr_spis`. Only one may exist. Bits beyond 0x7 are refused.',
  remedy: 'Remove the property or the module.',
  bad: board({ chosen: domU('capabilities = <0x2>;') }),
  good: board({ chosen: domU('capabilities = <0x1>;') }),
  sources: ['Xen at boot: "Don\'t specify passthrough for hardware domain" (panic)', 'Xen: `"multiboot,device-tree" incompatible with hardware domain` (panic)', 'Xen: "Invalid capabilities (N)", "Only 1 hardware domain can be specified!"'],
  *check(system) {
    let first: string | undefined;
    for (const { host, node } of dom0lessOf(system)) {
      const bits = cellsOf(node, 'capabilities')[0]?.value ?? 0;
      const at = atProperty(host, node, 'capabilities');
      if ((bits & ~KNOWN) !== 0) yield problem(this, at, { message: `capabilities 0x${bits.toString(16)} has bits that Xen does not know.`, advice: 'Use 0x1 (control), 0x2 (hardware) and 0x4 (xenstore).' });
      if ((bits & CAPABILITIES.hardware) === 0) continue;
      if (first !== undefined) yield problem(this, at, { message: `${first} is the hardware domain already; only one may exist.`, advice: 'Clear bit 0x2 in one of them.' });
      first ??= node.name;
      const module = moduleOf(node, 'multiboot,device-tree');
      if (module !== undefined) yield problem(this, atNode(host, module), { message: `${node.name} is the hardware domain; a partial device tree is not for it.`, advice: 'Remove the module.' });
      for (const name of ['passthrough', 'nr_spis'].filter((one) => node.properties.has(one))) {
        yield problem(this, atProperty(host, node, name), { message: `${name} may not be given for the hardware domain ${node.name}: Xen panics.`, advice: 'Remove it.' });
      }
    }
  },
};
