/** Names of devices and SMMUs as scenarios write them: labels, node names, paths, PCI functions. */
import type { NodeNames } from '../scenario/nodeNames.ts';
import type { RequesterRun } from './description.ts';
import type { SmmuAccess, System, SystemDevice } from './system.ts';

/** `pcie0:01:00.0`: a function behind a root complex. */
const FUNCTION = /^(.+):([0-9a-f]{1,2}):([0-9a-f]{1,2})\.([0-7])$/i;

function isNamed(thing: NodeNames, name: string): boolean {
  return thing.name === name || thing.aliases.includes(name);
}

/** The device of a name; undefined where there is none. */
export function findDevice(system: Pick<System, 'devices'>, name: string): SystemDevice | undefined {
  const found = system.devices.find((d) => isNamed(d, name));
  if (found !== undefined) return found;
  const pci = pciFunction(name, (complex) => system.devices.find((d) => isNamed(d, complex)));
  return system.devices.find((d) => d.name === pci?.name) ?? pci;
}

interface Complex extends NodeNames {
  readonly requesters: readonly RequesterRun[];
}

/** A PCI function: it has no node of its own, and comes into being by being named. */
export function pciFunction<T extends Complex>(name: string, find: (complex: string) => T | undefined): (T & { readonly sids: readonly number[]; readonly rid: number }) | undefined {
  const [, complex = '', bus = '', device = '', fn = ''] = FUNCTION.exec(name) ?? [];
  const parent = complex === '' ? undefined : find(complex);
  if (parent === undefined) return undefined;
  const rid = Number.parseInt(bus, 16) * 256 + Number.parseInt(device, 16) * 8 + Number.parseInt(fn, 16);
  const run = parent.requesters.find((r) => rid >= r.rid && rid < r.rid + r.count);
  if (run === undefined) return undefined;
  // One function has one name, however its root complex was called.
  const place = [bus, device].map((digits) => digits.toLowerCase().padStart(2, '0')).join(':');
  return { ...parent, name: `${parent.name}:${place}.${fn}`, aliases: [name], sids: [run.sid + rid - run.rid], requesters: [], rid };
}

/** Whether a stream is that of a device, or of a function behind it. */
export function hasStream({ sids, requesters }: Pick<SystemDevice, 'sids' | 'requesters'>, sid: number): boolean {
  return sids.includes(sid) || requesters.some((r) => sid >= r.sid && sid < r.sid + r.count);
}

/** The device that a stream belongs to; for a function behind a root complex that function. */
export function deviceOf(system: Pick<System, 'devices'>, smmu: number, sid: number): SystemDevice | undefined {
  const own = system.devices.filter((d) => d.smmu === smmu);
  return own.find((d) => d.sids.includes(sid)) ?? own.flatMap((d) => functionOf(system, d, sid) ?? [])[0];
}

function functionOf(system: Pick<System, 'devices'>, parent: SystemDevice, sid: number): SystemDevice | undefined {
  const run = parent.requesters.find((r) => sid >= r.sid && sid < r.sid + r.count);
  if (run === undefined) return undefined;
  const rid = run.rid + sid - run.sid;
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return findDevice(system, `${parent.name}:${hex(rid >>> 8)}:${hex((rid >>> 3) & 31)}.${rid & 7}`);
}

/** Index of the SMMU of a name among some; a lone one answers to `smmu` as well. */
export function findSmmu(smmus: readonly SmmuAccess[], name: string): number | undefined {
  const index = smmus.findIndex((s) => isNamed(s, name));
  if (index >= 0) return index;
  return name === 'smmu' && smmus.length === 1 ? 0 : undefined;
}
