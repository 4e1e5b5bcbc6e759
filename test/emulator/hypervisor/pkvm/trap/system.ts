import { READ } from '../../../../../emulator/index.ts';
import { PkvmTrap, TRAP_LAYOUT, type TrapConfig } from '../../../../../emulator/hypervisor/pkvm/trap/trapAndEmulate.ts';

/** Pages of the host that no driver uses. */
export const DATA = TRAP_LAYOUT.drivers + TRAP_LAYOUT.driversSize;
export const HYP = TRAP_LAYOUT.hyp;

/** A host with two SMMUs whose drivers have not started. */
export function booted(config: Partial<TrapConfig> = {}): PkvmTrap {
  const devices = [{ name: 'a', smmu: 0, sid: 0x20 }, { name: 'b', smmu: 0, sid: 0x321 }, { name: 'c', smmu: 1, sid: 0x20 }];
  const h = new PkvmTrap({ profile: 'v7', smmus: [{ model: 'v3.3-full' }, { model: 'qemu-virt' }], devices, guests: 2, ...config });
  const outcome = h.boot();
  if (!outcome.ok) throw new Error(outcome.text);
  return h;
}

/** A host whose drivers are up. */
export function started(config: Partial<TrapConfig> = {}): PkvmTrap {
  const h = booted(config);
  const outcome = h.perform('start', {});
  if (!outcome.ok) throw new Error(outcome.text);
  return h;
}

/** A host with device a attached and four pages mapped at 0x10_0000. */
export function mapped(config: Partial<TrapConfig> = {}): PkvmTrap {
  const h = started(config);
  h.perform('attach', { device: 'a' });
  h.perform('map', { device: 'a', iova: 0x10_0000, address: DATA, size: 0x4000 });
  return h;
}

export function read(h: PkvmTrap, device: string, address: number): string {
  const outcome = h.dma(device, address, READ);
  return outcome.value === undefined ? outcome.text : `0x${outcome.value.toString(16)}`;
}
