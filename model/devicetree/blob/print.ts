/**
 * A blob as source text, laid out as dtc lays it out. Types are guessed as dtc guesses them, and
 * values are written so that compiling the text gives the same bytes; phandles stay numbers.
 */
import type { Blob, BlobNode, BlobProperty } from './read.ts';

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [7, '\\a'], [8, '\\b'], [9, '\\t'], [10, '\\n'], [11, '\\v'], [12, '\\f'], [13, '\\r'], [34, '\\"'], [92, '\\\\'],
]);

/** The source of a blob. */
export function printBlob(blob: Blob): string {
  const lines = ['/dts-v1/;', ''];
  for (const { address, size } of blob.memReserves) lines.push(`/memreserve/\t${long(address)} ${long(size)};`);
  if (blob.root !== undefined) printNode(blob.root, lines, 0);
  return `${lines.join('\n')}\n`;
}

function long(value: bigint): string {
  return `0x${value.toString(16).padStart(16, '0')}`;
}

function printNode(node: BlobNode, lines: string[], level: number): void {
  const indent = '\t'.repeat(level);
  lines.push(`${indent}${level === 0 ? '/' : node.name} {`);
  for (const property of node.properties) lines.push(`${indent}\t${property.name}${printValue(property)};`);
  for (const child of node.children) {
    lines.push('');
    printNode(child, lines, level + 1);
  }
  lines.push(`${indent}};`);
}

function printValue({ data }: BlobProperty): string {
  if (data.length === 0) return '';
  if (isStrings(data)) return ` = ${printStrings(data)}`;
  if (data.length % 4 === 0) return ` = <${words(data).join(' ')}>`;
  return ` = [${Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}]`;
}

/** dtc's guess: printable, ended by a NUL, and not mostly NULs. */
function isStrings(data: Uint8Array): boolean {
  let nuls = 0;
  for (const byte of data) {
    if (byte === 0) nuls++;
    else if ((byte < 0x20 || byte > 0x7e) && !ESCAPES.has(byte)) return false;
  }
  return data[data.length - 1] === 0 && nuls <= data.length - nuls;
}

function printStrings(data: Uint8Array): string {
  const found: string[] = [];
  let text = '';
  for (const byte of data) {
    if (byte !== 0) text += ESCAPES.get(byte) ?? String.fromCharCode(byte);
    else {
      found.push(`"${text}"`);
      text = '';
    }
  }
  return found.join(', ');
}

function words(data: Uint8Array): string[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: data.length / 4 }, (_, i) => `0x${view.getUint32(i * 4).toString(16).padStart(2, '0')}`);
}

/** What compiling the printed source would not give back, as messages with the path of the node. */
export function* unprintable(blob: Blob): Generator<string> {
  const pending: { node: BlobNode; path: string }[] = blob.root === undefined ? [] : [{ node: blob.root, path: '' }];
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const { node, path } = entry;
    yield* badNames(node.properties, { where: path || '/', kind: 'property' });
    yield* badNames(node.children, { where: path || '/', kind: 'node' });
    for (const child of node.children) pending.push({ node: child, path: `${path}/${child.name}` });
  }
}

function* badNames(named: readonly { name: string }[], at: { where: string; kind: string }): Generator<string> {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (!/^[a-zA-Z0-9,._+*#?@-]+$/.test(name)) yield `${at.where}: \`${name}\` cannot be the name of a ${at.kind} in source`;
    if (seen.has(name)) yield `${at.where}: two of its ${at.kind === 'node' ? 'nodes' : 'properties'} are called \`${name}\``;
    seen.add(name);
  }
}
