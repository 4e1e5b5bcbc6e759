import { describe, expect, it } from 'vitest';
import type { EndpointSource } from '../../../../emulator/hypervisor/grant-dma/endpoints.ts';
import { GrantDma, type GrantDmaConfig } from '../../../../emulator/hypervisor/grant-dma/grantDma.ts';
import { probeVirtio, restrictsMemory, USUAL_KERNEL, USUAL_OFFER, type GuestKernel, type VirtioOffer } from '../../../../emulator/hypervisor/grant-dma/virtio.ts';

const GRANTED: EndpointSource = { kind: 'iommus', isGrantDma: true, domid: 2 };
const PLAIN: EndpointSource = { kind: 'none' };
const OTHER: EndpointSource = { kind: 'iommus', isGrantDma: false, domid: 2 };

describe('a kernel looks at restricted memory access', () => {
  it.each([
    [{ kind: 'arm', hasXenVirtio: true }, true], [{ kind: 'arm', hasXenVirtio: false }, false], [{ kind: 'x86-pv', hasXenVirtio: true }, true],
    [{ kind: 'x86-hvm', hasXenVirtio: true }, false], [{ kind: 'x86-hvm', hasXenVirtio: true, forcesGrants: true }, true],
  ] as readonly [GuestKernel, boolean][])('%o: %s', (kernel, expected) => expect(restrictsMemory(kernel)).toBe(expected));
});

interface Row { name: string; source?: EndpointSource; offer?: Partial<VirtioOffer>; kernel?: Partial<GuestKernel>; expected: object }

const ROWS: readonly Row[] = [
  { name: 'all is there', expected: { kind: 'grants', backEnd: 2 } },
  { name: 'no VIRTIO_F_VERSION_1', offer: { version1: false, accessPlatform: false }, expected: { kind: 'failed', error: '-ENODEV', why: 'device must provide VIRTIO_F_VERSION_1' } },
  { name: 'no VIRTIO_F_ACCESS_PLATFORM', offer: { accessPlatform: false }, expected: { kind: 'failed', error: '-ENODEV', why: 'device must provide VIRTIO_F_ACCESS_PLATFORM' } },
  { name: 'a mask of 32 bits', offer: { maskBits: 32 }, expected: { kind: 'failed', error: '-EIO' } },
  { name: 'a legacy device without grants', source: PLAIN, offer: { version1: false, accessPlatform: false }, expected: { kind: 'ordinary', why: 'Cannot parse iommus property, -ESRCH: ordinary DMA' } },
  { name: 'a device of another IOMMU', source: OTHER, expected: { kind: 'ordinary', why: 'Incompatible IOMMU node, -ESRCH: ordinary DMA' } },
  { name: 'a kernel without Xen virtio', kernel: { hasXenVirtio: false }, offer: { version1: false }, expected: { kind: 'ordinary' } },
  { name: 'forced grants without a node', source: PLAIN, kernel: { forcesGrants: true }, expected: { kind: 'grants', backEnd: 0, warning: 'Using dom0 as backend' } },
  { name: 'a PV guest without a node', source: PLAIN, kernel: { kind: 'x86-pv' }, expected: { kind: 'grants', backEnd: 0, warning: 'Using dom0 as backend' } },
  { name: 'forced grants in dom0', source: PLAIN, kernel: { forcesGrants: true, isDom0: true }, expected: { kind: 'ordinary' } },
  { name: 'forced grants, and another IOMMU', source: OTHER, kernel: { forcesGrants: true }, expected: { kind: 'ordinary' } },
  { name: 'forced grants, and a legacy device', source: PLAIN, kernel: { forcesGrants: true }, offer: { version1: false }, expected: { kind: 'failed', why: 'device must provide VIRTIO_F_VERSION_1' } },
];

describe('the probe of a virtio device', () => {
  it.each(ROWS)('$name', ({ source = GRANTED, offer = {}, kernel = {}, expected }) => {
    expect(probeVirtio(source, { ...USUAL_OFFER, ...offer }, { ...USUAL_KERNEL, ...kernel })).toMatchObject(expected);
  });
});

function system(config: Partial<GrantDmaConfig> = {}): GrantDma {
  return new GrantDma({ devices: [{ name: 'disk', source: GRANTED, backEnd: 2 }], ...config });
}

const MAP = { device: 'disk', address: 0x4030_0000, size: 0x1000, access: 'both' };

