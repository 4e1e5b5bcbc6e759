/**
 * Joins a host tree, guest configurations and partial device trees into one system: each domain
 * with its devices, their streams on the physical and the virtual SMMU, its interrupts, pages and
 * grant endpoints. Total over bad input: what cannot be read is absent here and reported by rules.
 */
import type { SourceRange } from '../../problem.ts';
import type { Span } from '../../devicetree/syntax/ast.ts';
import type { DtNode } from '../../devicetree/tree/tree.ts';
import { wantsViommu, type XlGuest } from '../../xl/guestConfig.ts';
import type { XlSpan } from '../../xl/syntax.ts';
import { regionsOf } from '../addresses.ts';
import { nameSpan, propertySpan } from '../context.ts';
import { interruptsOf } from '../interrupts.ts';
import type { Master } from '../types.ts';
import { domainNodes } from './dom0less.ts';
import { below, passthroughOf, xenPathOf, xenRegsOf } from './fragment.ts';
import type {
  CompiledTree, Domain, GrantEndpoint, GuestInput, HostTree, OwnedDevice, OwnedInterrupt, OwnedPages, OwnedStream, System, SystemInput,
} from './types.ts';
import { assignVsids, vsidOf } from './vsids.ts';

const PAGE = 4096n;

/** Computes who owns what. */
export function systemOf(input: SystemInput): System {
  const { host } = input;
  const taken = new Set<CompiledTree>();
  const dom0less = host === undefined ? [] : domainNodes(host).map((node) => dom0lessDomain(input, host, { node, taken }));
  const xl = input.guests.map((guest) => xlDomain(guest, host));
  // Without guests there is nothing to own apart: a plain board is no system.
  const guests = [...dom0less, ...xl];
  const hardware = host === undefined || guests.length === 0 ? [] : [hardwareDomain(host, guests)];
  return { input, host, domains: [...hardware, ...dom0less, ...xl], loose: input.fragments.filter((one) => !taken.has(one)) };
}

/** Where a span of a compiled tree was written. */
export function rangeOf(source: CompiledTree, span: Span): SourceRange {
  return source.text.origin(span.start, span.end).range;
}

/** A range of a guest's configuration. */
export function configRange(config: XlGuest, span: XlSpan): SourceRange {
  return { file: config.syntax.path, start: span.start, end: span.end };
}

/** The hardware domain: it has every master that no other domain is given. */
function hardwareDomain(host: HostTree, others: readonly Domain[]): Domain {
  const given = new Set(others.flatMap((domain) => domain.devices.map((device) => device.node)));
  const devices = host.context.platform.masters
    .filter((master) => !given.has(master.node) && !master.node.properties.has('xen,passthrough') && master.enabled)
    .map((master) => lazilyPlaced(ownedDevice({ host, path: master.path, at: NOWHERE }), () => rangeOf(host, nameSpan(master.node))));
  return {
    kind: 'hardware', name: 'dom0', at: rangeOf(host, nameSpan(host.tree.root)), config: undefined, node: undefined, fragment: undefined,
    devices, interrupts: [], pages: [], grants: [], vsmmu: undefined,
  };
}

const NOWHERE: SourceRange = { file: '', start: 0, end: 0 };

/** A device whose place is looked up when asked for: the hardware domain has all masters, and hardly one is ever shown. */
function lazilyPlaced(device: OwnedDevice, place: () => SourceRange): OwnedDevice {
  return Object.defineProperty({ ...device }, 'at', { get: place, enumerable: true });
}

interface DeviceParts {
  readonly host: HostTree | undefined;
  readonly path: string;
  readonly at: SourceRange;
  readonly part?: DtNode | undefined;
  readonly vsids?: (psid: number, index: number) => number | undefined;
}

function ownedDevice({ host, path, at, part, vsids }: DeviceParts): OwnedDevice {
  const node = host?.tree.byPath(path);
  const master = node === undefined ? undefined : host?.context.platform.masterOf.get(node);
  return { path, at, node, master, part, streams: streamsOf(master, vsids) };
}

function streamsOf(master: Master | undefined, vsids: DeviceParts['vsids']): OwnedStream[] {
  const found: OwnedStream[] = [];
  for (const use of master?.uses ?? []) {
    if (use.id === undefined) continue;
    found.push({ iommu: use.iommu, psid: use.id, count: use.count, vsid: vsids?.(use.id, found.length) });
  }
  return found;
}

function dom0lessDomain(input: SystemInput, host: HostTree, own: { node: DtNode; taken: Set<CompiledTree> }): Domain {
  const { node, taken } = own;
  const fragment = fragmentFor(input, node, taken);
  const vsmmu = fragment === undefined ? undefined : input.vsmmu;
  const { first } = assignVsids(fragment, 'dom0less', false);
  const devices: OwnedDevice[] = [];
  const pages: OwnedPages[] = [];
  for (const part of fragment === undefined ? [] : below(passthroughOf(fragment))) {
    if (fragment === undefined) continue;
    pages.push(...xenRegsOf(part).map((reg) => ({ host: reg.host, size: reg.size, guest: reg.guest, at: rangeOf(fragment, reg.span) })));
    const path = xenPathOf(part);
    if (path === undefined) continue;
    const base = first.get(part);
    const vsids = (psid: number, index: number): number | undefined => vsidOf(vsmmu, psid, base === undefined ? undefined : base + index);
    devices.push(ownedDevice({ host, path, at: rangeOf(fragment, propertySpan(part, 'xen,path')), part, vsids }));
  }
  return {
    kind: 'dom0less', name: node.name, at: rangeOf(host, nameSpan(node)), config: undefined, node, fragment,
    devices, interrupts: devices.flatMap((device) => hostInterrupts(host, device)), pages, grants: [], vsmmu,
  };
}

