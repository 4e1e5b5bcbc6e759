import { interruptsOf } from '../../interrupts.ts';
import { assigned, atSpan, listItemFix, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

/** Rule 9 of the survey: an assigned device whose interrupts stay with the host. */
export const irqsMissing: SystemRule = {
  id: 'guest-irqs-missing',
  level: 'warning',
  title: 'Interrupt of an assigned device is missing from `irqs`',
  explanation: 'xl gives a guest only the interrupts that `irqs` lists; `dtdev` does not imply them. The driver of the guest waits for an interrupt that never comes.',
  remedy: 'Add the interrupt: the SPI number of the host node plus 32. The quick fix does.',
  bad: board() + guest({ irqs: '' }) + fragment(),
  good: board() + guest() + fragment(),
  sources: ['xl.cfg(5), `irqs` and `dtdev`', 'xen/docs/misc/arm/passthrough.txt'],
  *check(system) {
    const { host } = system;
    if (host === undefined) return;
    for (const { domain, device } of assigned(system)) {
      if (domain.config === undefined || device.node === undefined ) continue;
      // A template may bring the missing entry with it.
      if (domain.config.syntax.placeholders.length > 0) continue;
      const listed = new Set(domain.interrupts.map((one) => one.intid));
      for (const interrupt of interruptsOf(host.tree, device.node)) {
        const { gic } = interrupt;
        if (gic === undefined || gic.type !== 'SPI' || listed.has(gic.intid)) continue;
        yield problem(this, device.at, {
          message: `Interrupt ${gic.intid} (SPI ${gic.number}) of ${device.path} is not in irqs.`,
          advice: `Add ${gic.intid} to irqs.`,
          related: [{ range: atSpan(host, interrupt.span), message: `SPI ${gic.number} in the host tree` }],
          fixes: [listItemFix(domain.config, 'irqs', String(gic.intid))],
        });
      }
    }
  },
};
