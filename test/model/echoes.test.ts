import { describe, expect, it } from 'vitest';
import { withoutEchoes } from '../../model/echoes.ts';
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

  it('leaves other checks of dtc alone', () => {
    const both = [problem('dtc-clocks-property', 4, 8), problem('iommus-length', 4, 8)];
    expect(withoutEchoes(both)).toEqual(both);
  });
});
