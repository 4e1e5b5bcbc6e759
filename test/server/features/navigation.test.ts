import { describe, expect, it } from 'vitest';
import { highlights } from '../../../server/features/highlight.ts';
import { boardUses, definitions, phandleTarget, targetAt } from '../../../server/features/navigation.ts';
import { occurrences } from '../../../server/features/occurrences.ts';
import { RawDocument } from '../../../server/features/raw/document.ts';
import { renameEdits } from '../../../server/features/rename.ts';
import { applyEdits } from '../../../server/features/formatting.ts';
import { fixture, placeOf } from '../check.ts';
import { BOARD, boardWith } from '../boards.ts';

function definitionsAt(text: string): string[] {
  const { board, document, offset, files } = fixture(text);
  const target = targetAt(board, document, offset);
  const ranges = target === undefined ? phandleTarget(board, document, offset) : definitions(board, target, document.path);
  return ranges.map((range) => placeOf(files, range));
}

function usesAt(text: string): string[] {
  const { board, document, offset, files } = fixture(text);
  const target = targetAt(board, document, offset);
  if (target === undefined) return [];
  if (target.kind !== 'label' && target.kind !== 'macro') return boardUses(board, target).map((range) => placeOf(files, range));
  return Object.entries(files).flatMap(([file, content]) => occurrences(new RawDocument(file, content), target)
    .map(({ start, end, definition }) => placeOf(files, { file, start, end }) + (definition ? '!' : '')));
}

function rename(text: string, name: string): Record<string, string> | string {
  const { board, document, offset, files } = fixture(text);
  const target = targetAt(board, document, offset);
  if (target === undefined) return 'no target';
  const all = Object.entries(files).map(([file, content]) => new RawDocument(file, content));
  const result = renameEdits(board, target, name, all);
  if ('refusal' in result) return result.refusal;
  return Object.fromEntries(Object.entries(files).map(([file, content]) => {
    const edits = result.edits.filter((edit) => edit.range.file === file).map(({ range, text: to }) => ({ start: range.start, end: range.end, text: to }));
    return [file, applyEdits(content, edits.sort((a, b) => a.start - b.start))];
  }));
}

describe('definition', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['a reference', '<&smmu SID_UART>', '<&sm$0mu SID_UART>', ['/soc.dtsi:21 smmu']],
    ['a node reference', '&uart {', '&ua$0rt {', ['/soc.dtsi:27 uart']],
    ['a macro', '<&smmu SID_UART>', '<&smmu SID$0_UART>', ['/include/sid.h:2 SID_UART']],
    ['a macro in a macro', '(SID_BASE)', '(SID$0_BASE)', ['/include/sid.h:1 SID_BASE']],
    ['an include', '"soc.dtsi"', '"soc$0.dtsi"', ['/soc.dtsi:1']],
    ['an include in angle brackets', '<sid.h>', '<sid$0.h>', ['/include/sid.h:1']],
    ['a node name', 'uart: serial@9000000 {', 'uart: seri$0al@9000000 {', ['/soc.dtsi:27 serial@9000000', '/board.dts:8 &uart']],
    ['a property', 'status = "okay"', 'st$0atus = "okay"', ['/board.dts:9 status', '/soc.dtsi:34 status']],
    ['white space', 'model = "Test"', 'model $0 = "Test"', []],
  ])('of %s', (_, before, after, expected) => {
    expect(definitionsAt(boardWith(before, after))).toEqual(expected);
  });

  it('of a macro as it is where the cursor is', () => {
    expect(definitionsAt('/dts-v1/;\n#define A 1\n/ { a = <$0A>; };\n#undef A\n#define A 2\n/ { b = <A>; };')).toEqual(['/board.dts:2 A']);
    expect(definitionsAt('/dts-v1/;\n#if 0\n#define A 1\n#else\n#define A 2\n#endif\n/ { b = <$0A>; };')).toEqual(['/board.dts:5 A']);
  });

  it('of a literal phandle', () => {
    expect(definitionsAt('/dts-v1/;\n/ { a { phandle = <7>; }; b { interrupt-parent = <$07>; }; };')).toEqual(['/board.dts:2 a']);
  });

  it('of a path reference', () => {
    expect(definitionsAt('/dts-v1/;\n/ { a { b@1 { }; }; c = &{/a/b$0@1}; };')).toEqual(['/board.dts:2 b@1']);
  });
});

