/** A merged tree as a flattened device tree, version 17, byte for byte as dtc writes it. */
import type { DtTree } from '../tree/tree.ts';
import { ByteWriter } from './byteWriter.ts';
import {
  FDT_HEADER_SIZE, FDT_LAST_COMPATIBLE_VERSION, FDT_MAGIC, FDT_RESERVATION_SIZE, FDT_VERSION, FdtTag,
} from './format.ts';
import { type OutputNode, outputTree } from './outputTree.ts';
import { StringTable } from './stringTable.ts';

/** The blob of a tree. What the merge reported as an error is left out or 0: dtc would write nothing. */
export function toBlob(tree: DtTree): Uint8Array {
  const strings = new StringTable();
  const structure = new ByteWriter();
  writeNode(outputTree(tree), structure, strings);
  structure.word(FdtTag.End);
  return assemble(tree, structure.take(), strings.writer.take());
}

function writeNode(node: OutputNode, to: ByteWriter, strings: StringTable): void {
  to.word(FdtTag.BeginNode);
  to.string(node.name);
  to.align(4);
  for (const { name, data } of node.properties.values()) {
    to.word(FdtTag.Property);
    to.word(data.length);
    to.word(strings.offsetOf(name));
    to.bytes(data);
    to.align(4);
  }
  for (const child of node.children.values()) writeNode(child, to, strings);
  to.word(FdtTag.EndNode);
}

function assemble(tree: DtTree, structure: Uint8Array, strings: Uint8Array): Uint8Array {
  const reservations = FDT_RESERVATION_SIZE * (tree.memReserves.length + 1);
  const offStructure = FDT_HEADER_SIZE + reservations;
  const offStrings = offStructure + structure.length;
  const blob = new ByteWriter();
  const header = [
    FDT_MAGIC, offStrings + strings.length, offStructure, offStrings, FDT_HEADER_SIZE,
    FDT_VERSION, FDT_LAST_COMPATIBLE_VERSION, tree.bootCpu, strings.length, structure.length,
  ];
  for (const value of header) blob.word(value);
  for (const { address, size } of tree.memReserves) {
    blob.long(address);
    blob.long(size);
  }
  blob.long(0n);
  blob.long(0n);
  blob.bytes(structure);
  blob.bytes(strings);
  return blob.take();
}
