/**
 * What is to be said about StreamIDs in hovers, hints and lenses: the identifier, where an SMMU
 * finds its stream table entry, who shares it, and which PCI functions it stands for.
 */
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import type { PlatformContext } from '../../model/platform/context.ts';
import { dmaFactsOf } from '../../model/platform/dma.ts';
import { formatRidRange } from '../../model/platform/rid.ts';
import { meetings } from '../../model/platform/sharing.ts';
import { stePosition } from '../../model/platform/ste.ts';
import type { Iommu, Master, StreamUse } from '../../model/platform/types.ts';
import { streamId } from '../../model/platform/units.ts';
import { code, count, hexOf } from './markdown.ts';

/** Lists in a hover end after this many lines. */
const MAX_LINES = 12;

/** A node as a person calls it: its label, else its name. */
export function called(node: DtNode): string {
  return node.labels[0]?.name ?? node.name;
}

/** The StreamIDs of a use, short: `0x1c`, `0x0..0x7ff`, `0x800 mask 0x7f`. */
export function idText(use: StreamUse): string {
  if (use.id === undefined) return 'no StreamID';
  if (use.count > 1) return `${hexOf(use.id)}..${hexOf(use.id + use.count - 1)}`;
  return use.mask === 0 ? hexOf(use.id) : `${hexOf(use.id)} mask ${hexOf(use.mask)}`;
}

/** The full story of one StreamID of a use; `offset` counts into a run of them. */
export function streamSection(context: PlatformContext, use: StreamUse, offset = 0): string {
  const { iommu } = use;
  const instance = `${code(called(iommu.node))} (${iommu.binding.name}${iommu.enabled ? '' : ', **disabled**'})`;
  if (use.id === undefined) return `One stream of ${instance}: its binding has no StreamID cell.`;
  const sid = streamId(use.id + offset);
  const lines = [`**StreamID ${hexOf(sid)}** (${sid}) on ${instance}`, ''];
  if (use.count > 1) lines.push(`- Run of ${use.count}: ${hexOf(use.id)} to ${hexOf(use.id + use.count - 1)}`);
  if (use.mask !== 0) lines.push(`- SMR mask ${hexOf(use.mask)}: these StreamID bits are ignored, so ${count(2 ** bits(use.mask), 'StreamID')} match`);
  lines.push(...steLines(iommu, sid), ...ridLines(use), ...sharingLines(context, use, sid), ...ownerLines(use.master));
  return lines.join('\n');
}

function bits(mask: number): number {
  let found = 0;
  for (let rest = mask >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) found += 1;
  return found;
}

function steLines(iommu: Iommu, sid: number): string[] {
  if (iommu.binding.kind !== 'smmu-v3') return [];
  const at = stePosition(streamId(sid));
  return [
    `- Linear table: index ${at.linearIndex}, STE at byte offset ${hexOf(at.linearOffset)}`,
    `- 2-level table, SPLIT ${at.split}: L1 index ${at.l1Index} (descriptor at ${hexOf(at.l1Offset)}), L2 index ${at.l2Index} (STE at ${hexOf(at.l2Offset)})`,
  ];
}

function ridLines(use: StreamUse): string[] {
  if (use.rids === undefined) return [];
  const mask = use.rids.mask === 0xffffffff ? '' : `, after iommu-map-mask ${hexOf(use.rids.mask)}`;
  return [`- From PCI RequesterID ${formatRidRange(use.rids.first, use.count)} (${hexOf(use.rids.first)})${mask}`];
}

function sharingLines(context: PlatformContext, use: StreamUse, sid: number): string[] {
  const others = new Set(context.indexOf(use.iommu).users(streamId(sid)).map((other) => other.master).filter((master) => master !== use.master));
  if (others.size === 0) return ['- No other master uses it'];
  const names = [...others].slice(0, MAX_LINES).map((master) => code(called(master.node)) + (master.enabled ? '' : ' (disabled)'));
  return [`- Shared with ${names.join(', ')}${others.size > names.length ? ` and ${others.size - names.length} more` : ''}`];
}

function ownerLines(master: Master): string[] {
  const state = master.enabled ? '' : ', disabled';
  const passthrough = master.node.properties.has('xen,passthrough') ? ', set aside for a guest (`xen,passthrough`)' : '';
  return [`- Device ${code(called(master.node))} at ${code(master.path)}${state}${passthrough}`];
}

/** All streams of a device, a line each. */
export function masterSection(master: Master): string {
  const lines = master.uses.slice(0, MAX_LINES).map((use) => {
    const rids = use.rids === undefined ? '' : ` for RID ${formatRidRange(use.rids.first, use.count)}`;
    return `- ${idText(use)} on ${code(called(use.iommu.node))}${use.iommu.enabled ? '' : ' (disabled)'}${rids}`;
  });
  if (master.uses.length > lines.length) lines.push(`- and ${master.uses.length - lines.length} more`);
  return lines.length === 0 ? '' : ['**Streams**', '', ...lines].join('\n');
}

/** What else the tree says about the memory that a master reaches. */
export function dmaSection(context: PlatformContext, master: Master): string {
  const { coherent, windows, regions } = dmaFactsOf(context.platform, master.node);
  const lines = [coherent ? 'DMA is coherent with the CPU caches' : 'DMA is not coherent with the CPU caches'];
  for (const window of (windows ?? []).slice(0, 4)) {
    lines.push(`\`dma-ranges\` of the bus: ${hexOf(window.child)} to ${hexOf(window.child + window.size - 1n)} becomes ${hexOf(window.parent)}`);
  }
  for (const region of regions.slice(0, 4)) {
    const memory = region.memory?.physical === undefined ? '' : `, ${hexOf(region.memory.physical)} size ${hexOf(region.memory.size)}`;
    lines.push(`Memory region ${code(called(region.node))}${memory}`);
    for (const { start, size } of region.reservations.slice(0, 4)) {
      if (start !== undefined && size !== undefined) lines.push(`I/O addresses ${hexOf(start)} size ${hexOf(size)} are reserved for it`);
    }
  }
  return lines.map((line) => `- ${line}`).join('\n');
}

/** What an IOMMU node serves. */
export function iommuSection(context: PlatformContext, iommu: Iommu): string {
  const uses = context.usesOf(iommu);
  const masters = [...new Set(uses.map((use) => use.master))];
  const head = `**${iommu.binding.name}**${iommu.enabled ? '' : ', disabled'}: ${count(masters.length, 'master')}, ${count(uses.length, 'stream entry').replace('entrys', 'entries')}`;
  const lines = masters.slice(0, MAX_LINES).map((master) =>
    `- ${code(called(master.node))}${master.enabled ? '' : ' (disabled)'}: ${master.uses.filter((use) => use.iommu === iommu).slice(0, 6).map(idText).join(', ')}`);
  if (masters.length > lines.length) lines.push(`- and ${masters.length - lines.length} more`);
  const highest = uses.reduce((top, use) => Math.max(top, (use.id ?? 0) + use.count - 1), -1);
  if (iommu.binding.kind === 'smmu-v3' && highest >= 0) lines.push('', `Highest StreamID ${hexOf(highest)}: IDR1.SIDSIZE must be at least ${Math.max(1, highest.toString(2).length)}`);
  return [head, '', ...lines].join('\n');
}

/** Numbers for the lens above an IOMMU. */
export function iommuFigures(context: PlatformContext, iommu: Iommu): { masters: Master[]; conflicts: number } {
  const uses = context.usesOf(iommu);
  return { masters: [...new Set(uses.map((use) => use.master))], conflicts: meetings(uses).length };
}
