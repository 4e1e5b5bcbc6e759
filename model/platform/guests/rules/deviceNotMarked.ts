import { assigned, atSpan, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

/** HD002: dom0 drives what the guest is given. */
export const deviceNotMarked: SystemRule = {
  id: 'guest-device-not-marked',
  level: 'warning',
  title: 'Assigned device lacks `xen,passthrough` in the host tree',
  explanation: 'Without `xen,passthrough` Xen hands the node to dom0 as well, whose driver then probes it. Assignment fails with -EBUSY, or two kernels drive one device.',
  remedy: 'Add `xen,passthrough;` to the host node.',
  bad: board({ mark: '' }) + guest() + fragment(),
  good: board() + guest() + fragment(),
  sources: ['Xen docs/misc/arm/passthrough.txt', 'Xen: "PATH already assigned."'],
  *check(system) {
    const { host } = system;
    if (host === undefined) return;
    for (const { device } of assigned(system)) {
      const { node } = device;
      if (node === undefined || node.properties.has('xen,passthrough')) continue;
      // The last statement is the board's own: a shared .dtsi is not the place for this.
      const definition = node.definitions.at(-1);
      if (definition === undefined) continue;
      const origin = host.text.origin(definition.open, definition.open + 1);
      const at = origin.expansion !== undefined ? undefined : { ...origin.range, start: origin.range.end };
      yield problem(this, atSpan(host, definition.target), {
        message: `${device.path} is assigned to a guest, but nothing keeps dom0 from driving it.`,
        advice: 'Add xen,passthrough to this node.',
        related: [{ range: device.at, message: 'Assigned here' }],
        ...(at === undefined ? {} : { fixes: [{ title: 'Add xen,passthrough', edits: [{ range: at, text: '\n\t\txen,passthrough;' }], preferred: true }] }),
      });
    }
  },
};
