import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamTable } from '../../../model/platform/streamTable.ts';
import { contextOf, findings } from './board.ts';

const name = fc.constantFrom('iommus', 'iommu-map', 'iommu-map-mask', 'msi-map', 'msi-map-mask', '#iommu-cells', 'reg', 'ranges', 'dma-ranges', 'interrupts', 'interrupts-extended',
  'interrupt-parent', 'interrupt-names', 'status', 'compatible', 'device_type', 'bus-range', 'stream-match-mask', '#address-cells', '#size-cells', '#interrupt-cells', 'phandle',
  'iommu-addresses', 'memory-region', 'xen,passthrough', 'mmu-masters', '#global-interrupts', 'dma-coherent', 'iommu', '__proto__', 'constructor');
const cell = fc.oneof(fc.constantFrom('&a', '&b', '&c', '&reserved', '0', '1', '2', '0xffff', '0x10000', '0xffffffff'), fc.nat(0x20000).map(String));
const text = fc.constantFrom('arm,smmu-v3', 'arm,mmu-500', 'arm,gic-v3', 'xen,grant-dma', 'virtio,pci-iommu', 'virtio,mmio', 'rockchip,iommu', 'pci', 'disabled', 'okay', 'eventq', 'combined', '__proto__', '');
const value = fc.oneof(
  { weight: 4, arbitrary: fc.array(cell, { maxLength: 9 }).map((cells) => ` = <${cells.join(' ')}>`) },
  { weight: 2, arbitrary: fc.array(text, { minLength: 1, maxLength: 3 }).map((all) => ` = ${all.map((one) => `"${one}"`).join(', ')}`) },
  { weight: 1, arbitrary: fc.constantFrom('', ' = [00 11 22]', ' = &a', ' = /bits/ 64 <1 2>', ' = /bits/ 8 <1 2 3>') },
);
const properties = fc.uniqueArray(fc.tuple(name, value), { maxLength: 9, selector: ([key]) => key }).map((all) => all.map(([key, rest]) => `${key}${rest};`).join(' '));
const source = fc.array(properties, { minLength: 7, maxLength: 7 }).map(([root, a, b, c, inner, holder, region]) =>
  `/dts-v1/; / { ${root} a: iommu@1 { ${a} }; b: pcie@2 { ${b} c: dev@0,0 { ${c} iommu@3 { ${inner} }; }; }; reserved-memory { ${holder} reserved: r@4 { ${region} }; }; };`);

describe('the platform of any tree', () => {
  it('is built and checked without a throw, and twice alike', () => {
    fc.assert(fc.property(source, (board) => {
      const context = contextOf(board);
      const found = findings(context);
      for (const { range } of found) {
        expect(range.start).toBeLessThanOrEqual(range.end);
        expect(range.end).toBeLessThanOrEqual(board.length);
      }
      expect(findings(contextOf(board))).toEqual(found);
      expect(JSON.parse(JSON.stringify(streamTable(context)))).toEqual(streamTable(context));
    }), { numRuns: Number(process.env['VSMMU_FUZZ_RUNS'] ?? 400) });
  });
});
