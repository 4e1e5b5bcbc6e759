import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../server/workspace/settings.ts';

describe('settings', () => {
  it.each<[object, object]>([
    [{ includeRoots: ['a', 1, 'b'] }, { includeRoots: ['a', 'b'] }],
    [{ checks: 'iommu' }, { checks: 'iommu' }],
    [{ checks: 'nonsense' }, { checks: 'all' }],
    [{ defines: { A: 1, B: 'x', '0': 'y' } }, { defines: { A: '1', B: 'x' } }],
    [{ rules: { a: 'off', b: 'loud', c: 'hint' } }, { rules: new Map([['a', 'off'], ['c', 'hint']]) }],
    [{ limits: { includeDepth: 3, nodes: -1, cells: 'x', unknown: 4 } }, { limits: { includeDepth: 3 } }],
    [{ inlayHints: false, codeLens: 0, format: undefined }, { inlayHints: false, codeLens: true, format: true }],
  ])('%j', (given, expected) => {
    expect(readSettings(given)).toMatchObject(expected);
  });

  it('take anything an editor may send', () => {
    fc.assert(fc.property(fc.anything(), (value) => {
      expect(readSettings(value).checks).toMatch(/^(?:all|iommu)$/);
    }));
  });
});
