/** Hover in an xl configuration: what a key means to xl, and what a value means on this board. */
import { interruptsOf } from '../../../model/platform/interrupts.ts';
import { interruptText } from '../../../model/platform/streamTable.ts';
import { regionsOf } from '../../../model/platform/addresses.ts';
import { nodePath } from '../../../model/devicetree/tree/values.ts';
import type { DtNode } from '../../../model/devicetree/tree/tree.ts';
import type { OwnedDevice, System } from '../../../model/platform/guests/types.ts';
import { below } from '../../../model/platform/guests/fragment.ts';
import { FIRST_SPI } from '../../../model/xl/interruptIds.ts';
import type { XlKey } from '../../../model/xl/keys.ts';
import { readIomem, readIrq } from '../../../model/xl/specs/resources.ts';
import type { XlAtom } from '../../../model/xl/syntax.ts';
import { code, hexOf, plain } from '../markdown.ts';
import type { HoverText } from '../hover.ts';
import { deviceAt, spotAt, type XlDocument } from './document.ts';

const PAGE = 4096;

/** What is under the cursor, undefined where there is nothing to say. */
export function xlHover(document: XlDocument, offset: number): HoverText | undefined {
  const spot = spotAt(document, offset);
  if (spot.kind === 'blank' || spot.kind === 'value') return undefined;
  const { statement } = spot;
  const key = document.guest.keys.get(statement.key);
  if (spot.kind === 'key') {
    const markdown = key === undefined ? `${code(statement.key)}: not a key of ${plain(document.guest.dialect.name)}; xl ignores it.` : keyText(key);
    return { markdown, start: statement.keySpan.start, end: statement.keySpan.end };
  }
  const markdown = VALUES.get(statement.key)?.(document, spot.atom) ?? (key === undefined ? '' : keyText(key));
  return markdown === '' ? undefined : { markdown, start: spot.atom.start, end: spot.atom.end };
}

/** A key in words: what it does, what it takes, where it matters. */
export function keyText(key: XlKey): string {
  const values = typeof key.values === 'string' ? plain(key.values) : key.values.map(code).join(', ');
  const lines = [`**${plain(key.key)}** — ${plain(key.description)}`, `${plain(key.type)}: ${values}`];
  if (key.default !== undefined) lines.push(`Default: ${plain(key.default)}`);
  if (key.subkeys !== undefined) lines.push(`Parts: ${key.subkeys.map(code).join(', ')}`);
  if (key.arm !== 'yes') lines.push(`Arm: ${plain(key.arm)}`);
  if (key.deprecated !== undefined) lines.push(`Deprecated: ${plain(key.deprecated)}`);
  if (key.notes !== undefined) lines.push(plain(key.notes));
  return lines.join('\n\n');
}

type ValueText = (document: XlDocument, atom: XlAtom) => string | undefined;

const VALUES: ReadonlyMap<string, ValueText> = new Map<string, ValueText>([
  ['irqs', irqText],
  ['iomem', iomemText],
  ['dtdev', (document, atom) => {
    const device = deviceAt(document, atom);
    return device === undefined ? undefined : deviceText(document.system, device);
  }],
]);

function irqText({ system }: XlDocument, atom: XlAtom): string | undefined {
  const intid = readIrq(atom.text).value;
  if (intid === undefined) return undefined;
  const owner = system?.host === undefined ? undefined : ownerOfInterrupt(system.host.tree.root, intid, system);
  const name = intid >= FIRST_SPI ? `SPI ${intid - FIRST_SPI} (${hexOf(intid - FIRST_SPI)})` : 'private to a CPU';
  return [`Interrupt id ${intid}: ${name}`, ...(owner === undefined ? [] : [`Of ${code(nodePath(owner))} in the host tree`])].join('\n\n');
}

function ownerOfInterrupt(root: DtNode, intid: number, system: System): DtNode | undefined {
  const tree = system.host?.tree;
  if (tree === undefined) return undefined;
  for (const node of below(root)) {
    if (node.properties.has('interrupts') && interruptsOf(tree, node).some(({ gic }) => gic?.intid === intid)) return node;
  }
  return undefined;
}

function iomemText({ system }: XlDocument, atom: XlAtom): string | undefined {
  const range = readIomem(atom.text).value;
  if (range === undefined) return undefined;
  const start = range.start * PAGE;
  const end = start + range.count * PAGE;
  const lines = [`Host ${code(`${hexOf(start)}..${hexOf(end - 1)}`)} (${range.count} pages of 4 KiB)`];
  lines.push(range.gfn === range.start ? 'The guest sees it at the same address.' : `The guest sees it at ${code(hexOf(range.gfn * PAGE))}.`);
  const owners = system?.host === undefined ? [] : ownersOfPages(system.host.tree.root, BigInt(start), BigInt(end));
  if (owners.length > 0) lines.push(`Registers of ${owners.map((node) => code(nodePath(node))).join(', ')}`);
  return lines.join('\n\n');
}

function ownersOfPages(root: DtNode, start: bigint, end: bigint): DtNode[] {
  const touches = (node: DtNode): boolean => regionsOf(node).some(({ physical, size }) => physical !== undefined && physical < end && start < physical + size);
  // A bus may have registers of its own around those of its children: the leaf is the device.
  return [...below(root)].filter((node) => node.children.size === 0 && node.properties.has('reg') && touches(node)).slice(0, 4);
}

/** An assigned device in words: its streams, interrupts and registers on the host. */
export function deviceText(system: System | undefined, device: OwnedDevice): string | undefined {
  if (system?.host === undefined) return undefined;
  if (device.node === undefined) return `The host tree has no node ${code(device.path)}.`;
  const lines = [`**${plain(device.path)}** in the host tree`];
  for (const stream of device.streams) {
    const virtual = stream.vsid === undefined ? '' : `, the guest's StreamID ${code(hexOf(stream.vsid))}`;
    const many = stream.count === 1 ? '' : ` and ${stream.count - 1} more`;
    lines.push(`StreamID ${code(hexOf(stream.psid))} (${stream.psid})${many} of ${code(nodePath(stream.iommu.node))}${virtual}`);
  }
  if (device.streams.length === 0) lines.push('No StreamIDs: it is not behind an IOMMU.');
  const interrupts = interruptsOf(system.host.tree, device.node).map(interruptText);
  if (interrupts.length > 0) lines.push(`Interrupts: ${interrupts.map(plain).join(', ')}`);
  const regions = regionsOf(device.node).map(({ physical, size }) => `${physical === undefined ? '?' : hexOf(physical)} +${hexOf(size)}`);
  if (regions.length > 0) lines.push(`Registers: ${regions.map(code).join(', ')}`);
  return lines.join('\n\n');
}
