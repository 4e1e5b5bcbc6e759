import { describe, expect, it } from 'vitest';
import { findIncludeRoots } from '../../../model/devicetree/roots.ts';

/** Says yes to every given path and all folders above it. */
function existing(...paths: string[]): (path: string) => boolean {
  return (path) => paths.some((p) => p === path || p.startsWith(`${path}/`));
}

const CASES: { tree: string; source: string; paths: string[]; roots: string[] }[] = [
  {
    tree: 'Linux', source: '/l/arch/arm64/boot/dts/qcom/a.dts', paths: ['/l/scripts/dtc/include-prefixes', '/l/include/dt-bindings'],
    roots: ['/l/scripts/dtc/include-prefixes', '/l/include'],
  },
  {
    tree: 'U-Boot', source: '/u/arch/arm/dts/a.dts', paths: ['/u/arch/arm/dts', '/u/dts/upstream/include/dt-bindings', '/u/dts/upstream/src/arm64'],
    roots: ['/u/dts/upstream/include', '/u/dts/upstream/src', '/u/dts/upstream/src/arm64', '/u/arch/arm/dts'],
  },
  {
    tree: 'Zephyr', source: '/z/boards/arm/b/b.dts', paths: ['/z/include/zephyr/dt-bindings', '/z/dts/common', '/z/dts/arm'],
    roots: ['/z/include', '/z/include/zephyr', '/z/dts/common', '/z/dts', '/z/dts/arm'],
  },
  { tree: 'Xen', source: '/x/docs/a.dts', paths: ['/x/xen/include/public'], roots: ['/x/xen/include', '/x/xen/include/public'] },
  { tree: 'devicetree-rebasing', source: '/r/src/arm64/q/a.dts', paths: ['/r/src/arm64', '/r/include/dt-bindings'], roots: ['/r/src', '/r/include'] },
  { tree: 'no', source: '/home/me/a.dts', paths: ['/home/me'], roots: [] },
];

describe('findIncludeRoots', () => {
  it.each(CASES)('in a $tree tree', ({ source, paths, roots }) => {
    const found = findIncludeRoots(source, existing(...paths));
    expect(found.toSorted()).toEqual(roots.toSorted());
  });

  it('puts the nearest tree first', () => {
    const found = findIncludeRoots('/a/b/c.dts', existing('/a/include/dt-bindings', '/a/b/include/dt-bindings'));
    expect(found).toEqual(['/a/b/include', '/a/include']);
  });
});
