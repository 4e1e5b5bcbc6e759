import { BASE } from './examples.ts';
import { faultsOf, problemAt, rangeIn, type XlRule } from './rule.ts';

/** XL018: paths of host nodes, as far as the file alone tells. */
export const dtdev: XlRule = {
  id: 'xl-dtdev',
  level: 'error',
  title: 'Not a path of a host device-tree node',
  explanation: '`dtdev` names nodes of the host device tree by their full path. Xen looks the path up when the guest is created and refuses any other text.',
  remedy: 'Write the path from the root, as `vsmmu streams` prints it.',
  bad: `${BASE}dtdev = [ "soc/dma@1000" ]\n`,
  good: `${BASE}dtdev = [ "/soc/dma@1000" ]\n`,
  sources: ['libxl: "xc_assign_dtdevice failed: N"', 'Xen: XEN_DOMCTL_assign_dt_device: assign "PATH" to domN failed'],
  *check(guest) {
    yield* faultsOf(this, guest, 'dtdev');
    const seen = new Map<string, (typeof guest.dtdev)[number]>();
    for (const one of guest.dtdev) {
      const before = seen.get(one.value);
      if (before !== undefined) {
        yield problemAt(this, guest, one.atom, {
          message: `${one.value} is assigned twice, and Xen refuses the second.`,
          advice: 'Remove one of the two.',
          related: [{ range: rangeIn(guest, before.atom), message: 'The first one' }],
        });
      }
      seen.set(one.value, one);
    }
  },
};
