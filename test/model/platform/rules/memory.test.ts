import { describe, it } from 'vitest';
import { check, type Fixture, table } from './check.ts';

/** A region for a display that lists it, with more text in the region or in the device. */
const region = (content: string, device = 'memory-region = <&fb>;'): string => `reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
  fb: framebuffer@90000000 { ${content} }; };
  display: display@c0000 { iommus = <&smmu 0x20>; ${device} };`;

const FIXTURES: readonly Fixture[] = [
  ['a region mapped one to one', region('reg = <0x0 0x90000000 0x0 0x800000>; iommu-addresses = <&display 0x0 0x90000000 0x0 0x800000>;')],
  ['a reservation without memory', region('iommu-addresses = <&display 0x0 0x0 0x0 0x90000000>;')],
  ['a region that several devices share', `${region('iommu-addresses = <&display 0x0 0x100000 0x0 0x1000>, <&dma 0x0 0x200000 0x0 0x1000>;')} dma: dma@a0000 { iommus = <&smmu 0x10>; memory-region = <&fb>; };`],
  ['a size that is not memory\'s', region('reg = <0x0 0x90000000 0x0 0x800000>; iommu-addresses = <&display 0x0 0x90000000 0x0 0x400000>;'),
    'information iommu-addresses-mapping: &display 0x0 0x90000000 0x0 0x400000'],
  ['size 0', region('iommu-addresses = <&display 0x0 0x90000000 0x0 0x0>;'), 'warning iommu-addresses-format: &display 0x0 0x90000000 0x0 0x0'],
  ['cells missing before another entry', region('iommu-addresses = <&display 0x90000000 0x1000>, <&display 0x0 0x90000000 0x0 0x1000>;'), 'error iommu-addresses-format: &display 0x90000000 0x1000'],
  ['not listed by the device', region('iommu-addresses = <&display 0x0 0x90000000 0x0 0x1000>;', ''), 'warning iommu-addresses-device: &display'],
  ['an unknown number for a device', region('iommu-addresses = <0x77 0x0 0x90000000 0x0 0x1000>;'), 'error iommu-addresses-format: 0x77'],
  ['no-map and reusable', region('reg = <0x0 0x90000000 0x0 0x800000>; reusable; no-map;'), 'error reserved-memory-flags: reusable'],
  ['other cells than the root', 'reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; fb@90000000 { reg = <0x90000000 0x1000>; }; };', 'error reserved-memory-root: #address-cells'],
  ['an empty /reserved-memory', 'reserved-memory { };'],
  ['memory-region to another node', 'dma@a0000 { memory-region = <&gic>; };', 'warning memory-region-target: &gic'],
];

const XEN: readonly Fixture[] = [
  ['a device with streams', 'dma@a0000 { xen,passthrough; iommus = <&smmu 0x10>; };'],
  ['an IOMMU kept from dom0', '&smmu { xen,passthrough; };'],
  ['a root complex with a map', 'pcie@40000000 { device_type = "pci"; xen,passthrough; iommu-map = <0x0 &smmu 0x0 0x10000>; };'],
  ['no streams', 'dma@a0000 { xen,passthrough; };', 'warning xen-passthrough-no-iommu: xen,passthrough'],
  ['streams of a disabled IOMMU', '&smmu { status = "disabled"; };\n/ { dma@a0000 { xen,passthrough; iommus = <&smmu 0x10>; }; };',
    'information iommus-disabled: &smmu 0x10', 'warning xen-passthrough-no-iommu: xen,passthrough'],
  ['a broken list is reported once', 'dma@a0000 { xen,passthrough; iommus = <&smmu>; };', 'error iommus-length: &smmu'],
  ['with a value', 'dma@a0000 { xen,passthrough = <1>; iommus = <&smmu 0x10>; };', 'warning boolean-with-value: xen,passthrough = <1>;'],
  ['a private interrupt', 'dma@a0000 { xen,passthrough; iommus = <&smmu 0x10>; interrupts = <1 9 4>; };', 'information xen-passthrough-interrupts: 1 9 4'],
  ['grant DMA on another device', '/ { g: iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; }; eth@a0000 { compatible = "vendor,eth"; iommus = <&g 1>; }; };', 'warning xen-grant-dma: &g 1'],
  ['grant DMA from a reserved domain', '/ { g: iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; }; virtio@a0000 { compatible = "virtio,mmio"; iommus = <&g 0x7ff0>; }; };', 'error xen-grant-dma: 0x7ff0'],
  ['grant DMA of two devices from one domain', '/ { g: iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; }; virtio@a0000 { compatible = "virtio,mmio"; iommus = <&g 1>; }; virtio@b0000 { compatible = "virtio,mmio"; iommus = <&g 1>; }; };'],
];

describe('rules of reserved memory', () => {
  it.each(table(FIXTURES))('%s', (_, fixture) => check(fixture));
});

describe('rules of Xen\'s host tree', () => {
  it.each(table(XEN))('%s', (_, fixture) => check(fixture));
});
