/**
 * How long preprocessing takes on six heavy boards of a kernel tree: the first in a fresh process,
 * then warm with all files scanned anew, warm with scans kept, and after an edit in the middle of the
 * board file and of its longest include. Prints milliseconds and, as a ratio, cpp's own time.
 *
 *   npx esbuild --bundle --platform=node --format=esm --outfile=out/preprocess.mjs bench/preprocess.ts
 *   VSMMU_KERNEL=/path/to/linux node out/preprocess.mjs [BOARD]
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
  const result = preprocess(path, host, options);
  const longest = [...result.expanded.files.values()].filter((file) => file.path.endsWith('.dtsi')).toSorted((a, b) => b.text.length - a.text.length)[0];
  const edits = [path, longest?.path ?? path].map((edited) => editTime(path, edited, { texts, host }));
  const includes = roots.flatMap((root) => ['-I', root]);
  const cpp = median(Array.from({ length: 3 }, () => time(() => {
    spawnSync('cpp', ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', ...includes, path]);
  })));
  const columns = [first, anew, kept, ...edits, cpp].map((ms) => ms.toFixed(1).padStart(8)).join(' ');
  console.log(`${board.padEnd(38)} ${columns}  cpp/anew ${(cpp / anew).toFixed(1)}`);
}

/** The time from a character typed in the middle of a file to the result. */
function editTime(path: string, edited: string, at: { texts: Map<string, string | undefined>; host: FileHost }): number {
  const { texts, host } = at;
  const options = { includeRoots: roots };
  let last = preprocess(path, host, options);
  return median(Array.from({ length: 31 }, () => {
    const text = texts.get(edited) ?? '';
    const place = text.indexOf(';', text.length >> 1);
    texts.set(edited, `${text.slice(0, place)} ${text.slice(place)}`);
    return time(() => (last = preprocess(path, host, options, last)));
  }));
}

console.log(`${''.padEnd(38)}    first     anew     kept edit dts    .dtsi      cpp`);
for (const board of process.argv[2] === undefined ? BOARDS : [process.argv[2]]) measure(board);
