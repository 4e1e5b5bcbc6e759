/** `xen-passthrough-interrupts`: one interrupt twice in a device that is to be passed through. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { interruptsOf } from '../interrupts.ts';
import type { Interrupt } from '../types.ts';

/** Boards list a shared line twice, which Linux accepts: it matters for passthrough only. */
export const xenInterruptTwice: Rule<PlatformContext> = {
  id: 'xen-passthrough-interrupts',
  level: 'information',
  title: 'A device for passthrough lists one interrupt twice, or a private one',
  explanation: 'Xen routes each interrupt of an assigned device to the guest once, and only shared peripheral interrupts (SPIs): the second routing of one line fails, and so does a private one (PPI).',
  remedy: 'List each SPI once. The id in `irqs` of an xl configuration is the SPI number plus 32.',
  bad: 'dma@a0000 {\n\tcompatible = "vendor,dma";\n\treg = <0x0 0xa0000 0x0 0x1000>;\n\tinterrupts = <0 30 4>, <0 30 4>;\n\tiommus = <&smmu 0x10>;\n\txen,passthrough;\n};',
  good: 'dma@a0000 {\n\tcompatible = "vendor,dma";\n\treg = <0x0 0xa0000 0x0 0x1000>;\n\tinterrupts = <0 30 4>, <0 31 4>;\n\tiommus = <&smmu 0x10>;\n\txen,passthrough;\n};',
  sources: ['Xen: `Unable to map IRQ%u to %pd`', 'Xen xl.cfg(5), irqs: only SPIs can be assigned'],
  *check(context) {
    for (const { property } of context.platform.noted.get('xen,passthrough') ?? []) {
      const seen = new Map<string, Interrupt>();
      for (const interrupt of interruptsOf(context.platform.tree, property.node)) {
        const { gic, span } = interrupt;
        if (gic === undefined) continue;
        const first = seen.get(`${gic.type} ${gic.number}`);
        seen.set(`${gic.type} ${gic.number}`, interrupt);
        if (first === undefined && gic.type === 'SPI') continue;
        yield report(xenInterruptTwice, context, {
          at: span,
          message: first === undefined ? `${gic.type} ${gic.number} is private to a CPU: Xen routes only SPIs to guests.` : `${gic.type} ${gic.number} (INTID ${gic.intid}) is listed twice.`,
          related: first === undefined ? [] : [{ at: first.span, message: 'listed here before' }],
        });
      }
    }
  },
};
