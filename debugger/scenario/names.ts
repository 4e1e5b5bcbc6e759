/**
 * The names that may stand in a place, with what is to be said of each: for completion, for hover and
 * to tell a wrong name from a right one. Those of the architecture come from the emulator's field
 * tables, those of the machine from its board and declarations.
 */
import { COMMANDS, commandNamed } from '../../emulator/fields/commands.ts';
import { EVENTS } from '../../emulator/fields/events.ts';
import { REGISTERS } from '../../emulator/fields/registers.ts';
import { GRANT_DMA_OPERATIONS } from '../../emulator/hypervisor/grant-dma/operations.ts';
import { IOMMUFD_OPERATIONS } from '../../emulator/hypervisor/iommufd/operations.ts';
import { VMM_PROFILES } from '../../emulator/hypervisor/iommufd/vmm/profiles.ts';
import { PKVM_OPERATIONS } from '../../emulator/hypervisor/pkvm/operations.ts';
import { XEN_OPERATIONS } from '../../emulator/hypervisor/xen/operations.ts';
import { PROFILE_NAMES } from '../../emulator/hypervisor/xen/profiles.ts';
import type { NameOf } from './catalog.ts';
import { findNamed, type MachineNames, type NamedDevice, type StreamRun } from './machine.ts';
import type { SourceRange } from '../../model/problem.ts';

/** A name with its words. */
export interface KnownName {
  readonly name: string;
  /** Other names for it. */
  readonly aliases?: readonly string[];
  /** A few words beside it. */
  readonly detail: string;
  /** A sentence, where there is one. */
  readonly text?: string;
  /** Where it is declared. */
  readonly at?: SourceRange | undefined;
}

/** What a hypervisor can be asked for. */
export interface KnownOperation {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly string[];
}

const OPERATIONS: ReadonlyMap<string, readonly KnownOperation[]> = new Map<string, readonly KnownOperation[]>([
  ['xen', XEN_OPERATIONS], ['iommufd', IOMMUFD_OPERATIONS], ['pkvm', PKVM_OPERATIONS], ['grant-dma', GRANT_DMA_OPERATIONS],
]);

const XEN_PROFILES: Readonly<Record<(typeof PROFILE_NAMES)[number], string>> = {
  v3: 'The series as posted on 31 March 2026.', wip: 'A later state seen in a public fork.',
  fixed: 'With what reviewers asked for, and repairs.', architecture: 'An ideal virtual SMMU.',
};

const PROFILES: ReadonlyMap<string, readonly KnownName[]> = new Map<string, readonly KnownName[]>([
  ['xen', PROFILE_NAMES.map((name) => ({ name, detail: 'profile of Xen', text: XEN_PROFILES[name] }))],
  ['iommufd', Object.values(VMM_PROFILES).map(({ name, text }) => ({ name, detail: 'profile of the monitor', text }))],
]);

/** The operations of a hypervisor by its kind. */
export function operationsOf(hypervisor: string): readonly KnownOperation[] {
  return OPERATIONS.get(hypervisor) ?? [];
}

/** The operation of a name, or undefined. */
export function operationNamed(hypervisor: string, name: string): KnownOperation | undefined {
  return operationsOf(hypervisor).find((one) => one.name === name);
}

const REGISTER_NAMES: readonly KnownName[] = REGISTERS.map(({ name, offset, width, access, layout }) => ({
  name, detail: `${hex(offset)}, ${width} bits, ${access}`, text: layout.text,
}));

const COMMAND_NAMES: readonly KnownName[] = COMMANDS.filter((one) => one.needs !== 'never').map(({ name, opcode, layout }) => ({
  name: `CMD_${name}`, detail: `opcode ${hex(opcode)}`, text: `Fields: ${layout.fields.slice(1).map((one) => one.name).join(', ') || 'none'}.`,
}));

const EVENT_NAMES: readonly KnownName[] = EVENTS.map(({ name, code, layout }) => ({ name, detail: `event ${hex(code)}`, text: layout.text }));

