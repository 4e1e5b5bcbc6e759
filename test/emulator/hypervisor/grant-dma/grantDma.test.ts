import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { hex, parseU64 } from '../../../../emulator/index.ts';
import { grantAddress, grantCount, grantPlace } from '../../../../emulator/hypervisor/grant-dma/address.ts';
import { backEndOf } from '../../../../emulator/hypervisor/grant-dma/endpoints.ts';
import { GrantDma, type GrantDmaConfig } from '../../../../emulator/hypervisor/grant-dma/grantDma.ts';
import { GTF } from '../../../../emulator/hypervisor/grant-dma/table.ts';
import { fixture, original } from '../linux/fixtures.ts';

interface Vector { gref: number; offset: string; size: string; dma: string; nGrants: number }
const { grantDma } = fixture<{ grantDma: Vector[] }>('grants-pkvm');

function system(config: Partial<GrantDmaConfig> = {}): GrantDma {
  return new GrantDma({
    devices: [
      { name: 'disk', source: { kind: 'iommus', isGrantDma: true, domid: 2 }, backEnd: 2 },
      { name: 'net', source: { kind: 'none' }, backEnd: 0 },
    ],
    ...config,
  });
}

describe('grant addresses', () => {
  it.each(grantDma)('$gref + $offset is $dma', ({ gref, offset, size, dma, nGrants }) => {
    expect(hex(grantAddress({ ref: gref, offset: Number(offset) }))).toBe(dma);
    expect(grantPlace(parseU64(dma)!)).toEqual({ ref: gref, offset: Number(offset) });
    expect(grantCount(Number(offset), Number(size))).toBe(nGrants);
  });

  it.skipIf(original('linux-rules') === undefined)('are the shared vectors (skipped without ../shared)', () => {
    expect(grantDma).toEqual(original<{ grantDma: Vector[] }>('linux-rules')!.grantDma);
  });

  it('come back for any reference, and are ordinary without bit 63', () => {
    fc.assert(fc.property(fc.nat(0xffff_ffff), fc.nat(4095), (ref, offset) => {
      expect(grantPlace(grantAddress({ ref, offset }))).toEqual({ ref, offset });
    }));
    expect(grantPlace({ hi: 0x7fff_ffff, lo: 0x1000 })).toBeUndefined();
  });
});

describe('the back end of a device', () => {
  const rows = [{ ridBase: 0x8, isGrantDma: true, domid: 3, length: 1 }, { ridBase: 0x10, isGrantDma: true, domid: 5, length: 8 }, { ridBase: 0x20, isGrantDma: false, domid: 1, length: 1 }];
  it.each([
    ['iommus', { kind: 'iommus', isGrantDma: true, domid: 2 }, { domid: 2 }],
    ['another IOMMU', { kind: 'iommus', isGrantDma: false, domid: 2 }, { why: 'Incompatible IOMMU node' }],
    ['no iommus', { kind: 'none' }, { why: 'Cannot parse iommus property' }],
    ['a function', { kind: 'iommu-map', rid: 8, rows }, { domid: 3 }],
    ['a function in a range', { kind: 'iommu-map', rid: 0x12, rows }, { domid: 7 }],
    ['a masked function', { kind: 'iommu-map', rid: 0x112, mask: 0xff, rows }, { domid: 7 }],
    ['a function after a row that the mask cannot reach', { kind: 'iommu-map', rid: 0x12, mask: 0xf7, rows }, { why: 'Cannot translate ID' }],
    ['a function outside', { kind: 'iommu-map', rid: 9, rows }, { why: 'Cannot translate ID' }],
    ['a function of another IOMMU', { kind: 'iommu-map', rid: 0x20, rows }, { why: 'Incompatible IOMMU node' }],
  ] as const)('%s', (_, source, expected) => {
    expect(backEndOf(source)).toEqual(expected);
  });
});

