import { describe, expect, it } from 'vitest';
import type { DtProperty } from '../../../../model/devicetree/tree/tree.ts';
import { byteLength, bytes, cells, isBoolean, nodePath, stringList, strings } from '../../../../model/devicetree/tree/values.ts';
import { compiled, treeOf } from './dts.ts';

function property(value: string): { p: DtProperty; text: string } {
  const { tree, text, problems } = treeOf(`/ { p${value}; l: n@1 { m { }; }; };`);
  expect(problems.filter((x) => x.level === 'error')).toEqual([]);
  const p = tree.root.properties.get('p');
  if (p === undefined) throw new Error('no property');
  return { p, text };
}

const CASES: { value: string; data: string; cells: number[]; strings: string[] | undefined }[] = [
  { value: '', data: '', cells: [], strings: [] },
  { value: ' = <1 0xffffffff>', data: '00000001ffffffff', cells: [1, 0xffffffff], strings: undefined },
  { value: ' = <1>, <2 3>', data: '000000010000000200000003', cells: [1, 2, 3], strings: undefined },
  { value: ' = /bits/ 64 <0x123456789abcdef0>', data: '123456789abcdef0', cells: [0x12345678, 0x9abcdef0], strings: undefined },
  { value: ' = /bits/ 16 <1 2 3>', data: '000100020003', cells: [0x10002], strings: undefined },
  { value: ' = /bits/ 8 <1 2>, /bits/ 16 <3>, [04]', data: '0102000304', cells: [0x1020003], strings: undefined },
  { value: ' = "ab"', data: '616200', cells: [], strings: ['ab'] },
  { value: ' = "a", "b\\0c"', data: '6100620063' + '00', cells: [0x61006200], strings: ['a', 'b', 'c'] },
  { value: ' = [61 62 00]', data: '616200', cells: [], strings: ['ab'] },
  { value: ' = <0x61620000>', data: '61620000', cells: [0x61620000], strings: ['ab', ''] },
  { value: ' = &l', data: '2f6e403100', cells: [0x2f6e4031], strings: ['/n@1'] },
  { value: ' = <&l 5>', data: '0000000000000005', cells: [0, 5], strings: undefined },
  { value: ' = "x", <&l>', data: '780000000000', cells: [0x78000000], strings: ['x', '', '', '', ''] },
];

describe('values', () => {
  it.each(CASES)('p$value', ({ value, data, cells: expected, strings: list }) => {
    const { p } = property(value);
    expect(Buffer.from(bytes(p).data).toString('hex')).toBe(data);
    expect(byteLength(p)).toBe(data.length / 2);
    expect(cells(p).map((c) => c.value)).toEqual(expected);
    expect(strings(p)).toEqual(list);
    expect(isBoolean(p)).toBe(value === '');
  });

  it('leads from cells to their targets and their syntax', () => {
    const { p, text } = property(' = <&l 5>, /bits/ 64 <7>');
    expect(cells(p).map((c) => [c.target?.name, text.slice(c.span.start, c.span.end)])).toEqual([['n@1', '&l'], [undefined, '5'], [undefined, '7'], [undefined, '7']]);
  });

  it('leads from strings to their syntax', () => {
    const { p, text } = property(' = "a", &l');
    expect(stringList(p)?.map((s) => text.slice(s.span.start, s.span.end))).toEqual(['"a"', '&l']);
  });

  it('writes a reference out of an overlay as dtc does', () => {
    const { tree } = compiled('/dts-v1/; /plugin/; / { p = <&elsewhere>; };');
    const [cell] = cells(tree.root.properties.get('p')!);
    expect(cell).toMatchObject({ value: 0xffffffff, target: undefined, reference: { label: 'elsewhere' } });
  });

  it('knows paths', () => {
    const { tree } = treeOf('/ { a { b@1 { }; }; };');
    expect([tree.root, tree.byPath('/a/b')].map((n) => n && nodePath(n))).toEqual(['/', '/a/b@1']);
  });
});

describe('tree', () => {
  it('finds nodes by explicit phandles', () => {
    const { tree } = treeOf('/ { a { phandle = <7>; }; b { linux,phandle = <8>; }; l: c { phandle = <&l>; }; };');
    expect([7, 8, 0].map((n) => tree.byPhandle(n)?.name)).toEqual(['a', 'b', undefined]);
  });

  it('takes a name without a unit address only where it is the only one', () => {
    const { tree } = treeOf('/ { a@1 { }; b@1 { }; b@2 { }; b { }; c@1 { }; c@2 { }; };');
    expect(['/a', '/b', '/c', '/a@1', '/d'].map((path) => tree.byPath(path)?.name)).toEqual(['a@1', 'b', undefined, 'a@1', undefined]);
  });

  it('guesses the boot CPU as dtc does', () => {
    const cpu = (body: string): number => treeOf(`/ { cpus { ${body} }; };`).tree.bootCpu;
    expect([cpu('cpu@3 { reg = <3>; };'), cpu('cpu@0 { reg = <0 3>; };'), cpu('')]).toEqual([3, 0, 0]);
  });
});
