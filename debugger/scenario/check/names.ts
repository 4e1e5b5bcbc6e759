/** Names of devices, SMMUs, domains, registers, commands, events, operations and profiles that do not exist. */
import type { Problem, SourceRange } from '../../../model/problem.ts';
import { nearest } from '../../../model/platform/nearest.ts';
import { registerNamed } from '../../../emulator/fields/registers.ts';
import { eventNamed } from '../../../emulator/fields/events.ts';
import type { NameOf } from '../catalog.ts';
import type { PlacedLine } from '../declarations.ts';
import { registerField } from '../fields.ts';
import { findNamed, type MachineNames } from '../machine.ts';
import { commandLayout, deviceNamed, namesFor, operationNamed, registerOffset, smmuNamed } from '../names.ts';
import { problem, shorten, unknownName } from '../problem.ts';
import type { ScenarioProblemId } from '../problems.ts';
import type { CheckInput } from './check.ts';

interface NameCheck {
  readonly id: ScenarioProblemId;
  /** For the message: `No DEVICE of this machine`. */
  readonly what: string;
  readonly exists: (name: string, machine: MachineNames) => boolean;
  /** Whether enough is known to say that a name does not exist. */
  readonly isKnown: (machine: MachineNames) => boolean;
}

/** A command by its number: tests of command errors send what no command is. */
const OPCODE = /^0x[0-9a-f]{1,2}$/i;

const ALWAYS = (): boolean => true;
const WITH_MACHINE = ({ isComplete }: MachineNames): boolean => isComplete;

/** Owners that a name is compared with. */
const MOST_OWNERS = 50;

/** Who is always there; under Xen the host is dom0. */
const STANDING = new Set(['host', 'hypervisor', 'dom0', 'xen', 'none']);

const CHECKS: Readonly<Record<NameOf, NameCheck>> = {
  device: { id: 'scenario-unknown-device', what: 'device of this machine', isKnown: WITH_MACHINE, exists: (name, machine) => deviceNamed(machine, name) !== undefined || machine.hasNode(name) },
  smmu: { id: 'scenario-unknown-smmu', what: 'SMMU of this machine', isKnown: WITH_MACHINE, exists: (name, machine) => smmuNamed(machine, name) !== undefined || isVirtualSmmu(name, machine) },
  domain: { id: 'scenario-unknown-domain', what: 'domain of this machine', isKnown: WITH_MACHINE, exists: isDomain },
  // Who may own memory depends on the hypervisor: only what is likely a slip is reported.
  owner: {
    id: 'scenario-unknown-domain', what: 'domain of this machine', isKnown: WITH_MACHINE,
    exists: (name, machine) => isDomain(name, machine) || findNamed(machine.memory, name) !== undefined || nearest(name, namesFor('owner', machine).slice(0, MOST_OWNERS).map((one) => one.name)) === undefined,
  },
  register: { id: 'scenario-unknown-name', what: 'register of SMMUv3', isKnown: ALWAYS, exists: (name) => registerNamed(name) !== undefined || registerOffset(name) !== undefined },
  command: { id: 'scenario-unknown-name', what: 'command of SMMUv3', isKnown: ALWAYS, exists: (name) => commandLayout(name) !== undefined || OPCODE.test(name) },
  event: { id: 'scenario-unknown-name', what: 'event of SMMUv3', isKnown: ALWAYS, exists: (name) => eventNamed(name) !== undefined },
  operation: {
    id: 'scenario-unknown-operation', what: 'operation of this hypervisor', isKnown: ({ isComplete, hypervisor }) => isComplete && hypervisor !== 'none',
    exists: (name, { hypervisor }) => operationNamed(hypervisor, name) !== undefined,
  },
  profile: {
    id: 'scenario-unknown-operation', what: 'profile of this hypervisor', isKnown: (machine) => namesFor('profile', machine).length > 0,
    exists: (name, machine) => namesFor('profile', machine).some((one) => one.name === name),
  },
};

/** Hypervisors whose guests have SMMUs of their own. */
const WITH_VIRTUAL_SMMUS = new Set(['xen', 'iommufd']);

/** What a guest calls an SMMU of its own; how many there are is known once the machine is built. */
function isVirtualSmmu(name: string, { hypervisor }: MachineNames): boolean {
  return WITH_VIRTUAL_SMMUS.has(hypervisor) && /^v?smmu\d{0,3}$/.test(name);
}

function isDomain(name: string, machine: MachineNames): boolean {
  return STANDING.has(name) || findNamed(machine.domains, name) !== undefined;
}

/** Checks the names of one line. */
export function* checkNames({ file, bound }: PlacedLine, { machine }: CheckInput): Generator<Problem> {
  for (const slot of bound.slots) {
    const kind = slot.parameter?.kind ?? slot.option?.kind;
    const value = bound.values.get(slot.parameter?.name ?? slot.option?.name ?? '');
    if (kind?.kind !== 'name' || kind.declares === true || value?.kind !== 'word' || kind.also?.includes(value.text) === true) continue;
    if (kind.withField === true && value.text.includes('.')) yield* checkRegisterField(value, machine);
    else yield* checkName(kind.of, value, machine);
  }
  yield* checkDeviceList({ file, bound }, machine);
}

const OFFSETS = 'An offset is written as `0x1000`: a multiple of 4 below 0x20000. What has a name goes by it.';

function* checkName(of: NameOf, { text, at }: { readonly text: string; readonly at: SourceRange }, machine: MachineNames): Generator<Problem> {
  const check = CHECKS[of];
  if (!check.isKnown(machine) || check.exists(text, machine)) return;
  if (of === 'register' && /^\d/.test(text)) return yield problem(check.id, at, `\`${shorten(text)}\` is no offset of a register.`, OFFSETS);
  const known = namesFor(of, machine);
  const standing = of === 'domain' ? ['host', 'hypervisor'] : [];
  yield unknownName(check.id, at, { name: text, what: check.what, known: [...known.map((one) => one.name), ...standing], aliases: known.flatMap((one) => one.aliases ?? []) });
}

/** `REGISTER.FIELD`: the register, and then its field. */
function* checkRegisterField({ text, at }: { readonly text: string; readonly at: SourceRange }, machine: MachineNames): Generator<Problem> {
  const found = registerField(text);
  if (found === undefined) return;
  const { register, name, structure } = found;
  if (structure === undefined) return yield* checkName('register', { text: register, at: { ...at, end: at.start + register.length } }, machine);
  const known = structure.fields.map((one) => one.name);
  if (!known.includes(name)) yield unknownName('scenario-unknown-field', { ...at, start: at.start + register.length + 1 }, { name, what: `field of ${register}`, known });
}

/** `devices="a b"`: names inside a string. */
function* checkDeviceList({ bound }: PlacedLine, machine: MachineNames): Generator<Problem> {
  const value = bound.values.get('devices');
  const isPlain = value?.kind === 'text' && value.at.end - value.at.start === value.text.length + 2;
  if (!isPlain || value?.kind !== 'text') return;
  for (const { 0: text, index } of value.text.matchAll(/\S+/g)) {
    const start = value.at.start + 1 + index;
    yield* checkName('device', { text, at: { ...value.at, start, end: start + text.length } }, machine);
  }
}