describe('grants of a buffer', () => {
  it('lie in a row after the reserved references, with domain, frame and flags in the table', () => {
    const h = system();
    expect(h.perform('map', { device: 'disk', address: 0x4030_0ff8, size: 0x10, access: 'read' })).toMatchObject({ ok: true, value: 8 });
    expect(h.table.entry(8)).toEqual({ flags: GTF.permitAccess | GTF.readonly, domid: 2, frame: 0x4_0300 });
    expect(h.table.entry(9)).toEqual({ flags: GTF.permitAccess | GTF.readonly, domid: 2, frame: 0x4_0301 });
    expect(h.memory.load(0x4000_0000 + 64)).toEqual({ hi: 0x4_0300, lo: 0x2_0005 });
    expect(h.perform('map', { device: 'disk', address: 0x4031_0000, size: 0x1000, access: 'both' })).toMatchObject({ value: 10 });
    expect(h.perform('unmap', { device: 'disk', ref: 8, offset: 0xff8, size: 0x10 }).ok).toBe(true);
    expect(h.table.entry(9)!.flags).toBe(0);
    expect(h.table.take(3)).toBe(11);
    expect(h.table.take(2)).toBe(8);
  });

  it('let the back end reach what was granted, in the way it was granted', () => {
    const h = system();
    h.perform('map', { device: 'disk', address: 0x4030_0000, size: 0x1000, access: 'read' });
    const place = { device: 'disk', ref: 8, offset: 0x10, size: 8 };
    expect(h.perform('read', place)).toMatchObject({ ok: true, value: 0x8030_0010 });
    expect(h.perform('write', place).text).toContain('general_error (-1)');
    expect(h.perform('read', { ...place, size: 0x1000 }).text).toContain('general_error (-1): Bad flags');
    expect(h.perform('read', { ...place, ref: 0x8000 }).text).toContain('bad_gntref (-3)');
    expect([...h.mayMap(2).granted]).toEqual([[0x4_0300, 'read']]);
    expect(h.mayMap(0).granted.size).toBe(0);
    expect(h.mapper.mappings).toEqual([]);
    expect(h.runtime.monitor.violations).toEqual([]);
  });

  it('break the device while the back end holds a page, and leak its references', () => {
    const h = system();
    h.perform('map', { device: 'disk', address: 0x4030_0000, size: 0x1000, access: 'both' });
    h.perform('hold', { device: 'disk', ref: 8, offset: 0, size: 8 });
    const { free } = h.table;
    expect(h.table.entry(8)!.flags).toBe(GTF.permitAccess | GTF.reading);
    expect(h.perform('unmap', { device: 'disk', ref: 8, offset: 0, size: 0x1000 }).ok).toBe(false);
    expect(h.runtime.log.at(-1)!.text).toBe('disk: Grant still in use by backend domain, disabled for further use');
    expect(h.perform('letGo', { device: 'disk' })).toMatchObject({ value: 1 });
    expect(h.perform('map', { device: 'disk', address: 0x4030_0000, size: 1, access: 'both' }).text).toContain('broken');
    expect(h.table.free).toBe(free);
    expect(h.machine.history.back(3)).toBe(true);
    expect(h.ops('disk')!.isBroken).toBe(false);
  });

  it('run out with the table, and an entry of a list that fails undoes the ones before', () => {
    const h = system({ maxFrames: 1 });
    const ops = h.ops('disk')!;
    const page = { address: 0x4030_0000, size: 0x1000 };
    expect(ops.mapList([page, { address: 0x4020_0000, size: 504 * 4096 }], 'bidirectional')).toMatchObject({ ok: false, error: '-EIO' });
    expect(h.runtime.log.at(-1)!.text).toContain('max_grant_frames reached limit=1');
    expect(h.table.free).toBe(504);
    expect(h.table.entry(8)!.flags).toBe(0);
    expect(ops.mapList([page, page], 'to-device')).toMatchObject({ ok: true, addresses: [{ hi: 0x8000_0000, lo: 0x8000 }, { hi: 0x8000_0000, lo: 0x9000 }] });
    expect(ops.mapList([page], 'none')).toMatchObject({ ok: false, error: '-EINVAL' });
    expect(ops.map(page, 'bidirectional', true)).toMatchObject({ ok: false, error: 'DMA_MAPPING_ERROR' });
  });
});

describe('Xen, asked to map a grant', () => {
  const request = { caller: 2, granter: 1, ref: 8, readOnly: true };
  it('checks domain, policy, handle, reference, entry and access in this order', () => {
    const h = system({ denied: [3], maxTrackFrames: 0 });
    expect(h.mapper.map({ ...request, caller: 3, granter: 9, ref: 1e6 })).toMatchObject({ status: 'bad_domain' });
    expect(h.mapper.map({ ...request, caller: 3, ref: 1e6 })).toMatchObject({ status: 'permission_denied' });
    expect(h.mapper.map({ ...request, ref: 1e6 })).toMatchObject({ status: 'no_space' });
    expect(system().mapper.map(request)).toMatchObject({ status: 'general_error' });
  });

  it('keeps the marks of an entry until the last mapping is gone', () => {
    const h = system();
    h.map('disk', 0x4030_0000, 0x1000, 'bidirectional');
    h.mapper.map(request);
    h.mapper.map({ ...request, readOnly: false });
    expect(h.table.entry(8)!.flags).toBe(GTF.permitAccess | GTF.reading | GTF.writing);
    expect(h.mapper.unmap(2, 1)).toBe('okay');
    expect(h.table.entry(8)!.flags).toBe(GTF.permitAccess | GTF.reading);
    expect(h.mapper.unmap(3, 0)).toBe('bad_handle');
    expect(h.mapper.unmap(2, 0)).toBe('okay');
    expect(h.table.entry(8)!.flags).toBe(GTF.permitAccess);
  });
});

describe('foreign mapping beside grants', () => {
  it('reaches any page of the guest, which the monitor reports; grants close that', () => {
    const h = system();
    expect(h.runtime.log[0]!.text).toContain('ordinary DMA');
    expect(h.perform('foreign', { device: 'net', address: 0x4020_0000, size: 8 })).toMatchObject({ ok: true, value: 0x8020_0000 });
    expect(h.runtime.monitor.violations).toMatchObject([{ domain: 'dom0', owner: 'dom1', address: 0x8020_0000 }]);
    expect(h.perform('foreign', { device: 'disk', address: 0x4020_0000, size: 8 }).text).toContain('-EPERM');
  });

  it('never leads a back end outside of grants, whatever guest and back end do', () => {
    const action = fc.record({
      name: fc.constantFrom('map', 'unmap', 'read', 'write', 'hold', 'letGo', 'foreign', 'allocate', 'release'), device: fc.constant('disk'),
      ref: fc.integer({ min: 6, max: 20 }), offset: fc.constantFrom(0, 0xff8), size: fc.constantFrom(8, 0x1000, 0x2000),
      address: fc.constantFrom(0x4030_0000, 0x4030_1ff8), access: fc.constantFrom('read', 'write', 'both'),
    });
    fc.assert(fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
      const h = system();
      const hashes = actions.map(({ name, ...values }) => {
        const before = h.machine.hash;
        h.perform(name, values);
        return before;
      });
      expect(h.runtime.monitor.violations).toEqual([]);
      for (const hash of hashes.toReversed()) {
        h.machine.history.back(1);
        expect(h.machine.hash).toBe(hash);
      }
    }), { numRuns: 150 });
  });
});
