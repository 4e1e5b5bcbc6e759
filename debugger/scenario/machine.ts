/**
 * What a scenario can name: the SMMUs, devices and domains of its board and guests, and what its own
 * lines declare. Names only; nothing is built. Where a board is not known or not whole, `isComplete`
 * is false, and nobody may say that a name does not exist.
 */
import { nameSpan, propertySpan } from '../../model/platform/context.ts';
import { below } from '../../model/platform/guests/fragment.ts';
import { rangeOf } from '../../model/platform/guests/system.ts';
import type { HostTree, System } from '../../model/platform/guests/types.ts';
import type { Iommu, Master } from '../../model/platform/types.ts';
import type { SourceRange } from '../../model/problem.ts';
import { namesOf, unambiguous } from './nodeNames.ts';
import { finish, Pace } from './pace.ts';

/** Something with a name, and other names for it. */
export interface Named {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Where it is declared: the name of its node, or its line in a scenario. */
  readonly at: SourceRange | undefined;
}

const indices = new WeakMap<readonly Named[], Map<string, Named>>();

/** The thing that goes by a name: its own name before other names for others. */
export function findNamed<T extends Named>(list: readonly T[], name: string): T | undefined {
  return (indices.get(list) ?? finish(indexSteps(list))).get(name) as T | undefined;
}

/** Prepares `findNamed` for a list, in slices. */
export function* indexSteps(list: readonly Named[]): Generator<void, Map<string, Named>> {
  const index = new Map<string, Named>();
  const pace = new Pace();
  for (const one of list) {
    if (!index.has(one.name)) index.set(one.name, one);
    if (pace.isDue()) yield;
  }
  for (const one of list) {
    for (const alias of one.aliases) if (!index.has(alias)) index.set(alias, one);
    if (pace.isDue()) yield;
  }
  indices.set(list, index);
  return index;
}

/** Whether something goes by a name. */
export function isNamed(thing: Named, name: string): boolean {
  return thing.name === name || thing.aliases.includes(name);
}

/** An SMMU. */
export interface NamedSmmu extends Named {
  /** Bits of a StreamID, where the scenario says which model it is. */
  readonly sidBits: number | undefined;
  /** What is known of it, in words. */
  readonly detail: string;
}

/** StreamIDs in a row. */
export interface StreamRun {
  readonly first: number;
  readonly count: number;
}

/** A device that makes DMA. */
export interface NamedDevice extends Named {
  readonly smmu: string | undefined;
  readonly streams: readonly StreamRun[];
  /** Where its streams are written. */
  readonly streamsAt: SourceRange | undefined;
  /** It is a PCI root complex, and functions behind it are named `NAME:BB:DD.F`. */
  readonly isRootComplex: boolean;
}

/** A domain. */
export interface NamedDomain extends Named {
  /** Names of the devices that it is given, as its declaration has them. */
  readonly devices: readonly string[];
  /** The xl configuration that it comes from. */
  readonly config: string | undefined;
}

/** What a scenario can name. */
export interface MachineNames {
  /** Everything is known: a name that is not here does not exist. */
  readonly isComplete: boolean;
  readonly smmus: readonly NamedSmmu[];
  readonly devices: readonly NamedDevice[];
  /** Guests; the host and the hypervisor are not among them. */
  readonly domains: readonly NamedDomain[];
  /** Stretches of memory that the scenario declares. */
  readonly memory: readonly Named[];
  /** Variables of `let` and `repeat`. */
  readonly variables: readonly Named[];
  /** As `hypervisor` names it; `none` where there is no such line. */
  readonly hypervisor: string;
  /** Whether the board has a node of a name, label or path: it may be a device that no SMMU stands before. */
  hasNode(name: string): boolean;
}

/** The names of a board: its SMMUs and masters, and with guests the domains. */
export type BoardNames = Pick<MachineNames, 'isComplete' | 'smmus' | 'devices' | 'domains' | 'hasNode'>;

/** The names where no board is known. */
export const NO_BOARD: BoardNames = { isComplete: false, smmus: [], devices: [], domains: [], hasNode: () => false };

const boards = new WeakMap<System, BoardNames>();

/** The names of a system of board and guests, collected at the first call. */
export function boardNames(system: System): BoardNames {
  const known = boards.get(system) ?? collect(system);
  boards.set(system, known);
  return known;
}

function collect({ host, domains }: System): BoardNames {
  const guests = domains.filter((one) => one.kind !== 'hardware').map((domain): NamedDomain => ({
    name: domain.name, aliases: [], at: domain.at, devices: domain.devices.map((one) => one.path), config: domain.config?.syntax.path,
  }));
  if (host === undefined) return { ...NO_BOARD, domains: guests };
  const { iommus, masters, pciHosts } = host.context.platform;
  const smmus = iommus.filter((one) => one.binding.kind === 'smmu-v3' && one.enabled);
  const complexes = new Set(pciHosts.map((one) => one.node));
  const devices = masters.filter((one) => one.enabled && (one.uses.length > 0 || complexes.has(one.node)));
  return {
    isComplete: host.isWhole, domains: guests,
    smmus: unambiguous(smmus.map((one) => smmuOf(host, one))),
    devices: unambiguous(devices.map((one) => deviceOf(host, one, complexes.has(one.node)))),
    hasNode: nodeTest(host),
  };
}

function nodeTest({ tree }: HostTree): (name: string) => boolean {
  let names: Set<string> | undefined;
  return (name) => {
    if (tree.labels.has(name) || (name.startsWith('/') && tree.byPath(name) !== undefined)) return true;
    names ??= new Set([...below(tree.root)].map((node) => node.name));
    return names.has(name);
  };
}

function smmuOf(host: HostTree, { node, binding }: Iommu): NamedSmmu {
  return { ...namesOf(node), at: rangeOf(host, nameSpan(node)), sidBits: undefined, detail: binding.name };
}

function deviceOf(host: HostTree, master: Master, isRootComplex: boolean): NamedDevice {
  const { node, uses } = master;
  const [first] = uses;
  const smmu = first?.iommu.node;
  return {
    ...namesOf(node), isRootComplex, smmu: smmu?.labels[0]?.name ?? smmu?.name,
    streams: uses.flatMap((use) => (use.id === undefined ? [] : [{ first: use.id, count: use.count }])),
    at: rangeOf(host, nameSpan(node)), streamsAt: rangeOf(host, propertySpan(node, first?.via ?? 'iommus')),
  };
}
