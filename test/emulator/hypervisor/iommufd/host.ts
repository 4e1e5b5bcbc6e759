import { IommufdKernel, type HostConfig, type HostDevice } from '../../../../emulator/hypervisor/iommufd/kernel.ts';
import { Runtime } from '../../../../emulator/hypervisor/hypervisor.ts';
import { loadWords } from '../../../../emulator/hypervisor/memoryView.ts';
import type { Result } from '../../../../emulator/hypervisor/iommufd/result.ts';
import { encode, Machine, numbers, PRESETS, STE, type IdRegisters } from '../../../../emulator/index.ts';

export const HOST_RAM = { base: 0x4000_0000, size: 0x400_0000 };
export const GUEST_RAM = { base: 0x8000_0000, size: 0x400_0000 };
/** Where guest memory is inside the guest. */
export const GUEST_BASE = 0x4000_0000;

/** A host SMMU that can nest: everything of v3.3, 16-bit StreamIDs. */
export const HOST_IDS: IdRegisters = PRESETS['v3.3-full'];

export const DEVICES: readonly HostDevice[] = [
  { name: 'nic', smmu: 0, sids: [0x420], isCoherent: true, hasAts: true },
  { name: 'disk', smmu: 0, sids: [0x421], isCoherent: true },
  { name: 'twin', smmu: 0, sids: [0x430, 0x431], isCoherent: true },
  { name: 'busy', smmu: 0, sids: [0x440], isCoherent: true, hasPasids: true },
  { name: 'leaving', smmu: 0, sids: [0x450], isCoherent: true, isLeaving: true },
  { name: 'lax', smmu: 0, sids: [0x460] },
  { name: 'uart', smmu: 0, sids: [0x470], isCoherent: true, defaultDomain: 'identity' },
  { name: 'far', smmu: 1, sids: [0x420], isCoherent: true },
];

/** The value of a call that must succeed. */
export function ok<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.errno}: ${result.why}`);
  return result.value;
}

export interface HostOptions extends Partial<HostConfig> { ids?: IdRegisters }

/** A booted host with two SMMUs. */
export function host(options: HostOptions = {}): IommufdKernel {
  const { ids = HOST_IDS, ...config } = options;
  const machine = new Machine({
    regions: [{ name: 'host', kind: 'ram', ...HOST_RAM, owner: 'host' }, { name: 'guest', kind: 'ram', ...GUEST_RAM, owner: 'guest' }],
    smmus: [{ model: ids }, { model: HOST_IDS }],
  });
  machine.history.recording = true;
  const runtime = new Runtime(machine, 'iommufd', { domainOf: () => 'host', mayReach: () => true });
  const kernel = new IommufdKernel(runtime, { devices: DEVICES, pool: HOST_RAM, ...config });
  const problem = kernel.boot();
  if (problem !== undefined) throw new Error(problem.why);
  return kernel;
}

/** The physical STE of a stream, by fields. */
export function steOf(kernel: IommufdKernel, sid: number, smmu = 0): Record<string, number> {
  const side = kernel.smmus[smmu]!;
  return numbers(STE, loadWords(side.memory, side.driver.streams.entry(sid)!, 16)!);
}

/** The first two words of a guest STE. */
export function guestSte(values: Record<string, number>): Uint32Array {
  return encode(STE, { V: 1, ...values }).slice(0, 4);
}
