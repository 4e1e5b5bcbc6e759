import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegionMap, type Region } from '../../../emulator/memory/regions.ts';

/** Short stretches of a small space, so that they overlap in every way. */
const stretch = fc.record({ base: fc.nat(60), size: fc.integer({ min: 0, max: 25 }) });

function regionsOf(stretches: readonly { readonly base: number; readonly size: number }[]): Region[] {
  return stretches.map(({ base, size }, i) => ({ name: `r${i}`, kind: 'ram', base, size }));
}

describe('regions', () => {
  it('lie over each other in the order in which they were given', () => {
    fc.assert(fc.property(fc.array(stretch, { maxLength: 12 }), (stretches) => {
      const given = regionsOf(stretches);
      const map = new RegionMap(given);
      for (let address = 0; address < 90; address++) {
        const last = given.findLast(({ base, size }) => address >= base && address < base + size);
        expect(map.at(address)?.name).toBe(last?.name);
      }
      const ends = map.regions.map(({ base, size }) => base + size);
      map.regions.forEach(({ base, size }, i) => expect(size > 0 && base >= (ends[i - 1] ?? 0)).toBe(true));
    }));
  });

  it('are put together in a time that grows with their number, however many there are', () => {
    // A quadratic way would make 40 billion pieces of these.
    const map = new RegionMap(regionsOf(Array.from({ length: 200_000 }, (_, i) => ({ base: i * 16, size: 16 }))));
    expect([map.regions.length, map.at(1_600_000)?.name]).toEqual([200_000, 'r100000']);
  });
});
