import { interruptsOf } from '../../interrupts.ts';
import { cellsOf } from '../../values.ts';
import { assigned, atProperty, hostNode, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

const SPI = 0;
const FIRST_SPI = 32;

/** PD017: the fragment tells the guest other interrupts than the host has. */
export const pdHostMismatch: SystemRule = {
  id: 'pd-host-mismatch',
  level: 'warning',
  title: 'Interrupt of a partial device tree differs from the host\'s',
  explanation: 'Interrupts are routed under their own number: what the guest waits for must be what the device raises. A number that the host node does not have is a copy of another board, or a slip.',
  remedy: 'Copy `interrupts` from the host node.',
  bad: board() + guest() + fragment({ eth: 'interrupt-parent = <0xfde8>; interrupts = <0 81 4>;' }),
  good: board() + guest() + fragment(),
  sources: ['Xen, dom0less: "Unable to map IRQ N to DOMAIN"', 'Xen maps the interrupts of the host node one to one'],
  *check(system) {
    const { host } = system;
    if (host === undefined) return;
    for (const { domain, device } of assigned(system)) {
      const { part, node } = device;
      const tree = domain.fragment;
      if (part === undefined || node === undefined || tree === undefined) continue;
      const own = new Set(interruptsOf(host.tree, node).flatMap(({ gic }) => (gic === undefined ? [] : [gic.intid])));
      const cells = cellsOf(part, 'interrupts');
      // A host without decoded interrupts (a nexus, another controller) has nothing to compare with.
      if (own.size === 0 || cells.length % 3 !== 0) continue;
      for (let i = 0; i < cells.length; i += 3) {
        const number = cells[i + 1]?.value ?? 0;
        if (cells[i]?.value !== SPI || own.has(number + FIRST_SPI)) continue;
        yield problem(this, atProperty(tree, part, 'interrupts'), {
          message: `The guest is told SPI ${number} for ${part.name}, which the host node does not have.`,
          advice: 'Copy interrupts from the host node.',
          related: hostNode(system, device),
        });
      }
    }
  },
};
