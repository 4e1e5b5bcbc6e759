/**
 * Numbers in a partial device tree: the phandles of nodes that are not in it, since Xen or libxl
 * writes them, and the host's `iommus`, which a guest with a virtual SMMU must be given unchanged.
 * Offers them where they may stand and says what one means. Proposes nothing that a rule would mark.
 */
import type { DtNode } from '../../../model/devicetree/tree/tree.ts';
import { nodePath } from '../../../model/devicetree/tree/values.ts';
import { nameSpan } from '../../../model/platform/context.ts';
import { isFragment, xenPathOf } from '../../../model/platform/guests/fragment.ts';
import { generatedNodes, GUEST_PHANDLE_GIC, iommusInBlob, type NumberedIommu, numberedIommus } from '../../../model/platform/guests/phandles.ts';
import { rangeOf } from '../../../model/platform/guests/system.ts';
import type { CompiledTree, Domain, HostTree, System } from '../../../model/platform/guests/types.ts';
import type { SourceRange } from '../../../model/problem.ts';
import { type Board, pathOf } from '../board.ts';
import type { Proposal, Proposals } from '../completion.ts';
import { type CursorCells, cursorCells, propertyAt } from '../cursor.ts';
import type { HoverText } from '../hover.ts';
import { code, hexOf } from '../markdown.ts';
import type { RawDocument } from '../raw/document.ts';
import { nameOf } from '../raw/outline.ts';
import { Raw } from '../raw/tokens.ts';

/** A partial tree that is being edited, and what is known around it. */
interface Partial {
  readonly board: Board;
  readonly system: System | undefined;
  readonly fragment: CompiledTree | undefined;
  readonly domain: Domain | undefined;
}

function partialOf(system: System | undefined, board: Board, path: string): Partial | undefined {
  if (!isFragment(board.tree)) return undefined;
  const domain = system?.domains.find((one) => one.fragment?.text.files.has(path) === true);
  return { board, system, domain, fragment: domain?.fragment };
}

/** The numbers that may stand at the cursor, before what the tree itself offers. */
export function partialCells(system: System | undefined, board: Board, at: { document: RawDocument; offset: number }): Proposals | undefined {
  const { document, offset } = at;
  const partial = partialOf(system, board, document.path);
  if (partial === undefined) return undefined;
  const start = offset - (/\w*$/.exec(document.text.slice(Math.max(0, offset - 64), offset))?.[0].length ?? 0);
  const cells = document.text[start - 1] === '&' ? undefined : cursorCells(board, document, start);
  const items = cells === undefined ? undefined : OFFERS.get(cells.property)?.(partial, cells).toSorted((a, b) => (a.rank ?? 5) - (b.rank ?? 5));
  return items === undefined || items.length === 0 ? undefined : { start, end: offset, items, incomplete: false };
}

type Offer = (partial: Partial, cursor: CursorCells) => Proposal[];

const OFFERS: ReadonlyMap<string, Offer> = new Map<string, Offer>([
  ['interrupt-parent', (partial, { index }) => (index === 0 ? gicItems(partial) : [])],
  ['interrupts-extended', (partial, { index, since, reference }) => (reference === undefined ? index : since) % 4 === 0 ? gicItems(partial) : []],
  ['iommus', iommusItems],
  // The toolstack leaves iommu-map as it is written: it must name what the guest has.
  ['iommu-map', ({ domain }, { index }) => (index % 4 !== 1 ? [] : generatedNodes(domain?.vsmmu).filter(({ constant }) => constant === 'GUEST_PHANDLE_VSMMUV3')
    .map(({ phandle, constant, what }) => ({ label: hexOf(phandle), kind: 'value', detail: `${constant}: ${what}`, rank: 1 })))],
]);

/** For dom0less `/gic` stands for the guest's GIC; xl copies no such node. */
function gicItems({ board, domain }: Partial): Proposal[] {
  const label = board.tree.byPath('/gic')?.labels[0]?.name;
  const number: Proposal = { label: hexOf(GUEST_PHANDLE_GIC), kind: 'value', detail: "GUEST_PHANDLE_GIC: the guest's GIC", rank: 1 };
  if (domain?.kind === 'xl' || label === undefined) return [number];
  return [{ label: `&${label}`, kind: 'label', detail: "/gic: Xen gives the guest's GIC its phandle", rank: 0 }];
}

