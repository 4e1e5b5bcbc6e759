/**
 * Compares our checks with dtc's on kernel boards, as sets of (check, node path) for each board:
 * VSMMU_KERNEL=/path/to/linux [VSMMU_DTC=dtc] node bench/run.mjs corpus-checks [PATTERN]. dtc reads
 * what cpp writes, we read the files. Checks that dtc did not run, because one that they build upon
 * failed, are left out for that board.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DTC_RULES } from '../model/devicetree/checks/index.ts';
import { CheckTree } from '../model/devicetree/checks/view.ts';
import { nodeFiles } from '../cli/files.ts';
import { compile } from '../model/devicetree/compile.ts';
import { nodePath } from '../model/devicetree/tree/values.ts';

const kernel = process.env['VSMMU_KERNEL'];
if (kernel === undefined) throw new Error('VSMMU_KERNEL names a kernel tree');
const dtc = process.env['VSMMU_DTC'] ?? 'dtc';
const pattern = process.argv[2] ?? '';
const INCLUDE_ROOTS = [join(kernel, 'scripts/dtc/include-prefixes'), join(kernel, 'include')];
const ASKED = ['node_name_chars_strict', 'property_name_chars_strict', 'deprecated_gpio_property', 'unique_unit_address_if_enabled'];
const NAMES = new Set(DTC_RULES.map((rule) => checkName(rule.id)));

function checkName(id: string): string {
  return id.slice('dtc-'.length).replaceAll('-', '_');
}

function sources(): string[] {
  const top = join(kernel ?? '', 'arch/arm64/boot/dts');
  return readdirSync(top, { recursive: true, encoding: 'utf8' }).filter((f) => /\.dtso?$/.test(f) && f.includes(pattern)).map((f) => join(top, f)).sort();
}

function preprocess(path: string): string {
  const args = ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', ...INCLUDE_ROOTS.flatMap((r) => ['-I', r]), path];
  return spawnSync('cpp', args, { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
}

interface Said { found: Set<string>; skipped: Set<string>; failed: boolean }

function dtcSays(text: string, folder: string): Said {
  const args = ['-I', 'dts', '-O', 'dtb', '-o', '/dev/null', '-i', folder, '-i', join(kernel ?? '', 'scripts/dtc/include-prefixes'), ...ASKED.map((c) => `-W${c}`), '-'];
  const { stderr } = spawnSync(dtc, args, { input: text, encoding: 'utf8', maxBuffer: 1 << 28 });
  const found = [...stderr.matchAll(/(?:Warning|ERROR) \((\w+)\): (\/[^:\s]*)(?::\S+)?: /g)].map((m) => `${m[1]} ${m[2]}`);
  const skipped = [...stderr.matchAll(/\((\w+)\): Failed prerequisite/g)].map((m) => m[1] ?? '');
  return { found: new Set(found.filter((f) => NAMES.has(f.split(' ')[0] ?? '') && !/^node_name_chars_strict .*\/__[^/]*$/.test(f))), skipped: new Set(skipped), failed: stderr.includes('ERROR (') || stderr.includes('syntax error') };
}

let spent = 0;
let slowest = { path: '', ms: 0 };

function weSay(path: string, said: Said): Set<string> {
  const { tree: merged, expanded } = compile(path, nodeFiles, { includeRoots: INCLUDE_ROOTS });
  const found = new Set<string>();
  const start = performance.now();
  const tree = new CheckTree(merged, expanded);
  for (const rule of DTC_RULES) {
    const name = checkName(rule.id);
    for (const finding of rule.find(tree)) if (finding !== undefined && !said.skipped.has(name)) found.add(`${name} ${nodePath(finding.node)}`);
  }
  const ms = performance.now() - start;
  spent += ms;
  if (ms > slowest.ms) slowest = { path, ms };
  return found;
}

const totals = new Map<string, { both: number; dtc: number; ours: number }>();
const exceptions = new Map<string, string[]>();
let equal = 0;
let boards = 0;
for (const path of sources()) {
  const text = preprocess(path);
  const said = dtcSays(text, dirname(path));
  if (said.failed) continue;
  boards += 1;
  const ours = weSay(path, said);
  let same = true;
  for (const item of new Set([...ours, ...said.found])) {
    const name = item.split(' ')[0] ?? '';
    const total = totals.get(name) ?? { both: 0, dtc: 0, ours: 0 };
    totals.set(name, total);
    if (ours.has(item) && said.found.has(item)) total.both += 1;
    else {
      same = false;
      total[ours.has(item) ? 'ours' : 'dtc'] += 1;
      const list = exceptions.get(name) ?? [];
      exceptions.set(name, [...list, `${path} ${item} (${ours.has(item) ? 'ours' : 'dtc'} only)`]);
    }
  }
  if (same) equal += 1;
}
const version = spawnSync(dtc, ['--version'], { encoding: 'utf8' }).stdout.trim();
console.log(`${version}: ${equal} / ${boards} boards with the same set of (check, node)`);
console.table(Object.fromEntries(totals));
for (const [name, list] of exceptions) console.log(`${name}:\n  ${list.slice(0, 4).join('\n  ')}`);
console.log(`our checks: ${(spent / boards).toFixed(2)} ms a board on average, slowest ${slowest.ms.toFixed(1)} ms (${slowest.path})`);
