/**
 * From a guest to its host and back: the node that a `dtdev` path or `xen,path` means, and the
 * guests that are given a node.
 */
import type { SourceRange } from '../../../model/problem.ts';
import type { DtNode } from '../../../model/devicetree/tree/tree.ts';
import type { Domain, OwnedDevice, System } from '../../../model/platform/guests/types.ts';
import { nameSpan } from '../../../model/platform/context.ts';
import { passthroughOf } from '../../../model/platform/guests/fragment.ts';
import { rangeOf } from '../../../model/platform/guests/system.ts';
import { deviceAt, spotAt, type XlDocument } from './document.ts';

/** Where the host node of the device under the cursor is defined, or the partial tree that is loaded. */
export function xlDefinition(document: XlDocument, offset: number): SourceRange[] {
  const spot = spotAt(document, offset);
  if (spot.kind !== 'atom') return [];
  const { system, guest } = document;
  if (spot.statement.key === 'device_tree') {
    const tree = system?.domains.find((one) => one.config?.syntax.path === guest.syntax.path)?.fragment;
    const top = tree === undefined ? undefined : passthroughOf(tree);
    return tree === undefined || top === undefined ? [] : [rangeOf(tree, nameSpan(top))];
  }
  const device = spot.statement.key === 'dtdev' ? deviceAt(document, spot.atom) : undefined;
  const host = system?.host;
  if (device?.node === undefined || host === undefined) return [];
  return device.node.definitions.map((definition) => rangeOf(host, definition.target));
}

/** One domain that is given a node. */
export interface NodeOwner {
  readonly domain: Domain;
  readonly device: OwnedDevice;
}

/** The guests that a host node is assigned to. */
export function ownersOf(system: System, node: DtNode): NodeOwner[] {
  return system.domains
    .filter((domain) => domain.kind !== 'hardware')
    .flatMap((domain) => domain.devices.filter((device) => device.node === node).map((device) => ({ domain, device })));
}

/** `domd · xl · dtdev`: a host node's owner in a few words. */
export function ownerTitle({ domain }: NodeOwner): string {
  return `${domain.name} · ${domain.kind} · ${domain.kind === 'xl' ? 'dtdev' : 'xen,path'}`;
}

/** A line above a host node that guests own. */
export interface OwnerLens {
  readonly start: number;
  readonly end: number;
  readonly title: string;
  readonly places: readonly SourceRange[];
}

/** The lenses of one file of the host. */
export function ownerLenses(system: System, path: string): OwnerLens[] {
  const { host } = system;
  if (host === undefined) return [];
  const nodes = new Set(system.domains.filter((one) => one.kind !== 'hardware').flatMap((domain) => domain.devices.flatMap((device) => device.node ?? [])));
  return [...nodes].flatMap((node) => {
    const place = node.definitions.map((one) => rangeOf(host, one.target)).find((range) => range.file === path);
    if (place === undefined) return [];
    return ownersOf(system, node).map((owner) => ({ start: place.start, end: place.end, title: ownerTitle(owner), places: [owner.device.at] }));
  });
}

/** Where a host node stands, for the way back from a partial tree's `xen,path`. */
export function hostPlace(system: System, path: string): SourceRange | undefined {
  const node = system.host?.tree.byPath(path);
  return node === undefined || system.host === undefined ? undefined : rangeOf(system.host, nameSpan(node));
}
