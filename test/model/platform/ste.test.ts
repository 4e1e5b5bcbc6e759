import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRid, formatRidRange } from '../../../model/platform/rid.ts';
import { type Split, stePosition } from '../../../model/platform/ste.ts';
import { streamId } from '../../../model/platform/units.ts';

describe('the position of an STE', () => {
  it.each([
    [0x0, 8, { l1Index: 0, l1Offset: 0, l2Index: 0, l2Offset: 0 }],
    [0x1c01, 8, { l1Index: 0x1c, l1Offset: 0xe0, l2Index: 0x01, l2Offset: 0x40 }],
    [0x1c01, 6, { l1Index: 0x70, l1Offset: 0x380, l2Index: 0x01, l2Offset: 0x40 }],
    [0x1c01, 10, { l1Index: 0x7, l1Offset: 0x38, l2Index: 0x01, l2Offset: 0x40 }],
    [0xffffffff, 8, { l1Index: 0xffffff, l1Offset: 0x7fffff8, l2Index: 0xff, l2Offset: 0x3fc0 }],
  ])('of StreamID %i with split %i', (sid, split, expected) => {
    expect(stePosition(streamId(sid), split as Split)).toMatchObject({ linearIndex: sid, linearOffset: sid * 64, ...expected });
  });

  it('holds every StreamID exactly once', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom<Split>(6, 8, 10), (sid, split) => {
      const { l1Index, l2Index, l2Offset } = stePosition(streamId(sid), split);
      expect(l1Index * 2 ** split + l2Index).toBe(sid);
      expect(l2Offset).toBeLessThan(64 * 2 ** split);
    }));
  });
});

describe('a RequesterID', () => {
  it.each([[0, '00:00.0'], [0x113, '01:02.3'], [0xffff, 'ff:1f.7'], [0x10000, '100:00.0']])('%i is %s', (rid, text) => {
    expect(formatRid(rid)).toBe(text);
  });

  it.each([[0, 0x10000, '00:00.0-ff:1f.7'], [0x100, 1, '01:00.0'], [0, 0, 'none']])('range from %i, %i long, is %s', (first, count, text) => {
    expect(formatRidRange(first, count)).toBe(text);
  });
});
