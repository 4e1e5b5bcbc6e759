/** The words that users read can be translated: none are left in package.json, and every sentence of the client is in the bundle. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import words from '../../package.nls.json' with { type: 'json' };
// @ts-expect-error: a script without types
import { bundle, sentences } from '../../packaging/l10n.mjs';
// @ts-expect-error: a script without types
import { extract, shownStrings } from '../../packaging/nls.mjs';

interface Shown { readonly key: string; readonly text: string }
const shown = (value: unknown): Shown[] => [...(shownStrings as (value: unknown) => Iterable<Shown>)(value)];

describe('package.json', () => {
  it('has references where users read words: run `npm run words` after writing some', () => {
    const texts = shown({ capabilities: manifest.capabilities, contributes: manifest.contributes });
    expect(texts.length).toBeGreaterThan(40);
    expect(texts.filter(({ text }) => !/^%[\w.-]+%$/.test(text))).toEqual([]);
  });

  it('and package.nls.json have the same keys, each with words', () => {
    const used = [...JSON.stringify(manifest).matchAll(/"%([\w.-]+)%"/g)].map((match) => match[1] ?? '');
    expect(Object.keys(words).toSorted()).toEqual([...new Set(used)].toSorted());
    expect(Object.values(words).filter((text) => text.trim() === '')).toEqual([]);
  });

  it('gives two strings of one place two keys, and keeps what was moved before', () => {
    const example = { contributes: { commands: [{ command: 'a', title: 'One' }, { command: 'a', title: 'Two' }, { command: 'b', title: '%b%' }] } };
    expect((extract as (value: object, known: object) => object)(example, { b: 'Three' })).toEqual({ 'commands.a.title': 'One', 'commands.a.title.2': 'Two', b: 'Three' });
    expect(example.contributes.commands.map(({ title }) => title)).toEqual(['%commands.a.title%', '%commands.a.title.2%', '%b%']);
  });
});

describe('the sentences of the client', () => {
  it('are in l10n/bundle.l10n.json: run `npm run words` after writing some', () => {
    expect((sentences as () => string[])().length).toBeGreaterThan(25);
    expect(readFileSync('l10n/bundle.l10n.json', 'utf8')).toBe((bundle as () => string)());
  });
});
