/** Names of the SMMUs and devices of a system: as scenarios write them, and by StreamID. */
import { deviceOf, findDevice } from '../system/names.ts';
import type { System, SystemDevice, SystemSmmu } from '../system/system.ts';

/** The SMMU of a name or alias, whatever its case; a lone one answers to `smmu` as well. */
export function smmuNamed(system: System, name: string): SystemSmmu | undefined {
  const lower = name.toLowerCase();
  const found = system.smmus.find((s) => s.name === name || s.aliases.includes(name)) ?? system.smmus.find((s) => s.name.toLowerCase() === lower);
  return found ?? (lower === 'smmu' && system.smmus.length === 1 ? system.smmus[0] : undefined);
}

/** The name of an SMMU by its index. */
export function smmuName(system: System, index: number): string {
  return system.smmus.find((s) => s.index === index)?.name ?? `smmu${index}`;
}

/** The device of a name or alias, or a PCI function. */
export function deviceNamed(system: System, name: string): SystemDevice | undefined {
  return findDevice(system, name);
}

/** The SMMU in front of a stream: that of the only devices which have it, else the first. */
export function smmuOfStream(system: System, sid: number): number {
  return system.devices.find((d) => d.smmu !== undefined && d.sids.includes(sid))?.smmu ?? 0;
}

/** `stream 0x8 (ethernet@e6800000)`. */
export function streamText(system: System, smmu: number, sid: number): string {
  const device = deviceOf(system, smmu, sid);
  const where = system.smmus.length > 1 ? ` of ${smmuName(system, smmu)}` : '';
  return `stream 0x${sid.toString(16)}${where}${device === undefined ? '' : ` (${device.name})`}`;
}

/** A name as an expression can write it: `name`, or `device("...")` where it has signs in it. */
export function nameExpression(name: string, call: string): string {
  return /^[A-Za-z_]\w*(?:@\w+)?$/.test(name) ? name : `${call}(${JSON.stringify(name)})`;
}
