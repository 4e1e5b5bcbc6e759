/**
 * The value of a property as bytes, cells and strings, computed when asked for and kept.
 * Phandles that dtc would allocate are not known here: a reference is 0, with its target beside it;
 * in an overlay a reference to another tree's label is 0xffffffff, as dtc writes it.
 */
import type { CellsSyntax, NumberCellSyntax, ReferenceSyntax, Span, ValueSyntax } from '../syntax/ast.ts';
import type { Cell, DtNode, DtProperty } from './tree.ts';

/** A phandle in a property's bytes. */
export interface PhandleAt {
  readonly offset: number;
  readonly reference: ReferenceSyntax;
  readonly target: DtNode | undefined;
}

/** A property's value as it stands in a blob, but for allocated phandles. */
export interface PropertyBytes {
  readonly data: Uint8Array;
  readonly phandles: readonly PhandleAt[];
}

/** One string of a property's value with the syntax it came from. */
export interface StringAt {
  readonly value: string;
  readonly span: Span;
}

const UNRESOLVED = 0xffff_ffff;

/** The absolute path of a node, as dtc writes it. */
export function nodePath(node: DtNode): string {
  let path = '';
  for (let n: DtNode = node; n.parent !== undefined; n = n.parent) path = `/${n.name}${path}`;
  return path === '' ? '/' : path;
}

/** The property has no value: it says yes by being there. */
export function isBoolean(property: DtProperty): boolean {
  return property.syntax.values.length === 0;
}

function valueLength(value: ValueSyntax, node: DtNode): number {
  switch (value.kind) {
    case 'cells': return (value.elements.length * value.bits) / 8;
    case 'string': return value.value.length + 1;
    case 'reference': {
      const target = node.tree.resolve(value);
      return target === undefined ? 0 : nodePath(target).length + 1;
    }
    default: return value.bytes.length;
  }
}

/** How many bytes the value has. */
export function byteLength(property: DtProperty): number {
  let length = 0;
  for (const value of property.syntax.values) length += valueLength(value, property.node);
  return length;
}

const bytesCache = new WeakMap<DtProperty, PropertyBytes>();

/** The value's bytes, with the places of its phandles. */
export function bytes(property: DtProperty): PropertyBytes {
  let found = bytesCache.get(property);
  if (found === undefined) bytesCache.set(property, (found = computeBytes(property)));
  return found;
}

function computeBytes(property: DtProperty): PropertyBytes {
  const data = new Uint8Array(byteLength(property));
  const phandles: PhandleAt[] = [];
  let offset = 0;
  for (const value of property.syntax.values) {
    if (value.kind === 'cells') writeCells(value, { data, offset, phandles, node: property.node });
    else if (value.kind === 'string') writeString(data, offset, value.value);
    else if (value.kind !== 'reference') data.set(value.bytes, offset);
    else {
      const target = property.node.tree.resolve(value);
      if (target !== undefined) writeString(data, offset, nodePath(target));
    }
    offset += valueLength(value, property.node);
  }
  return { data, phandles };
}

function writeString(data: Uint8Array, offset: number, text: string): void {
  for (let i = 0; i < text.length; i++) data[offset + i] = text.charCodeAt(i);
}

function writeCells(value: CellsSyntax, to: { data: Uint8Array; offset: number; phandles: PhandleAt[]; node: DtNode }): void {
  const { data, phandles, node } = to;
  const width = value.bits / 8;
  let { offset } = to;
  for (const element of value.elements) {
    if (element.kind === 'number') writeNumber(data, { offset, width }, element);
    else if (width === 4) {
      const target = node.tree.resolve(element);
      phandles.push({ offset, reference: element, target });
      if (target === undefined) data.fill(0xff, offset, offset + 4);
    }
    offset += width;
  }
}

function writeNumber(data: Uint8Array, at: { offset: number; width: number }, element: NumberCellSyntax): void {
  let { value } = element;
  if (at.width === 8) {
    new DataView(data.buffer).setBigUint64(at.offset, element.big ?? BigInt(value));
    return;
  }
  for (let i = at.offset + at.width - 1; i >= at.offset; i--) {
    data[i] = value & 0xff;
    value >>>= 8;
  }
}

