import { regionsOf } from '../../addresses.ts';
import { hex } from '../../units.ts';
import { below, passthroughOf, xenRegsOf } from '../fragment.ts';
import { atSpan, fragmentsOf, problem, type SystemRule } from './rule.ts';
import { board, domU, domUFragment } from './examples.ts';

const HOST = board({ chosen: domU('passthrough = "enabled";') });
const PAGE_MASK = ~0xfffn;

/** PD007: the driver looks where nothing is mapped. */
export const pdGuestAddress: SystemRule = {
  id: 'pd-guest-address',
  level: 'warning',
  title: '`reg` of a device is not where `xen,reg` maps it',
  explanation: 'The guest\'s driver uses `reg`; Xen maps what the third part of `xen,reg` says. Where they differ, the first register access of the driver faults.',
  remedy: 'Make the guest address of `xen,reg` equal to `reg`.',
  bad: HOST + domUFragment('xen,reg = <0x0 0xfe100000 0x0 0x1000 0x0 0xfe200000>; xen,path = "/ethernet@fe100000"; interrupt-parent = <&gic>; interrupts = <0 80 4>;'),
  good: HOST + domUFragment(),
  sources: ['Xen docs/misc/arm/passthrough.txt: <host-address size guest-address>'],
  *check(system) {
    for (const { fragment: tree, domain } of fragmentsOf(system)) {
      if (domain?.kind === 'xl') continue;
      for (const node of below(passthroughOf(tree))) {
        const mapped = xenRegsOf(node);
        if (mapped.length === 0) continue;
        for (const region of regionsOf(node)) {
          const start = region.physical;
          if (start === undefined || mapped.some((reg) => reg.guest <= start && start < reg.guest + reg.size)) continue;
          yield problem(this, atSpan(tree, region.span), {
            message: `reg of ${node.name} is at ${hex(start)} in the guest, but xen,reg maps ${mapped.map((reg) => hex(reg.guest & PAGE_MASK)).join(', ')}.`,
            advice: 'Make the guest address of xen,reg equal to reg.',
            related: mapped.map((reg) => ({ range: atSpan(tree, reg.span), message: 'Mapped here' })),
          });
        }
      }
    }
  },
};
