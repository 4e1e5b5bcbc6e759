import { VUART_INTERRUPT } from '../../../xl/interruptIds.ts';
import { dom0lessOf } from './domainRule.ts';
import { atProperty, problem, type SystemRule } from './rule.ts';
import { board, domU, domUFragment } from './examples.ts';

/** DL008: SPI 0 is taken. */
export const dlVpl011: SystemRule = {
  id: 'dom0less-vpl011-interrupt',
  level: 'warning',
  title: 'Emulated UART and an assigned device on one interrupt',
  explanation: '`vpl011` signals on interrupt id 32, SPI 0. A device of the host that is wired to SPI 0 cannot be given to the same domain.',
  remedy: 'Drop `vpl011` from the domain, or give the device to another.',
  bad: board({ chosen: domU('passthrough = "enabled"; vpl011;') }).replace('interrupts = <0 80 4>', 'interrupts = <0 0 4>') + domUFragment('xen,reg = <0x0 0xfe100000 0x0 0x1000 0x0 0xfe100000>; xen,path = "/ethernet@fe100000"; interrupt-parent = <&gic>; interrupts = <0 0 4>;'),
  good: board({ chosen: domU('passthrough = "enabled"; vpl011;') }) + domUFragment(),
  sources: ['xen/include/public/arch-arm.h: GUEST_VPL011_SPI', 'Xen: "Unable to map IRQ32 to DOMAIN"'],
  *check(system) {
    for (const { host, domain, node } of dom0lessOf(system)) {
      const clash = domain.interrupts.find((one) => one.intid === VUART_INTERRUPT);
      if (clash === undefined || !node.properties.has('vpl011')) continue;
      yield problem(this, atProperty(host, node, 'vpl011'), {
        message: `vpl011 of ${node.name} and an assigned device both use interrupt id ${VUART_INTERRUPT}.`,
        advice: 'Drop vpl011, or give the device to another domain.',
        related: [{ range: clash.at, message: 'The device is assigned here' }],
      });
    }
  },
};
