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
import { Pace } from '../../scenario/pace.ts';
import { shorten } from '../../scenario/problem.ts';
import type { Action, Program } from '../../scenario/program.ts';
import type { DescribedDevice, DescribedDomain } from '../description.ts';
import { MOST_GUESTS, tell, type Draft, type GuestLine } from '../draft.ts';
import { namesOf } from '../../scenario/nodeNames.ts';
import { pciFunction } from '../names.ts';
import { wordsOf } from './files.ts';

const MB = 0x10_0000;
const KB = 1024;

/** Guests that some `create` action names and the setup does not, in slices. */
export function* createdLater(program: Program, draft: Draft): Generator<void, GuestLine[]> {
  const found = new Map<string, GuestLine>();
  const known = new Set([...draft.guests.map((g) => g.name), ...(draft.project?.domains ?? []).map((d) => d.name)]);
  const pace = new Pace();
  for (const action of createActions(program.actions)) {
    if (pace.isDue(action.at.end - action.at.start)) yield;
    const later = laterGuest(action);
    const first = later === undefined ? undefined : found.get(later.name);
    if (later === undefined || known.has(later.name)) continue;
    if (first !== undefined && optionsOf(first) !== optionsOf(later)) {
      tell(draft.problems, { id: 'scenario-setup', level: 'warning', message: `${later.name} is created as the first line that creates it says; give both lines the same options.`, range: later.at });
    } else if (first === undefined && draft.guests.length + found.size >= MOST_GUESTS) {
      tell(draft.problems, { id: 'scenario-setup', level: 'error', message: `A scenario may have ${MOST_GUESTS} guests at most.`, range: later.at });
      break;
    } else if (first === undefined) found.set(later.name, later);
  }
  return [...found.values()];
}

/** All `create` actions, those in blocks too; how deep these are nested is bounded. */
function createActions(actions: readonly Action[], found: Action[] = []): Action[] {
  for (const action of actions) {
    if (action.verb === 'create') found.push(action);
    if (action.body.length > 0) createActions(action.body, found);
  }
  return found;
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

/** The domains, and the devices with the domains that have them; in slices. */
export function* domainsOf(draft: Draft): Generator<void, { readonly domains: readonly DescribedDomain[]; readonly devices: readonly DescribedDevice[] }> {
  const given = new Givings(draft);
  const modelled = modelDomains(draft);
  for (const { name, domain } of modelled) for (const device of domain.devices) if (domain.kind !== 'hardware') given.path(name, device.path, device.at);
  for (const { name, domain } of modelled) for (const { value, atom } of domain.config?.pci ?? []) given.pci(name, value, { file: domain.at.file, start: atom.start, end: atom.end });
  const pace = new Pace();
  for (const line of draft.guests) {
    for (const device of line.devices) {
      given.named(line.name, device, line.at);
      if (pace.isDue()) yield;
    }
  }
  const fromModel = modelled.map(({ name, domain }) => described(draft, name, domain));
  const names = new Set(fromModel.map((d) => d.name));
  const plain = draft.guests.filter((line) => !names.has(line.name)).map((line) => plainDomain(draft, line, given));
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
  const takes = taken.get(line.name) ?? [];
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
  readonly devices: DescribedDevice[] = [];
  /** Devices of other guests that guests get later, by guest. */
  readonly taken = new Map<string, string[]>();
  readonly #draft: Draft;
  /** The first device that has a name, or else an alias. */
  readonly #byName = new Map<string, number>();
  readonly #later: ReadonlySet<string>;

  constructor(draft: Draft) {
    this.#draft = draft;
    this.#later = new Set(draft.guests.filter((g) => g.isLater).map((g) => g.name));
    for (const device of draft.devices) this.#add(device);
  }

  #add(device: DescribedDevice): void {
    const index = this.devices.push(device) - 1;
    for (const name of [device.name, ...device.aliases]) if (!this.#byName.has(name)) this.#byName.set(name, index);
  }

  #find(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /** By the path that a configuration names; a device that no SMMU is in front of comes into being here. */
  path(domain: string, path: string, at: SourceRange): void {
    const node = this.#draft.host?.tree.byPath(path);
    const found = this.#find(path) ?? (this.#draft.host === undefined ? this.#find(path.split('/').at(-1) ?? path) : undefined);
    if (found !== undefined) this.#give(found, domain, at);
    else if (node !== undefined) this.#add({ ...bare(node, this.#draft), domain });
    else this.#warn(at, `The board has no device ${path}.`);
  }

  /** By the name that the scenario writes. */
  named(domain: string, name: string, at: SourceRange): void {
    const pci = pciFunction(name, (complex) => this.devices[this.#find(complex) ?? -1]);
    const found = this.#find(pci?.name ?? name) ?? this.#find(name);
    if (found !== undefined) this.#give(found, domain, at);
    else if (pci !== undefined) this.#add({ ...pci, domain });
    else this.#warn(at, `There is no device ${shorten(name)}.`);
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

  #give(index: number, domain: string, at: SourceRange): void {
    const device = this.devices[index];
    if (device === undefined) return;
    const isTaken = device.domain !== undefined && device.domain !== domain;
    if (isTaken && this.#later.has(domain)) return this.#take(device, domain);
    if (isTaken) return this.#warn(at, `${device.name} is given to ${device.domain} already.`);
    this.devices[index] = { ...device, domain };
  }

  #take({ name }: DescribedDevice, domain: string): void {
    const list = this.taken.get(domain) ?? [];
    this.taken.set(domain, list);
    list.push(name);
  }

  #warn(range: SourceRange, message: string): void {
    tell(this.#draft.problems, { id: 'scenario-setup', level: 'warning', message, range });
  }
}

function bare(node: DtNode, draft: Draft): DescribedDevice {
  const at = draft.host?.context.range(nameSpan(node));
  return { ...namesOf(node), smmu: undefined, sids: [], requesters: [], domain: undefined, at, node: at };
}
