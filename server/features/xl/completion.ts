/**
 * Completion in an xl configuration: keys with their values at the start of a line, words of an
 * enum, host paths in `dtdev`, and the interrupts and frames of assigned devices.
 */
import { regionsOf } from '../../../model/platform/addresses.ts';
import { interruptsOf } from '../../../model/platform/interrupts.ts';
import type { OwnedDevice, System } from '../../../model/platform/guests/types.ts';
import type { XlKey } from '../../../model/xl/keys.ts';
import { READER_KINDS } from '../../../model/xl/config.ts';
import { hexOf } from '../markdown.ts';
import type { Proposal, Proposals } from '../completion.ts';
import { keyText } from './hover.ts';
import { spotAt, type XlDocument } from './document.ts';

const PAGE = 4096n;

/** The proposals at a cursor, undefined where none make sense. */
export function xlCompletion(document: XlDocument, offset: number): Proposals | undefined {
  const { text, comments } = document.guest.syntax;
  if (comments.some((one) => one.start < offset && offset <= one.end)) return undefined;
  const spot = spotAt(document, offset);
  if (spot.kind === 'blank' || spot.kind === 'key') return keyProposals(document, offset);
  const start = spot.kind === 'atom' ? spot.atom.start : wordStart(text, offset);
  const end = spot.kind === 'atom' ? spot.atom.end : offset;
  const items = valueItems(document, spot.statement.key);
  return items.length === 0 ? undefined : { start, end, items, incomplete: false };
}

function wordStart(text: string, offset: number): number {
  return offset - (/["'\w/@.-]*$/.exec(text.slice(Math.max(0, offset - 256), offset))?.[0].length ?? 0);
}

function keyProposals({ guest }: XlDocument, offset: number): Proposals {
  const start = offset - (/[._0-9a-z]*$/.exec(guest.syntax.text.slice(0, offset))?.[0].length ?? 0);
  const items = [...guest.keys.values()].map((key) => keyItem(key, guest.config.settings.has(key.key)));
  return { start, end: offset, items, incomplete: false };
}

function keyItem(key: XlKey, isSet: boolean): Proposal {
  const isForArm = key.arm === 'yes' || key.arm === 'arm-only' || key.arm === 'arm64-only';
  return {
    label: key.key, kind: 'property', detail: key.type, documentation: keyText(key),
    insert: `${key.key} = ${valueShape(key)}`, snippet: true, rank: (isSet ? 6 : 2) + (isForArm ? 0 : 2),
  };
}

function valueShape(key: XlKey): string {
  const kind = READER_KINDS[key.reader];
  if (kind === 'list') return key.key === 'irqs' ? '[ $0 ]' : '[ "$0" ]';
  return kind === 'number' ? '$0' : '"$0"';
}

function valueItems(document: XlDocument, name: string): Proposal[] {
  const key = document.guest.keys.get(name);
  const { system } = document;
  if (name === 'dtdev' && system !== undefined) return hostPaths(system).map((item) => ({ ...item, insert: `"${item.label}"` }));
  if (name === 'irqs' || name === 'iomem') return resourceItems(document, name);
  if (key?.type === 'boolean') return [{ label: '1', kind: 'value', detail: 'yes' }, { label: '0', kind: 'value', detail: 'no' }];
  if (key === undefined || typeof key.values === 'string') return [];
  return key.values.map((word) => ({ label: word, kind: 'value', insert: `"${word}"`, ...(word === key.default ? { detail: 'default' } : {}) }));
}

/** Host paths: devices behind an IOMMU, those that are marked for passthrough first, those of other guests last. */
export function hostPaths(system: System): Proposal[] {
  const owners = new Map(system.domains.filter((one) => one.kind !== 'hardware').flatMap((domain) => domain.devices.map((device) => [device.path, domain.name] as const)));
  return (system.host?.context.platform.masters ?? []).map((master) => {
    const owner = owners.get(master.path);
    const streams = master.uses.flatMap((use) => (use.id === undefined ? [] : [hexOf(use.id)])).slice(0, 4);
    const marked = master.node.properties.has('xen,passthrough');
    const notes = [streams.length > 0 ? `StreamID ${streams.join(', ')}` : '', marked ? 'xen,passthrough' : '', owner === undefined ? '' : `given to ${owner}`];
    return {
      label: master.path, kind: 'node', detail: notes.filter((note) => note !== '').join(' · '),
      rank: owner !== undefined ? 7 : marked ? 1 : 4,
    };
  });
}

/** What the assigned devices have and the list lacks. */
function resourceItems(document: XlDocument, name: 'irqs' | 'iomem'): Proposal[] {
  const { system, guest } = document;
  const host = system?.host;
  const domain = system?.domains.find((one) => one.config?.syntax.path === guest.syntax.path);
  if (host === undefined || domain === undefined) return [];
  const have = new Set(name === 'irqs' ? guest.irqs.map((one) => String(one.value)) : guest.iomem.map((one) => hexOf(one.value.start)));
  return domain.devices.flatMap((device) => (name === 'irqs' ? irqItems(host, device) : iomemItems(device)).filter((item) => !have.has(item.label.split(',')[0] ?? '')));
}

function irqItems(host: NonNullable<System['host']>, device: OwnedDevice): Proposal[] {
  if (device.node === undefined) return [];
  return interruptsOf(host.tree, device.node).flatMap(({ gic, name }) => {
    if (gic?.type !== 'SPI') return [];
    return [{ label: String(gic.intid), kind: 'value' as const, detail: `SPI ${gic.number}${name === undefined ? '' : ` "${name}"`} of ${device.path}`, rank: 1 }];
  });
}

function iomemItems(device: OwnedDevice): Proposal[] {
  if (device.node === undefined) return [];
  return regionsOf(device.node).flatMap(({ physical, size }) => {
    if (physical === undefined || size === 0n) return [];
    const first = physical / PAGE;
    const label = `${hexOf(first)},${((physical + size + PAGE - 1n) / PAGE - first).toString(16)}`;
    return [{ label, kind: 'value' as const, insert: `"${label}"`, detail: `registers of ${device.path}`, rank: 1 }];
  });
}
