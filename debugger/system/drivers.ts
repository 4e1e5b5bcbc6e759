/**
 * A kernel with a driver for each SMMU that it sees, in the way of Linux: what a domain does with its
 * devices where the driver model does it. Which StreamIDs a device has for that kernel is told from
 * outside.
 */
import { failed, type Outcome } from '../../emulator/hypervisor/hypervisor.ts';
import type { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import { WRITE } from '../../emulator/walk/access.ts';
import type { AttachOptions, DomainActions, MapRange, SystemDevice, UnmapRange } from './system.ts';

/** A device as a kernel knows it. */
export interface DriverTarget {
  readonly driver: SmmuDriver;
  readonly sids: readonly number[];
}

/** What the actions of a kernel are made of. */
export interface DriverKernel {
  readonly drivers: readonly SmmuDriver[];
  /** The driver and the StreamIDs of a device; undefined where the kernel has no such device. */
  readonly target: (device: SystemDevice) => DriverTarget | undefined;
  /** Wraps an action: an operation of a hypervisor's guest. */
  readonly run?: (text: string, action: () => Outcome) => Outcome;
  /** Told of each attempt to bring SMMUs up. */
  readonly onProbe?: (isUp: boolean) => void;
}

/** The actions of a kernel with drivers. */
export function driverActions(kernel: DriverKernel): DomainActions {
  const { drivers, target, run = (_, action) => action() } = kernel;
  const on = (device: SystemDevice, verb: string, action: (found: DriverTarget) => Outcome): Outcome => run(`${verb} ${device.name}`, () => {
    const found = target(device);
    return found === undefined ? failed(`-ENODEV: there is no SMMU in front of ${device.name} here`) : action(found);
  });
  const chosen = (smmu: number | undefined): readonly SmmuDriver[] => (smmu === undefined ? drivers : drivers.slice(smmu, smmu + 1));
  return {
    probe: (smmu) => run('probes', () => {
      const results = chosen(smmu).map((driver) => driver.probe());
      const outcome = results.find((r) => !r.ok) ?? results[0] ?? failed('there is no SMMU');
      kernel.onProbe?.(outcome.ok);
      return outcome;
    }),
    attach: (device, options) => on(device, 'attaches', ({ driver, sids }) => attach(driver, sids, options)),
    detach: (device, to) => on(device, `sets to ${to}`, ({ driver, sids }) => driver.detach(sids, to)),
    map: (device, range) => on(device, 'maps for', ({ driver, sids }) => map(driver, sids, range)),
    unmap: (device, range) => on(device, 'unmaps for', ({ driver, sids }) => unmap(driver, sids, range)),
    events: (smmu) => chosen(smmu).flatMap((driver) => driver.events()),
    recover: (smmu) => run('handles the global error', () => {
      const results = chosen(smmu).map((driver) => driver.recover());
      return results.find((r) => !r.ok) ?? results[0] ?? failed('there is no SMMU');
    }),
  };
}

function attach(driver: SmmuDriver, sids: readonly number[], options: AttachOptions): Outcome {
  return driver.attach(sids, {}, options);
}

function map(driver: SmmuDriver, sids: readonly number[], { iova, address, size, access, ssid }: MapRange): Outcome {
  return driver.mapRange(sids[0] ?? 0, { iova, output: address, size, ssid, isReadOnly: (access & WRITE) === 0 });
}

function unmap(driver: SmmuDriver, sids: readonly number[], { iova, size, ssid, leaveStale }: UnmapRange): Outcome {
  return driver.unmapRange(sids[0] ?? 0, { iova, size, ssid, leaveStale });
}
