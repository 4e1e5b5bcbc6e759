/**
 * A board's devices, StreamIDs, IOMMUs and domains: the shape of the data, what of it is shown under a
 * filter, and in which groups and order. Where each thing stands in the picture is `topologyLayout`.
 */
import { PLACE } from '../messages.ts';
import { flag, list, nullable, number, object, oneOf, type ShapeOf, text } from '../shape.ts';
import { matcher } from './tables.ts';

const IOMMU = object({ id: text, name: text, kind: text, enabled: flag, place: nullable(PLACE) });
const STREAM = object({ iommu: text, first: nullable(number), text, detail: text, conflict: nullable(text), place: nullable(PLACE) });
const DEVICE = object({
  id: text, name: text, enabled: flag, domain: nullable(text), streams: list(STREAM), unprotected: nullable(text), place: nullable(PLACE),
});
const DOMAIN = object({ name: text, kind: text, place: nullable(PLACE) });
/** The whole board. */
export const TOPOLOGY = object({ board: text, iommus: list(IOMMU), devices: list(DEVICE), domains: list(DOMAIN) });

export type Iommu = ShapeOf<typeof IOMMU>;
export type Stream = ShapeOf<typeof STREAM>;
export type Device = ShapeOf<typeof DEVICE>;
export type Domain = ShapeOf<typeof DOMAIN>;
export type Topology = ShapeOf<typeof TOPOLOGY>;

/** What the user wants to see. */
export const CHOICE = object({ filter: text, show: oneOf('enabled', 'all', 'problems') });
export type Choice = ShapeOf<typeof CHOICE>;

/** Devices that belong together in the picture: those of one IOMMU, or, last, those that have none. */
export interface Group {
  readonly iommu: Iommu | undefined;
  readonly devices: readonly Device[];
}

/** What is shown, and of how much. */
export interface Shown {
  readonly groups: readonly Group[];
  readonly domains: readonly Domain[];
  /** All IOMMUs of the board by their id. */
  readonly iommus: ReadonlyMap<string, Iommu>;
  readonly shown: number;
  readonly total: number;
  readonly conflicts: number;
  readonly unprotected: number;
}

/** Groups the devices that the user wants to see by the IOMMU of their first stream. */
export function select(topology: Topology, choice: Choice): Shown {
  const names = new Map(topology.iommus.map((iommu) => [iommu.id, iommu.name]));
  const matches = matcher(choice.filter);
  const devices = topology.devices.filter((device) => isWanted(device, choice.show) && matches(wordsOf(device, names)));
  const order = new Map(topology.domains.map(({ name }, index) => [name, index]));
  const rank = (device: Device): number => (device.domain === null ? order.size : order.get(device.domain) ?? order.size);
  const first = (device: Device): number => device.streams[0]?.first ?? -1;
  const sorted = devices.toSorted((a, b) => rank(a) - rank(b) || first(a) - first(b));
  const groups = topology.iommus
    .map((iommu): Group => ({ iommu, devices: sorted.filter(({ streams }) => streams[0]?.iommu === iommu.id) }))
    .filter(({ iommu, devices: own }) => own.length > 0 || (choice.filter.trim() === '' && choice.show !== 'problems' && iommu?.enabled === true));
  const bare = sorted.filter(({ streams }) => streams.length === 0);
  return {
    groups: bare.length === 0 ? groups : [...groups, { iommu: undefined, devices: bare }],
    domains: topology.domains,
    iommus: new Map(topology.iommus.map((iommu) => [iommu.id, iommu])),
    shown: devices.length,
    total: topology.devices.length,
    conflicts: devices.filter(hasConflict).length,
    unprotected: devices.filter(({ unprotected }) => unprotected !== null).length,
  };
}

function hasConflict({ streams }: Device): boolean {
  return streams.some(({ conflict }) => conflict !== null);
}

function isWanted(device: Device, show: Choice['show']): boolean {
  if (show === 'all') return true;
  return device.enabled && (show === 'enabled' || hasConflict(device) || device.unprotected !== null);
}

/** What a filter looks in. */
function wordsOf({ id, name, domain, unprotected, streams }: Device, iommus: ReadonlyMap<string, string>): string {
  const own = streams.flatMap((stream) => [stream.text, iommus.get(stream.iommu) ?? '', stream.detail, stream.conflict ?? '']);
  return [name, id, domain ?? '', unprotected === null ? '' : `unprotected ${unprotected}`, ...own].join(' ');
}

/** In words, for the line above the picture. */
export function summary({ shown, total, conflicts, unprotected }: Shown, t: (message: string, ...values: readonly (string | number)[]) => string): string {
  return [
    shown === total ? t('{0} devices', total) : t('{0} of {1} devices', shown, total),
    conflicts === 0 ? t('no shared StreamID') : t('{0} share a StreamID', conflicts),
    unprotected === 0 ? t('all protected') : t('{0} unprotected', unprotected),
  ].join(' · ');
}
