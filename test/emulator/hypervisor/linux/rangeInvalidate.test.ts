import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pagePieces, rangePieces, type RangePiece } from '../../../../emulator/hypervisor/linux/rangeInvalidate.ts';
import { fixture } from './fixtures.ts';

interface Case { iova: string; size: string; granule: string; pageShift: number; leaf: boolean; commands: (Omit<RangePiece, 'addr'> & { addr: string })[] }
const CASES = fixture<{ rilEncoding: Case[] }>('nesting').rilEncoding;

describe('range invalidation', () => {
  it.each(CASES)('$iova + $size, granule $granule, leaf $leaf', (c) => {
    const pieces = rangePieces({ iova: Number(c.iova), size: Number(c.size), granule: Number(c.granule), pageShift: c.pageShift, leaf: c.leaf });
    expect(pieces).toEqual(c.commands.map((p) => ({ ...p, addr: Number(p.addr) })));
  });

  it('covers each page once, and none beside the range but after freed tables', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1 << 20 }), fc.integer({ min: 0, max: 1000 }), fc.boolean(), (pages, start, leaf) => {
      const request = { iova: start * 4096, size: pages * 4096, granule: 4096, pageShift: 12, leaf };
      const pieces = rangePieces(request);
      let at = request.iova;
      for (const p of pieces) {
        expect(p.addr).toBe(at);
        expect((p.num + 1) * 2 ** p.scale).toBe(p.pages);
        expect(p.num).toBeLessThan(31);
        expect(p.tg !== 0 && p.ttl === 0 && p.num === 0 && p.scale === 0).toBe(false);
        at += p.pages * 4096;
      }
      const slack = at - request.iova - request.size;
      expect(slack === 0 || (!leaf && slack === 4096)).toBe(true);
    }));
  });

  it('goes leaf by leaf without range commands', () => {
    const pieces = pagePieces({ iova: 0x20_0000, size: 0x40_0000, granule: 0x20_0000, pageShift: 12, leaf: true });
    expect(pieces.map((p) => p.addr)).toEqual([0x20_0000, 0x40_0000]);
    expect(pieces.every((p) => p.pages === 512 && p.tg === 0)).toBe(true);
  });
});