/** The host's entries as its blob has them: all of the device's at once, one SMMU, or one of the device's StreamIDs there. */
function iommusItems(partial: Partial, { index, node }: CursorCells): Proposal[] {
  const host = partial.system?.host;
  const isRewritten = partial.domain?.kind !== 'xl' || node?.parent?.name === 'passthrough';
  if (host === undefined || partial.domain?.vsmmu === undefined || !isRewritten) return [];
  const device = hostNodeOf(partial, host, node);
  const whole = device === undefined ? [] : iommusInBlob(host, device);
  if (index % 2 === 1) {
    const ids = [...new Set(whole.filter((_, at) => at % 2 === 1))];
    return ids.map((id) => ({ label: hexOf(id), kind: 'value', detail: `StreamID of ${device?.name ?? ''} on the host`, rank: 1 }));
  }
  const smmus = numberedIommus(host).map((one): Proposal => ({ label: hexOf(one.phandle), kind: 'value', detail: smmuText(one), rank: whole.includes(one.phandle) ? 2 : 4 }));
  const all: Proposal = { label: whole.map(hexOf).join(' '), kind: 'value', detail: `iommus of ${device === undefined ? '' : nodePath(device)}, as in the host's blob`, rank: 1 };
  return index === 0 && whole.length > 0 ? [all, ...smmus] : smmus;
}

function smmuText({ iommu }: NumberedIommu): string {
  const label = iommu.node.labels[0]?.name;
  return `${label === undefined ? '' : `${label}, `}${nodePath(iommu.node)} in the host's blob`;
}

/** The host's node of a node that is being written: by `xen,path`, else by what `dtdev` gives under its name. */
function hostNodeOf({ fragment, domain }: Partial, host: HostTree, node: DtNode | undefined): DtNode | undefined {
  if (node === undefined) return undefined;
  const path = xenPathOf(node);
  if (path !== undefined) return host.tree.byPath(path);
  const part = fragment?.tree.byPath(pathOf(node));
  return domain?.devices.find((device) => (part !== undefined && device.part === part) || device.node?.name === node.name)?.node;
}

/** What a phandle written as a number means: undefined where the cursor is on none that is known. */
function meaningAt(system: System | undefined, board: Board, at: { document: RawDocument; offset: number }): { text: string; place: SourceRange | undefined; start: number; end: number } | undefined {
  const { document, offset } = at;
  const partial = partialOf(system, board, document.path);
  const { tokens } = document;
  const token = tokens.touching(offset);
  const property = propertyAt(document, tokens.start(token));
  if (partial === undefined || tokens.kind(token) !== Raw.Number || property === undefined) return undefined;
  const name = nameOf(tokens, property);
  const index = cursorCells(board, document, tokens.start(token))?.index ?? -1;
  if (!isPhandle(name, index)) return undefined;
  const value = Number(tokens.textOf(token));
  const range = { start: tokens.start(token), end: tokens.end(token) };
  const generated = generatedNodes(partial.domain?.vsmmu).find(({ phandle }) => phandle === value);
  if (generated !== undefined) return { text: `Phandle ${value}, ${code(generated.constant)}: ${generated.what}, which Xen or the toolstack writes.`, place: undefined, ...range };
  const host = name === 'iommus' ? system?.host : undefined;
  const smmu = host === undefined ? undefined : numberedIommus(host).find(({ phandle }) => phandle === value);
  if (host === undefined || smmu === undefined) return undefined;
  const fate = partial.domain?.vsmmu === undefined ? 'It means nothing in this guest, which has no virtual SMMU.' : "The virtual SMMU's takes its place in the guest.";
  return { text: `Phandle ${value} of ${code(nodePath(smmu.iommu.node))} in the host's blob. ${fate}`, place: rangeOf(host, nameSpan(smmu.iommu.node)), ...range };
}

function isPhandle(property: string, index: number): boolean {
  if (property === 'iommus') return index % 2 === 0;
  if (property === 'iommu-map') return index % 4 === 1;
  return (property === 'interrupt-parent' && index === 0) || (property === 'interrupts-extended' && index % 4 === 0);
}

/** What a phandle written as a number means. */
export function partialHover(system: System | undefined, board: Board, at: { document: RawDocument; offset: number }): HoverText | undefined {
  const found = meaningAt(system, board, at);
  return found === undefined ? undefined : { markdown: found.text, start: found.start, end: found.end };
}

/** Where the host's SMMU is that a phandle written as a number means. */
export function partialDefinition(system: System | undefined, board: Board, at: { document: RawDocument; offset: number }): SourceRange[] {
  const place = meaningAt(system, board, at)?.place;
  return place === undefined ? [] : [place];
}