describe('a device whose probe', () => {
  it('failed has no driver', () => {
    const h = system({ devices: [{ name: 'disk', source: GRANTED, backEnd: 2, offer: { version1: false } }] });
    expect(h.runtime.log.map((l) => l.text)).toEqual(['disk: device must provide VIRTIO_F_VERSION_1 (-ENODEV)']);
    expect(h.perform('map', MAP).text).toContain('-ENODEV');
    expect(h.perform('allocate', { device: 'disk', size: 0x1000 }).ok).toBe(false);
    expect(h.perform('map', { ...MAP, device: 'none' }).text).toBe('no device none');
    expect(h.table.free).toBe(h.table.size - 8);
  });

  it('came to ordinary DMA is out of reach of a driver domain, since that may not map foreign pages', () => {
    const h = system({ kernel: { kind: 'arm', hasXenVirtio: false } });
    expect(h.perform('map', MAP)).toMatchObject({ ok: true, text: 'ordinary DMA', value: 0x4030_0000 });
    expect(h.perform('foreign', { device: 'disk', address: 0x4030_0000, size: 8 }).text).toContain('-EPERM');
  });

  it('came to another domain than the one that serves it is refused by Xen', () => {
    const h = system({ devices: [{ name: 'disk', source: { kind: 'iommus', isGrantDma: true, domid: 3 }, backEnd: 2 }] });
    const { value } = h.perform('map', MAP);
    expect(h.perform('read', { device: 'disk', ref: value!, offset: 0, size: 8 }).text).toContain('Bad flags (0x1) or dom (3); expected d2');
  });

  it('is done twice complains', () => {
    const device = { name: 'disk', source: GRANTED, backEnd: 2 };
    expect(system({ devices: [device, device] }).runtime.log.at(-1)!.text).toContain('already created');
  });
});

describe('several buffers', () => {
  it('are granted together or not at all', () => {
    const h = system({ maxFrames: 1 });
    expect(h.perform('mapSg', { device: 'disk', list: '0x40300000+0x1000, 0x40310ff8+16', access: 'read' })).toEqual({ ok: true, text: 'granted, references 8, 9', value: 8 });
    const { free } = h.table;
    expect(h.perform('mapSg', { device: 'disk', list: '0x40300000+0x1000,0x40200000+0x400000', access: 'both' }).text).toContain('-EIO');
    expect(h.table.free).toBe(free);
    for (const list of ['', '0x40300000', '0x40300000+0', 'a+1', '1+2+3', '0x40300000+0x80000000']) expect(h.perform('mapSg', { device: 'disk', list, access: 'read' }).text).toContain('address+size');
    expect(h.perform('mapSg', { device: 'none', list: '0+1', access: 'read' }).text).toBe('no device none');
  });
});

describe('coherent buffers', () => {
  it('are granted for both directions, reached, and freed', () => {
    const h = system();
    const made = h.perform('allocate', { device: 'disk', size: 0x1800 });
    expect(made).toMatchObject({ ok: true, value: 8, text: 'granted, the buffer is at 0x40100000' });
    expect(h.perform('write', { device: 'disk', ref: 8, offset: 0xff8, size: 0x800 })).toMatchObject({ ok: true, value: 0x8010_0ff8 });
    expect(h.perform('release', { device: 'disk', ref: 8, size: 0x1800 }).ok).toBe(true);
    expect(h.perform('allocate', { device: 'disk', size: 0x1000 })).toMatchObject({ value: 8, text: 'granted, the buffer is at 0x40100000' });
    expect(h.runtime.monitor.violations).toEqual([]);
  });

  it('are lost with the device while the back end holds one', () => {
    const h = system();
    h.perform('allocate', { device: 'disk', size: 0x1000 });
    h.perform('hold', { device: 'disk', ref: 8, offset: 0, size: 8 });
    expect(h.perform('release', { device: 'disk', ref: 8, size: 0x1000 }).text).toBe('the grant is still in use');
    h.perform('letGo', { device: 'disk' });
    expect(h.perform('allocate', { device: 'disk', size: 0x1000 }).text).toBe('NULL');
    expect(h.ops('disk')!.isBroken).toBe(true);
    h.machine.history.back(4);
    expect(h.ops('disk')!.isBroken).toBe(false);
  });

  it('end with the memory for them', () => {
    const h = system();
    expect(h.perform('allocate', { device: 'disk', size: 0x20_0000 }).text).toBe('NULL');
    expect(h.table.free).toBe(h.table.size - 8);
    expect(h.perform('release', { device: 'disk', ref: 99_999, size: 1 }).ok).toBe(false);
  });
});
