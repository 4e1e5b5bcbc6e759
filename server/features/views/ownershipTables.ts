/**
 * Who owns what as a page of tables: one row for each stream of each device of each domain, every
 * cell with the line that it comes from, and the domains and grants beside it.
 */
import { nameSpan, propertySpan } from '../../../model/platform/context.ts';
import { regionsOf } from '../../../model/platform/addresses.ts';
import { rangeOf } from '../../../model/platform/guests/system.ts';
import type { Domain, HostTree, OwnedDevice, OwnedStream, System } from '../../../model/platform/guests/types.ts';
import { interruptsOf } from '../../../model/platform/interrupts.ts';
import type { SourceRange } from '../../../model/problem.ts';
import { hex } from '../../../model/platform/units.ts';
import { cell, type Cell, cellOf, lastName, type Part, type Place, type Row, type Table, tableOf, type Tables } from './table.ts';

const KINDS: Readonly<Record<Domain['kind'], string>> = { hardware: 'hardware domain', dom0less: 'dom0less', xl: 'xl' };

/** How places and files reach the editor. */
export interface OwnershipTools {
  place(range: SourceRange): Place | null;
  label(file: string): string;
}

/** The page of a system. */
export function ownershipTables(system: System, tools: OwnershipTools): Tables {
  const { host, domains } = system;
  const board = host === undefined ? 'no board' : tools.label(host.path);
  const grants = grantTable(domains, tools);
  const loose = system.loose.map((tree) => `${tools.label(tree.path)} belongs to no domain`);
  return {
    title: `Who owns what on ${board}`, facts: loose,
    tables: [deviceTable(system, tools), domainTable(domains, tools), ...(grants.rows.length === 0 ? [] : [grants])],
  };
}

function deviceTable(system: System, tools: OwnershipTools): Table {
  const rows = system.domains.flatMap((domain) => domain.devices.flatMap((device) => new DeviceRows(system.host, domain, tools).of(device)));
  const columns = ['Domain', '`Device', '`SMMU', '`StreamID', '`vSID', '`Interrupts', '`Pages'];
  return tableOf({ id: 'devices', title: 'Devices', columns, rows, empty: 'No domain has a device of its own: assign one with dtdev in a guest, or xen,path in a partial device tree.' });
}

/** The rows of one domain's devices. */
class DeviceRows {
  readonly #host: HostTree | undefined;
  readonly #domain: Domain;
  readonly #tools: OwnershipTools;

  constructor(host: HostTree | undefined, domain: Domain, tools: OwnershipTools) {
    this.#host = host;
    this.#domain = domain;
    this.#tools = tools;
  }

  of(device: OwnedDevice): Row[] {
    const domain = cell(this.#domain.name, this.#tools.place(this.#domain.at));
    const name = cell(device.path, this.#tools.place(device.at));
    const [interrupts, pages] = [this.#interrupts(device), this.#pages(device)];
    const row = (cells: readonly Cell[]): Row => ({ cells: [domain, name, ...cells, interrupts, pages], mark: null, note: '' });
    if (device.node === undefined) return [{ ...row([cell(''), cell(''), cell('')]), mark: 'warning', note: this.#host === undefined ? '' : 'not in the host tree' }];
    if (device.streams.length === 0) return [{ ...row([cell(''), cell(''), cell('')]), mark: 'warning', note: 'not behind an IOMMU' }];
    const uses = device.master?.uses.filter((use) => use.id !== undefined) ?? [];
    return device.streams.map((stream, index) => row([
      cell(lastName(stream.iommu.path), this.#inHost(nameSpan(stream.iommu.node))),
      cell(spanText(stream.psid, stream.count), this.#inHost(uses[index]?.idSpan), stream.psid),
      this.#virtual(device, stream),
    ]));
  }

  #virtual({ part }: OwnedDevice, { vsid, count }: OwnedStream): Cell {
    const { fragment } = this.#domain;
    if (vsid === undefined) return cell('');
    const range = part === undefined || fragment === undefined ? undefined : rangeOf(fragment, propertySpan(part, 'iommus'));
    return cell(spanText(vsid, count), range === undefined ? null : this.#tools.place(range), vsid);
  }

  /** The device's interrupts as far as the domain has them: where the guest is given them, else where the host has them. */
  #interrupts({ node }: OwnedDevice): Cell {
    if (this.#host === undefined || node === undefined) return cell('');
    const parts = interruptsOf(this.#host.tree, node).flatMap(({ gic, span }): Part[] => {
      const given = this.#domain.interrupts.find(({ intid }) => intid === gic?.intid);
      if (gic === undefined || (given === undefined && this.#domain.kind !== 'hardware')) return [];
      return [{ text: String(gic.intid), place: given === undefined ? this.#inHost(span) : this.#tools.place(given.at) }];
    });
    return cellOf(parts, parts[0] === undefined ? null : Number(parts[0].text));
  }

  #pages({ node }: OwnedDevice): Cell {
    const regions = node === undefined ? [] : regionsOf(node).flatMap(({ physical, size, span }) => (physical === undefined ? [] : [{ start: physical, size, span }]));
    const parts = this.#domain.kind === 'hardware'
      ? regions.map(({ start, size, span }): Part => ({ text: `${hex(start)}+${hex(size)}`, place: this.#inHost(span) }))
      : this.#domain.pages.filter((pages) => regions.some(({ start, size }) => pages.host < start + size && start < pages.host + pages.size))
        .map(({ host, size, guest, at }): Part => ({ text: `${hex(host)}+${hex(size)}${guest === host ? '' : `@${hex(guest)}`}`, place: this.#tools.place(at) }));
    return cellOf(parts);
  }

  #inHost(span: { start: number; end: number } | undefined): Place | null {
    return this.#host === undefined || span === undefined ? null : this.#tools.place(rangeOf(this.#host, span));
  }
}

function spanText(first: number, count: number): string {
  return count > 1 ? `${hex(first)} to ${hex(first + count - 1)}` : hex(first);
}

function domainTable(domains: readonly Domain[], tools: OwnershipTools): Table {
  const rows = domains.map((domain): Row => {
    const place = tools.place(domain.at);
    const intids = domain.interrupts.map(({ intid, at }): Part => ({ text: String(intid), place: tools.place(at) }));
    const cells = [
      cell(domain.name, place), cell(KINDS[domain.kind]), cell(domain.vsmmu === undefined ? '' : 'yes'),
      cell(String(domain.devices.length), null, domain.devices.length), cellOf(intids, intids.length), cell(tools.label(domain.at.file), place),
    ];
    return { cells, mark: null, note: '' };
  });
  return tableOf({ id: 'domains', title: 'Domains', columns: ['Domain', 'Kind', 'Virtual SMMU', 'Devices', '`Interrupts', 'Declared in'], rows, empty: 'There are no guests. A project file, vsmmu.json, can name them.' });
}

function grantTable(domains: readonly Domain[], tools: OwnershipTools): Table {
  const rows = domains.flatMap((domain) => domain.grants.map((grant): Row => ({
    cells: [cell(domain.name, tools.place(domain.at)), cell(grant.device, tools.place(grant.at)), cell(grant.backend, tools.place(grant.at))], mark: null, note: '',
  })));
  return tableOf({ id: 'grants', title: 'Devices that use grants', columns: ['Domain', '`Device', 'Back end'], rows, empty: '' });
}
