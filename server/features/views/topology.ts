/**
 * A board as a picture would show it: devices with their streams, the IOMMUs that these lead to, the
 * domains that own the devices, and what is wrong: StreamIDs that two masters share, and masters
 * whose DMA no IOMMU translates. Plain data; where things stand in the picture is the editor's business.
 */
import type { DtNode } from '../../../model/devicetree/tree/tree.ts';
import { regionsOf } from '../../../model/platform/addresses.ts';
import { nodePath } from '../../../model/devicetree/tree/values.ts';
import { nameSpan, type PlatformContext } from '../../../model/platform/context.ts';
import type { System } from '../../../model/platform/guests/types.ts';
import { formatRidRange } from '../../../model/platform/rid.ts';
import { BUS_MASTER } from '../../../model/platform/rules/xenPassthrough.ts';
import { meetings } from '../../../model/platform/sharing.ts';
import { macroOf, whyNoMapEntry, whyNoSpecifier } from '../../../model/platform/streamTable.ts';
import type { Iommu, Master, StreamUse } from '../../../model/platform/types.ts';
import { isAvailable } from '../../../model/platform/values.ts';
import type { SourceRange } from '../../../model/problem.ts';
import { called } from '../streamText.ts';
import { idOf } from './streamTables.ts';
import type { Place } from './table.ts';

/** One IOMMU. */
export interface TopologyIommu {
  /** The path of its node, by which streams name it. */
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly enabled: boolean;
  readonly place: Place | null;
}

/** One run of StreamIDs. */
export interface TopologyStream {
  readonly iommu: string;
  /** The first StreamID; null where the binding has none. */
  readonly first: number | null;
  readonly text: string;
  /** RequesterIDs and the macro, for a longer description. */
  readonly detail: string;
  /** Who else uses one of these StreamIDs. */
  readonly conflict: string | null;
  readonly place: Place | null;
}

/** One device that issues transactions. */
export interface TopologyDevice {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** The domain that owns it, where there are domains. */
  readonly domain: string | null;
  readonly streams: readonly TopologyStream[];
  /** Why nothing translates its DMA; null where something does. */
  readonly unprotected: string | null;
  readonly place: Place | null;
}

/** One domain. */
export interface TopologyDomain {
  readonly name: string;
  readonly kind: string;
  readonly place: Place | null;
}

/** Everything in the picture. */
export interface Topology {
  readonly board: string;
  readonly iommus: readonly TopologyIommu[];
  readonly devices: readonly TopologyDevice[];
  readonly domains: readonly TopologyDomain[];
}

/** How places reach the editor, and what is known besides the board. */
export interface TopologyTools {
  readonly name: string;
  readonly system: System | undefined;
  place(range: SourceRange): Place | null;
}

/** More than anybody can look at; what is beyond is left out. */
const MAX_DEVICES = 2000;
const MAX_STREAMS = 64;

/** The picture of a board. */
export function topology(context: PlatformContext, tools: TopologyTools): Topology {
  const { platform } = context;
  const owners = ownersOf(tools.system);
  const conflicts = conflictsOf(context);
  const placeOf = (node: DtNode): Place | null => tools.place(context.range(nameSpan(node)));
  const masters = platform.masters.filter((master) => master.list !== undefined || master.iommuMap !== undefined);
  const known = masters.map((master): TopologyDevice => ({
    id: master.path, name: called(master.node), enabled: master.enabled, domain: owners.get(master.path) ?? null,
    streams: master.uses.slice(0, MAX_STREAMS).map((use) => streamOf(context, use, conflicts, tools)),
    unprotected: whyUnprotected(master), place: placeOf(master.node),
  }));
  const bare = [...bareMasters(context)].toReversed().map(([node, { enabled, why }]): TopologyDevice => ({
    id: nodePath(node), name: called(node), enabled, domain: owners.get(nodePath(node)) ?? null, streams: [], unprotected: why, place: placeOf(node),
  }));
  return {
    board: tools.name,
    iommus: platform.iommus.map((iommu) => ({ id: iommu.path, name: called(iommu.node), kind: iommu.binding.name, enabled: iommu.enabled, place: placeOf(iommu.node) })),
    devices: [...known, ...bare].slice(0, MAX_DEVICES),
    domains: tools.system?.domains.map(({ name, kind, at }) => ({ name, kind, place: tools.place(at) })) ?? [],
  };
}

