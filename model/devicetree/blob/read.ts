/**
 * Flattened device trees, read back. Every offset and length of a blob may lie: nothing is read
 * outside of the block it belongs to, nothing recurses, and what cannot be read is reported with
 * its offset while the rest is kept. Versions before 16, which no tool writes any more, are refused.
 */
import { DEFAULT_LIMITS } from '../source/files.ts';
import { FDT_HEADER_SIZE, FDT_MAGIC, FDT_RESERVATION_SIZE, FdtTag } from './format.ts';

/** A property of a blob. */
export interface BlobProperty {
  readonly name: string;
  readonly data: Uint8Array;
}

/** A node of a blob; the root's name is empty. */
export interface BlobNode {
  readonly name: string;
  readonly properties: BlobProperty[];
  readonly children: BlobNode[];
}

/** Something wrong with a blob, at a byte offset of it. */
export interface BlobProblem {
  readonly id: 'dtb-header' | 'dtb-structure' | 'dtb-strings' | 'limit-node-depth' | 'limit-nodes';
  readonly message: string;
  readonly offset: number;
}

/** What a blob holds, as far as it could be read. */
export interface Blob {
  readonly root: BlobNode | undefined;
  readonly memReserves: readonly { readonly address: bigint; readonly size: bigint }[];
  readonly bootCpu: number;
  readonly problems: readonly BlobProblem[];
}

/** Reservations beyond these are not read. */
const MAX_RESERVATIONS = 10_000;
/** Problems beyond these are not kept. */
const MAX_PROBLEMS = 100;

/** Reads a blob. */
export function readBlob(data: Uint8Array): Blob {
  const reader = new Reader(data);
  const header = reader.header();
  if (header === undefined) return { root: undefined, memReserves: [], bootCpu: 0, problems: reader.problems };
  const memReserves = reader.reservations(header.reservations);
  const root = new Structure(reader, header).read();
  return { root, memReserves, bootCpu: header.bootCpu, problems: reader.problems };
}

interface Block { start: number; end: number }
interface Header { reservations: number; structure: Block; strings: Block; bootCpu: number }

class Reader {
  readonly problems: BlobProblem[] = [];
  readonly view: DataView;

