/**
 * What a place in a guest's files is about, and every place in all of them that names the same
 * thing: a host device by path, node or label; a partial device tree by the file that the
 * configuration loads; a domain by its name. Interrupts and page frames name nothing and are left out.
 */
import type { Span } from '../../../model/devicetree/syntax/ast.ts';
import type { DtNode } from '../../../model/devicetree/tree/tree.ts';
import { nameSpan } from '../../../model/platform/context.ts';
import { moduleOf } from '../../../model/platform/guests/dom0less.ts';
import { below, passthroughOf, xenPathOf } from '../../../model/platform/guests/fragment.ts';
import { fragmentsOf } from '../../../model/platform/guests/rules/rule.ts';
import { configRange, rangeOf } from '../../../model/platform/guests/system.ts';
import type { CompiledTree, Domain, HostTree, System } from '../../../model/platform/guests/types.ts';
import type { SourceRange } from '../../../model/problem.ts';
import { unique } from '../navigation.ts';
import { spotAt, type XlDocument } from './document.ts';

/** What references can be asked for. `node` is the host's. */
export type GuestTarget =
  | { readonly kind: 'device'; readonly node: DtNode }
  | { readonly kind: 'partial'; readonly tree: CompiledTree }
  | { readonly kind: 'domain'; readonly name: string };

/** What stands at an offset of an xl configuration. */
export function targetInConfig({ guest, system }: XlDocument, offset: number): GuestTarget | undefined {
  const spot = spotAt({ guest, system }, offset);
  if (spot.kind !== 'atom' || system === undefined) return undefined;
  const { statement: { key }, atom } = spot;
  if (key === 'dtdev') return deviceTarget(system, atom.text);
  if (key === 'name') return { kind: 'domain', name: atom.text };
  if (key === 'device_tree') {
    const tree = system.domains.find((one) => one.config?.syntax.path === guest.syntax.path)?.fragment;
    return tree === undefined ? undefined : { kind: 'partial', tree };
  }
  const backend = key === 'disk' || key === 'virtio' || key === 'vif' ? /(?:^|,)\s*backend=([^,]+)/.exec(atom.text)?.[1] : undefined;
  return backend === undefined ? undefined : { kind: 'domain', name: backend };
}

function deviceTarget(system: System, path: string): GuestTarget | undefined {
  const node = system.host?.tree.byPath(path);
  return node === undefined ? undefined : { kind: 'device', node };
}

/** What stands at a place of a device tree that is no board's: a `xen,path`, a node of a passed device, `/passthrough` itself. */
export function targetInPartial(system: System, file: string, offset: number): GuestTarget | undefined {
  for (const { fragment } of fragmentsOf(system)) {
    if (!fragment.text.files.has(file)) continue;
    const isAt = (span: Span): boolean => {
      const range = rangeOf(fragment, span);
      return range.file === file && range.start <= offset && offset <= range.end;
    };
    const top = passthroughOf(fragment);
    if (top?.definitions.some((one) => isAt(one.target)) === true) return { kind: 'partial', tree: fragment };
    for (const node of below(top)) {
      const path = xenPathOf(node);
      const isPath = path !== undefined && node.properties.get('xen,path')?.syntax.values.some(isAt) === true;
      if (isPath) return deviceTarget(system, path);
      if (!node.definitions.some((one) => isAt(one.target))) continue;
      const owned = system.domains.flatMap((domain) => domain.devices).find((device) => device.part === node);
      return path === undefined ? owned?.node && { kind: 'device', node: owned.node } : deviceTarget(system, path);
    }
  }
  return undefined;
}

/** Every place that names a target, less where it is declared unless `declared` is set. */
export function referencesTo(system: System, target: GuestTarget, declared: boolean): SourceRange[] {
  if (target.kind === 'partial') return partialUses(system, target.tree, declared);
  if (target.kind === 'domain') return domainUses(system, target.name, declared);
  const inHost = system.host === undefined ? [] : hostUses(system.host, target.node, declared);
  return unique([...inHost, ...guestUses(system, target.node)]);
}

/** The places in guests' files that name a host node: `dtdev`, `xen,path`, and the nodes that describe it to a guest. */
export function guestUses(system: System, node: DtNode): SourceRange[] {
  const places: SourceRange[] = [];
  for (const { config, devices, fragment } of system.domains) {
    for (const device of devices) {
      if (device.node !== node) continue;
      if (config !== undefined) places.push(device.at);
      if (device.part !== undefined && fragment !== undefined) places.push(rangeOf(fragment, nameSpan(device.part)));
    }
  }
  for (const { fragment } of fragmentsOf(system)) {
    for (const part of below(passthroughOf(fragment))) {
      const path = xenPathOf(part);
      if (path === undefined || system.host?.tree.byPath(path) !== node) continue;
      places.push(rangeOf(fragment, nameSpan(part)), ...(part.properties.get('xen,path')?.syntax.values ?? []).map((value) => rangeOf(fragment, value)));
    }
  }
  return unique(places);
}

/** The places of the host tree that name a node: statements that open it, and references in values. */
function hostUses(host: HostTree, node: DtNode, declared: boolean): SourceRange[] {
  const statements = node.definitions.slice(declared ? 0 : 1).map((one) => rangeOf(host, one.target));
  const references: SourceRange[] = [];
  for (const other of [host.tree.root, ...below(host.tree.root)]) {
    for (const { syntax } of other.properties.values()) {
      for (const reference of syntax.references) if (host.tree.resolve(reference) === node) references.push(rangeOf(host, reference));
    }
  }
  return [...statements, ...references];
}

function partialUses(system: System, tree: CompiledTree, declared: boolean): SourceRange[] {
  const top = passthroughOf(tree);
  const uses = system.domains.filter((domain) => domain.fragment === tree).flatMap((domain) => loaderOf(system, domain));
  return unique([...(declared && top !== undefined ? [rangeOf(tree, nameSpan(top))] : []), ...uses]);
}

/** What loads a domain's partial device tree: `device_tree`, or a boot module of the host. */
function loaderOf({ host }: System, { config, node }: Domain): SourceRange[] {
  const atom = config?.text('device_tree')?.atom;
  if (config !== undefined) return atom === undefined ? [] : [configRange(config, atom)];
  const module = node === undefined ? undefined : moduleOf(node, 'multiboot,device-tree');
  return module === undefined || host === undefined ? [] : [rangeOf(host, nameSpan(module))];
}

function domainUses({ domains }: System, name: string, declared: boolean): SourceRange[] {
  const own = declared ? domains.filter((domain) => domain.name === name).map((domain) => domain.at) : [];
  const served = domains.flatMap(({ config }) => (config === undefined ? [] : [
    ...[...config.disk, ...config.virtio].filter(({ value }) => value.backend === name),
    ...config.vif.filter(({ value }) => value.get('backend') === name),
  ].map(({ atom }) => configRange(config, atom))));
  return unique([...own, ...served]);
}
