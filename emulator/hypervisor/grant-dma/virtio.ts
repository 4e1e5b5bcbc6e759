/**
 * How a guest kernel decides, when it probes a virtio device, whether the device gets grants (Linux
 * drivers/virtio/virtio.c and drivers/xen/grant-dma-ops.c, arch/arm/xen/enlighten.c): the kernel's
 * options, the back end of the device, the features that it offers, and its DMA mask. The rest of the
 * virtio handshake is not modelled.
 */
import { backEndOf, type EndpointSource } from './endpoints.ts';

/** What kind of guest a kernel runs in, and how it was built. */
export interface GuestKernel {
  readonly kind: 'arm' | 'x86-pv' | 'x86-hvm';
  /** CONFIG_XEN_VIRTIO. */
  readonly hasXenVirtio: boolean;
  /** CONFIG_XEN_VIRTIO_FORCE_GRANT. */
  readonly forcesGrants?: boolean;
  /** It runs in the initial domain. */
  readonly isDom0?: boolean;
}

/** What a device offers. */
export interface VirtioOffer {
  /** VIRTIO_F_VERSION_1; legacy virtio-mmio (version 1) never has it. */
  readonly version1: boolean;
  /** VIRTIO_F_ACCESS_PLATFORM. */
  readonly accessPlatform: boolean;
  /** Bits of the DMA mask that its driver sets. */
  readonly maskBits: number;
}

/** An ordinary kernel on Arm, and a device that a current toolstack makes. */
export const USUAL_KERNEL: GuestKernel = { kind: 'arm', hasXenVirtio: true };

/** What a current virtio-mmio device offers. */
export const USUAL_OFFER: VirtioOffer = { version1: true, accessPlatform: true, maskBits: 64 };

/** What a probe comes to. */
export type VirtioProbe =
  /** The device gets grants for a domain; `warning` is printed. */
  | { readonly kind: 'grants'; readonly backEnd: number; readonly warning?: string }
  /** The device keeps ordinary DMA, and why. */
  | { readonly kind: 'ordinary'; readonly why: string }
  /** The probe fails. */
  | { readonly kind: 'failed'; readonly error: '-ENODEV' | '-EIO'; readonly why: string };

const FULL_MASK = 64;

/** Whether the kernel looks at all for devices whose memory access is restricted. */
export function restrictsMemory({ kind, hasXenVirtio, forcesGrants = false }: GuestKernel): boolean {
  return hasXenVirtio && (kind !== 'x86-hvm' || forcesGrants);
}

/** Probes a device. */
export function probeVirtio(source: EndpointSource, offer: VirtioOffer, kernel: GuestKernel): VirtioProbe {
  if (!restrictsMemory(kernel)) return { kind: 'ordinary', why: 'the kernel does not restrict the memory access of virtio devices' };
  const isForced = kernel.isDom0 !== true && (kernel.forcesGrants === true || kernel.kind === 'x86-pv');
  const found = backEndOf(source);
  const isDefault = found.domid === undefined && source.kind === 'none' && isForced;
  if (found.domid === undefined && !isDefault) return { kind: 'ordinary', why: `${found.why}, -ESRCH: ordinary DMA` };
  const missing = !offer.version1 ? 'VIRTIO_F_VERSION_1' : !offer.accessPlatform ? 'VIRTIO_F_ACCESS_PLATFORM' : undefined;
  if (missing !== undefined) return { kind: 'failed', error: '-ENODEV', why: `device must provide ${missing}` };
  // Grant addresses have bit 63 set: no narrower mask can hold them.
  if (offer.maskBits !== FULL_MASK) return { kind: 'failed', error: '-EIO', why: 'Failed to enable 64-bit or 32-bit DMA. Trying to continue, but this might not work.' };
  return isDefault ? { kind: 'grants', backEnd: 0, warning: 'Using dom0 as backend' } : { kind: 'grants', backEnd: found.domid ?? 0 };
}