  constructor(readonly data: Uint8Array) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  report(id: BlobProblem['id'], offset: number, message: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ id, message, offset });
  }

  /** The 32-bit word at an offset that the caller has checked. */
  word(offset: number): number {
    return this.view.getUint32(offset);
  }

  header(): Header | undefined {
    const { data } = this;
    if (data.length < FDT_HEADER_SIZE) return this.refuse(data.length, `a blob has a header of ${FDT_HEADER_SIZE} bytes; these are only ${data.length}`);
    if (this.word(0) !== FDT_MAGIC) return this.refuse(0, `not a flattened device tree: it begins with 0x${hex(this.word(0))}, not 0xd00dfeed`);
    const version = this.word(20);
    const compatible = this.word(24);
    if (version < 16 || compatible > 17) return this.refuse(20, `version ${version} (readable from ${compatible} on) is not read; versions 16 and 17 are`);
    const total = this.word(4);
    if (total > data.length) this.report('dtb-header', 4, `the header says ${total} bytes, but the blob ends after ${data.length}`);
    const end = Math.min(total, data.length);
    const structureSize = version >= 17 ? this.word(36) : end;
    return {
      reservations: this.word(16),
      structure: this.block('structure', { at: 8, size: structureSize, end, sized: version >= 17 }),
      strings: this.block('strings', { at: 12, size: this.word(32), end, sized: true }),
      bootCpu: this.word(28),
    };
  }

  private refuse(offset: number, message: string): undefined {
    this.report('dtb-header', offset, message);
  }

  private block(name: string, of: { at: number; size: number; end: number; sized: boolean }): Block {
    const start = this.word(of.at);
    if (start > of.end || start < FDT_HEADER_SIZE) {
      this.report('dtb-header', of.at, `the ${name} block is said to start at 0x${hex(start)}, outside of the blob`);
      return { start: of.end, end: of.end };
    }
    const end = start + of.size;
    if (of.sized && end > of.end) this.report('dtb-header', of.at, `the ${name} block is said to end at 0x${hex(end)}, after the end of the blob`);
    return { start, end: Math.min(end, of.end) };
  }

  reservations(start: number): { address: bigint; size: bigint }[] {
    const found: { address: bigint; size: bigint }[] = [];
    for (let at = start; found.length < MAX_RESERVATIONS; at += FDT_RESERVATION_SIZE) {
      if (at < FDT_HEADER_SIZE || at + FDT_RESERVATION_SIZE > this.data.length) {
        this.report('dtb-header', 16, 'the list of memory reservations has no end inside the blob');
        break;
      }
      const address = this.view.getBigUint64(at);
      const size = this.view.getBigUint64(at + 8);
      if (address === 0n && size === 0n) break;
      found.push({ address, size });
    }
    return found;
  }

  /** The NUL-terminated string at an offset, one character a byte; undefined where no NUL ends it before `end`. */
  string(start: number, end: number): string | undefined {
    const nul = start < end ? this.data.subarray(0, end).indexOf(0, start) : -1;
    if (nul < 0) return undefined;
    let text = '';
    for (let i = start; i < nul; i += 4096) text += String.fromCharCode(...this.data.subarray(i, Math.min(nul, i + 4096)));
    return text;
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

/** Reads the structure block, tag by tag. */
class Structure {
  private at: number;
  private readonly end: number;
  private readonly open: BlobNode[] = [];
  private root: BlobNode | undefined;
  private nodes = 0;
  /** A property without a name was reported: once is enough. */
  private unnamed = false;
  private readonly names = new Map<number, string>();

  constructor(private readonly reader: Reader, private readonly header: Header) {
    this.at = header.structure.start;
    this.end = header.structure.end;
    if (this.at % 4 !== 0) this.fail(this.at, 'the structure block does not start at a multiple of 4');
  }

  private fail(offset: number, message: string): false {
    this.reader.report('dtb-structure', offset, message);
    return false;
  }

  read(): BlobNode | undefined {
    while (this.tag());
    return this.root;
  }

  /** Reads one tag; false at the end and where nothing more can be read. */
  private tag(): boolean {
    const { at } = this;
    if (at + 4 > this.end) return this.fail(at, 'the structure block ends without an end tag');
    const tag: FdtTag = this.reader.word(at);
    this.at += 4;
    switch (tag) {
      case FdtTag.BeginNode: return this.beginNode(at);
      case FdtTag.Property: return this.property(at);
      case FdtTag.EndNode: return this.endNode(at);
      case FdtTag.Nop: return true;
      case FdtTag.End: return this.open.length > 0 ? this.fail(at, `${this.open.length} nodes are not closed at the end tag`) : false;
      default: return this.fail(at, `0x${hex(tag)} is no tag`);
    }
  }

  private beginNode(at: number): boolean {
    const name = this.reader.string(this.at, this.end);
    if (name === undefined) return this.fail(at, 'a node name has no end');
    this.at = (this.at + name.length + 4) & ~3;
    if (this.open.length >= DEFAULT_LIMITS.nodeDepth) return this.limit('limit-node-depth', at, `nodes are nested more than ${DEFAULT_LIMITS.nodeDepth} deep`);
    if (++this.nodes > DEFAULT_LIMITS.nodes) return this.limit('limit-nodes', at, `there are more than ${DEFAULT_LIMITS.nodes} nodes`);
    const node: BlobNode = { name, properties: [], children: [] };
    const parent = this.open.at(-1);
    if (parent !== undefined) parent.children.push(node);
    else if (this.root === undefined) this.root = node;
    else return this.fail(at, 'a second root node');
    this.open.push(node);
    return true;
  }

  private limit(id: 'limit-node-depth' | 'limit-nodes', at: number, message: string): false {
    this.reader.report(id, at, `${message}; the rest is not read`);
    return false;
  }

  private endNode(at: number): boolean {
    if (this.open.pop() === undefined) return this.fail(at, 'the end of a node that was not begun');
    return true;
  }

  private property(at: number): boolean {
    const node = this.open.at(-1);
    if (node === undefined) return this.fail(at, 'a property outside of every node');
    if (this.at + 8 > this.end) return this.fail(at, 'a property is cut off');
    const length = this.reader.word(this.at);
    const name = this.name(this.reader.word(this.at + 4), at);
    this.at += 8;
    if (length > this.end - this.at) return this.fail(at, `property \`${name}\` has ${length} bytes, more than the structure block has left`);
    if (node.children.length > 0) this.fail(at, `property \`${name}\` stands after subnodes`);
    node.properties.push({ name, data: this.reader.data.subarray(this.at, this.at + length) });
    this.at = (this.at + length + 3) & ~3;
    return true;
  }

  private name(offset: number, at: number): string {
    let name = this.names.get(offset);
    if (name !== undefined) return name;
    const { start, end } = this.header.strings;
    name = this.reader.string(start + offset, end);
    if (name === undefined) {
      if (!this.unnamed) this.reader.report('dtb-strings', at, `the property's name is said to stand at 0x${hex(offset)} of the strings block, where there is none`);
      this.unnamed = true;
      name = `unnamed-${offset}`;
    }
    this.names.set(offset, name);
    return name;
  }
}
