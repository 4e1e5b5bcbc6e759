/**
 * Expanded text to syntax tree, anew or after an edit: statements of the top that end in the text
 * before the edit are taken over as they are. The result holds problems in offsets of expanded
 * text, which the compilation turns into places in the user's files.
 */
import { DEFAULT_LIMITS, type Limits } from '../source/files.ts';
import type { DtsSyntax, TopLevelItem } from './ast.ts';
import { type ParsedItem, Parser } from './parser.ts';
import type { SyntaxProblem } from './problem.ts';
import type { ReadBinary } from './state.ts';

/** What a parse needs besides the text. */
export interface ParseOptions {
  readonly limits?: Partial<Limits>;
  /** Reads files for `/incbin/`; without it none can be read. */
  readonly readBinary?: ReadBinary;
  /** An earlier parse, and how many characters of its text are the same in this one. */
  readonly previous?: { readonly parse: ParsedDts; readonly reusedChars: number };
}

/** A syntax tree with its problems, reusable by the next parse. */
export interface ParsedDts {
  readonly syntax: DtsSyntax;
  readonly problems: readonly SyntaxProblem[];
  readonly items: readonly ParsedItem[];
  /** How many of `items` were taken over from the previous parse. */
  readonly reusedItems: number;
}

/** Tokens read, and statements gone through, between two pauses. */
const SLICE = 5000;

/** Parses in slices: each `next` does a piece of the work. */
export function* parseSteps(text: string, options: ParseOptions = {}): Generator<void, ParsedDts> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const parser = new Parser(text, limits, options.readBinary ?? ((): undefined => undefined));
  const reused = reusable(options.previous);
  parser.begin(reused);
  for (let next = SLICE; parser.step();) {
    if (parser.tokens < next) continue;
    next = parser.tokens + SLICE;
    yield;
  }
  return yield* assemble(text, parser.parsed, Math.min(reused.length, parser.parsed.length));
}

/** Parses in one go. */
export function parseDts(text: string, options: ParseOptions = {}): ParsedDts {
  const steps = parseSteps(text, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Statements before the edit, without the last: the edit may follow it so closely that it is read differently. */
function reusable(previous: ParseOptions['previous']): readonly ParsedItem[] {
  if (previous === undefined) return [];
  const { items } = previous.parse;
  let count = 0;
  while (count < items.length && (items[count]?.seen ?? Infinity) < previous.reusedChars && items[count]?.binary === false) count++;
  return items.slice(0, Math.max(0, count - 1));
}

function* assemble(text: string, items: readonly ParsedItem[], reusedItems: number): Generator<void, ParsedDts> {
  const statements: TopLevelItem[] = [];
  const problems: SyntaxProblem[] = [];
  let versionTag = false;
  let plugin = false;
  let count = 0;
  for (const parsed of items) {
    if (++count % SLICE === 0) yield;
    if (parsed.item !== undefined) statements.push(parsed.item);
    versionTag ||= parsed.tag === 'dts';
    plugin ||= parsed.tag === 'plugin';
    for (const problem of parsed.problems) problems.push(problem);
  }
  for (const problem of orderProblems(items)) {
    if (problem === undefined) yield;
    else if (problems.length < MAX_PROBLEMS) problems.push(problem);
  }
  yield;
  problems.push(...headerProblems(items));
  const syntax: DtsSyntax = { start: 0, end: text.length, versionTag, plugin, items: statements };
  return { syntax, problems, items, reusedItems };
}

/** Problems of the whole are not kept beyond these. */
const MAX_PROBLEMS = 10_000;

/** dtc wants tags, then reservations, then nodes, the first of which no deletion may precede. Undefined is a pause. */
function* orderProblems(items: readonly ParsedItem[]): Generator<SyntaxProblem | undefined> {
  let count = 0;
  let stage = 0;
  let start = 0;
  if (items[0] !== undefined && items[0].tag !== 'dts') {
    yield {
      id: 'dts-version-tag', level: 'error', message: 'the source must begin with `/dts-v1/;`', start: 0, end: 0, atRoot: true,
      fixes: [{ title: 'Add `/dts-v1/;`', start: 0, end: 0, text: '/dts-v1/;\n\n' }],
    };
  }
  for (const { item, tag, end } of items) {
    if (++count % SLICE === 0) yield undefined;
    const here = tag !== undefined ? 0 : item?.kind === 'memreserve' ? 1 : 2;
    const at = { start: item?.start ?? start, end };
    if (here < stage) {
      const what = tag !== undefined ? '`/dts-v1/;` and `/plugin/;` must stand' : '`/memreserve/` must stand';
      yield { id: 'dts-order', level: 'error', message: `${what} before all nodes`, ...at };
    } else if (stage < 2 && item !== undefined && item.kind !== 'node' && item.kind !== 'memreserve') {
      yield { id: 'dts-order', level: 'error', message: 'the first statement must be `/ { ... };`', ...at };
    }
    stage = Math.max(stage, here);
    start = end;
  }
  if (items.some(({ item }) => item?.kind === 'node')) return;
  yield { id: 'dts-order', level: 'error', message: 'there is no root node: a device tree needs `/ { ... };`', start: 0, end: 0, atRoot: true };
}

/** `/plugin/;` belongs to the `/dts-v1/;` before it, and where the tags stand several times they must say the same. */
function* headerProblems(items: readonly ParsedItem[]): Generator<SyntaxProblem> {
  let first: boolean | undefined;
  for (const [index, { tag, end }] of items.entries()) {
    if (tag === undefined) continue;
    const start = items[index - 1]?.end ?? 0;
    if (tag === 'plugin' && items[index - 1]?.tag !== 'dts') {
      yield { id: 'dts-order', level: 'error', message: '`/plugin/;` must stand directly after `/dts-v1/;`', start, end };
    }
    if (tag !== 'dts') continue;
    const plugin = items[index + 1]?.tag === 'plugin';
    first ??= plugin;
    if (first !== plugin) {
      yield { id: 'dts-order', level: 'error', message: `the tags before said that this is ${first ? 'an' : 'no'} overlay`, start, end };
    }
  }
}
