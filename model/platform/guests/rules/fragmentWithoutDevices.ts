import { inConfig, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';
import { VIOMMU_KEYS } from './pdIommus.ts';
import { below, passthroughOf } from '../fragment.ts';

/** XL019: the fragment describes a DMA master that nothing assigns. */
export const fragmentWithoutDevices: SystemRule = {
  id: 'guest-fragment-without-dtdev',
  level: 'warning',
  title: 'Partial device tree describes a DMA master, but `dtdev` is absent',
  explanation: 'The guest sees a node with `iommus` and drives the device, yet nothing assigned its streams: `iomem` and `irqs` do not. The first DMA is stopped by the host\'s SMMU.',
  remedy: 'Add the host path of the device to `dtdev`.',
  bad: board() + guest({ dtdev: '', more: `${VIOMMU_KEYS}passthrough = "enabled"\n` }) + fragment({ eth: 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>; iommus = <0x1 0x8>;' }),
  good: board() + guest() + fragment(),
  sources: ['Xen docs/misc/arm/passthrough.txt', 'libxl: only dtdev, pci and passthrough= switch the IOMMU on'],
  *check(system) {
    for (const domain of system.domains) {
      const { config, fragment: tree } = domain;
      const named = config?.text('device_tree');
      if (config === undefined || tree === undefined || named === undefined || config.config.settings.has('dtdev')) continue;
      const node = [...below(passthroughOf(tree))].find((one) => one.properties.has('iommus'));
      if (node === undefined) continue;
      yield problem(this, inConfig(config, named.atom), {
        message: `The partial device tree describes ${node.name} with iommus, but nothing is assigned to this guest.`,
        advice: 'Add the host path of the device to dtdev.',
        related: [{ range: tree.text.origin(node.definitions[0]?.start ?? 0, node.definitions[0]?.open ?? 0).range, message: 'The node' }],
      });
    }
  },
};
