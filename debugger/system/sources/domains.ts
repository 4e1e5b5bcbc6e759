/**
 * The domains of a scenario with their devices: what guest configurations, dom0less nodes and project
 * files say, what `guest` lines say over it, and guests that the scenario creates only later.
 */
import type { DtNode } from '../../../model/devicetree/tree/tree.ts';
import { nameSpan } from '../../../model/platform/context.ts';
import { assemble } from '../../../model/platform/guests/assemble.ts';
import { systemOf } from '../../../model/platform/guests/system.ts';
import type { Domain } from '../../../model/platform/guests/types.ts';
import { cellsOf, numberOf, stringsOf, u32Of } from '../../../model/platform/values.ts';
import { wantsViommu } from '../../../model/xl/guestConfig.ts';
import type { PciFunction } from '../../../model/xl/specs/pci.ts';
import type { SourceRange } from '../../../model/problem.ts';
import type { Action, Program } from '../../scenario/program.ts';
import type { DescribedDevice, DescribedDomain } from '../description.ts';
import { namesOf, pciFunction } from '../names.ts';
import type { Draft, GuestLine } from '../draft.ts';
import { wordsOf } from './files.ts';

const MB = 0x10_0000;
const KB = 1024;

/** Guests that some `create` action names and the setup does not. */
export function createdLater(program: Program, draft: Draft): GuestLine[] {
  const found = new Map<string, GuestLine>();
  const known = new Set([...draft.guests.map((g) => g.name), ...(draft.project?.domains ?? []).map((d) => d.name)]);
  const visit = (action: Action): void => {
    const later = action.verb === 'create' ? laterGuest(action) : undefined;
    const first = later === undefined ? undefined : found.get(later.name);
    if (later !== undefined && !known.has(later.name) && first === undefined) found.set(later.name, later);
    if (later !== undefined && first !== undefined && optionsOf(first) !== optionsOf(later)) {
      draft.problems.push({ id: 'scenario-setup', level: 'warning', message: `${later.name} is created as the first line that creates it says; give both lines the same options.`, range: later.at });
    }
    action.body.forEach(visit);
  };
  program.actions.forEach(visit);
  return [...found.values()];
}

/** What a line makes of a guest, for comparison. */
function optionsOf({ hasVsmmu, devices, kind }: GuestLine): string {
  return JSON.stringify([hasVsmmu, devices, kind]);
}

function laterGuest(action: Action): GuestLine | undefined {
  const text = (name: string): string | undefined => {
    const value = action.values.get(name);
    return value?.kind === 'word' || value?.kind === 'text' ? value.text : undefined;
  };
  const name = text('name');
  if (name === undefined) return undefined;
  const viommu = text('viommu');
  return {
    name, at: action.at, config: undefined, hasVsmmu: viommu === undefined ? undefined : viommu === 'smmuv3', memory: undefined,
    devices: wordsOf(text('devices')), kind: text('kind') === 'dom0less' ? 'dom0less' : 'xl', isLater: true,
  };
}

/** The domains, and the devices with the domains that have them. */
export function domainsOf(draft: Draft): { readonly domains: readonly DescribedDomain[]; readonly devices: readonly DescribedDevice[] } {
  const given = new Givings(draft);
  const modelled = modelDomains(draft);
  for (const { name, domain } of modelled) for (const device of domain.devices) if (domain.kind !== 'hardware') given.path(name, device.path, device.at);
  for (const { name, domain } of modelled) for (const { value, atom } of domain.config?.pci ?? []) given.pci(name, value, { file: domain.at.file, start: atom.start, end: atom.end });
  for (const line of draft.guests) for (const device of line.devices) given.named(line.name, device, line.at);
  const fromModel = modelled.map(({ name, domain }) => described(draft, name, domain));
  const plain = draft.guests.filter((line) => !fromModel.some((d) => d.name === line.name)).map((line) => plainDomain(draft, line, given));
  const hardware = draft.hypervisor.kind === 'xen' ? [hardwareDomain(draft)] : [];
  return { domains: [...hardware, ...fromModel, ...plain], devices: given.devices };
}

interface Modelled {
  readonly name: string;
  readonly domain: Domain;
}

/** What the model knows of domains, under the names that the scenario has for them. */
function modelDomains(draft: Draft): Modelled[] {
  const configured = draft.guests.flatMap((line) => (line.config === undefined ? [] : [{ name: line.name, config: line.config }]));
  const dialect = configured.map(({ config }) => config.dialect).find((d) => d.vsmmu !== undefined) ?? draft.dialect;
  const own = draft.project !== undefined && configured.length === 0 ? draft.project : systemOf(assemble({
    trees: draft.host === undefined ? [] : [draft.host], configs: configured.map(({ config }) => config), association: 'stated', dialect,
  }));
  const isXen = draft.hypervisor.kind === 'xen';
  return own.domains.filter((domain) => domain.kind === 'xl' || (isXen && domain.kind === 'dom0less')).map((domain) => ({
    name: configured.find(({ config }) => config === domain.config)?.name ?? domain.name, domain,
  }));
}

function hardwareDomain(draft: Draft): DescribedDomain {
  const { memory, hasVsmmu } = bootArguments(draft);
  return { name: 'dom0', origin: 'hardware', memory, hasVsmmu, grants: [], isLater: false, at: draft.hypervisor.at };
}

