import type { Problem } from '../../../problem.ts';
import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { regionsOf } from '../../addresses.ts';
import { interruptsOf } from '../../interrupts.ts';
import { hex } from '../../units.ts';
import { cellsOf } from '../../values.ts';
import { xenRegsOf } from '../fragment.ts';
import type { CompiledTree, OwnedDevice, System } from '../types.ts';
import { assigned, atProperty, atSpan, hostNode, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

const SPI = 0;
const FIRST_SPI = 32;

/** PD017: the fragment tells other interrupts or registers than the host has. */
export const pdHostMismatch: SystemRule = {
  id: 'pd-host-mismatch',
  level: 'warning',
  title: 'Interrupt or registers of a partial device tree differ from the host\'s',
  explanation: 'Interrupts are routed under their own number: what the guest waits for must be what the device raises. `xen,reg` maps what it names, whatever device that is. A number that the host node does not have is a copy of another board, or a slip.',
  remedy: 'Copy `interrupts`, and the host addresses of `xen,reg`, from the host node.',
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
      yield* foreignRegisters(this, system, { device, tree, part });
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

/** Host addresses of `xen,reg` that are no registers of the device. */
function* foreignRegisters(rule: SystemRule, system: System, { device, tree, part }: { device: OwnedDevice; tree: CompiledTree; part: DtNode }): Iterable<Problem> {
  const regions = device.node === undefined ? [] : regionsOf(device.node).filter((region) => region.physical !== undefined);
  if (regions.length === 0) return;
  for (const reg of xenRegsOf(part)) {
    if (regions.some(({ physical = 0n, size }) => reg.host < physical + size && physical < reg.host + reg.size)) continue;
    yield problem(rule, atSpan(tree, reg.span), {
      message: `Host address ${hex(reg.host)} is no register of ${device.path}.`,
      advice: 'Copy the host addresses from reg of the host node.',
      related: hostNode(system, device),
    });
  }
}
