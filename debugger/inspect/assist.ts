/**
 * Help while an expression is written: completions at a place, and what the thing under the cursor is.
 * Incomplete text is the normal case; the parser's tree of it is good enough to answer from.
 */
import { registerNamed } from '../../emulator/fields/registers.ts';
import { childrenOf, type Expression, type ExpressionSpan } from '../expression/ast.ts';
import { evaluate, type Scope } from '../expression/evaluate.ts';
import { FUNCTIONS, NAMES } from '../expression/functions.ts';
import { parseExpression } from '../expression/parser.ts';
import { textOf, type ExpressionValue } from '../expression/value.ts';
import { offeredNames, type NodeNames } from '../scenario/nodeNames.ts';
import type { Surroundings } from './functions.ts';
import { nameExpression } from './machineNames.ts';
import { SHOWN_REGISTERS } from './registers.ts';
import { CONSTANTS, wordsOf } from './scope.ts';
import { LAYOUTS } from './structure.ts';

/** One proposal. */
export interface CompletionItem {
  readonly label: string;
  /** What is written; the label where absent. */
  readonly insert?: string;
  readonly kind: 'function' | 'variable' | 'device' | 'smmu' | 'field' | 'constant' | 'register';
  readonly detail: string;
  /** Range of the text that it replaces. */
  readonly start: number;
  readonly end: number;
}

/** What is under the cursor. */
export interface ExpressionHover extends ExpressionSpan {
  /** The value, on one line; absent where there is none. */
  readonly value: string | undefined;
  /** What it is. */
  readonly text: string;
}

const MOST_ITEMS = 200;

/** All nodes of a tree. */
function nodesOf(root: Expression): Expression[] {
  const found: Expression[] = [];
  const pending = [root];
  for (let e = pending.pop(); e !== undefined; e = pending.pop()) {
    found.push(e);
    pending.push(...childrenOf(e));
  }
  return found;
}

function covers(span: ExpressionSpan, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}

/** The documentation of a field of a record. */
function fieldText(of: ExpressionValue, name: string): string {
  if (of.kind !== 'record') return '';
  if (of.type === 'SMMU') return registerNamed(name)?.layout.text ?? '';
  return LAYOUTS.get(of.type)?.fields.find((f) => f.name === name)?.text ?? '';
}

function fieldItems(of: ExpressionValue, at: ExpressionSpan, prefix: string): CompletionItem[] {
  const fields = of.kind === 'record' ? of.fields : [];
  return fields.filter((f) => f.name.toLowerCase().startsWith(prefix.toLowerCase())).map((f) => ({
    label: f.name, kind: 'field', detail: [textOf(f.value).slice(0, 80), fieldText(of, f.name)].filter((t) => t !== '').join(' - '), ...at,
  }));
}

/** The rows over which a place inside `where` ranges, so that their fields are names there. */
function rowAt(nodes: readonly Expression[], offset: number, scope: Scope): ExpressionValue | undefined {
  const where = nodes.find((e) => e.kind === 'where' && offset >= e.list.end && offset <= e.end);
  const list = where?.kind === 'where' ? evaluate(where.list, scope) : undefined;
  if (list?.ok !== true || (list.value.kind !== 'list' && list.value.kind !== 'record')) return undefined;
  return list.value.items?.[0];
}

