import { describe, expect, it } from 'vitest';
import { found, shape, treeOf } from '../tree/dts.ts';

/** Half-typed sources: what is left of the tree, and where the user is sent. */
const CASES: { why: string; text: string; shape: string; problems: string[] }[] = [
  { why: 'a missing semicolon', text: '/ {\n a = <1>\n b;\n};', shape: '/{a;b;}', problems: ['dts-syntax: >'] },
  { why: 'a missing semicolon after a name', text: '/ {\n sta\n n { a; };\n};', shape: '/{sta;n{a;};}', problems: ['dts-syntax: a'] },
  { why: 'a missing semicolon after a node', text: '/ {\n n {\n a;\n }\n m { };\n};', shape: '/{n{a;};m{};}', problems: ['dts-syntax: }'] },
  { why: 'a missing angle bracket', text: '/ {\n a = <1\n b = <2>;\n};', shape: '/{a;b;}', problems: ['dts-syntax: 1'] },
  { why: 'a missing quote', text: '/ {\n a = "x\n b = "y";\n c;\n};', shape: '/{a;b;c;}', problems: ['dts-string: "x'] },
  { why: 'a missing value', text: '/ {\n a = \n b = "y";\n};', shape: '/{a;b;}', problems: ['dts-syntax: ='] },
  { why: 'a missing value before the end of a node', text: '/ {\n\tn {\n\t\ta = \n\t};\n\tm { };\n};', shape: '/{n{a;};m{};}', problems: ['dts-syntax: ='] },
  { why: 'a missing label', text: '/ {\n a = <&>;\n c;\n};', shape: '/{a;c;}', problems: ['dts-syntax: >'] },
  { why: 'a missing label at the end of a line', text: '/ {\n a = <&\n c;\n};', shape: '/{a;c;}', problems: ['dts-syntax: &'] },
  { why: 'a path without its end', text: '/ {\n a = <&{/>;\n c;\n};', shape: '/{a;c;}', problems: ['dts-syntax: &{/'] },
  { why: 'commas between cells', text: '/ {\n a = <1 2, 3>;\n b;};', shape: '/{a;b;}', problems: ['dts-syntax: ,'] },
  { why: 'a comma too many', text: '/ {\n a = <1>, ;\n b;};', shape: '/{a;b;}', problems: ['dts-syntax: ;'] },
  { why: 'a missing comma', text: '/ {\n a = <1> "x";\n b;};', shape: '/{a;b;}', problems: ['dts-syntax: >'] },
  { why: 'half a byte', text: '/ {\n a = [00 1];\n b;};', shape: '/{a;b;}', problems: ['dts-syntax: 1'] },
  { why: 'bytes without an end', text: '/ {\n a = [00 11;\n b;};', shape: '/{a;b;}', problems: ['dts-syntax: 1'] },
  { why: 'half an expression', text: '/ {\n a = <(1 + >;\n b;};', shape: '/{a;b;}', problems: ['dts-syntax: >'] },
  { why: 'an apostrophe', text: "/ {\n\tn {\n\t\ta = <'\n\t};\n\tm {\n\t\tb = <'x'>;\n\t};\n};", shape: '/{n{a;};m{b;};}', problems: ["dts-syntax: '"] },
  { why: 'macros that are not defined', text: '/ { a = <FOO BAR(1, (2)) 3>; b; };', shape: '/{a;b;}', problems: ['dts-undefined-name: FOO', 'dts-undefined-name: BAR'] },
  { why: 'half a keyword', text: '/ {\n /del\n b;};', shape: '/{b;}', problems: ['dts-syntax: /'] },
  { why: 'a stray character', text: '/ { a; \u00e9 b; };', shape: '/{a;b;}', problems: ['dts-syntax: \u00e9'] },
  { why: 'half a reference', text: '/ { a; };\n&\n/ { b; };', shape: '/{a;b;}', problems: ['dts-syntax: &'] },
  { why: 'a reference without a body', text: '/ { l: n { }; };\n&l\n/ { b; };', shape: '/{b;n{};}', problems: ['dts-syntax: l'] },
  { why: 'a word between statements', text: '/ { a; };\nfoo\n/ { b; };', shape: '/{a;b;}', problems: ['dts-syntax: foo'] },
  { why: 'a brace too many', text: '/ {\n n {\n a;\n };\n }; m { };\n};', shape: '/{n{a;};m{};}', problems: ['dts-syntax: m'] },
  { why: 'a node that is not closed', text: '/ {\n\tn {\n\t\ta;\n\n\tm {\n\t\tb;\n\t};\n\n\tk {\n\t\tc;\n\t};\n};', shape: '/{n{a;};m{b;};k{c;};}', problems: ['dts-syntax: ;'] },
  { why: 'a root that is not closed', text: '/ {\n\tl: n { };\n\n&l {\n\tx;\n};', shape: '/{n{x;};}', problems: ['dts-syntax: ;'] },
];

describe('recovery from', () => {
  it.each(CASES)('$why', ({ text, shape: expected, problems }) => {
    const result = treeOf(text);
    expect(shape(result.tree.root)).toBe(expected);
    expect(found(result).filter((p) => !p.startsWith('dts-property-after-node'))).toEqual(problems);
  });

  it('offers to add what is missing, where it is missing', () => {
    const { text, problems } = treeOf('/ {\n\ta = <1>  \n\tb;\n};');
    const fix = problems[0]?.fixes?.[0];
    expect(text.slice(0, fix?.start) + fix?.text + text.slice(fix?.end)).toContain('a = <1>;  \n\tb;');
  });
});
