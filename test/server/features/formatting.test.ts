import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, formatEdits, formatOnType } from '../../../server/features/formatting.ts';
import { lexRaw } from '../../../server/features/raw/lexer.ts';
import { compile } from '../../../model/devicetree/compile.ts';
import { toBlob } from '../../../model/devicetree/blob/write.ts';
import { BOARD } from '../boards.ts';
import { cursor, filesOf, raw } from '../check.ts';

function format(text: string): string {
  return applyEdits(text, formatEdits(raw(text)));
}

function tokensOf(text: string): string[] {
  const tokens = lexRaw(text);
  return Array.from({ length: tokens.length }, (_, at) => `${tokens.kind(at)} ${tokens.textOf(at)}`);
}

/** No white space that is not needed outside directives. */
function squeeze(text: string): string {
  return text.replaceAll(/^(?!#(?:include|define)).*\n/gm, (line) => `${line.trim()} `).replaceAll(/ ?([={};,]) ?/g, '$1').replaceAll(/(#(?:include|define).*)/g, '\n$1');
}

/** Each blank is a line break. */
function spread(text: string): string {
  return text.replaceAll(/^(?!#(?:include|define)).*\n/gm, (line) => line.replaceAll(/[ \t]+/g, '\n  '));
}

function blobOf(files: Record<string, string>): Uint8Array {
  const host = { readText: (path: string) => files[path], readBytes: () => undefined };
  return toBlob(compile('/board.dts', host, { includeRoots: ['/include'] }).tree);
}

const CASES: readonly [string, string, string][] = [
  ['indents with tabs', '/ {\n  a = <1>;\n    b {\n c;\n};\n};\n', '/ {\n\ta = <1>;\n\n\tb {\n\t\tc;\n\t};\n};\n'],
  ['puts each statement on its own line', '/ { a; b = "x"; };\n', '/ {\n\ta;\n\tb = "x";\n};\n'],
  ['keeps an empty node on one line', '&a { };\n', '&a { };\n'],
  ['puts spaces around = and after commas', '/ {\n\ta=<1>,<2>;\n\tb="x","y";\n};\n', '/ {\n\ta = <1>, <2>;\n\tb = "x", "y";\n};\n'],
  ['takes blanks out of brackets', '/ {\n\ta = < 1  2 >;\n\tb = [ 00 11 ];\n};\n', '/ {\n\ta = <1  2>;\n\tb = [00 11];\n};\n'],
  ['aligns continued entries under the first', '/ {\n\treg = <0x0 0x1>,\n\t\t<0x2 0x3>;\n};\n', '/ {\n\treg = <0x0 0x1>,\n\t      <0x2 0x3>;\n};\n'],
  ['aligns continued cells under the first', '/ {\n\treg = <0x0\n0x1>;\n};\n', '/ {\n\treg = <0x0\n\t       0x1>;\n};\n'],
  ['indents a value that starts on the next line', '/ {\n\ta =\n<1>,\n<2>;\n};\n', '/ {\n\ta =\n\t\t<1>,\n\t\t<2>;\n};\n'],
  ['keeps columns that tabs line up in cells', '/ {\n\ta = <PIN\t\t0x1>;\n};\n', '/ {\n\ta = <PIN\t\t0x1>;\n};\n'],
  ['separates nodes by a blank line, with their comments', '/ {\n\ta;\n\t/* the bus */\n\tb {\n\t};\n\tc {\n\t};\n};\n', '/ {\n\ta;\n\n\t/* the bus */\n\tb {\n\t};\n\n\tc {\n\t};\n};\n'],
  ['keeps one blank line of many, none at the ends of a node', '/ {\n\n\ta;\n\n\n\n\tb;\n\n};\n', '/ {\n\ta;\n\n\tb;\n};\n'],
  ['leaves directives at the margin and takes both branches', '/ {\n#ifdef X\na {\n#else\nb {\n#endif\nc;\n};\n};\n', '/ {\n#ifdef X\n\ta {\n#else\n\tb {\n#endif\n\t\tc;\n\t};\n};\n'],
  ['keeps trailing comments where they are', '/ {\n\ta;\t\t/* why */\n\tb; // so\n};\n', '/ {\n\ta;\t\t/* why */\n\tb; // so\n};\n'],
  ['leaves parentheses alone', '/ {\n\ta = <(1  +2)  FOO( 1,2 )>;\n};\n', '/ {\n\ta = <(1  +2)  FOO( 1,2 )>;\n};\n'],
  ['puts labels before names', '/ {\na:   b:\n c {\n};\n};\n', '/ {\n\ta: b: c {\n\t};\n};\n'],
  ['does not take names apart', '/ {\n\tM(x)@0 { };\n\n\tnode@FOO { };\n};\n', '/ {\n\tM(x)@0 { };\n\n\tnode@FOO { };\n};\n'],
  ['keeps CRLF', '/ {\r\n  a;\r\n};\r\n', '/ {\r\n\ta;\r\n};\r\n'],
  ['ends with a newline', '/ {\n};', '/ {\n};\n'],
  ['leaves a file with an open string alone', '/ {\n  a = "x;\n};\n', '/ {\n  a = "x;\n};\n'],
];

describe('formatting', () => {
  it.each(CASES)('%s', (_, before, after) => {
    expect(format(before)).toBe(after);
    expect(format(after)).toBe(after);
  });

  it('formats only the range asked for', () => {
    const text = '/ {\n  a;\n  b;\n};\n';
    const start = text.indexOf('  b');
    expect(applyEdits(text, formatEdits(raw(text), start, start + 3))).toBe('/ {\n  a;\n\tb;\n};\n');
  });

  it.each([
    [';', '/ {\n  a=<1>;$0\n  b=<1>;\n};\n', '/ {\n\ta = <1>;\n  b=<1>;\n};\n'],
    ['}', '/ {\n  a {\n b;\n }$0\n};\n', '/ {\n  a {\n\t\tb;\n\t}\n};\n'],
    ['\n', '/ {\n\ta {\n$0\n\t};\n};\n', '/ {\n\ta {\n\t\t\n\t};\n};\n'],
    ['\n', '/ {\n\ta = <1>,\n$0\n\tb;\n};\n', '/ {\n\ta = <1>,\n\n\tb;\n};\n'],
    ['\n', '/ {\n\ta;\n$0b;\n};\n', '/ {\n\ta;\n\tb;\n};\n'],
  ])('formats after typing %j', (character, fixture, after) => {
    const { text, offset } = cursor(fixture);
    expect(applyEdits(text, formatOnType(raw(text), offset, character))).toBe(after);
  });

  it('keeps the tokens of any text, and changes nothing the second time', () => {
    const piece = fc.constantFrom('/ {', 'a', 'lab:', '=', '<', '>', '0x1', '&ref', ';', '};', '}', '{', '"s"', ',', '(', ')', '+', '\n', ' ', '\t',
      '/* c\n c */', '// c\n', '\n#ifdef X\n', '\n#else\n', '\n#endif\n', '[00 11]', 'M(1, 2)', '/delete-node/', '/bits/ 8', '\\', "'c'", '/include/ "f"');
    fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      const once = format(text);
      expect(tokensOf(once)).toEqual(tokensOf(text));
      expect(format(once)).toBe(once);
    }), { numRuns: 2000 });
  });

  it.each([['plain', (text: string) => text], ['squeezed', squeeze], ['spread', spread]])('compiles to the same blob: %s', (_, change) => {
    const files = Object.fromEntries(Object.entries(filesOf(BOARD)).map(([path, text]) => [path, change(text)]));
    const formatted = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, format(text)]));
    expect(blobOf(formatted)).toEqual(blobOf(files));
    expect(formatted['/soc.dtsi']).toMatch(/\n\t\tiommus =\s+<&smmu\s+SID_UART>;\n/);
  });

  const kernel = process.env['VSMMU_KERNEL'];
  it.skipIf(kernel === undefined)('keeps the tokens of kernel sources (set VSMMU_KERNEL)', () => {
    const folder = join(kernel ?? '', 'arch/arm64/boot/dts/qcom');
    for (const name of readdirSync(folder).filter((file) => /\.dtsi?$/.test(file)).slice(0, 120)) {
      const text = readFileSync(join(folder, name), 'utf8');
      const once = format(text);
      expect(tokensOf(once), name).toEqual(tokensOf(text));
      expect(format(once) === once, name).toBe(true);
    }
  });
});
