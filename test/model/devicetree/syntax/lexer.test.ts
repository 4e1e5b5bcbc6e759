import { describe, expect, it } from 'vitest';
import { Lexer } from '../../../../model/devicetree/syntax/lexer.ts';
import { decodeLiteral, utf8 } from '../../../../model/devicetree/syntax/strings.ts';
import { Mode, Token } from '../../../../model/devicetree/syntax/token.ts';

const NAMES: Partial<Record<Token, string>> = {
  [Token.Name]: 'name', [Token.Identifier]: 'identifier', [Token.Number]: 'number', [Token.Character]: 'character', [Token.String]: 'string',
  [Token.OpenString]: 'open string', [Token.Label]: 'label', [Token.LabelReference]: 'reference', [Token.PathReference]: 'path',
  [Token.OpenReference]: 'open path', [Token.Byte]: 'byte', [Token.Unknown]: 'unknown',
};

function tokens(text: string, mode: Mode): string[] {
  const lexer = new Lexer(text, 128);
  lexer.restart(0, mode);
  const found: string[] = [];
  for (; lexer.kind !== Token.End; lexer.advance()) {
    const name = NAMES[lexer.kind];
    found.push(name === undefined ? lexer.slice() : `${name}:${lexer.slice()}`);
  }
  return found;
}

const CASES: { why: string; mode: Mode; text: string; tokens: string[] }[] = [
  { why: 'names may hold what expressions would split', mode: Mode.Names, text: '#a,b-c@1.2+_?*', tokens: ['name:#a,b-c@1.2+_?*'] },
  { why: 'a name ends the mode for names', mode: Mode.Names, text: 'a-b c-d', tokens: ['name:a-b', 'identifier:c', '-', 'identifier:d'] },
  { why: 'a label wins over a name of the same letters', mode: Mode.Names, text: 'l1: a1:b', tokens: ['label:l1:', 'label:a1:', 'name:b'] },
  { why: 'what is no label is a name before a colon', mode: Mode.Names, text: 'a-b:', tokens: ['name:a-b', ':'] },
  { why: 'a name may begin with a digit, a label may not', mode: Mode.Names, text: '1a:', tokens: ['name:1a', ':'] },
  { why: 'a backslash may stand before a name', mode: Mode.Names, text: '\\name', tokens: ['name:\\name'] },
  { why: 'keywords lead to names or values', mode: Mode.Names, text: '/delete-property/ a-b; /memreserve/ 1', tokens: ['/delete-property/', 'name:a-b', ';', '/memreserve/', 'number:1'] },
  { why: 'names of keywords without slashes are names', mode: Mode.Names, text: 'delete-node', tokens: ['name:delete-node'] },
  { why: 'suffixes belong to numbers', mode: Mode.Values, text: '1U 2UL 3ULL 4L 5LL 6u 0x7ULL', tokens: ['number:1U', 'number:2UL', 'number:3ULL', 'number:4L', 'number:5LL', 'number:6', 'identifier:u', 'number:0x7ULL'] },
  { why: 'operators are as long as they can be', mode: Mode.Values, text: '<<=>>=<<!==!&&&|||', tokens: ['<<', '=', '>>', '=', '<<', '!=', '=', '!', '&&', '&', '||', '|'] },
  { why: 'an ampersand before a name is a reference', mode: Mode.Values, text: '&a & a &{/a@1} &{/a b &{', tokens: ['reference:&a', '&', 'identifier:a', 'path:&{/a@1}', 'open path:&{/a', 'identifier:b', 'open path:&{'] },
  { why: 'bytes are pairs of digits', mode: Mode.Bytes, text: '0aB1 c d: ef]', tokens: ['byte:0a', 'byte:B1', 'unknown:c', 'label:d:', 'byte:ef', ']'] },
  { why: 'comments are blanks', mode: Mode.Values, text: '1/**/2// 3\n4/* 5 */ // 6', tokens: ['number:1', 'number:2', 'number:4'] },
  { why: 'linemarkers are blanks at the start of a line only', mode: Mode.Names, text: '# 1 "a.dts"\n#line 7 "b" 1 2\na', tokens: ['name:a'] },
  { why: 'strings may run over lines', mode: Mode.Values, text: '"a\nb" ;', tokens: ['string:"a\nb"', ';'] },
  { why: 'a string that nothing of its kind follows ends with its line', mode: Mode.Values, text: '"a\n= "b";', tokens: ['open string:"a', '=', 'string:"b"', ';'] },
  { why: 'quotes may be escaped', mode: Mode.Values, text: '"a\\"b" \'\\\'\'', tokens: ['string:"a\\"b"', "character:'\\''"] },
  { why: 'a character literal may run on after an escaped quote, as in dtc', mode: Mode.Values, text: "'\\\\', 'x'", tokens: ["character:'\\\\', '", 'identifier:x', 'unknown:\''] },
  { why: 'blanks are those of C', mode: Mode.Values, text: '1\v\f\r\n\t2', tokens: ['number:1', 'number:2'] },
];

describe('lexer', () => {
  it.each(CASES)('$why', ({ mode, text, tokens: expected }) => {
    expect(tokens(text, mode)).toEqual(expected);
  });

  it.each([
    ['0x1fffffffffffff', 0x1fffffffffffff, undefined], ['9007199254740993', 9007199254740992, 9007199254740993n], ['0777', 511, undefined],
    ['0xffffffffffffffff', 2 ** 64, 0xffffffffffffffffn], ['01777777777777777777777', 2 ** 64, 0xffffffffffffffffn], ['00', 0, undefined],
  ])('reads %s exactly', (text, value, big) => {
    const lexer = new Lexer(text, 128);
    lexer.restart(0, Mode.Values);
    expect([lexer.value, lexer.big, lexer.fault]).toEqual([value, big, undefined]);
  });

  it.each([['08', 'octal'], ['0x10000000000000000', 'range'], ['1'.repeat(129), 'digits']])('finds fault with %s', (text, fault) => {
    const lexer = new Lexer(text, 128);
    lexer.restart(0, Mode.Values);
    expect(lexer.fault).toBe(fault);
  });
});

describe('literals', () => {
  it.each([
    ['a\\n\\t\\\\', 'a\n\t\\'], ['\\x41\\x4g', 'A\x04g'], ['\\101\\0\\1234', 'A\0S4'], ['\\777', '\xff'], ['\\q\\"', 'q"'], ['\u00e9', '\xc3\xa9'],
    ['\\\u00e9', '\xc3\xa9'], ['\u{1f600}', '\xf0\x9f\x98\x80'], ['\ud800', '\xef\xbf\xbd'],
  ])('decodes %j', (inside, value) => {
    expect(decodeLiteral(inside)).toEqual({ value, badEscape: undefined });
  });

  it('points at an escape without digits', () => {
    expect(decodeLiteral('ab\\xg').badEscape).toBe(2);
  });

  it('encodes all of Unicode as UTF-8', () => {
    const text = 'a\u00e9\u4e2d\u{1f600}';
    expect(utf8(text)).toBe(Buffer.from(text).toString('latin1'));
  });
});
