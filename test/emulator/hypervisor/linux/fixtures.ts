import { existsSync, readFileSync } from 'node:fs';
import { parseU64 } from '../../../../emulator/index.ts';

/** A fixture of our own, copied from the vectors so that the project stands on its own. */
export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(`test/fixtures/linux/${name}.json`, 'utf8')) as T;
}

/** The vectors that the fixtures were copied from, or undefined where they are not beside the checkout. */
export function original<T>(name: string): T | undefined {
  const path = `../shared/vectors/${name}.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}

/** 64-bit words in hexadecimal as 32-bit words. */
export function entryOf(dwords: readonly string[]): Uint32Array {
  return Uint32Array.from(dwords.flatMap((text) => {
    const value = parseU64(text)!;
    return [value.lo, value.hi];
  }));
}
