import { describe, expect, it } from 'vitest';
import { FROM_WEB, STATE, TO_WEB } from '../../../client/views/messages.ts';
import { anything, either, flag, list, nullable, number, object, oneOf, type Shape, text } from '../../../client/views/shape.ts';

describe('shapes', () => {
  it.each<[string, Shape<unknown>, readonly unknown[], readonly unknown[]]>([
    ['text', text, ['', 'a'], [1, null, undefined, {}]],
    ['number', number, [0, -1.5], [Number.NaN, Infinity, '1', null]],
    ['flag', flag, [true, false], [0, 'true', null]],
    ['anything', anything, [null, 0, '', {}], [undefined]],
    ['oneOf', oneOf('a', 'b'), ['a', 'b'], ['c', '', ['a']]],
    ['nullable', nullable(text), [null, 'a'], [undefined, 1]],
    ['either', either(text, number), ['a', 1], [true, null]],
    ['list', list(number), [[], [1, 2]], [[1, 'a'], { length: 0 }, 'ab', null]],
    ['object', object({ a: text, b: nullable(number) }), [{ a: '', b: null }, { a: 'x', b: 1, c: 2 }], [{ a: '' }, { a: 1, b: 1 }, [], null, 'a', { b: 1 }]],
    ['an inherited field', object({ toString: anything }), [{ toString: 1 }], [{}, { __proto__: { toString: 1 } }]],
  ])('%s takes what it should and nothing else', (_, shape, good, bad) => {
    expect(good.filter((value) => !shape(value))).toEqual([]);
    expect(bad.filter((value) => shape(value))).toEqual([]);
  });
});

describe('messages', () => {
  it.each<[unknown, boolean]>([
    [{ kind: 'ready' }, true],
    [{ kind: 'open', place: { uri: 'file:///a', line: 1 } }, true],
    [{ kind: 'open', place: { uri: 'file:///a', line: '1' } }, false],
    [{ kind: 'open' }, false],
    [{ kind: 'copy', what: 'a', text: 'b' }, true],
    [{ kind: 'save', name: 'a.svg', text: '<svg/>' }, true],
    [{ kind: 'act', name: 'step', value: null }, true],
    [{ kind: 'act', name: 'step' }, false],
    [{ kind: 'exec', command: 'x' }, false],
    ['ready', false],
  ])('from a webview: %j is %s', (message, isGood) => expect(FROM_WEB(message)).toBe(isGood));

  it.each<[unknown, boolean]>([
    [{ kind: 'show', data: {} }, true],
    [{ kind: 'show' }, false],
    [{ kind: 'empty', text: 'a', advice: null }, true],
    [{ kind: 'empty', text: 'a' }, false],
  ])('to a webview: %j is %s', (message, isGood) => expect(TO_WEB(message)).toBe(isGood));

  it('a state names its subject', () => {
    expect(STATE({ subject: 'file:///a', ui: { filter: '' } })).toBe(true);
    expect(STATE({ ui: {} })).toBe(false);
  });
});
