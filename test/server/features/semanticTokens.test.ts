import { describe, expect, it } from 'vitest';
import { encodeTokens, semanticTokens, TOKEN_TYPES } from '../../../server/features/semanticTokens.ts';
import { raw } from '../check.ts';

function coloured(text: string): string {
  return semanticTokens(raw(text), (name) => name.startsWith('MAC'))
    .map(({ start, end, type, modifiers }) => `${TOKEN_TYPES[type]}${modifiers === 1 ? '!' : ''}:${text.slice(start, end)}`).join(' ');
}

describe('semantic tokens', () => {
  it.each([
    ['/dts-v1/;', 'keyword:/dts-v1/'],
    ['l: uart@1f { status = "okay"; };', 'variable!:l class:uart type:1f property:status string:"okay"'],
    ['a = <&b 0x1 MAC_ID>;', 'property:a variable:&b number:0x1 macro:MAC_ID'],
    ['n@MAC { };', 'class:n macro:MAC'],
    ['MAC_NODE(1)', 'macro:MAC_NODE number:1'],
    ['MAC {};', 'macro:MAC'],
    ['#define MAC(x) (x + 1) // c', 'keyword:#define macro!:MAC macro:x macro:x number:1 comment:// c'],
    ['#include <a/b.h>', 'keyword:#include string:<a/b.h>'],
    ['#if defined(A) && B > 0x10', 'keyword:#if keyword:defined macro:A macro:B number:0x10'],
    ['/* c */ x;', 'comment:/* c */ property:x'],
    ['/ { };', 'class:/'],
  ])('%j', (text, expected) => {
    expect(coloured(text)).toBe(expected);
  });

  it('are encoded relative to each other, a token over lines once a line', () => {
    const document = raw('/* a\nb */\na;\n');
    expect(encodeTokens(document, semanticTokens(document, () => false))).toEqual([0, 0, 4, 1, 0, 1, 0, 4, 1, 0, 1, 0, 1, 7, 0]);
  });

  it('cover a range only', () => {
    const text = 'a;\nb;\nc;\n';
    const found = semanticTokens(raw(text), () => false, { start: 3, end: 5 });
    expect(found.map(({ start, end }) => text.slice(start, end))).toContain('b');
    expect(found.map(({ start, end }) => text.slice(start, end))).not.toContain('c');
  });
});
