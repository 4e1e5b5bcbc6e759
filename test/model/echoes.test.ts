import { describe, expect, it } from 'vitest';
import { withoutEchoes, worthTelling } from '../../model/echoes.ts';
import type { Problem } from '../../model/problem.ts';

const problem = (id: string, start: number, end: number, file = '/a.dts'): Problem => ({ id, level: 'warning', message: id, range: { file, start, end } });

describe('echoes', () => {
  it.each([
    ['iommus-length', 4, 8, '/a.dts', []],
    ['phandle-literal', 7, 12, '/a.dts', []],
    ['iommus-length', 8, 12, '/a.dts', ['dtc-iommus-property']],
    ['iommus-length', 4, 8, '/b.dts', ['dtc-iommus-property']],
    ['dtc-reg-format', 4, 8, '/a.dts', ['dtc-iommus-property']],
  ])('beside %s at %d to %d of %s, %j of dtc stay', (...[id, start, end, file, left]) => {
    const found = withoutEchoes([problem('dtc-iommus-property', 4, 8), problem(id, start, end, file)]);
    expect(found.map((p) => p.id)).toEqual([...left, id]);
  });

  it('tells only of the include where a file is missing', () => {
    const ids = ['dts-syntax', 'include-not-found', 'dts-undefined-name', 'dtc-reg-format', 'smmu-reg', 'macro-redefined', 'dts-unknown-target', 'limit-nodes'];
    const found = ids.map((id, i) => problem(id, i, i + 1));
    expect(worthTelling(found).map((p) => p.id)).toEqual(['dts-syntax', 'include-not-found', 'macro-redefined', 'limit-nodes']);
    expect(worthTelling(found.filter((p) => p.id !== 'include-not-found')).map((p) => p.id)).toEqual(ids.filter((id) => id !== 'include-not-found'));
  });

  it('leaves other checks of dtc alone', () => {
    const both = [problem('dtc-clocks-property', 4, 8), problem('iommus-length', 4, 8)];
    expect(withoutEchoes(both)).toEqual(both);
  });
});
