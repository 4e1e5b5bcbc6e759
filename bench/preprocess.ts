/**
 * How long preprocessing takes on six heavy boards of a kernel tree: the first in a fresh process,
 * then warm with all files scanned anew, then warm with scans kept, and after an edit at the end of
 * the board file. Prints milliseconds and, as a ratio, cpp's own time for the board.
 *
 *   VSMMU_KERNEL=/path/to/linux node preprocess.mjs [BOARD]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { preprocess } from '../model/devicetree/preprocess/preprocess.ts';
import type { FileHost } from '../model/devicetree/source/files.ts';

const kernel = process.env['VSMMU_KERNEL'] ?? '';
const roots = [join(kernel, 'scripts/dtc/include-prefixes'), join(kernel, 'include')];
const BOARDS = [
  'qcom/sm8550-mtp', 'ti/k3-j721e-common-proc-board', 'nvidia/tegra234-p3737-0000+p3701-0000',
  'freescale/imx8qm-mek', 'rockchip/rk3588-rock-5b', 'renesas/r8a779g0-white-hawk',
];

/** A host that keeps texts, with one file edited. */
function hostWith(texts: Map<string, string | undefined>): FileHost {
  return {
    readText(path) {
      if (!texts.has(path)) {
        try {
          texts.set(path, readFileSync(path, 'utf8'));
        } catch {
          texts.set(path, undefined);
        }
      }
      return texts.get(path);
    },
    readBytes: () => undefined,
  };
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

function time(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function measure(board: string): void {
  const path = join(kernel, 'arch/arm64/boot/dts', `${board}.dts`);
  const options = { includeRoots: roots };
  const texts = new Map<string, string | undefined>();
  const host = hostWith(texts);
  const first = time(() => preprocess(path, host, options));
  const anew = median(Array.from({ length: 15 }, () => {
    const fresh = hostWith(texts);
    return time(() => preprocess(path, fresh, options));
  }));
  const kept = median(Array.from({ length: 15 }, () => time(() => preprocess(path, host, options))));
  const includes = roots.flatMap((root) => ['-I', root]);
  const cpp = median(Array.from({ length: 3 }, () => time(() => {
    spawnSync('cpp', ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', ...includes, path]);
  })));
  const columns = [first, anew, kept, cpp].map((ms) => ms.toFixed(1).padStart(7)).join(' ');
  console.log(`${board.padEnd(42)} ${columns}  cpp/anew ${(cpp / anew).toFixed(1)}`);
}

console.log(`${''.padEnd(42)}   first    anew    kept     cpp`);
for (const board of process.argv[2] === undefined ? BOARDS : [process.argv[2]]) measure(board);
