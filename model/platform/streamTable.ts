/**
 * The stream table of a board as plain data: what `vsmmu streams` prints and the editor's page
 * shows. Everything is a string, a number or a list, so that it can go through JSON unchanged;
 * addresses are hexadecimal strings because they do not fit a number.
 */
import type { SourceRange } from '../problem.ts';
import type { Span } from '../devicetree/syntax/ast.ts';
import { regionsOf } from './addresses.ts';
import { type PlatformContext, nameSpan } from './context.ts';
import { dmaFactsOf } from './dma.ts';
import { interruptsOf } from './interrupts.ts';
import { formatRidRange } from './rid.ts';
import { meetings } from './sharing.ts';
import { stePosition, type StePosition } from './ste.ts';
import type { Interrupt, Iommu, Master, Region, RidMapEntry, Specifier, StreamUse } from './types.ts';
import { hex } from './units.ts';

/** A place in a file; `line` counts from 1. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/** One IOMMU. */
export interface IommuRow {
  readonly path: string;
  readonly label: string | null;
  readonly kind: string;
  readonly enabled: boolean;
  /** CPU address and size of the first region; null where the bus has no way to the CPU. */
  readonly base: string | null;
  readonly size: string | null;
  readonly interrupts: readonly { readonly name: string | null; readonly line: string }[];
  /** Properties that switch a feature or a quirk on. */
  readonly features: readonly string[];
  readonly cells: number | null;
  readonly masters: number;
  readonly source: SourceLine;
}

/** What is known of a master besides its streams. */
export interface MasterRow {
  readonly path: string;
  readonly label: string | null;
  readonly enabled: boolean;
  readonly coherent: boolean;
  /** `dma-ranges` of its bus: null where there is none, empty where it is one to one. */
  readonly dmaRanges: readonly { readonly bus: string; readonly cpu: string; readonly size: string }[] | null;
  /** Regions of reserved memory that it lists, with the I/O addresses that they keep free for it. */
  readonly regions: readonly {
    readonly path: string;
    readonly base: string | null;
    readonly size: string | null;
    readonly ioAddresses: readonly { readonly start: string; readonly size: string }[];
  }[];
  readonly source: SourceLine;
}

/** One use of StreamIDs by one master. */
export interface StreamRow {
  readonly master: string;
  readonly label: string | null;
  readonly enabled: boolean;
  readonly via: 'iommus' | 'iommu-map';
  readonly iommu: string;
  /** The first StreamID; null where the IOMMU has none. */
  readonly id: number | null;
  readonly mask: number;
  readonly count: number;
  /** RequesterIDs as bus:device.function, null for `iommus`. */
  readonly rids: string | null;
  readonly ridMask: number | null;
  /** Where an SMMUv3 finds the first STE. */
  readonly ste: StePosition | null;
  /** The macro that the StreamID was written as. */
  readonly macro: string | null;
  readonly source: SourceLine;
}

/** Two masters with a StreamID in common. */
export interface ConflictRow {
  readonly iommu: string;
  readonly id: number | null;
  readonly masters: readonly [string, string];
  readonly how: 'same' | 'inside' | 'partial';
  readonly sources: readonly [SourceLine, SourceLine];
}

/** An entry that leads to no stream, with the reason. */
export interface UnresolvedRow {
  readonly master: string;
  readonly via: 'iommus' | 'iommu-map';
  readonly reason: string;
  readonly source: SourceLine;
}

/** The whole table, in tree order. */
export interface StreamTable {
  readonly iommus: readonly IommuRow[];
  readonly masters: readonly MasterRow[];
  readonly streams: readonly StreamRow[];
  readonly conflicts: readonly ConflictRow[];
  readonly unresolved: readonly UnresolvedRow[];
}

/** Computes the table. */
export function streamTable(context: PlatformContext): StreamTable {
  const lines = new LineFinder(context);
  const { platform } = context;
  return {
    iommus: platform.iommus.map((iommu) => iommuRow(context, lines, iommu)),
    masters: platform.masters.filter((master) => master.uses.length > 0).map((master) => masterRow(context, lines, master)),
    streams: platform.masters.flatMap((master) => master.uses.map((use) => streamRow(context, lines, use))),
    conflicts: platform.iommus.flatMap((iommu) => conflictRows(context, lines, iommu)),
    unresolved: platform.masters.flatMap((master) => unresolvedRows(lines, master)),
  };
}

function iommuRow(context: PlatformContext, lines: LineFinder, iommu: Iommu): IommuRow {
  const { tree } = context.platform;
  const region: Region | undefined = regionsOf(iommu.node)[0];
  return {
    path: iommu.path,
    label: iommu.node.labels[0]?.name ?? null,
    kind: iommu.binding.name,
    enabled: iommu.enabled,
    base: region?.physical === undefined ? null : hex(region.physical),
    size: region === undefined ? null : hex(region.size),
    interrupts: interruptsOf(tree, iommu.node).map((interrupt) => ({ name: interrupt.name ?? null, line: interruptText(interrupt) })),
    features: featuresOf(iommu),
    cells: iommu.cells ?? null,
    masters: new Set(context.usesOf(iommu).map((use) => use.master)).size,
    source: lines.at(nameSpan(iommu.node)),
  };
}

