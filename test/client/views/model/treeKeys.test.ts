/** Keys in a tree of rows, as the pattern for tree grids has them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectOfKey } from '../../../../client/views/model/treeKeys.ts';

const row = (depth: number, fold: 'open' | 'closed' | null = null): { depth: number; fold: 'open' | 'closed' | null } => ({ depth, fold });
/** open > (open > leaf, leaf), closed, leaf */
const ROWS = [row(1, 'open'), row(2, 'open'), row(3), row(3), row(2, 'closed'), row(2)];

describe('a key', () => {
  it.each([
    ['ArrowDown', 0, { kind: 'at', index: 1 }], ['ArrowDown', 5, { kind: 'at', index: 5 }], ['ArrowUp', 3, { kind: 'at', index: 2 }], ['ArrowUp', 0, { kind: 'at', index: 0 }],
    ['Home', 4, { kind: 'at', index: 0 }], ['End', 1, { kind: 'at', index: 5 }], ['PageDown', 1, { kind: 'at', index: 5 }], ['PageUp', 4, { kind: 'at', index: 0 }],
    ['ArrowRight', 0, { kind: 'at', index: 1 }], ['ArrowRight', 4, { kind: 'fold', index: 4, isOpen: true }], ['ArrowRight', 2, undefined],
    ['ArrowLeft', 1, { kind: 'fold', index: 1, isOpen: false }], ['ArrowLeft', 3, { kind: 'at', index: 1 }], ['ArrowLeft', 4, { kind: 'at', index: 0 }], ['ArrowLeft', 5, { kind: 'at', index: 0 }],
    ['Enter', 0, { kind: 'fold', index: 0, isOpen: false }], ['Enter', 4, { kind: 'fold', index: 4, isOpen: true }], ['Enter', 2, { kind: 'press', index: 2 }], [' ', 5, { kind: 'press', index: 5 }],
    ['a', 1, undefined], ['Enter', 9, undefined], ['ArrowDown', -1, undefined],
  ] as const)('%s at row %i gives %j', (key, index, effect) => expect(effectOfKey(key, ROWS, index)).toEqual(effect));

  it('leads to a row that there is, and from everywhere back to the first', () => {
    const rows = fc.array(fc.record({ depth: fc.integer({ min: 1, max: 5 }), fold: fc.constantFrom('open' as const, 'closed' as const, null) }), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(rows, fc.nat(), fc.constantFrom('ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown'), (some, start, key) => {
      const effect = effectOfKey(key, some, start % some.length);
      if (effect?.kind === 'at') expect(some[effect.index]).toBeDefined();
      expect(effectOfKey('Home', some, start % some.length)).toEqual({ kind: 'at', index: 0 });
    }));
  });
});
