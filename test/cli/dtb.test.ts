import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { readBlob } from '../../model/devicetree/blob/read.ts';
import { testIo } from './support.ts';

const BOARD = '/dts-v1/;\n#include "soc.dtsi"\n#include <dt-bindings/x.h>\n/ { p = <X Y>; };\n';
const FILES = {
  '/project/b/board.dts': BOARD,
  '/project/b/soc.dtsi': '/ { l: n { }; };\n',
  '/inc/dt-bindings/x.h': '#define X 7\n',
  '/project/bad.dts': '/dts-v1/;\n/ {\n\ta = <1>\n};\n',
  '/project/phandles.dts': '/dts-v1/;\n/ { a { phandle = <1>; }; b { phandle = <1>; }; };\n',
  '/project/linux/scripts/dtc/include-prefixes/dt-bindings/y.h': '#define Z 9\n',
  '/project/linux/arch/arm64/boot/dts/k.dts': '/dts-v1/;\n#include <dt-bindings/y.h>\n/ { z = <Z>; };\n',
};

function blobOf(data: string | Uint8Array | undefined): ReturnType<typeof readBlob> {
  return readBlob(typeof data === 'object' ? data : new Uint8Array(0));
}

describe('vsmmu dtb', () => {
  it('compiles a board with -I and -D', async () => {
    const io = testIo(FILES);
    expect(await run(['dtb', 'b/board.dts', '-o', 'out.dtb', '-I', '/inc', '-D', 'Y=0x10'], io)).toBe(0);
    expect(io.err()).toBe('');
    const blob = blobOf(io.files.readBytes('/project/out.dtb'));
    expect(blob.root?.properties.map((p) => [p.name, [...p.data]])).toEqual([['p', [0, 0, 0, 7, 0, 0, 0, 16]]]);
    expect(blob.root?.children.map((n) => n.name)).toEqual(['n']);
  });

  it('writes symbols with -@', async () => {
    const io = testIo(FILES);
    expect(await run(['dtb', 'b/board.dts', '-o', '/out.dtb', '-I', '/inc', '-D', 'Y', '-@'], io)).toBe(0);
    expect(blobOf(io.files.readBytes('/out.dtb')).root?.children.map((n) => n.name)).toEqual(['n', '__symbols__']);
  });

  it('writes to standard output', async () => {
    const io = testIo(FILES);
    expect(await run(['dtb', 'b/board.dts', '-o', '-', '-I', '/inc', '-D', 'Y'], io)).toBe(0);
    expect(io.out().slice(0, 4)).toBe('\u00d0\u000d\u00fe\u00ed');
  });

  it('finds the include roots of a kernel tree by itself', async () => {
    const io = testIo(FILES);
    expect(await run(['dtb', 'linux/arch/arm64/boot/dts/k.dts', '-o', 'k.dtb'], io)).toBe(0);
    expect(blobOf(io.files.readBytes('/project/k.dtb')).root?.properties.map((p) => [...p.data])).toEqual([[0, 0, 0, 9]]);
  });

  it('says what is wrong and writes nothing', async () => {
    const io = testIo(FILES);
    expect(await run(['dtb', 'bad.dts', '-o', 'bad.dtb'], io)).toBe(1);
    expect(io.err()).toContain('bad.dts:3:8: error: expected `;` here [dts-syntax]');
    expect(io.files.exists('/project/bad.dtb')).toBe(false);
  });

  it('refuses what a check of dtc refuses', async () => {
    const io = testIo(FILES);
    expect(await run(['dtb', 'phandles.dts', '-o', 'x.dtb'], io)).toBe(1);
    expect(io.err()).toContain('dtc-explicit-phandles');
  });

  it.each([[['dtb', 'b/board.dts']], [['dtb', '-o', 'x']], [['dtb', 'none.dts', '-o', 'x']], [['dts']], [['dts', 'none.dtb']]])('takes %j for a usage error', async (args) => {
    const io = testIo(FILES);
    expect(await run(args, io)).toBe(2);
  });
});

describe('vsmmu dts', () => {
  it('prints a blob as source', async () => {
    const io = testIo(FILES);
    await run(['dtb', 'b/board.dts', '-o', 'out.dtb', '-I', '/inc', '-D', 'Y'], io);
    expect(await run(['dts', 'out.dtb'], io)).toBe(0);
    expect(io.out()).toBe('/dts-v1/;\n\n/ {\n\tp = <0x07 0x01>;\n\n\tn {\n\t};\n};\n');
  });

  it('prints what is left of a damaged blob, and says where it is damaged', async () => {
    const io = testIo(FILES);
    await run(['dtb', 'b/board.dts', '-o', 'out.dtb', '-I', '/inc', '-D', 'Y'], io);
    const whole = io.files.readBytes('/project/out.dtb') ?? new Uint8Array(0);
    io.files.write('/project/cut.dtb', whole.slice(0, 90));
    expect(await run(['dts', 'cut.dtb', '-o', 'cut.dts'], io)).toBe(1);
    expect(io.err()).toMatch(/cut\.dtb: at 0x[0-9a-f]+: .*\[dtb-header\]/);
    expect(io.files.readText('/project/cut.dts')).toContain('/ {');
  });
});