describe('references', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['a label', 'clocks = <&clk CLK_UART>', 'clocks = <&cl$0k CLK_UART>', ['/soc.dtsi:15 clk!', '/soc.dtsi:32 clk', '/soc.dtsi:40 clk']],
    ['a macro', '#define CLK_DMA 4', '#define CLK$0_DMA 4', ['/soc.dtsi:40 CLK_DMA', '/include/sid.h:5 CLK_DMA!']],
    ['a node', 'crypto: crypto@9020000', 'crypto: cry$0pto@9020000', ['/soc.dtsi:44 crypto@9020000']],
  ])('of %s', (_, before, after, expected) => {
    expect(usesAt(boardWith(before, after))).toEqual(expected);
  });

  it('of a label in branches that are not compiled and in macros', () => {
    expect(usesAt('/dts-v1/;\n#define M(x) <&lab$0el x>, &other\n#if 0\n&label { };\n#endif\n/ { label: n { s = "&label"; /* &label */ }; };')).toEqual([
      '/board.dts:2 label', '/board.dts:4 label', '/board.dts:6 label!',
    ]);
  });
});

describe('document highlight', () => {
  it('marks uses in this file and says which define', () => {
    const { board, document, offset } = fixture(boardWith('clocks = <&clk CLK_UART>', 'clocks = <&cl$0k CLK_UART>'));
    expect(highlights(board, document, offset).map(({ start, end, write }) => document.text.slice(start, end) + (write ? '!' : ''))).toEqual(['clk!', 'clk', 'clk']);
  });
});

describe('rename', () => {
  it('of a label changes all files and nothing else', () => {
    const renamed = rename(boardWith('&uart {', '&ua$0rt {'), 'console0');
    expect(renamed).toEqual({
      '/board.dts': filesWith('/board.dts', '&uart', '&console0'),
      '/soc.dtsi': filesWith('/soc.dtsi', 'uart:', 'console0:'),
      '/include/sid.h': filesWith('/include/sid.h', '', ''),
    });
  });

  it('of a macro', () => {
    const renamed = rename(boardWith('(SID_BASE)', '(SID_$0BASE)'), 'SID_FIRST') as Record<string, string>;
    expect(renamed['/include/sid.h']).toContain('#define SID_FIRST 0x100\n#define SID_UART 0x101\n#define SID_DMA (SID_FIRST)');
  });

  it('of a node changes statements, paths and aliases', () => {
    const text = '/dts-v1/;\n/ { aliases { s = "/soc/u@1"; t = "/soc/u@10"; }; soc { u$0@1 { }; u@10 { }; }; x = &{/soc/u@1}; };\n/ { soc { u@1 { y; }; }; };';
    expect(rename(text, 'uart@1')).toEqual({
      '/board.dts': '/dts-v1/;\n/ { aliases { s = "/soc/uart@1"; t = "/soc/u@10"; }; soc { uart@1 { }; u@10 { }; }; x = &{/soc/uart@1}; };\n/ { soc { uart@1 { y; }; }; };',
    });
  });

  it.each<[string, string, string, string, RegExp]>([
    ['a label that exists', '&uart {', '&ua$0rt {', 'smmu', /exists already/],
    ['what is no label', '&uart {', '&ua$0rt {', '9a', /is not a label name/],
    ['the root', '/ {\n\tmodel', '$0/ {\n\tmodel', 'x', /root/],
    ['a property', 'model = "Test"', 'mo$0del = "Test"', 'x', /Only labels/],
    ['a node to a name beside it', 'crypto: crypto@9020000', 'crypto: cry$0pto@9020000', 'dma@9010000', /beside it already/],
  ])('refuses %s', (...row) => {
    const [, before, after, name, reason] = row;
    expect(rename(boardWith(before, after), name)).toMatch(reason);
  });

  it('refuses a label that a macro puts together', () => {
    expect(rename('/dts-v1/;\n#define NODE(n) dev_##n: dev##n { }\n/ { NODE(1); x = <&dev$0_1>; };', 'other')).toMatch(/puts the name/);
  });
});

function filesWith(file: string, before: string, after: string): string | undefined {
  return fixture(BOARD).files[file]?.replace(before, after);
}
