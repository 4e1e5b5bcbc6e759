import { BASE } from './examples.ts';
import { problemAt, rangeIn, type XlRule } from './rule.ts';

/** XL015: `passthrough` against the devices, and against populate-on-demand. */
export const passthroughMode: XlRule = {
  id: 'xl-passthrough-mode',
  level: 'error',
  title: '`passthrough` contradicts the configuration',
  explanation: 'Arm shares the page tables of CPU and IOMMU, so `sync_pt` does not exist there. `disabled` contradicts assigned devices. And a guest with devices cannot start with less memory than it may grow to: the IOMMU needs every page from the start.',
  remedy: 'Leave `passthrough` out: libxl chooses well. Set `memory` and `maxmem` to the same number.',
  bad: `${BASE}dtdev = [ "/soc/dma@1000" ]\npassthrough = "disabled"\n`,
  good: `${BASE}dtdev = [ "/soc/dma@1000" ]\npassthrough = "enabled"\n`,
  sources: ['libxl: "passthrough="sync_pt" not supported on ARM"', 'libxl: "passthrough disabled but devices are specified"', 'libxl: "IOMMU required for device passthrough but not supported together with PoD"'],
  *check(guest) {
    const mode = guest.text('passthrough');
    const word = mode?.value.toLowerCase();
    if (mode !== undefined && word === 'sync_pt' && guest.dtdev.length > 0) {
      yield problemAt(this, guest, mode.atom, { message: 'Arm does not support passthrough = "sync_pt".', advice: 'Use "share_pt" or "enabled".' });
    }
    const device = guest.dtdev[0] ?? guest.pci[0];
    if (device === undefined) return;
    if (mode !== undefined && word === 'disabled') {
      yield problemAt(this, guest, mode.atom, {
        message: 'Passthrough is disabled, but devices are assigned.',
        advice: 'Remove passthrough, or the devices.',
        related: [{ range: rangeIn(guest, device.atom), message: 'This device is assigned' }],
      });
    }
    const [memory, most] = [guest.number('memory'), guest.number('maxmem')];
    if (memory !== undefined && most !== undefined && memory.value < most.value) {
      yield problemAt(this, guest, memory.atom, {
        message: `A guest with assigned devices cannot start with ${memory.value} of ${most.value} MiB.`,
        advice: 'Set memory and maxmem to the same number.',
        related: [{ range: rangeIn(guest, device.atom), message: 'This device is assigned' }],
      });
    }
  },
};
