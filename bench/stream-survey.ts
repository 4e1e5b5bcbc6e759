/**
 * The stream survey of kernel boards: VSMMU_KERNEL=/path/to/linux node bench/run.mjs stream-survey
 * [PATTERN] [--rule ID] [--sample N]. Counts what every `iommus` and `iommu-map` entry resolved to,
 * what stands in the way of the rest, and the findings of each rule by level; `--rule` prints each
 * finding of one rule, `--sample` prints N entries picked at random (the same ones each time) for a
 * check by hand. Also times the platform and its rules on boards compiled before.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Compilation, compile } from '../model/devicetree/compile.ts';
import { findIncludeRoots } from '../model/devicetree/roots.ts';
import { PlatformContext } from '../model/platform/context.ts';
import { platform } from '../model/platform/platform.ts';
import { PLATFORM_RULES } from '../model/platform/rules/index.ts';
import { type StreamTable, streamTable, whyNoMapEntry, whyNoSpecifier } from '../model/platform/streamTable.ts';
import type { Problem } from '../model/problem.ts';

const kernel = process.env['VSMMU_KERNEL'];
if (kernel === undefined) throw new Error('VSMMU_KERNEL names a kernel tree');
const top = join(kernel, 'arch/arm64/boot/dts');
const { values, positionals } = parseArgs({ allowPositionals: true, options: { rule: { type: 'string' }, sample: { type: 'string' } } });

const host = {
  readText: (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'latin1') : undefined),
  readBytes: (path: string): Uint8Array | undefined => (existsSync(path) ? readFileSync(path) : undefined),
};

/** What the boards add up to. */
const count = { boards: 0, 'boards with an IOMMU': 0, 'boards with iommus': 0, iommus: 0, specifiers: 0, resolved: 0, 'iommu-map': 0, entries: 0, 'entries resolved': 0, 'msi-map': 0 };
const reasons = new Map<string, number>();
const rules = new Map<string, { hits: number; boards: Set<string>; example: string }>();
const rows: { board: string; row: StreamTable['streams'][number] }[] = [];
const spent = { platform: 0, rules: 0, slowest: 0, board: '' };

function survey(path: string): void {
  const compilation = compile(path, host, { includeRoots: findIncludeRoots(path, existsSync) });
  const board = relative(top, path);
  const context = new PlatformContext(platform(compilation.tree), compilation.expanded);
  countEntries(context);
  for (const rule of PLATFORM_RULES) for (const problem of rule.check(context)) note(board, problem);
  if (values.sample !== undefined) rows.push(...streamTable(context).streams.map((row) => ({ board, row })));
  time(board, compilation);
}

function countEntries({ platform: { iommus, masters } }: PlatformContext): void {
  count.boards += 1;
  if (iommus.length > 0) count['boards with an IOMMU'] += 1;
  if (masters.some((master) => master.list !== undefined)) count['boards with iommus'] += 1;
  for (const { list, iommuMap, msiMap } of masters) {
    if (list !== undefined) count.iommus += 1;
    if (iommuMap !== undefined) count['iommu-map'] += 1;
    if (msiMap !== undefined) count['msi-map'] += 1;
    const whys = (list?.entries ?? []).map(whyNoSpecifier);
    const mapWhys = (iommuMap?.entries ?? []).map(whyNoMapEntry);
    count.specifiers += whys.length;
    count.entries += mapWhys.length;
    count.resolved += whys.filter((why) => why === undefined).length;
    count['entries resolved'] += mapWhys.filter((why) => why === undefined).length;
    for (const why of [...whys, ...mapWhys]) if (why !== undefined) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
}

function note(board: string, problem: Problem): void {
  const key = `${problem.id} (${problem.level})`;
  const known = rules.get(key) ?? { hits: 0, boards: new Set<string>(), example: `${board}: ${problem.message}` };
  known.hits += 1;
  known.boards.add(board);
  rules.set(key, known);
  if (values.rule === problem.id) console.log(`${relative(top, problem.range.file)}:${lineOf(problem)}: ${problem.level}: ${problem.message} [${board}]`);
}

function lineOf({ range }: Problem): number {
  return (host.readText(range.file) ?? '').slice(0, range.start).split('\n').length;
}

/** A second run on the same tree, as after a keystroke in a property that no rule reads. */
function time(board: string, { tree, expanded }: Compilation): void {
  const start = performance.now();
  const context = new PlatformContext(platform(tree), expanded);
  const built = performance.now();
  for (const rule of PLATFORM_RULES) for (const problem of rule.check(context)) if (problem.id === '') throw new Error('no id');
  const end = performance.now();
  spent.platform += built - start;
  spent.rules += end - built;
  if (end - start > spent.slowest) [spent.slowest, spent.board] = [end - start, board];
}

/** Entries spread over all boards by a fixed linear congruential generator, so that a sample can be repeated. */
function sample(size: number): void {
  let state = 20240607;
  for (let i = 0; i < size && rows.length > 0; i += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const picked = rows[Math.floor((state / 2 ** 32) * rows.length)];
    if (picked === undefined) continue;
    const { board, row } = picked;
    const rid = row.rids === null ? '' : ` rids ${row.rids}`;
    const place = `${relative(top, row.source.file)}:${row.source.line}`;
    console.log(`${board}\n  ${row.master} -> ${row.iommu} id ${row.id ?? '-'} mask ${row.mask} count ${row.count}${rid} macro ${row.macro ?? '-'}\n  ${place}`);
  }
}

const overlays = positionals[0] === 'dtso';
const extension = overlays ? '.dtso' : '.dts';
const boards = readdirSync(top, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(extension) && (overlays || file.includes(positionals[0] ?? ''))).sort();
for (const board of boards) survey(join(top, board));

console.log(Object.entries(count).map(([name, value]) => `${name} ${value}`).join(', '));
for (const [reason, hits] of reasons) console.log(`unresolved: ${reason}: ${hits}`);
for (const [key, { hits, boards: on, example }] of [...rules].sort(([a], [b]) => a.localeCompare(b))) console.log(`${key.padEnd(44)} ${String(hits).padStart(5)} on ${String(on.size).padStart(4)}  ${example.slice(0, 110)}`);
console.log(`platform ${(spent.platform / count.boards).toFixed(2)} ms and rules ${(spent.rules / count.boards).toFixed(2)} ms a board; slowest ${spent.slowest.toFixed(1)} ms (${spent.board})`);
if (values.sample !== undefined) sample(Number(values.sample));
