/**
 * Include roots found by themselves: from the place of a source in a Linux, U-Boot, Zephyr, Xen or
 * devicetree-rebasing tree. Looks at nothing but whether paths exist; settings and `-I` come
 * before what is found here and are no business of this file.
 */
import { folderOf } from './source/paths.ts';

/** A folder that shows what kind of tree this is, and the roots that its build uses, all from the top of the tree. */
interface Layout {
  readonly marker: string;
  readonly roots: readonly string[];
}

const LAYOUTS: readonly Layout[] = [
  { marker: 'scripts/dtc/include-prefixes', roots: ['scripts/dtc/include-prefixes', 'include'] },
  {
    marker: 'dts/upstream/include',
    roots: [
      'arch/arm/dts', 'arch/riscv/dts', 'arch/x86/dts', 'arch/mips/dts', 'arch/powerpc/dts', 'include',
      'dts/upstream/include', 'dts/upstream/src', 'dts/upstream/src/arm64', 'dts/upstream/src/arm', 'dts/upstream/src/riscv',
    ],
  },
  { marker: 'include/zephyr', roots: ['include', 'include/zephyr', 'dts/common', 'dts', 'dts/vendor', 'dts/arm64', 'dts/arm', 'dts/riscv', 'dts/x86'] },
  { marker: 'zephyr/include/zephyr', roots: ['zephyr/include', 'zephyr/include/zephyr', 'zephyr/dts/common', 'zephyr/dts', 'zephyr/dts/arm64', 'zephyr/dts/arm'] },
  { marker: 'xen/include/public', roots: ['xen/include', 'xen/include/public'] },
  { marker: 'src/arm64', roots: ['src', 'include'] },
  { marker: 'include/dt-bindings', roots: ['include'] },
  { marker: 'dt-bindings', roots: ['.'] },
];

/** More folders above a source are not looked at. */
const MAX_ABOVE = 64;

/** The include roots for a source, nearest tree first. `exists` says whether a file or folder is there. */
export function findIncludeRoots(source: string, exists: (path: string) => boolean): string[] {
  const found = new Set<string>();
  let folder = folderOf(source);
  for (let level = 0; level < MAX_ABOVE; level++) {
    for (const { marker, roots } of LAYOUTS) {
      if (!exists(`${folder}/${marker}`)) continue;
      for (const root of roots) {
        const path = root === '.' ? folder : `${folder}/${root}`;
        if (exists(path)) found.add(path);
      }
    }
    if (folder === '' || folder === '.') break;
    folder = folderOf(folder);
  }
  return [...found];
}
