import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBlob } from '../../../model/devicetree/blob/write.ts';
import { compile } from '../../../model/devicetree/compile.ts';
import { PlatformContext } from '../../../model/platform/context.ts';
import { platform } from '../../../model/platform/platform.ts';
import { streamTable } from '../../../model/platform/streamTable.ts';
import { blobSource } from '../../../server/features/blobSource.ts';
import { BOARD } from '../boards.ts';
import { fixture } from '../check.ts';

/** The tree of a source with no includes. */
function compiled(text: string): ReturnType<typeof compile> {
  return compile('/b.dts', { readText: (path) => (path === '/b.dts' ? text : undefined), readBytes: () => undefined }, { includeRoots: [] });
}

describe('the source of a blob', () => {
  const blob = toBlob(fixture(BOARD).board.tree);
  const source = blobSource(blob, 'boards/b.dtb');

  it('says where it comes from, below the line that tells its language', () => {
    expect(source.split('\n').slice(0, 3)).toEqual(['/dts-v1/;', `// Read from boards/b.dtb, ${blob.length} bytes. This text cannot be edited; phandles are numbers, as in the blob.`, '']);
  });

  it('compiles to the same blob, and has the same streams', () => {
    const again = compiled(source);
    expect(Buffer.from(toBlob(again.tree)).equals(Buffer.from(blob))).toBe(true);
    const { streams, conflicts } = streamTable(new PlatformContext(platform(again.tree), again.expanded));
    expect(streams.map(({ master, id }) => `${master} ${id?.toString(16)}`)).toEqual([
      '/serial@9000000 101', '/dma@9010000 100', '/dma@9010000 20', '/crypto@9020000 20', '/pcie@40000000 10000',
    ]);
    expect(conflicts).toHaveLength(1);
  });

  it('says what is wrong with a blob, and shows the rest', () => {
    const broken = blob.slice(0, blob.length - 100);
    expect(blobSource(broken, 'b.dtb')).toMatch(/^\/dts-v1\/;\n\/\/ Read from .*\n\/\/ at 0x[0-9a-f]+: /);
    expect(blobSource(new Uint8Array(), 'b.dtb').split('\n')).toHaveLength(4);
  });

  it('never throws, and stays a comment whatever the file is called', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary' }), (bytes, name) => {
      const text = blobSource(bytes, name);
      expect(text.split('\n').slice(1, 3).every((line) => line.startsWith('//') && !line.endsWith('\\'))).toBe(true);
    }));
    fc.assert(fc.property(fc.nat({ max: blob.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
      const bytes = blob.slice();
      bytes[at] = byte;
      expect(blobSource(bytes, 'b').startsWith('/dts-v1/;\n//')).toBe(true);
    }));
  });
});
