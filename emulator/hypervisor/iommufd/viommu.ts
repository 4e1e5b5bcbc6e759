/**
 * The calls that make a virtual SMMU out of a nesting parent: vIOMMU, vDEVICE, nested page tables,
 * invalidation with the guest's own commands, and its events. Hardware queues (tegra241) are not
 * modelled.
 */
import { CERROR } from '../../smmu/commands.ts';
import { COMMANDS, commandOf } from '../../fields/commands.ts';
import { maskOf } from '../linux/masks.ts';
import { acceptGuestSte } from './guestSte.ts';
import { convertCommands, type CommandOwner, type InvalidateHeader, type InvalidateResult } from './guestCommands.ts';
import type { IommufdKernel } from './kernel.ts';
import type { Viommu } from './objects.ts';
import { given, refused, type Result } from './result.ts';
import { drain, emptyQueue, isForwarded, report, streamOfEvent, withStream, type VirtualEvent } from './veventq.ts';

const SMMUV3 = 1;

/** IOMMU_VIOMMU_ALLOC. */
export function allocateViommu(kernel: IommufdKernel, name: string, parent: number, more: { readonly type?: number; readonly flags?: number } = {}): Result<number> {
  const { store } = kernel;
  const device = kernel.device(name);
  if (device === undefined) return refused('-ENOENT', `there is no device ${name}`);
  if ((more.type ?? SMMUV3) !== SMMUV3 || (more.flags ?? 0) !== 0) return refused('-EOPNOTSUPP', 'the type or a flag is not known');
  const smmu = kernel.smmus[device.smmu];
  if (smmu === undefined || smmu.nestingProblem !== undefined) return refused('-EOPNOTSUPP', smmu?.nestingProblem ?? 'there is no SMMU');
  if (smmu.traits.isForcedSync === true) return refused('-EOPNOTSUPP', 'the command queue needs a sync after each command');
  if (device.isCoherent !== true && !smmu.features.fwb) {
    return refused('-EOPNOTSUPP', `neither is ${name} coherent whatever the guest says, nor can stage 2 force write-back`);
  }
  const hwpt = store.get('paging', parent);
  if (hwpt === undefined) return refused('-ENOENT', `there is no page table ${parent}`);
  if (!hwpt.isNestParent) return refused('-EINVAL', 'the page table was not made as a nesting parent');
  if (hwpt.smmu !== device.smmu) return refused('-EINVAL', 'the page table belongs to another SMMU');
  return given(store.add({ kind: 'viommu', id: store.nextId(), parent, smmu: hwpt.smmu, vmid: hwpt.vmid }));
}

/** IOMMU_VDEVICE_ALLOC: gives a device its StreamID inside the guest. */
export function allocateVdevice(kernel: IommufdKernel, viommu: number, name: string, virtualSid: number): Result<number> {
  const { store } = kernel;
  const device = kernel.device(name);
  const owner = store.get('viommu', viommu);
  if (device === undefined || owner === undefined) return refused('-ENOENT', 'there is no such device or vIOMMU');
  if (device.isLeaving === true) return refused('-ENOENT', `${name} is being destroyed`);
  if (virtualSid < 0 || virtualSid >= 2 ** 53) return refused('-EINVAL', 'the virtual StreamID is too wide');
  if (device.smmu !== owner.smmu) return refused('-EINVAL', `${name} is behind another SMMU`);
  if (device.sids.length !== 1) return refused('-EOPNOTSUPP', `${name} has ${device.sids.length} StreamIDs`);
  const others = store.of('vdevice');
  if (others.some((v) => v.device === name)) return refused('-EEXIST', `${name} has a vDEVICE already`);
  if (others.some((v) => v.viommu === viommu && v.virtualSid === virtualSid)) return refused('-EEXIST', 'another device has this virtual StreamID');
  return given(store.add({ kind: 'vdevice', id: store.nextId(), viommu, device: name, virtualSid }));
}

/** What IOMMU_HWPT_ALLOC gets for a nested page table. */
export interface NestedRequest {
  /** The object that the page table is made of: a vIOMMU. */
  readonly parent: number;
  /** The first two 64-bit words of the guest's STE. */
  readonly ste: ArrayLike<number>;
  readonly flags?: number;
}

/** IOMMU_HWPT_ALLOC with a guest's STE. */
export function allocateNested(kernel: IommufdKernel, name: string, request: NestedRequest): Result<number> {
  const { store } = kernel;
  const device = kernel.device(name);
  if (device === undefined) return refused('-ENOENT', `there is no device ${name}`);
  if (store.get('paging', request.parent) !== undefined) return refused('-EOPNOTSUPP', 'nested page tables are made of a vIOMMU, not of its parent');
  const viommu = store.get('viommu', request.parent);
  if (viommu === undefined) return refused('-ENOENT', `there is no vIOMMU ${request.parent}`);
  if ((request.flags ?? 0) !== 0) return refused('-EOPNOTSUPP', 'nested page tables take no flag');
  if (device.smmu !== viommu.smmu) return refused('-EINVAL', `${name} is behind another SMMU`);
  const judged = acceptGuestSte(request.ste);
  if (!judged.ok) return judged;
  return given(store.add({ kind: 'nested', id: store.nextId(), viommu: viommu.id, ...judged.value }));
}