/** Xen maps every interrupt of the host's node, whatever the fragment says. */
function hostInterrupts(host: HostTree, device: OwnedDevice): OwnedInterrupt[] {
  if (device.node === undefined) return [];
  return interruptsOf(host.tree, device.node).flatMap(({ gic }) => (gic === undefined ? [] : [{ intid: gic.intid, at: device.at }]));
}

/** The fragment whose file is named like the domain, or the only one there is for the only domain with a module. */
function fragmentFor(input: SystemInput, node: DtNode, taken: Set<CompiledTree>): CompiledTree | undefined {
  const candidates = input.fragments.filter((one) => !taken.has(one));
  const found = candidates.find((one) => sameStem(one.path, node.name)) ?? onlyCandidate(input, candidates);
  if (found !== undefined) taken.add(found);
  return found;
}

function onlyCandidate(input: SystemInput, candidates: readonly CompiledTree[]): CompiledTree | undefined {
  const domains = input.host === undefined ? [] : domainNodes(input.host);
  return domains.length === 1 && input.fragments.length === 1 ? candidates[0] : undefined;
}

/** `passthrough-domU1.dts` and `domU1.dtb` are about `domU1`. */
function sameStem(path: string, name: string): boolean {
  const words = (path.split('/').at(-1) ?? '').toLowerCase().split(/[^a-z0-9]+/);
  return words.includes(name.toLowerCase());
}

function xlDomain({ config, fragment }: GuestInput, host: HostTree | undefined): Domain {
  const vsmmu = wantsViommu(config) ? config.dialect.vsmmu : undefined;
  const { first } = assignVsids(fragment, 'xl', config.pci.length > 0);
  const devices = config.dtdev.map(({ value: path, atom }) => {
    const part = fragment === undefined ? undefined : partFor(fragment, path) ?? movedPart(fragment, host?.tree.byPath(path), config);
    const base = part === undefined ? undefined : first.get(part);
    const vsids = (psid: number, index: number): number | undefined => vsidOf(vsmmu, psid, base === undefined ? undefined : base + index);
    return ownedDevice({ host, path, at: configRange(config, atom), part, vsids });
  });
  const name = config.text('name');
  return {
    kind: 'xl', name: name?.value ?? stemOf(config.syntax.path), at: configRange(config, name?.atom ?? { start: 0, end: 0 }),
    config, node: undefined, fragment, devices,
    interrupts: config.irqs.map(({ value, atom }) => ({ intid: value, at: configRange(config, atom) })),
    pages: config.iomem.map(({ value, atom }) => ({
      host: BigInt(value.start) * PAGE, size: BigInt(value.count) * PAGE, guest: BigInt(value.gfn) * PAGE, at: configRange(config, atom),
    })),
    grants: grantsOf(config), vsmmu,
  };
}

/** The fragment node that describes a host device: the one of the same name, or with its `xen,path`. */
function partFor(fragment: CompiledTree, path: string): DtNode | undefined {
  const name = path.split('/').at(-1) ?? '';
  for (const node of below(passthroughOf(fragment))) {
    if (xenPathOf(node) === path || node.name === name) return node;
  }
  return undefined;
}

/** The fragment node whose first register is where the guest sees the device's, for a device that `iomem` moves with `@GFN`. */
function movedPart(fragment: CompiledTree, device: DtNode | undefined, config: XlGuest): DtNode | undefined {
  const registers = device === undefined ? undefined : regionsOf(device)[0]?.physical;
  const pages = registers === undefined ? undefined : config.iomem.find(({ value }) => registers / PAGE >= value.start && registers / PAGE < value.start + value.count)?.value;
  if (registers === undefined || pages === undefined) return undefined;
  const seen = registers + BigInt(pages.gfn - pages.start) * PAGE;
  return [...below(passthroughOf(fragment))].find((node) => regionsOf(node)[0]?.physical === seen);
}

/** libxl's default: grants unless the back end is domain 0. */
function grantsOf(config: XlGuest): GrantEndpoint[] {
  return [...config.virtio, ...config.disk.filter((one) => one.value.specification === 'virtio')]
    .filter(({ value }) => value.grantUsage ?? !isDomain0(value.backend))
    .map(({ value, atom }) => ({ backend: value.backend, device: 'type' in value ? value.type : 'virtio,disk', at: configRange(config, atom) }));
}

/** The names and the number of domain 0. */
export function isDomain0(backend: string): boolean {
  return ['0', 'Domain-0', 'dom0'].includes(backend);
}

function stemOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.[^.]*$/, '');
}

/** The fragment that a configuration's `device_tree` means: the file of the same stem, or the only one whose name has it as a word. */
export function fragmentOfConfig(config: XlGuest, fragments: readonly CompiledTree[]): CompiledTree | undefined {
  const named = config.text('device_tree')?.value;
  if (named === undefined) return undefined;
  const stem = stemOf(named);
  const same = fragments.find((one) => stemOf(one.path) === stem);
  const similar = fragments.filter((one) => sameStem(one.path, stem));
  return same ?? (similar.length === 1 ? similar[0] : undefined);
}
