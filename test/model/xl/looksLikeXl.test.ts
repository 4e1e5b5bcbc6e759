import { describe, expect, it } from 'vitest';
import { looksLikeXl } from '../../../model/xl/looksLikeXl.ts';

describe('looksLikeXl', () => {
  it.each([
    ['a guest', 'name = "domd"\nkernel="Image"\n  memory = 512\n', true],
    ['one key alone', 'memory = 512\n', false],
    ['the same key twice', 'memory = 512\nmemory = 256\n', false],
    ['keys in comments', '# kernel = "a"\n# memory = 1\n', false],
    ['an OpenOCD script', 'source [find target/stm32.cfg]\nset memory 1\nadapter speed 1000\n', false],
    ['an INI file', '[server]\nhost = a\nport = 1\n', false],
    ['nothing', '', false],
  ])('%s: %s', (_, text, expected) => {
    expect(looksLikeXl(text)).toBe(expected);
  });
});
