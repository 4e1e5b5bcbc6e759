import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lexRaw } from '../../../../server/features/raw/lexer.ts';
import { Raw } from '../../../../server/features/raw/tokens.ts';

const NAMES: Record<number, string> = {
  [Raw.Comment]: 'comment', [Raw.Directive]: 'directive', [Raw.Keyword]: 'keyword', [Raw.String]: 'string', [Raw.Char]: 'char',
  [Raw.Reference]: 'reference', [Raw.Label]: 'label', [Raw.Name]: 'name', [Raw.Number]: 'number', [Raw.Word]: 'word',
  [Raw.Punct]: '', [Raw.Bytes]: 'bytes', [Raw.Junk]: 'junk',
};

function lex(text: string): string {
  const tokens = lexRaw(text);
  return Array.from({ length: tokens.length }, (_, at) => {
    const kind = NAMES[tokens.kind(at) ?? Raw.Junk] ?? '';
    return kind === '' ? tokens.textOf(at) : `${kind}:${tokens.textOf(at)}`;
  }).join(' ');
}

describe('raw lexer', () => {
  it.each([
    ['a-b,c@1f { #size-cells = <2>; };', 'name:a-b,c@1f { name:#size-cells = < number:2 > ; } ;'],
    ['l1: l2: n { };', 'label:l1 : label:l2 : name:n { } ;'],
    ['x = <&a (A << 2) B>, "s", [00 ff];', 'name:x = < reference:&a ( word:A << number:2 ) word:B > , string:"s" , [ bytes:00 ff ] ;'],
    ['x = &{/soc/a@0};', 'name:x = reference:&{/soc/a@0} ;'],
    ['/delete-node/ &a;', 'keyword:/delete-node/ reference:&a ;'],
    ['/ { };', 'name:/ { } ;'],
    ['#include <a.h> // c\n#define X \\\n 1\nb;', 'directive:#include <a.h> // c directive:#define X \\\n 1 name:b ;'],
    ['#define X /* over\nlines */ 1\nb;', 'directive:#define X /* over\nlines */ 1 name:b ;'],
    ['#address-cells = <1>;', 'name:#address-cells = < number:1 > ;'],
    ['a = "x\n;', 'name:a = string:"x ;'],
    ['a = <0x1 0y>;', 'name:a = < number:0x1 number:0 word:y > ;'],
    ["a = <'c'>;", "name:a = < char:'c' > ;"],
    ['a = <1 /* c */ 2>; // end', 'name:a = < number:1 comment:/* c */ number:2 > ; comment:// end'],
    ['M(1, <2>) b;', 'name:M ( number:1 , < number:2 > ) name:b ;'],
    ['/* open', 'comment:/* open'],
    ['a = ;\0', 'name:a = ; junk:\0'],
  ])('%j', (text, expected) => {
    expect(lex(text)).toBe(expected);
  });

  it('covers every character that is no blank, in order, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'/*"\'#<>()[]{};:=&,a0\\ \n\r\t-@'), maxLength: 80 }), (text) => {
      const tokens = lexRaw(text);
      let end = 0;
      for (let at = 0; at < tokens.length; at += 1) {
        expect(text.slice(end, tokens.start(at)).trim()).toBe('');
        expect(tokens.end(at)).toBeGreaterThan(tokens.start(at));
        end = tokens.end(at);
      }
      expect(text.slice(end).trim()).toBe('');
    }), { numRuns: 2000 });
  });

  it.each([
    ['an unterminated string of 2 MB', `a = "${'x'.repeat(2_000_000)}`],
    ['100,000 open nodes', 'a {'.repeat(100_000)],
    ['100,000 open parentheses', `a = <${'('.repeat(100_000)}`],
    ['one line of a million cells', `a = <${'1 '.repeat(1_000_000)}>;`],
    ['100,000 directives', '#define A /\n'.repeat(100_000)],
    ['a name of a million letters', 'a'.repeat(1_000_000)],
  ])('reads %s in a moment', (_, text) => {
    const start = performance.now();
    lexRaw(text);
    expect(performance.now() - start).toBeLessThan(1500);
  });

  it('finds the token that a cursor touches', () => {
    const tokens = lexRaw('a = <&b>;');
    expect(tokens.textOf(tokens.touching(5))).toBe('&b');
    expect(tokens.textOf(tokens.touching(7))).toBe('&b');
    expect(tokens.textOf(tokens.touching(1))).toBe('a');
    expect(tokens.touching(2)).toBe(2 - 1);
  });
});