function ownerOf(kernel: IommufdKernel, viommu: Viommu): CommandOwner {
  const vdevices = kernel.store.of('vdevice').filter((v) => v.viommu === viommu.id);
  return {
    vmid: viommu.vmid,
    physicalSid: (virtual) => kernel.device(vdevices.find((v) => v.virtualSid === virtual)?.device ?? '')?.sids[0],
  };
}

/** Bits of a command that no field of it covers. */
function strayBits(words: Uint32Array): boolean {
  const layout = commandOf(words)?.layout ?? COMMANDS[0]?.layout;
  if (layout === undefined) return false;
  const known = maskOf(layout, layout.fields.map((f) => f.name).filter((name) => name !== 'SSec'));
  return words.some((word, i) => (word & ~(known[i] ?? 0)) !== 0);
}

/** IOMMU_HWPT_INVALIDATE on a vIOMMU. What hardware rejects is skipped by the host's driver, and only its console tells. */
export function invalidate(kernel: IommufdKernel, viommuId: number, commands: readonly ArrayLike<number>[], header?: InvalidateHeader): InvalidateResult {
  const viommu = kernel.store.get('viommu', viommuId);
  const nothing = { processed: 0, commands: [], batches: 0 };
  if (viommu === undefined) return { ...nothing, error: refused('-ENOENT', `there is no vIOMMU ${viommuId}`) };
  let result = convertCommands(commands, ownerOf(kernel, viommu), header);
  const stray = kernel.config.checksCommands === true ? result.commands.findIndex(strayBits) : -1;
  if (stray >= 0) {
    result = { ...convertCommands(commands.slice(0, stray), ownerOf(kernel, viommu), header), error: refused('-EIO', 'the command sets bits that it does not have') };
  }
  const errors = kernel.smmus[viommu.smmu]?.send(result.commands) ?? [];
  for (const error of errors) {
    const name = error === CERROR.illegal ? 'CERROR_ILL' : `error ${error}`;
    kernel.runtime.print(`arm-smmu-v3: CMDQ error ${name}, a command of vIOMMU ${viommuId} was skipped`, 'host');
  }
  return result;
}

/** IOMMU_VEVENTQ_ALLOC: one for each vIOMMU. */
export function allocateVeventq(kernel: IommufdKernel, viommu: number, depth: number): Result<number> {
  const { store } = kernel;
  if (store.get('viommu', viommu) === undefined) return refused('-ENOENT', `there is no vIOMMU ${viommu}`);
  if (depth < 1) return refused('-EINVAL', 'the depth is zero');
  if (store.of('veventq').some((q) => q.viommu === viommu)) return refused('-EEXIST', 'the vIOMMU has an event queue of this type');
  return given(store.add({ kind: 'veventq', id: store.nextId(), viommu, queue: emptyQueue(depth) }));
}

/** Reads all events that wait. */
export function readVeventq(kernel: IommufdKernel, id: number): Result<readonly VirtualEvent[]> {
  const object = kernel.store.get('veventq', id);
  if (object === undefined) return refused('-ENOENT', `there is no event queue ${id}`);
  const { events, rest } = drain(object.queue);
  kernel.store.put({ ...object, queue: rest });
  return given(events);
}

/** The host's event interrupt: each record goes to its guest, or to the host's console. */
export function serviceEvents(kernel: IommufdKernel): void {
  for (const smmu of kernel.smmus) {
    for (const words of smmu.driver.events()) {
      if (!forward(kernel, smmu.index, words)) kernel.runtime.print(`arm-smmu-v3: event 0x${((words[0] ?? 0) & 0xff).toString(16)} of stream 0x${streamOfEvent(words).toString(16)}`, 'host');
    }
  }
}

function forward(kernel: IommufdKernel, smmu: number, words: Uint32Array): boolean {
  const { store } = kernel;
  const sid = streamOfEvent(words);
  const device = kernel.config.devices.find((d) => d.smmu === smmu && d.sids.includes(sid));
  const nested = device === undefined ? undefined : store.get('nested', store.attachment(device.name));
  const vdevice = store.of('vdevice').find((v) => v.device === device?.name && v.viommu === nested?.viommu);
  const queue = store.of('veventq').find((q) => q.viommu === vdevice?.viommu);
  if (vdevice === undefined || queue === undefined || !isForwarded(words)) return false;
  store.put({ ...queue, queue: report(queue.queue, withStream(words, vdevice.virtualSid)) });
  return true;
}