/** `SPI 74 (INTID 106)`, or the bare cells under a controller that is no GIC. */
export function interruptText(interrupt: Interrupt): string {
  const { gic } = interrupt;
  if (gic !== undefined) return `${gic.type} ${gic.number} (INTID ${gic.intid})`;
  return `<${interrupt.cells.map((cell) => hex(cell.value)).join(' ')}>`;
}

const FEATURES = ['dma-coherent', 'msi-parent', 'stream-match-mask', 'hisilicon,broken-prefetch-cmd',
  'cavium,cn9900-broken-page1-regspace', 'nvidia,cmdqv', 'calxeda,smmu-secure-config-access'];

/** The feature and quirk properties that an IOMMU node has. */
function featuresOf(iommu: Iommu): string[] {
  return FEATURES.filter((name) => iommu.node.properties.has(name));
}

function masterRow(context: PlatformContext, lines: LineFinder, { node, path, enabled }: Master): MasterRow {
  const { coherent, windows, regions } = dmaFactsOf(context.platform, node);
  return {
    path,
    label: node.labels[0]?.name ?? null,
    enabled,
    coherent,
    dmaRanges: windows?.map((window) => ({ bus: hex(window.child), cpu: hex(window.parent), size: hex(window.size) })) ?? null,
    regions: regions.map((region) => ({
      path: region.path,
      base: region.memory === undefined ? null : hex(region.memory.start),
      size: region.memory === undefined ? null : hex(region.memory.size),
      ioAddresses: region.reservations.map(({ start, size }) => ({ start: hex(start ?? 0n), size: hex(size ?? 0n) })),
    })),
    source: lines.at(nameSpan(node)),
  };
}

function streamRow(context: PlatformContext, lines: LineFinder, use: StreamUse): StreamRow {
  const isV3 = use.iommu.binding.kind === 'smmu-v3';
  return {
    master: use.master.path,
    label: use.master.node.labels[0]?.name ?? null,
    enabled: use.master.enabled,
    via: use.via,
    iommu: use.iommu.path,
    id: use.id ?? null,
    mask: use.mask,
    count: use.count,
    rids: use.rids === undefined ? null : formatRidRange(use.rids.first, use.count),
    ridMask: use.rids === undefined || use.rids.mask === 0xffffffff ? null : use.rids.mask,
    ste: isV3 && use.id !== undefined ? stePosition(use.id) : null,
    macro: macroOf(context, use.idSpan) ?? null,
    source: lines.at(use.idSpan),
  };
}

/** The macro that a span was written as; undefined where it was written out. */
export function macroOf(context: PlatformContext, span: Span): string | undefined {
  let expansion = context.text.origin(span.start, span.end).expansion;
  while (expansion?.parent !== undefined) expansion = expansion.parent;
  return expansion?.macro;
}

function conflictRows(context: PlatformContext, lines: LineFinder, iommu: Iommu): ConflictRow[] {
  return meetings(context.usesOf(iommu)).map(({ first, second, how }) => ({
    iommu: iommu.path,
    id: second.id ?? null,
    masters: [first.master.path, second.master.path],
    how,
    sources: [lines.at(first.idSpan), lines.at(second.idSpan)],
  }));
}

function unresolvedRows(lines: LineFinder, master: Master): UnresolvedRow[] {
  const rows: UnresolvedRow[] = [];
  for (const entry of master.list?.entries ?? []) {
    const reason = whyNoSpecifier(entry);
    if (reason !== undefined) rows.push({ master: master.path, via: 'iommus', reason, source: lines.at(entry.span) });
  }
  for (const entry of master.iommuMap?.entries ?? []) {
    const reason = whyNoMapEntry(entry);
    if (reason !== undefined) rows.push({ master: master.path, via: 'iommu-map', reason, source: lines.at(entry.span) });
  }
  return rows;
}

/** Why an `iommus` entry gives no stream, undefined where it gives one. */
export function whyNoSpecifier(entry: Specifier): string | undefined {
  if (entry.target === undefined) return entry.phandle.reference === undefined ? 'no node has this phandle' : 'the reference leads to no node';
  if (entry.wanted === undefined) return 'the target has no #iommu-cells';
  if (entry.args.length < entry.wanted) return `the entry has ${entry.args.length} cells after the phandle, the target asks for ${entry.wanted}`;
  return undefined;
}

/** Why an `iommu-map` entry gives no stream, undefined where it gives one. */
export function whyNoMapEntry(entry: RidMapEntry): string | undefined {
  if (entry.phandle === undefined) return 'the entry is cut short';
  if (entry.target === undefined) return entry.phandle.reference === undefined ? 'no node has this phandle' : 'the reference leads to no node';
  if (!entry.complete) return `the entry has ${entry.cells.length} cells, ${entry.wanted} are needed`;
  if (entry.iommu === undefined) return 'the target has no #iommu-cells';
  return undefined;
}

/** Lines of offsets, with one table of line starts for each file. */
class LineFinder {
  readonly #context: PlatformContext;
  readonly #starts = new Map<string, number[]>();

  constructor(context: PlatformContext) {
    this.#context = context;
  }

  at(span: Span): SourceLine {
    const range: SourceRange = this.#context.range(span);
    const starts = this.#startsOf(range.file);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= range.start) low = middle;
      else high = middle - 1;
    }
    return { file: range.file, line: low + 1 };
  }

  #startsOf(file: string): number[] {
    const known = this.#starts.get(file);
    if (known !== undefined) return known;
    const text = this.#context.text.files.get(file)?.text ?? '';
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts.set(file, starts);
    return starts;
  }
}
