/** What every kind of system has in common: names from a description, access to registers and memory. */
import type { Machine, SmmuConfig } from '../../emulator/machine/machine.ts';
import { physicalPort } from '../../emulator/hypervisor/driver/port.ts';
import { storeWatch, viewOf, type MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import { failed, type OperationValues, type Outcome } from '../../emulator/hypervisor/hypervisor.ts';
import type { Problem, SourceRange } from '../../model/problem.ts';
import type { DescribedDevice, Description } from './description.ts';
import { findDevice } from './names.ts';
import type { SmmuAccess, System, SystemDevice, SystemDomain, SystemSmmu } from './system.ts';

/** On page 1, as everybody but the SMMU itself reaches it. */
export const EVENTQ_PROD = 0x100a8;
const EVENTQ_CONS = 0x100ac;

/** The SMMUs of a machine to be made. */
export function smmuConfigs({ smmus, cache, holdsCommands, isSlow }: Description): SmmuConfig[] {
  return smmus.map(({ name, base, ids }) => ({ name, model: ids, policy: cache, holdCommands: holdsCommands, slowUpdates: isSlow, ...(base === undefined ? {} : { base }) }));
}

/** The SMMUs as the system names them. */
export function systemSmmus({ smmus }: Description): SystemSmmu[] {
  return smmus.map(({ name, aliases, base, at }, index) => ({ name, aliases, index, base, at }));
}

/** A device as the system names it. */
function systemDevice({ name, aliases, smmu, sids, at, node, requesters }: DescribedDevice): SystemDevice {
  return { name, aliases, smmu, sids, at, node, requesters };
}

/** The devices as the system names them. */
export function systemDevices({ devices }: Description): SystemDevice[] {
  return devices.map(systemDevice);
}

/** The guests of a description. */
export function guestDomains({ domains }: Description): SystemDomain[] {
  return domains.filter((d) => !d.isLater).map(({ name, at }) => ({ name, kind: 'guest', at }));
}

/** The host of a system. */
export const HOST: SystemDomain = { name: 'host', kind: 'host', at: undefined };

/** Physical SMMUs as somebody without a hypervisor below reaches them. */
export function physicalSmmus(machine: Machine, description: Description, actor: string): SmmuAccess[] {
  const memory = physicalMemory(machine, actor);
  return description.smmus.flatMap(({ name, aliases }, i) => {
    const smmu = machine.smmus[i];
    return smmu === undefined ? [] : [{ name, aliases, port: physicalPort(smmu), memory }];
  });
}

/** Physical memory, with stores reported as those of somebody. */
export function physicalMemory(machine: Machine, actor: string): MemoryView {
  return viewOf(machine.memory, undefined, storeWatch(machine.probe, actor));
}

/** What only one kind of system has. */
export const NO_GUESTS = 'only the model of Xen creates and ends guests while a scenario runs';
export const NO_REVOKE = 'only the model of Xen takes memory away from guests';

/** For what a kind of system does not have: the reason as a clause. */
export function unsupported(why: string): Outcome {
  return failed(`-EOPNOTSUPP: ${why}`);
}

/** What the world does while a driver waits for an SMMU that does nothing by itself. */
export function idleOf(machine: Machine, { holdsCommands, isSlow }: Description, smmu: number): { readonly idle?: () => void } {
  if (!holdsCommands && !isSlow) return {};
  return {
    idle: () => {
      machine.smmus[smmu]?.settle();
      machine.smmus[smmu]?.consume(2 ** 20);
    },
  };
}

/** Whether some physical event queue holds a record that nobody has taken out. */
export function hasWaitingEvents({ smmus }: Machine): boolean {
  return smmus.some((smmu) => smmu.readRegister(EVENTQ_PROD, 4).lo !== smmu.readRegister(EVENTQ_CONS, 4).lo);
}

/** The values of an operation with devices under the names that a model knows. */
export function withDeviceName(system: Pick<System, 'devices'>, values: OperationValues): OperationValues {
  const { device } = values;
  const found = typeof device === 'string' ? findDevice(system, device) : undefined;
  return found === undefined ? values : { ...values, device: found.name };
}

/** Something that makes a machine impossible. */
export function setupProblem(message: string, range: SourceRange | undefined): Problem {
  return { id: 'scenario-setup', level: 'error', message, range: range ?? { file: '', start: 0, end: 0 } };
}
