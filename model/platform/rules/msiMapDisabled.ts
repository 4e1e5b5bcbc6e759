/** `msi-map-disabled`: an `msi-map` to a controller that is switched off. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';
import { isAvailable, nameOf } from '../values.ts';

/** Legacy interrupts still work, so this is information. */
export const msiMapDisabled: Rule<PlatformContext> = {
  id: 'msi-map-disabled',
  level: 'information',
  title: 'The MSI controller of this bus is disabled',
  explanation: '`msi-map` leads to a controller whose `status` is not `okay`. Devices on the bus get no message-signalled interrupts.',
  remedy: 'Enable the controller, or delete `msi-map`.',
  bad: '&its {\n\tstatus = "disabled";\n};\n\n/ {\n\tpcie@40000000 {\n\t\tdevice_type = "pci";\n\t\tmsi-map = <0x0 &its 0x0 0x10000>;\n\t};\n};',
  good: '/ {\n\tpcie@40000000 {\n\t\tdevice_type = "pci";\n\t\tmsi-map = <0x0 &its 0x0 0x10000>;\n\t};\n};',
  sources: ['Linux of_msi_map_get_device_domain(): no domain for a controller that has not probed'],
  *check(context) {
    for (const { msiMap, enabled } of context.platform.masters) {
      const entry = enabled ? msiMap?.entries.find(({ target }) => target !== undefined && !isAvailable(target)) : undefined;
      if (entry?.target === undefined) continue;
      yield report(msiMapDisabled, context, {
        at: entry.span,
        message: `${nameOf(entry.target)} is disabled: devices on this bus get no MSIs from it.`,
        related: [{ at: propertySpan(entry.target, 'status'), message: `${nameOf(entry.target)} is switched off here` }],
      });
    }
  },
};
