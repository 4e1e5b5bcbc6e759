/** The entries of a zip file, by its central directory: names and sizes; contents where they are asked for. */
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly text: () => string;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;

/** Reads a zip file of less than 4 GiB without a comment, as vsce writes it. */
export function zipEntries(zip: Buffer): ZipEntry[] {
  let end = zip.length - 22;
  while (end > 0 && zip.readUInt32LE(end) !== END) end -= 1;
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    if (zip.readUInt32LE(at) !== CENTRAL) throw new Error('no central directory');
    const [method, packed, size, nameLength, extra, comment, offset] = [
      zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42),
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + extra + comment;
    const text = (): string => {
      const data = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
      const bytes = zip.subarray(data, data + packed);
      return (method === 0 ? bytes : inflateRawSync(bytes)).toString('utf8');
    };
    return { name, size, text };
  });
}