const NO_CELLS: readonly Cell[] = [];
const cellsCache = new WeakMap<DtProperty, readonly Cell[]>();

/** All 32-bit cells of the value; bytes that fill no whole cell at the end are left out. */
export function cells(property: DtProperty): readonly Cell[] {
  const { values } = property.syntax;
  if (values.length === 0) return NO_CELLS;
  let found = cellsCache.get(property);
  if (found === undefined) {
    const plain = values.every((v) => v.kind === 'cells' && v.bits === 32);
    cellsCache.set(property, (found = plain ? plainCells(property) : mixedCells(property)));
  }
  return found;
}

function plainCells(property: DtProperty): Cell[] {
  const found: Cell[] = [];
  for (const value of property.syntax.values) {
    if (value.kind !== 'cells') continue;
    for (const element of value.elements) {
      if (element.kind === 'number') found.push({ value: element.value, target: undefined, reference: undefined, span: element });
      else {
        const target = property.node.tree.resolve(element);
        found.push({ value: target === undefined ? UNRESOLVED : 0, target, reference: element, span: element });
      }
    }
  }
  return found;
}

/** Cells of a value that is not all 32-bit cells: read from its bytes, each with the syntax that its first byte came from. */
function mixedCells(property: DtProperty): Cell[] {
  const { data, phandles } = bytes(property);
  const view = new DataView(data.buffer);
  const byOffset = new Map(phandles.map((p) => [p.offset, p]));
  const spans = spansOf(property);
  const found: Cell[] = [];
  let part = 0;
  for (let offset = 0; offset + 4 <= data.length; offset += 4) {
    while ((spans[part]?.end ?? Infinity) <= offset) part++;
    const phandle = byOffset.get(offset);
    const span = spans[part]?.span ?? property.syntax;
    found.push({ value: view.getUint32(offset), target: phandle?.target, reference: phandle?.reference, span });
  }
  return found;
}

/** The end offset, in bytes, of each element of the value, with its syntax. */
function spansOf(property: DtProperty): { end: number; span: Span }[] {
  const spans: { end: number; span: Span }[] = [];
  let end = 0;
  for (const value of property.syntax.values) {
    if (value.kind === 'cells') {
      for (const span of value.elements) spans.push({ end: (end += value.bits / 8), span });
    } else spans.push({ end: (end += valueLength(value, property.node)), span: value });
  }
  return spans;
}

/** The NUL-terminated strings that the value is made of, with their syntax; undefined where it is not made of such. */
export function stringList(property: DtProperty): readonly StringAt[] | undefined {
  const found: StringAt[] = [];
  for (const value of property.syntax.values) {
    if (value.kind === 'string') {
      if (!value.value.includes('\0')) found.push({ value: value.value, span: value });
      else for (const part of value.value.split('\0')) found.push({ value: part, span: value });
    } else if (value.kind === 'reference') {
      const target = property.node.tree.resolve(value);
      found.push({ value: target === undefined ? '' : nodePath(target), span: value });
    } else return stringsOfBytes(property);
  }
  return found;
}

function stringsOfBytes(property: DtProperty): readonly StringAt[] | undefined {
  const { data } = bytes(property);
  if (data.length > 0 && data[data.length - 1] !== 0) return undefined;
  const found: StringAt[] = [];
  for (let start = 0; start < data.length;) {
    const end = data.indexOf(0, start);
    let value = '';
    for (let i = start; i < end; i++) value += String.fromCharCode(data[i] ?? 0);
    found.push({ value, span: property.syntax });
    start = end + 1;
  }
  return found;
}

/** The strings of the value, one character a byte; undefined where it is not made of NUL-terminated strings. */
export function strings(property: DtProperty): readonly string[] | undefined {
  return stringList(property)?.map((s) => s.value);
}
