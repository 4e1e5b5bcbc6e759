import { hex } from '../../units.ts';
import { dom0lessOf, memoryKib, staticBanks } from './domainRule.ts';
import { atProperty, problem, type SystemRule } from './rule.ts';
import { board, domU } from './examples.ts';

const KIB = 1024n;
const PAGE_MASK = 0xfffn;

/** DL002: static memory and the direct map. */
export const dlStaticMemory: SystemRule = {
  id: 'dom0less-static-memory',
  level: 'error',
  title: 'Static memory of a dom0less domain does not add up',
  explanation: '`direct-map` puts guest addresses equal to host addresses, which needs `xen,static-mem`. The sizes of `xen,static-mem` must add up to `memory`, in whole pages; its cell counts are those of `/chosen`.',
  remedy: 'Make the sum of the banks equal to `memory` (KiB).',
  bad: board({ chosen: domU('direct-map;') }),
  good: board({ chosen: domU('direct-map; xen,static-mem = <0x0 0x80000000 0x0 0x20000000>;') }),
  sources: ['Xen: "direct-map is not valid for domain X without static allocation." (panic)', 'Xen: `Size of "memory" property doesn\'t match up with the sum-up of "xen,static-mem". Unsupported configuration.`'],
  *check(system) {
    for (const { host, node } of dom0lessOf(system)) {
      const hasStatic = node.properties.has('xen,static-mem');
      if (node.properties.has('direct-map') && !hasStatic) {
        yield problem(this, atProperty(host, node, 'direct-map'), { message: `direct-map of ${node.name} needs xen,static-mem, and Xen panics without it.`, advice: 'Add xen,static-mem.' });
      }
      if (!hasStatic) continue;
      const banks = staticBanks(node);
      const sum = banks.reduce((total, bank) => total + bank.size, 0n);
      const memory = memoryKib(node);
      if (banks.some((bank) => ((bank.start | bank.size) & PAGE_MASK) !== 0n)) {
        yield problem(this, atProperty(host, node, 'xen,static-mem'), { message: `A bank of xen,static-mem of ${node.name} is not made of whole pages.`, advice: 'Use multiples of 4 KiB.' });
      } else if (memory !== undefined && sum !== memory * KIB) {
        yield problem(this, atProperty(host, node, 'xen,static-mem'), {
          message: `The banks of ${node.name} add up to ${sum / KIB} KiB (${hex(sum)} bytes), but memory says ${memory} KiB.`,
          advice: 'Make the two equal: memory counts KiB, xen,static-mem bytes.',
          related: [{ range: atProperty(host, node, 'memory'), message: 'memory is set here' }],
        });
      }
    }
  },
};