const LISTS: Readonly<Record<NameOf, (machine: MachineNames) => readonly KnownName[]>> = {
  device: ({ devices }) => devices.map((one) => ({ name: one.name, aliases: one.aliases, detail: deviceDetail(one), at: one.at })),
  smmu: ({ smmus }) => smmus.map((one) => ({ name: one.name, aliases: one.aliases, detail: one.detail, at: one.at })),
  domain: ({ domains }) => domains.map((one) => ({ name: one.name, detail: one.devices.length === 0 ? 'guest' : `guest with ${one.devices.join(', ')}`, at: one.at })),
  owner: ({ domains, memory }) => [...domains.map((one) => ({ name: one.name, detail: 'guest', at: one.at })), ...memory.map((one) => ({ name: one.name, detail: 'memory', at: one.at }))],
  register: () => REGISTER_NAMES,
  command: () => COMMAND_NAMES,
  event: () => EVENT_NAMES,
  operation: ({ hypervisor }) => operationsOf(hypervisor).map(({ name, text, parameters }) => ({ name, detail: parameters.join(' '), text })),
  profile: ({ hypervisor }) => PROFILES.get(hypervisor) ?? [],
};

const lists = new WeakMap<MachineNames, Map<NameOf, readonly KnownName[]>>();

/** All names that may stand where `of` is asked for; made at the first call. */
export function namesFor(of: NameOf, machine: MachineNames): readonly KnownName[] {
  const known = lists.get(machine) ?? new Map<NameOf, readonly KnownName[]>();
  lists.set(machine, known);
  const list = known.get(of) ?? LISTS[of](machine);
  known.set(of, list);
  return list;
}

/** A function behind a root complex, as devices are named: `pcie0:01:00.0`. */
const PCI_FUNCTION = /^(.+):[0-9a-f]{1,2}:[0-9a-f]{1,2}\.[0-7]$/i;

/** A device that is behind several SMMUs: `NAME:1` is what it is behind the second one. */
const FURTHER_SMMU = /^(.+):\d+$/;

/** The device that a name stands for: also by label, by path, and for a PCI function its root complex. */
export function deviceNamed({ devices }: MachineNames, name: string): NamedDevice | undefined {
  const own = findNamed(devices, name);
  if (own !== undefined) return own;
  const complex = findNamed(devices, PCI_FUNCTION.exec(name)?.[1] ?? '');
  return complex?.isRootComplex === true ? complex : findNamed(devices, FURTHER_SMMU.exec(name)?.[1] ?? '');
}

/** The SMMU that a name stands for; a lone one is also called `smmu`. */
export function smmuNamed({ smmus }: MachineNames, name: string): MachineNames['smmus'][number] | undefined {
  return findNamed(smmus, name) ?? (name === 'smmu' && smmus.length === 1 ? smmus[0] : undefined);
}

/** Bytes of the two pages of registers. */
const REGISTER_SPACE = 0x2_0000;

/** The offset that a word names in place of a register: `0x1000`, a multiple of 4 in the two pages. Undefined for any other word. */
export function registerOffset(word: string): number | undefined {
  const offset = /^0x[0-9a-f]{1,5}$/i.test(word) ? Number(word) : Number.NaN;
  return offset < REGISTER_SPACE && offset % 4 === 0 ? offset : undefined;
}

/** The name of a command in the table: `CMD_CFGI_ALL` is CFGI_STE_RANGE with Range 31. */
export function plainCommand(name: string): string {
  const plain = name.replace(/^CMD_/i, '').toUpperCase();
  return plain === 'CFGI_ALL' ? 'CFGI_STE_RANGE' : plain;
}

/** The layout of a command of a name with or without `CMD_`. */
export function commandLayout(name: string): ReturnType<typeof commandNamed> {
  return commandNamed(plainCommand(name));
}

/** StreamIDs and SMMU of a device in a few words. */
export function deviceDetail({ streams, smmu }: NamedDevice): string {
  if (streams.length === 0) return 'no StreamID';
  const shown = streams.slice(0, 4).map(streamText).join(', ');
  return `StreamID ${shown}${streams.length > 4 ? ', ...' : ''}${smmu === undefined ? '' : ` on ${smmu}`}`;
}

function streamText({ first, count }: StreamRun): string {
  return count === 1 ? hex(first) : `${hex(first)}..${hex(first + count - 1)}`;
}

/** A number in hex. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
