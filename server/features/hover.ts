/**
 * Hover: what the thing under the cursor is, from the merged board: a stream, a cell's meaning, a
 * macro's value, a node, a property with everything that set it. Each part is a section; a place
 * can have several (a StreamID written as a macro has three).
 */
import type { SourceRange } from '../../model/problem.ts';
import type { Span } from '../../model/devicetree/syntax/ast.ts';
import type { DtNode, DtProperty } from '../../model/devicetree/tree/tree.ts';
import { cells } from '../../model/devicetree/tree/values.ts';
import { regionsOf } from '../../model/platform/addresses.ts';
import { interruptsOf } from '../../model/platform/interrupts.ts';
import { interruptText } from '../../model/platform/streamTable.ts';
import type { StreamUse } from '../../model/platform/types.ts';
import { type Board, pathOf } from './board.ts';
import { cellEntries, entryOf } from './cellLayout.ts';
import { KEYWORD_NOTES, PROPERTY_NOTES } from './knowledge.ts';
import type { Spot } from './locate.ts';
import { block, clip, code, hexOf, type LinkMaker, plain } from './markdown.ts';
import { directiveAt, type DirectiveTarget } from './directives.ts';
import type { RawDocument } from './raw/document.ts';
import { Raw } from './raw/tokens.ts';
import { called, dmaSection, iommuSection, masterSection, streamSection } from './streamText.ts';

/** A hover: Markdown about a range of the file. */
export interface HoverText {
  readonly markdown: string;
  readonly start: number;
  readonly end: number;
}

/** What a hover reads. */
export interface HoverQuery {
  readonly board: Board;
  readonly document: RawDocument;
  readonly offset: number;
  readonly link: LinkMaker;
}

/** What is under the cursor, undefined where there is nothing to say. */
export function hover(query: HoverQuery): HoverText | undefined {
  const { document, offset } = query;
  const { tokens } = document;
  const token = tokens.touching(offset);
  const kind = tokens.kind(token);
  if (kind === undefined || kind === Raw.Comment) return undefined;
  if (kind === Raw.Directive) return directiveHover(query);
  const sections = sectionsAt(query, token, kind);
  const markdown = sections.filter((section) => section !== '').join('\n\n---\n\n');
  return markdown === '' ? undefined : { markdown, start: tokens.start(token), end: tokens.end(token) };
}

function sectionsAt(query: HoverQuery, token: number, kind: Raw): string[] {
  const { board, document } = query;
  const { tokens } = document;
  const text = tokens.textOf(token);
  if (kind === Raw.Keyword) return [KEYWORD_NOTES.get(text) ?? ''];
  const spot = board.spotAt(document.path, Math.min(query.offset, tokens.end(token) - 1));
  const macro = kind === Raw.Word || kind === Raw.Name ? macroSection(query, text) : '';
  if (spot === undefined) return [macro];
  if (spot.property !== undefined) return [...propertySections(query, spot), macro];
  const node = nodeMeant(board, spot);
  return [macro, node === undefined ? deletedSection(spot) : nodeSection(query, node)];
}

/** The node whose name, label or reference the spot is on. */
function nodeMeant(board: Board, spot: Spot): DtNode | undefined {
  const { other } = spot;
  if (other?.kind === 'delete-node' || other?.kind === 'omit-node') {
    return other.target.kind === 'reference' ? board.tree.resolve(other.target) : undefined;
  }
  const syntax = spot.nodes.at(-1);
  const onHead = syntax !== undefined && (syntax.open < 0 || spot.offset < syntax.open);
  return onHead ? board.nodeOf(syntax) : undefined;
}

function deletedSection(spot: Spot): string {
  const syntax = spot.nodes.at(-1);
  const onHead = syntax !== undefined && spot.offset < syntax.open;
  return onHead && spot.other === undefined ? 'This node is not in the tree: it is deleted, or left out, further down.' : '';
}

/** On the property's name: the property. In its value: the cell, the stream, the node referred to. */
function propertySections(query: HoverQuery, spot: Spot): string[] {
  const { board } = query;
  const syntax = spot.property;
  const node = board.nodeOf(spot.nodes.at(-1));
  if (syntax === undefined) return [];
  const inForce = node?.properties.get(syntax.name);
  if (spot.value === undefined) return [propertySection(query, node, inForce, syntax.name)];
  const sections: string[] = [];
  if (inForce?.syntax === syntax) sections.push(...cellSections(board, inForce, spot));
  else sections.push('This value is not in force: it is overridden or deleted further down.');
  const reference = spot.cell?.kind === 'reference' ? spot.cell : spot.value.kind === 'reference' ? spot.value : undefined;
  const target = reference === undefined ? undefined : board.tree.resolve(reference);
  if (target !== undefined) sections.push(nodeSection(query, target));
  return sections;
}