/** Proposals at an offset of a text. */
export function complete(around: Surroundings, scope: Scope, text: string, offset: number): CompletionItem[] {
  const { expression } = parseExpression(text);
  const nodes = nodesOf(expression);
  const prefix = /[A-Za-z_][\w@]*$/.exec(text.slice(0, offset))?.[0] ?? '';
  const at = { start: offset - prefix.length, end: offset };
  const inString = /"([^"]*)$/.exec(text.slice(0, offset));
  const quotes = (text.slice(0, offset).match(/"/g) ?? []).length;
  if (inString !== null && quotes % 2 === 1) return quotedItems(around, text.slice(0, inString.index), { prefix: inString[1] ?? '', end: offset });
  const member = nodes.find((e) => e.kind === 'member' && covers(e.at, offset));
  if (member?.kind === 'member') {
    const of = evaluate(member.of, scope);
    return of.ok ? fieldItems(of.value, at, prefix).slice(0, MOST_ITEMS) : [];
  }
  const row = rowAt(nodes, offset, scope);
  const rows = row === undefined ? [] : fieldItems(row, at, prefix);
  const lower = prefix.toLowerCase();
  return [...rows, ...nameItems(around, at).filter((i) => i.label.toLowerCase().startsWith(lower))].slice(0, MOST_ITEMS);
}

/** What may stand inside the quotes of `reg("...")`, `device("...")`, `ste("...")` and their like. `before` is the text before the quotes. */
function quotedItems({ system }: Surroundings, before: string, { prefix, end }: { readonly prefix: string; readonly end: number }): CompletionItem[] {
  const call = /\b(\w+)\s*\(([^()]*)$/.exec(before);
  const name = call?.[1] ?? '';
  const isFirst = call?.[2]?.trim() === '';
  const at = { start: end - prefix.length, end };
  const items: CompletionItem[] = [];
  if (OF_SMMU.has(name) && isFirst) items.push(...offered(system.smmus, (label): CompletionItem => ({ label, kind: 'smmu', detail: 'An SMMU and its registers.', ...at })));
  if (OF_STREAM.has(name)) items.push(...offered(system.devices, (label, d): CompletionItem => ({ label, kind: 'device', detail: streamsText(d), ...at })));
  if (name === 'reg') items.push(...SHOWN_REGISTERS.map((r): CompletionItem => ({ label: r.name, kind: 'register', detail: r.layout.text, ...at })));
  return items.filter((i) => i.label.toLowerCase().startsWith(prefix.toLowerCase())).slice(0, MOST_ITEMS);
}

/** Functions whose first argument may be the name of an SMMU. */
const OF_SMMU: ReadonlySet<string> = new Set(['smmu', 'reg', 'tlb', 'cmdq', 'evtq', 'priq', 'ste', 'cd', 'walk', 'ranges']);

/** Functions that take the name of a device. */
const OF_STREAM: ReadonlySet<string> = new Set(['device', 'ste', 'cd', 'walk', 'ranges']);

function streamsText({ sids }: { readonly sids: readonly number[] }): string {
  return sids.length === 0 ? 'no StreamID' : `StreamID ${sids.map((s) => `0x${s.toString(16)}`).join(', ')}`;
}

/** The first names of things, and then their other ones, as the editor offers them. */
function offered<T extends NodeNames>(things: readonly T[], item: (label: string, thing: T) => CompletionItem): CompletionItem[] {
  const others = things.flatMap((thing) => offeredNames(thing).slice(1).map((label) => item(label, thing)));
  return [...things.map((thing) => item(thing.name, thing)), ...others];
}

function nameItems({ system, context }: Surroundings, at: ExpressionSpan): CompletionItem[] {
  const variables = [...(context.variables ?? [])].map(([label, value]): CompletionItem => ({ label, kind: 'variable', detail: textOf(value).slice(0, 80), ...at }));
  const functions = FUNCTIONS.map((f): CompletionItem => ({ label: f.name, insert: `${f.name}(`, kind: 'function', detail: `${f.shape}: ${f.text}`, ...at }));
  const names = NAMES.map((n): CompletionItem => ({ label: n.name, kind: 'variable', detail: n.text, ...at }));
  const smmus = offered(system.smmus, (label): CompletionItem => ({ label, insert: nameExpression(label, 'smmu'), kind: 'smmu', detail: 'An SMMU and its registers.', ...at }));
  const devices = offered(system.devices, (label, d): CompletionItem => ({ label, insert: nameExpression(label, 'device'), kind: 'device', detail: streamsText(d), ...at }));
  const constants = [...CONSTANTS].map(([label, value]): CompletionItem => ({ label, kind: 'constant', detail: LAYOUTS.get(label)?.text ?? textOf(value), ...at }));
  return [...variables, ...names, ...functions, ...smmus, ...devices, ...constants];
}

/** What stands at an offset of a text. */
export function hover(scope: Scope, text: string, offset: number): ExpressionHover | undefined {
  const { expression } = parseExpression(text);
  const candidates = nodesOf(expression).flatMap((e) => {
    const span = e.kind === 'member' || e.kind === 'call' ? e.at : e.kind === 'name' ? e : undefined;
    return span !== undefined && span.end > span.start && covers(span, offset) ? [{ e, span }] : [];
  });
  const [hit] = candidates.toSorted((a, b) => (a.span.end - a.span.start) - (b.span.end - b.span.start));
  if (hit === undefined) return undefined;
  const result = evaluate(hit.e, scope);
  return { start: hit.span.start, end: hit.span.end, value: result.ok ? textOf(result.value) : undefined, text: describe(hit.e, scope, result.ok ? '' : result.message) };
}

function describe(e: Expression, scope: Scope, problem: string): string {
  if (e.kind === 'member') {
    const of = evaluate(e.of, scope);
    return (of.ok ? fieldText(of.value, e.name) : '') || problem;
  }
  if (e.kind !== 'name' && e.kind !== 'call') return problem;
  const known = wordsOf(e.name);
  if (known !== undefined) return `${known.shape}: ${known.text}`;
  return LAYOUTS.get(e.name)?.text ?? problem;
}
