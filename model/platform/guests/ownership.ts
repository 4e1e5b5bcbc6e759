/** The ownership table: one row for each stream of each device of each domain, as plain data for `vsmmu guests` and the editor. */
import type { SourceRange } from '../../problem.ts';
import { regionsOf } from '../addresses.ts';
import { interruptsOf } from '../interrupts.ts';
import { hex } from '../units.ts';
import { nodePath } from '../../devicetree/tree/values.ts';
import type { Domain, OwnedDevice, System } from './types.ts';

/** One row; empty strings and nulls where a domain has nothing of the kind. */
export interface OwnershipRow {
  readonly domain: string;
  readonly kind: Domain['kind'];
  readonly device: string;
  /** Path of the physical SMMU. */
  readonly smmu: string | null;
  /** First physical StreamID and how many. */
  readonly streamId: number | null;
  readonly count: number;
  /** First virtual StreamID. */
  readonly vsid: number | null;
  /** Interrupt ids of the device, where the domain is given them. */
  readonly interrupts: readonly number[];
  /** MMIO of the device as `host+size`, with `@guest` where the guest sees it elsewhere. */
  readonly pages: readonly string[];
  /** Where the assignment is written. */
  readonly source: SourceRange;
}

/** Computes the table, in the order of the domains. */
export function ownershipTable(system: System): OwnershipRow[] {
  return system.domains.flatMap((domain) => domain.devices.flatMap((device) => rowsOf(domain, device, detailsOf(system, device))));
}

interface Details {
  readonly interrupts: readonly number[];
  readonly regions: readonly { readonly start: bigint; readonly size: bigint }[];
}

function detailsOf({ host }: System, { node }: OwnedDevice): Details {
  if (host === undefined || node === undefined) return { interrupts: [], regions: [] };
  return {
    interrupts: interruptsOf(host.tree, node).flatMap(({ gic }) => gic?.intid ?? []),
    regions: regionsOf(node).flatMap(({ physical, size }) => (physical === undefined ? [] : [{ start: physical, size }])),
  };
}

function rowsOf(domain: Domain, device: OwnedDevice, { interrupts, regions }: Details): OwnershipRow[] {
  const owned = domain.kind === 'hardware' ? interrupts : interrupts.filter((intid) => domain.interrupts.some((one) => one.intid === intid));
  const base = {
    domain: domain.name, kind: domain.kind, device: device.path, interrupts: owned,
    pages: domain.kind === 'hardware' ? regions.map(({ start, size }) => `${hex(start)}+${hex(size)}`) : pagesOf(domain, regions), source: device.at,
  };
  if (device.streams.length === 0) return [{ ...base, smmu: null, streamId: null, count: 0, vsid: null }];
  return device.streams.map((stream) => ({
    ...base, smmu: nodePath(stream.iommu.node), streamId: stream.psid, count: stream.count, vsid: stream.vsid ?? null,
  }));
}

function pagesOf(domain: Domain, regions: Details['regions']): string[] {
  const touched = domain.pages.filter((pages) => regions.some(({ start, size }) => pages.host < start + size && start < pages.host + pages.size));
  return touched.map(({ host, size, guest }) => `${hex(host)}+${hex(size)}${guest === host ? '' : `@${hex(guest)}`}`);
}
