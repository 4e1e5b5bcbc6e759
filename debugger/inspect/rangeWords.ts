/** Sizes, addresses and permissions of ranges in plain words. */
import type { Access } from './ranges.ts';

const WORDS: readonly (readonly [bit: number, word: string])[] = [[1, 'read'], [2, 'write'], [4, 'execute']];

function listed(bits: number): string {
  const words = WORDS.filter(([bit]) => (bits & bit) !== 0).map(([, word]) => word);
  return words.length === 0 ? 'nothing' : words.join(', ');
}

/** `read, write`; `privileged only: read`; `user read, privileged read, write`. */
export function accessWords({ user, privileged, flags }: Access): string {
  const said = user === privileged ? (user === 0 ? 'no access' : listed(user))
    : user === 0 ? `privileged only: ${listed(privileged)}`
      : privileged === 0 ? `user only: ${listed(user)}`
        : `user: ${listed(user)}; privileged: ${listed(privileged)}`;
  return said + flags;
}

const UNITS = [['T', 2 ** 40], ['G', 2 ** 30], ['M', 2 ** 20], ['K', 2 ** 10]] as const;

/** `16K`, `2M`, `512`. Sizes that are no multiple of a unit are written in a smaller one. */
export function sizeWords(size: number): string {
  const unit = UNITS.find(([, bytes]) => size >= bytes && size % bytes === 0);
  return unit === undefined ? String(size) : `${size / unit[1]}${unit[0]}`;
}

/** A sum of sizes, cut to one digit behind the point: `511.9M`. */
export function totalWords(size: number): string {
  const unit = UNITS.find(([, bytes]) => size >= bytes);
  return unit === undefined ? String(size) : `${Math.floor((size / unit[1]) * 10) / 10}${unit[0]}`;
}

/** `0x1000`. */
export function addressWords(address: number | bigint): string {
  return `0x${address.toString(16)}`;
}
