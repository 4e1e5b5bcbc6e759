import { busCells } from '../../addresses.ts';
import { hex } from '../../units.ts';
import { cellsOf } from '../../values.ts';
import { below, passthroughOf, xenRegsOf } from '../fragment.ts';
import { atProperty, atSpan, fragmentsOf, problem, type SystemRule } from './rule.ts';
import { board, domU, domUFragment } from './examples.ts';

const PAGE_MASK = 0xfffn;
const HOST = board({ chosen: domU('passthrough = "enabled";') });

/** PD006: the tuples of `xen,reg`. */
export const pdXenReg: SystemRule = {
  id: 'pd-xen-reg',
  level: 'error',
  title: '`xen,reg` is not whole pages in <host size guest> order',
  explanation: 'Each tuple is the host address, the size, then the guest address, with the cell counts of the node\'s parent. All three are multiples of 4 KiB. An incomplete last tuple is dropped without a message.',
  remedy: 'Write `<host-address size guest-address>`; the size stands in the middle.',
  bad: HOST + domUFragment('xen,reg = <0x0 0xfe100000 0x0 0x100 0x0 0xfe100000>; xen,path = "/ethernet@fe100000"; interrupt-parent = <&gic>; interrupts = <0 80 4>;'),
  good: HOST + domUFragment(),
  sources: ['Xen, dom0less: "DomU passthrough config has not page aligned addresses/sizes"', 'Xen: "Invalid address_cells N or size_cells N"'],
  *check(system) {
    for (const { fragment: tree, domain } of fragmentsOf(system)) {
      if (domain?.kind === 'xl') continue;
      for (const node of below(passthroughOf(tree))) {
        const count = cellsOf(node, 'xen,reg').length;
        if (count === 0 || node.parent === undefined) continue;
        const { address, size } = busCells(node.parent);
        const step = 2 * address + size;
        if ([address, size].some((cells) => cells < 1 || cells > 2)) {
          yield problem(this, atProperty(tree, node, 'xen,reg'), { message: `The parent of ${node.name} has ${address} address and ${size} size cells; Xen takes 1 or 2 of each.`, advice: 'Change #address-cells and #size-cells of the parent.' });
        } else if (count % step !== 0) {
          yield problem(this, atProperty(tree, node, 'xen,reg'), { message: `xen,reg has ${count} cells; a tuple has ${step} (host ${address}, size ${size}, guest ${address}).`, advice: 'Complete the last tuple: Xen drops it without a message.' });
        }
        for (const reg of xenRegsOf(node)) {
          if (((reg.host | reg.size | reg.guest) & PAGE_MASK) === 0n) continue;
          yield problem(this, atSpan(tree, reg.span), { message: `Host ${hex(reg.host)}, size ${hex(reg.size)}, guest ${hex(reg.guest)} are not all whole pages of 4 KiB.`, advice: 'Round them to pages; mind the order <host size guest>.' });
        }
      }
    }
  },
};