function cellSections(board: Board, property: DtProperty, spot: Spot): string[] {
  const { cell } = spot;
  if (cell === undefined) return [];
  const index = cells(property).findIndex((candidate) => candidate.span.start === cell.start);
  const entries = cellEntries(property);
  const entry = index < 0 ? undefined : entryOf(entries, index);
  const part = entry?.roles[index - entry.first];
  const value = cell.kind === 'number' ? ` ${code(hexOf(cell.big ?? cell.value))} (${cell.big ?? cell.value})` : '';
  const because = part?.because === undefined ? '' : `, since ${code(part.because)}`;
  const number = entries.length > 1 && entry !== undefined ? `, entry ${entries.indexOf(entry) + 1} of ${entries.length}` : '';
  const meaning = part === undefined ? (value === '' ? '' : `${code(property.name)} cell ${index + 1}:${value}`) : `**${part.name}**${value}${because}${number}`;
  const use = useAt(board, property, cell.start);
  return [use === undefined ? '' : streamSection(board.platform, use), meaning, wholeEntry(board, property, cell.start)];
}

/** What the cells of an entry are together: a region with its CPU address, an interrupt with its number. */
function wholeEntry(board: Board, property: DtProperty, offset: number): string {
  const holds = ({ span }: { readonly span: Span }): boolean => offset >= span.start && offset < span.end;
  if (property.name === 'reg') {
    const region = regionsOf(property.node).find(holds);
    if (region === undefined) return '';
    const cpu = region.physical === undefined ? 'no way to the CPU through `ranges`' : `CPU address ${code(hexOf(region.physical))}`;
    return `Region ${code(hexOf(region.start))}, size ${code(hexOf(region.size))}; ${cpu}`;
  }
  if (property.name !== 'interrupts' && property.name !== 'interrupts-extended') return '';
  const interrupt = interruptsOf(board.tree, property.node).find(holds);
  if (interrupt === undefined) return '';
  const name = interrupt.name === undefined ? '' : `${code(interrupt.name)}: `;
  return `${name}${plain(interruptText(interrupt))}${interrupt.parent === undefined ? '' : ` of ${code(called(interrupt.parent))}`}`;
}

/** The stream that a cell of `iommus` or `iommu-map` belongs to. */
function useAt(board: Board, property: DtProperty, offset: number): StreamUse | undefined {
  const master = board.platform.platform.masterOf.get(property.node);
  return master?.uses.find((use) => use.via === property.name && offset >= use.span.start && offset < use.span.end);
}

function propertySection(query: HoverQuery, node: DtNode | undefined, property: DtProperty | undefined, name: string): string {
  const { board, link } = query;
  const note = PROPERTY_NOTES.get(name);
  const lines = [`**${name}**${note === undefined ? '' : `: ${note}`}`];
  if (property !== undefined) {
    lines.push(block('dts', sourceOf(board, property)));
    lines.push(`Set in ${link(board.range(property.syntax.nameSpan))}`);
    for (const syntax of property.overridden.toReversed().slice(0, 8)) lines.push(`- overrides ${link(board.range(syntax.nameSpan))}`);
  }
  for (const deleted of node?.deletedProperties.filter((item) => item.property.name === name).slice(0, 8) ?? []) {
    lines.push(`- set in ${link(board.range(deleted.property.syntax.nameSpan))}, deleted in ${link(board.range(deleted.by))}`);
  }
  return lines.join('\n\n');
}

/** The statement in force after macro expansion, on one line. */
function sourceOf(board: Board, property: DtProperty): string {
  const { start, end } = property.syntax;
  return clip(board.text.text.slice(start, end).replaceAll(/\s+/g, ' ').trim(), 600);
}

function nodeSection(query: HoverQuery, node: DtNode): string {
  const { board, link } = query;
  const { platform } = board.platform;
  const labels = node.labels.map((label) => code(label.name)).join(', ');
  const lines = [`**${code(pathOf(node))}**${labels === '' ? '' : `, labelled ${labels}`}`];
  const compatible = node.properties.get('compatible');
  if (compatible !== undefined) lines.push(block('dts', sourceOf(board, compatible)));
  const status = node.properties.get('status');
  if (status !== undefined) lines.push(code(sourceOf(board, status)));
  const iommu = platform.iommuOf.get(node);
  if (iommu !== undefined) lines.push(iommuSection(board.platform, iommu));
  const master = platform.masterOf.get(node);
  if (master !== undefined) lines.push(masterSection(master), dmaSection(board.platform, master));
  const places = node.definitions.slice(0, 8).map((syntax, index) => `- ${index === 0 ? 'made in' : 'changed in'} ${link(board.range(syntax.target))}`);
  lines.push(places.join('\n'));
  return lines.filter((line) => line !== '').join('\n\n');
}

function macroSection(query: HoverQuery, name: string): string {
  const macro = query.board.macroAt(query.document.path, query.offset, name);
  if (macro === undefined) return '';
  const where = macro.range === undefined ? 'Defined by a setting or built in' : `Defined in ${query.link(macro.range)}`;
  const value = macro.value === undefined ? '' : `Value ${code(hexOf(macro.value))} (${macro.value})`;
  return [block('c', `#define ${name}${macro.parameters} ${macro.body}`), value, where].filter((line) => line !== '').join('\n\n');
}

function directiveHover(query: HoverQuery): HoverText | undefined {
  const target: DirectiveTarget | undefined = directiveAt(query.board, query.document, query.offset);
  if (target === undefined) return undefined;
  const { start, end } = target;
  if (target.kind === 'file') return { markdown: query.link({ file: target.file, start: 0, end: 0 } satisfies SourceRange), start, end };
  const markdown = macroSection(query, target.name);
  return markdown === '' ? undefined : { markdown, start, end };
}
