/** What is said of the words of a scenario, as Markdown: the same in hovers and beside proposals. */
import { type NameOf, type Parameter, shapeOf, shapeOfOption, shapeOfParameter, type Verb } from '../../../debugger/scenario/catalog.ts';
import { type KnownField, type Structure, structureNamed, valuesOf } from '../../../debugger/scenario/fields.ts';
import { findNamed, isNamed, type MachineNames, type NamedDevice, type NamedDomain, type NamedSmmu } from '../../../debugger/scenario/machine.ts';
import { deviceDetail, deviceNamed, namesFor, operationNamed, smmuNamed } from '../../../debugger/scenario/names.ts';
import { block, code, hexOf, type LinkMaker, plain } from '../markdown.ts';

/** An action: its shape, what it does, what it takes, an example. */
export function verbText(verb: Verb): string {
  const parameters = verb.parameters.filter((one) => one.kind.kind !== 'sign').map((one) => `- ${code(shapeOfParameter(one))} — ${one.text}`);
  const options = verb.options.map((one) => `- ${code(shapeOfOption(one))} — ${one.text}`);
  return [block('smmu-scenario', shapeOf(verb)), verb.text, [...parameters, ...options].join('\n'), block('smmu-scenario', verb.example)].filter((part) => part !== '').join('\n\n');
}

/** A parameter by its place. */
export function parameterText({ name, text }: Pick<Parameter, 'name' | 'text'>): string {
  return `${code(name)} — ${text}`;
}

/** A field: its bits, what it is, what its values mean. */
export function fieldText({ name, detail, text, field }: KnownField): string {
  const values = field === undefined ? [] : valuesOf(field).map((one) => `- ${plain(one)}`);
  return [`**${plain(name)}** ${plain(detail)}`, text, values.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** A number in the ways in which people read it, with what it means in a field. */
export function numberText(value: bigint, field: KnownField['field']): string {
  const size = sizeText(value);
  const line = `${code(hexOf(value))} = ${value}${size === undefined ? '' : ` = ${size}`}`;
  const meaning = field === undefined || value > 0xffff_ffffn ? undefined : field.values[Number(value)];
  return meaning === undefined ? line : `${line}\n\n${plain(meaning)}`;
}

const UNITS: readonly (readonly [bigint, string])[] = [[1n << 30n, 'G'], [1n << 20n, 'M'], [1n << 10n, 'K']];

function sizeText(value: bigint): string | undefined {
  const unit = UNITS.find(([size]) => value !== 0n && value % size === 0n);
  return unit === undefined ? undefined : `${value / unit[0]}${unit[1]}`;
}

type NameText = (name: string, machine: MachineNames, link: LinkMaker) => string | undefined;

const NAMES: Readonly<Record<NameOf, NameText>> = {
  device: (name, machine, link) => {
    const device = deviceNamed(machine, name);
    return device === undefined ? undefined : deviceText(device, machine, link);
  },
  smmu: (name, machine, link) => {
    const smmu = smmuNamed(machine, name);
    return smmu === undefined ? undefined : smmuText(smmu, machine, link);
  },
  domain: domainText,
  owner: domainText,
  register: (name) => structureText(structureNamed('register', name)),
  command: (name) => structureText(structureNamed('command', name)),
  event: (name) => structureText(structureNamed('event', name)),
  operation: (name, { hypervisor }) => {
    const operation = operationNamed(hypervisor, name);
    return operation === undefined ? undefined : `**${plain(name)}** ${operation.parameters.map((one) => code(`${one}=`)).join(' ')}\n\n${plain(operation.text)}`;
  },
  profile: (name, machine) => {
    const known = namesFor('profile', machine).find((one) => one.name === name);
    return known === undefined ? undefined : `**${plain(name)}** — ${known.text ?? known.detail}`;
  },
};

/** What a name stands for; undefined where that is not known. */
export function nameText(of: NameOf, name: string, { machine, link }: { machine: MachineNames; link: LinkMaker }): string | undefined {
  return NAMES[of](name, machine, link);
}

function deviceText(device: NamedDevice, machine: MachineNames, link: LinkMaker): string {
  const owner = machine.domains.find((domain) => domain.devices.some((name) => isNamed(device, name)));
  return [
    `**${plain(device.name)}** — ${plain(deviceDetail(device))}`,
    device.aliases.length === 0 ? '' : `Also ${device.aliases.map(code).join(', ')}`,
    owner === undefined ? '' : `Given to ${code(owner.name)}`,
    device.isRootComplex ? `Functions behind it are named ${code(`${device.name}:BB:DD.F`)}.` : '',
    device.streamsAt === undefined ? '' : `StreamIDs: ${link(device.streamsAt)}`,
  ].filter((part) => part !== '').join('\n\n');
}

function smmuText(smmu: NamedSmmu, { devices }: MachineNames, link: LinkMaker): string {
  const behind = devices.filter((device) => device.smmu !== undefined && isNamed(smmu, device.smmu)).map((device) => code(device.name));
  return [
    `**${plain(smmu.name)}** — ${plain(smmu.detail)}${smmu.sidBits === undefined ? '' : `, ${smmu.sidBits} bits of StreamID`}`,
    behind.length === 0 ? '' : `Devices: ${behind.slice(0, 8).join(', ')}${behind.length > 8 ? ', ...' : ''}`,
    smmu.at === undefined ? '' : link(smmu.at),
  ].filter((part) => part !== '').join('\n\n');
}

const STANDING: ReadonlyMap<string, string> = new Map([
  ['host', 'the kernel that owns the hardware; dom0 under Xen'], ['hypervisor', 'the hypervisor itself'], ['none', 'nobody'],
]);

function domainText(name: string, { domains, memory }: MachineNames, link: LinkMaker): string | undefined {
  const standing = STANDING.get(name);
  if (standing !== undefined) return `**${name}** — ${standing}`;
  const domain: NamedDomain | undefined = findNamed(domains, name);
  if (domain === undefined) return findNamed(memory, name) !== undefined ? `**${plain(name)}** — memory of the scenario` : undefined;
  const devices = domain.devices.length === 0 ? '' : ` with ${domain.devices.map(code).join(', ')}`;
  return `**${plain(name)}** — guest${devices}${domain.at === undefined ? '' : `\n\n${link(domain.at)}`}`;
}

/** A register, command or event with its fields. */
export function structureText(structure: Structure | undefined): string | undefined {
  if (structure === undefined) return undefined;
  const { of, detail, fields } = structure;
  const rows = fields.map((field) => `- ${code(field.name)} ${field.detail} ${plain(field.text)}`);
  return [`**${plain(of)}** — ${plain(detail)}`, rows.join('\n')].filter((part) => part !== '').join('\n\n');
}