function ownersOf(system: System | undefined): Map<string, string> {
  return new Map(system?.domains.flatMap((domain) => domain.devices.map((device) => [device.path, domain.name] as const)) ?? []);
}

/** Who else uses the StreamIDs of a use. */
function conflictsOf(context: PlatformContext): Map<StreamUse, Set<Master>> {
  const others = new Map<StreamUse, Set<Master>>();
  const add = (use: StreamUse, other: Master): void => {
    const known = others.get(use);
    if (known === undefined) others.set(use, new Set([other]));
    else known.add(other);
  };
  for (const iommu of context.platform.iommus) {
    for (const { first, second } of meetings(context.usesOf(iommu))) {
      add(first, second.master);
      add(second, first.master);
    }
  }
  return others;
}

function streamOf(context: PlatformContext, use: StreamUse, conflicts: ReturnType<typeof conflictsOf>, tools: TopologyTools): TopologyStream {
  const others = [...(conflicts.get(use) ?? [])].slice(0, 4).map((master) => called(master.node));
  const id = use.id ?? null;
  const macro = macroOf(context, use.idSpan);
  const rids = use.rids === undefined ? [] : [`RequesterID ${formatRidRange(use.rids.first, use.count)}`];
  return {
    iommu: use.iommu.path, first: id, text: id === null ? 'stream' : idOf({ id, count: use.count, mask: use.mask }),
    detail: [...rids, ...(macro === undefined ? [] : [`written as ${macro}`])].join(', '),
    conflict: others.length === 0 ? null : `also used by ${others.join(', ')}`,
    place: tools.place(context.range(use.idSpan)),
  };
}

/** Why the DMA of a device that names an IOMMU is not translated. */
function whyUnprotected(master: Master): string | null {
  const [use] = master.uses;
  if (use !== undefined) {
    const disabled = master.uses.filter(({ iommu }) => !iommu.enabled);
    return disabled.length === master.uses.length ? `${called(use.iommu.node)} is disabled` : null;
  }
  const entries = [...(master.list?.entries.map(whyNoSpecifier) ?? []), ...(master.iommuMap?.entries.map(whyNoMapEntry) ?? [])];
  return entries.find((why) => why !== undefined) ?? 'it names no IOMMU';
}

interface Bare {
  readonly enabled: boolean;
  readonly why: string;
}

/**
 * Masters that name no IOMMU at all, as far as the tree gives them away as masters: by a kind of
 * device that is of no use without DMA, or by coherent DMA. A board without an IOMMU has none to name.
 */
function bareMasters({ platform }: PlatformContext): Map<DtNode, Bare> {
  const found = new Map<DtNode, Bare>();
  if (!platform.iommus.some(isTranslating)) return found;
  const hosts = new Set(platform.pciHosts.map(({ node }) => node));
  const pending: { node: DtNode; enabled: boolean }[] = [{ node: platform.tree.root, enabled: true }];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const { node, enabled } = at;
    const master = platform.masterOf.get(node);
    // What is below a master is reached by its streams, or has a bus of its own.
    if (master?.list !== undefined || master?.iommuMap !== undefined || platform.iommuOf.has(node)) continue;
    const why = hosts.has(node) ? 'PCI host without iommu-map' : whyMaster(node);
    if (why !== undefined) found.set(node, { enabled, why });
    else for (const child of node.children.values()) pending.push({ node: child, enabled: enabled && isAvailable(child) });
  }
  return found;
}

function whyMaster(node: DtNode): string | undefined {
  if (isBus(node)) return undefined;
  const isMapped = regionsOf(node).some(({ physical }) => physical !== undefined);
  if (BUS_MASTER.test(node.name) && isMapped) return 'has no iommus';
  return node.properties.has('dma-coherent') ? 'does coherent DMA, has no iommus' : undefined;
}

function isTranslating(iommu: Iommu): boolean {
  return iommu.binding.kind !== 'xen';
}

/** A bus says `dma-coherent` for what is below it; an interrupt controller's memory is no device's DMA. */
function isBus(node: DtNode): boolean {
  return ['ranges', 'interrupt-controller', 'msi-controller'].some((name) => node.properties.has(name)) || node.parent === undefined;
}
