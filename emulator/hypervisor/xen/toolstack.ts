/**
 * What the toolstack (xl and libxl, or dom0less inside Xen) and domain creation check and write, as far
 * as the virtual SMMU is concerned (fact sheet 1.10, 2.2 to 2.4). The device tree of a guest is reduced
 * to the streams that its devices are said to have.
 */
import type { DomainKind } from './domain.ts';
import { GUEST, type DomainRam } from './layout.ts';
import type { XenProfile } from './profiles.ts';

/** A device of the host. */
export interface HostDevice {
  readonly path: string;
  /** The SMMU that it is behind; undefined for a device without. */
  readonly smmu: number | undefined;
  readonly sids: readonly number[];
  /** Its PCI requester ID, if it is a PCI function: vPCI gives streams by RID. */
  readonly rid?: number;
}

/** What a domain is made from. */
export interface DomainConfig {
  readonly kind: DomainKind;
  /** What it is called; `dom` and its number without it. */
  readonly name?: string;
  /** Where its RAM is; the model's own small place without it. */
  readonly ram?: DomainRam;
  readonly viommu: 'none' | 'smmuv3';
  readonly devices: readonly string[];
  /** `passthrough="enabled"`, for domains without a device. */
  readonly passthrough?: boolean;
  /** Interrupts that are bound to the guest. */
  readonly irqs?: readonly number[];
  /** virtio-mmio devices that a toolstack built before the series places from 33 upwards. */
  readonly oldVirtio?: number;
  /** Devices given without the IOMMU: `xen,force-assign-without-iommu`. */
  readonly forced?: readonly string[];
}

/** A device in a guest's tree: which of the guest's vSMMUs, and which streams there. */
export interface GuestNode {
  readonly device: string;
  readonly vsmmu: number;
  readonly sids: readonly number[];
}

/** The interrupt of the virtual SMMU. */
export function vsmmuIrq(profile: XenProfile): number {
  return profile.movedSpi ? GUEST.movedIrq : GUEST.vsmmuIrq;
}

/** Why a domain cannot be created, as the message that is printed; undefined where it can. */
export function creationProblem(config: DomainConfig, profile: XenProfile): string | undefined {
  const irq = vsmmuIrq(profile);
  if (config.viommu === 'none') return undefined;
  if (config.kind !== 'dom0' && config.devices.length === 0 && config.passthrough !== true) {
    return 'vIOMMU requested while iommu not enabled for domain';
  }
  if (config.irqs?.includes(irq) === true) return `Physical IRQ ${irq} conflicting with vSMMUv3 SPI`;
  const lastVirtio = GUEST.virtioFirst + (config.oldVirtio ?? 0) - 1;
  if (irq >= GUEST.virtioFirst && irq <= lastVirtio) return `-EINVAL: virtual interrupt ${irq} is taken (and now freed for its holder)`;
  return undefined;
}

/** First RID that the fixed `iommu-map` of a guest does not cover. */
export const VPCI_RIDS = 0x1000;
