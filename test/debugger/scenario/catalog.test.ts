import { describe, expect, it } from 'vitest';
import { FIRST_WORDS, secondWords, shapeOf, verbNamed, VERBS, wordsOf } from '../../../debugger/scenario/catalog.ts';

describe('catalog of actions', () => {
  it('has each name once, and finds each', () => {
    expect(new Set(VERBS.map((verb) => verb.name)).size).toBe(VERBS.length);
    for (const verb of VERBS) expect(verbNamed(verb.name)).toBe(verb);
    expect(verbNamed('__proto__')).toBeUndefined();
  });

  it.each(VERBS.map((verb) => [verb.name, verb] as const))('%s can be bound: no needed parameter after an optional one', (_, verb) => {
    const firstOptional = verb.parameters.findIndex((one) => one.optional);
    if (firstOptional >= 0) expect(verb.parameters.slice(firstOptional).every((one) => one.optional)).toBe(true);
    const names = [...verb.parameters.map((one) => one.name), ...verb.options.map((one) => one.name)];
    expect(new Set(names).size).toBe(names.length);
    const greedy = verb.parameters.findIndex((one) => one.kind.kind === 'rest' || one.kind.kind === 'fields');
    if (greedy >= 0) expect(greedy).toBe(verb.parameters.length - 1);
  });

  it.each(VERBS.map((verb) => [verb.name, verb] as const))('%s is described in sentences', (_, verb) => {
    expect(verb.text).toMatch(/^[A-Z].*\.$/);
    for (const one of [...verb.parameters, ...verb.options]) {
      if ('kind' in one && one.kind?.kind === 'sign') continue;
      expect(one.text).toMatch(/^(?:[A-Z]|`|log2).*\.$/);
    }
    expect(verb.example.startsWith(wordsOf(verb).join(' '))).toBe(true);
  });

  it('writes shapes as people read them', () => {
    const shape = (name: string): string => shapeOf(verbNamed(name) ?? VERBS[0] ?? expect.fail());
    expect(shape('map')).toBe('map DEVICE IOVA -> ADDRESS SIZE [r|w|rw] [ssid=N]');
    expect(shape('repeat')).toBe('repeat COUNT [as NAME]');
    expect(shape('expect.fault')).toBe('expect fault EVENT [NAME=VALUE...]');
    expect(shape('dma')).toBe('dma DEVICE read|write ADDRESS [DATA] [ssid=N] [stream=N] [privileged] [instruction]');
  });

  it('knows what follows a first word', () => {
    expect(FIRST_WORDS).toContain('expect');
    expect(secondWords('expect')).toContain('fault');
    expect(secondWords('dma')).toEqual([]);
  });
});
