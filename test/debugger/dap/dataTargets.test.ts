import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataIdOf, targetOfId } from '../../../debugger/dap/dataTargets.ts';
import type { DataTarget } from '../../../debugger/session/types.ts';

const word = fc.nat({ max: 0xffff_ffff });
const target: fc.Arbitrary<DataTarget> = fc.oneof(
  fc.record({ kind: fc.constant('memory' as const), address: fc.maxSafeNat(), size: fc.integer({ min: 1, max: 4096 }), mask: word }, { requiredKeys: ['kind', 'address', 'size'] }),
  fc.record({ kind: fc.constant('register' as const), smmu: fc.nat({ max: 9 }), offset: word, size: fc.constantFrom(4, 8), mask: word }, { requiredKeys: ['kind', 'smmu', 'offset', 'size'] }),
  fc.record({ kind: fc.constant('state' as const), name: fc.string({ minLength: 1 }), field: fc.string({ minLength: 1 }) }, { requiredKeys: ['kind', 'name'] }),
);

describe('the text of what is watched', () => {
  it('leads back to the same', () => {
    fc.assert(fc.property(target, (one) => {
      expect(targetOfId(dataIdOf(one))).toEqual(one);
    }));
  });

  it.each(['', 'memory', 'memory x 1', 'memory 0x10 0', 'memory -1 4', 'register 0', 'register 0 0x20', 'state', 'state %', 'other 1 2', undefined, null, 7])('is not %s', (text) => {
    expect(targetOfId(text)).toBeUndefined();
  });

  it('is checked whatever it holds', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      expect(() => targetOfId(text)).not.toThrow();
    }));
  });
});