function described(draft: Draft, name: string, domain: Domain): DescribedDomain {
  const line = draft.guests.find((g) => g.name === name);
  const hasVsmmu = domain.vsmmu !== undefined || (domain.config !== undefined && wantsViommu(domain.config));
  return {
    name, origin: domain.kind === 'dom0less' ? 'dom0less' : 'xl', memory: line?.memory ?? memoryOf(domain), hasVsmmu: line?.hasVsmmu ?? draft.hasVsmmus ?? hasVsmmu,
    grants: domain.grants.map(({ device, backend }) => ({ device, backend })), isLater: false, at: domain.at,
  };
}

/** RAM in bytes: xl counts MiB, Xen's dom0less nodes KiB. */
function memoryOf({ config, node }: Domain): number | undefined {
  if (node !== undefined) {
    const cells = cellsOf(node, 'memory');
    return cells.length === 0 ? undefined : Number(numberOf(cells)) * KB;
  }
  const memory = config?.number('memory')?.value;
  return memory === undefined ? undefined : memory * MB;
}

function plainDomain(draft: Draft, line: GuestLine, { taken }: Givings): DescribedDomain {
  const takes = taken.filter(({ domain }) => domain === line.name).map(({ device }) => device);
  return {
    name: line.name, origin: line.kind, memory: line.memory, hasVsmmu: line.hasVsmmu ?? draft.hasVsmmus ?? false, grants: [], isLater: line.isLater, at: line.at, ...(takes.length === 0 ? {} : { takes }),
  };
}

/** What `xen,xen-bootargs` says of dom0. */
function bootArguments(draft: Draft): { readonly memory: number | undefined; readonly hasVsmmu: boolean } {
  const chosen = draft.host?.tree.root.children.get('chosen');
  const words = stringsOf(chosen?.properties.get('xen,xen-bootargs')).join(' ');
  const [, number, unit = 'M'] = /(?:^|\s)dom0_mem=(?:\S*,)?(\d+)([KMG]?)/i.exec(words) ?? [];
  const units: Readonly<Record<string, number>> = { K: KB, M: MB, G: KB * MB };
  return { memory: number === undefined ? undefined : Number(number) * (units[unit.toUpperCase()] ?? MB), hasVsmmu: /(?:^|\s)viommu=smmuv3/.test(words) };
}

/** Devices on their way to domains. */
class Givings {
  devices: readonly DescribedDevice[];
  /** Devices of other guests that guests get later. */
  readonly taken: { readonly domain: string; readonly device: string }[] = [];
  readonly #draft: Draft;

  constructor(draft: Draft) {
    this.#draft = draft;
    this.devices = draft.devices;
  }

  /** By the path that a configuration names; a device that no SMMU is in front of comes into being here. */
  path(domain: string, path: string, at: SourceRange): void {
    const node = this.#draft.host?.tree.byPath(path);
    const base = path.split('/').at(-1) ?? path;
    const found = this.devices.find((d) => d.aliases.includes(path) || (this.#draft.host === undefined && d.name === base));
    if (found !== undefined) this.#give(found, domain, at);
    else if (node !== undefined) this.devices = [...this.devices, { ...bare(node, this.#draft), domain }];
    else this.#warn(at, `The board has no device ${path}.`);
  }

  /** By the name that the scenario writes. */
  named(domain: string, name: string, at: SourceRange): void {
    const pci = pciFunction(this.devices, name);
    const found = this.devices.find((d) => d.name === (pci?.name ?? name) || d.aliases.includes(name));
    if (found !== undefined) this.#give(found, domain, at);
    else if (pci !== undefined) this.devices = [...this.devices, { ...pci, domain }];
    else this.#warn(at, `There is no device ${name}.`);
  }

  /** A function by segment, bus, device and function: segments are numbered by the tree, or in its order. */
  pci(domain: string, { domain: segment, bus, device, function: fn = 0 }: PciFunction, at: SourceRange): void {
    const complexes = this.#draft.devices.filter((d) => d.requesters.length > 0);
    const complex = complexes.find((d) => this.#segmentOf(d) === segment) ?? complexes.filter((d) => this.#segmentOf(d) === undefined)[segment];
    const place = [bus, device].map((n) => n.toString(16).padStart(2, '0')).join(':');
    if (complex === undefined) this.#warn(at, `The board has no PCI segment ${segment}.`);
    else this.named(domain, `${complex.name}:${place}.${fn}`, at);
  }

  #segmentOf({ aliases }: DescribedDevice): number | undefined {
    const node = this.#draft.host?.tree.byPath(aliases.at(-1) ?? '');
    return node === undefined ? undefined : u32Of(node, 'linux,pci-domain');
  }

  #give(device: DescribedDevice, domain: string, at: SourceRange): void {
    const isTaken = device.domain !== undefined && device.domain !== domain;
    if (isTaken && this.#draft.guests.some((g) => g.name === domain && g.isLater)) return void this.taken.push({ domain, device: device.name });
    if (isTaken) return this.#warn(at, `${device.name} is given to ${device.domain} already.`);
    this.devices = this.devices.map((d) => (d === device ? { ...d, domain } : d));
  }

  #warn(range: SourceRange, message: string): void {
    this.#draft.problems.push({ id: 'scenario-setup', level: 'warning', message, range });
  }
}

function bare(node: DtNode, draft: Draft): DescribedDevice {
  const at = draft.host?.context.range(nameSpan(node));
  return { ...namesOf(node), smmu: undefined, sids: [], requesters: [], domain: undefined, at, node: at };
}
