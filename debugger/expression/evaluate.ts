/**
 * The evaluator. Names and functions come from a scope that is handed in, so nothing here knows
 * machines. A failure is a value with a message and a place. Work is bounded by a count of evaluated
 * nodes, whatever lists the scope gives.
 */
import { nearest } from '../../model/platform/nearest.ts';
import type { Expression, ExpressionSpan } from './ast.ts';
import { applyOperator, applySign } from './operators.ts';
import { asCondition, asNumber, booleanValue, itemsOf, kindName, numberValue, sameValues, stringValue, type ExpressionValue } from './value.ts';

/** Why something has no value. */
export interface ScopeFailure {
  readonly kind: 'failure';
  readonly message: string;
}

/** What gives an expression its names and functions. Undefined: there is none of that name. */
export interface Scope {
  name(name: string): ExpressionValue | ScopeFailure | undefined;
  call(name: string, args: readonly ExpressionValue[]): ExpressionValue | ScopeFailure | undefined;
  /** `name.member`, where making the whole record would be a waste; undefined: the name decides. */
  member?(name: string, member: string): ExpressionValue | ScopeFailure | undefined;
  /** `name[index]`, for lists that are too long to be made whole; undefined: the name decides. */
  element?(name: string, index: number): ExpressionValue | ScopeFailure | undefined;
  /** Names to propose for a misspelt one. */
  names?(): Iterable<string>;
}

/** What an expression came to. */
export type Evaluation =
  | { readonly ok: true; readonly value: ExpressionValue }
  | { readonly ok: false; readonly message: string; readonly at: ExpressionSpan };

/** Says that something has no value. */
export function failure(message: string): ScopeFailure {
  return { kind: 'failure', message };
}

/** Nodes evaluated at most: `where` over a list evaluates its condition once for each row. */
const MOST_WORK = 1_000_000;
/** Deeper than any tree of the parser. */
const MOST_DEPTH = 2000;

/** A scope with some names of its own before those of another: variables of a scenario, fields of a row. */
export function withNames(names: ReadonlyMap<string, ExpressionValue>, outer: Scope): Scope {
  return {
    name: (name) => names.get(name) ?? outer.name(name),
    call: (name, args) => outer.call(name, args),
    member: (name, of) => (names.has(name) ? undefined : outer.member?.(name, of)),
    element: (name, index) => (names.has(name) ? undefined : outer.element?.(name, index)),
    names: () => [...names.keys(), ...(outer.names?.() ?? [])],
  };
}

/** The scope without any name: constants only. */
export const EMPTY_SCOPE: Scope = { name: () => undefined, call: () => undefined };

/** Computes an expression. */
export function evaluate(expression: Expression, scope: Scope = EMPTY_SCOPE): Evaluation {
  return new Evaluator().run(expression, scope, 0);
}

/** Computes an expression as a condition. */
export function evaluateCondition(expression: Expression, scope: Scope = EMPTY_SCOPE): { readonly ok: true; readonly value: boolean } | (Evaluation & { ok: false }) {
  const result = evaluate(expression, scope);
  if (!result.ok) return result;
  const value = asCondition(result.value);
  return value === undefined ? failed(`${kindName(result.value)} is neither true nor false`, expression) : { ok: true, value };
}

function failed(message: string, at: ExpressionSpan): Evaluation & { ok: false } {
  return { ok: false, message, at: { start: at.start, end: at.end } };
}

function ok(value: ExpressionValue): Evaluation {
  return { ok: true, value };
}

/** The field of a record: as spelt, or else the only one that differs in case. */
export function fieldOf(record: ExpressionValue & { kind: 'record' }, name: string): ExpressionValue | undefined {
  const exact = record.fields.find((f) => f.name === name);
  if (exact !== undefined) return exact.value;
  const alike = record.fields.filter((f) => f.name.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? alike[0]?.value : undefined;
}

type Node<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

class Evaluator {
  #work = 0;

  run(e: Expression, scope: Scope, depth: number): Evaluation {
    if (++this.#work > MOST_WORK) return failed('the expression takes too long to compute', e);
    if (depth > MOST_DEPTH) return failed('the expression is nested too deep', e);
    switch (e.kind) {
      case 'number': return ok(numberValue({ hi: e.hi, lo: e.lo }));
      case 'string': return ok(stringValue(e.text));
      case 'name': return this.#name(e, scope);
      case 'member': return this.#member(e, scope, depth);
      case 'index': return this.#index(e, scope, depth);
      case 'call': return this.#call(e, scope, depth);
      case 'unary': return this.#unary(e, scope, depth);
      case 'binary': return this.#binary(e, scope, depth);
      case 'where': return this.#where(e, scope, depth);
    }
  }

  #name(e: Node<'name'>, scope: Scope): Evaluation {
    if (e.name === 'true' || e.name === 'false') return ok(booleanValue(e.name === 'true'));
    if (e.name === '') return failed('a value is missing here', e);
    return given(scope.name(e.name), e, () => unknown('name', e.name, scope.names?.() ?? []));
  }

  #member(e: Node<'member'>, scope: Scope, depth: number): Evaluation {
    const direct = e.of.kind === 'name' ? scope.member?.(e.of.name, e.name) : undefined;
    if (direct !== undefined) return given(direct, e.at, () => '');
    const of = this.run(e.of, scope, depth + 1);
    if (!of.ok) return of;
    return member(of.value, e.name, e.at);
  }

  #index(e: Node<'index'>, scope: Scope, depth: number): Evaluation {
    const index = this.run(e.index, scope, depth + 1);
    if (!index.ok) return index;
    const number = asNumber(index.value);
    if (e.of.kind === 'name' && number !== undefined && number.hi === 0) {
      const direct = scope.element?.(e.of.name, number.lo);
      if (direct !== undefined) return given(direct, e, () => '');
    }
    const of = this.run(e.of, scope, depth + 1);
    if (!of.ok) return of;
    if (index.value.kind === 'string') return member(of.value, index.value.text, e.index);
    const items = itemsOf(of.value);
    if (items === undefined) return failed(`${kindName(of.value)} has no entries to choose from`, e.of);
    if (number === undefined) return failed('an index is a number', e.index);
    const item = number.hi === 0 ? items[number.lo] : undefined;
    return item === undefined ? failed(`there are ${items.length} entries, counted from 0`, e.index) : ok(item);
  }

  #call(e: Node<'call'>, scope: Scope, depth: number): Evaluation {
    const values: ExpressionValue[] = [];
    for (const arg of e.args) {
      const value = this.run(arg, scope, depth + 1);
      if (!value.ok) return value;
      values.push(value.value);
    }
    if (e.name === 'count') return count(values, e);
    const result = scope.call(e.name, values);
    return result?.kind === 'failure' ? failed(result.message, e) : given(result, e.at, () => unknown('function', e.name, scope.names?.() ?? []));
  }

  #unary(e: Node<'unary'>, scope: Scope, depth: number): Evaluation {
    const operand = this.run(e.operand, scope, depth + 1);
    if (!operand.ok) return operand;
    if (e.operator === '!') {
      const value = asCondition(operand.value);
      return value === undefined ? failed(`${kindName(operand.value)} is neither true nor false`, e.operand) : ok(booleanValue(!value));
    }
    const number = asNumber(operand.value);
    return number === undefined ? failed(`${kindName(operand.value)} is not a number`, e.operand) : ok(applySign(e.operator, number));
  }

  #binary(e: Node<'binary'>, scope: Scope, depth: number): Evaluation {
    const left = this.run(e.left, scope, depth + 1);
    if (!left.ok) return left;
    if (e.operator === '&&' || e.operator === '||') return this.#logical(e, left.value, scope, depth);
    const right = this.run(e.right, scope, depth + 1);
    if (!right.ok) return right;
    if (e.operator === '==' || e.operator === '!=') {
      const same = sameValues(left.value, right.value);
      return same === undefined ? failed(`${kindName(left.value)} cannot be compared with ${kindName(right.value)}`, e) : ok(booleanValue(same === (e.operator === '==')));
    }
    const [a, b] = [asNumber(left.value), asNumber(right.value)];
    if (a === undefined) return failed(`${kindName(left.value)} is not a number`, e.left);
    if (b === undefined) return failed(`${kindName(right.value)} is not a number`, e.right);
    const result = applyOperator(e.operator, a, b);
    return result === undefined ? failed('division by zero', e.right) : ok(result);
  }

  #logical(e: Node<'binary'>, left: ExpressionValue, scope: Scope, depth: number): Evaluation {
    const first = asCondition(left);
    if (first === undefined) return failed(`${kindName(left)} is neither true nor false`, e.left);
    if (first === (e.operator === '||')) return ok(booleanValue(first));
    const right = this.run(e.right, scope, depth + 1);
    if (!right.ok) return right;
    const second = asCondition(right.value);
    return second === undefined ? failed(`${kindName(right.value)} is neither true nor false`, e.right) : ok(booleanValue(second));
  }

  #where(e: Node<'where'>, scope: Scope, depth: number): Evaluation {
    const list = this.run(e.list, scope, depth + 1);
    if (!list.ok) return list;
    const rows = itemsOf(list.value);
    if (rows === undefined) return failed(`${kindName(list.value)} has no rows to choose from`, e.list);
    const items: ExpressionValue[] = [];
    let fields: ReadonlySet<string> | undefined;
    let isLacking = false;
    const lacks = (name: string): ScopeFailure | undefined => {
      fields ??= fieldsOf(rows);
      isLacking ||= fields.has(name.toLowerCase());
      return isLacking ? failure(`the row has no field \`${name}\``) : undefined;
    };
    for (const item of rows) {
      isLacking = false;
      const result = this.run(e.condition, rowScope(item, scope, lacks), depth + 1);
      // Rows of a queue differ: what one of them lacks and another has chooses only among those.
      if (!result.ok && isLacking) continue;
      if (!result.ok) return result;
      const holds = asCondition(result.value);
      if (holds === undefined) return failed(`${kindName(result.value)} is neither true nor false`, e.condition);
      if (holds) items.push(item);
    }
    return ok({ kind: 'list', items });
  }
}

/** The fields that any of some rows has, in lower case. */
function fieldsOf(rows: readonly ExpressionValue[]): ReadonlySet<string> {
  return new Set(rows.flatMap((row) => (row.kind === 'record' ? row.fields.map(({ name }) => name.toLowerCase()) : [])));
}

/** Inside the condition of `where`: the fields of the row, and the row itself as `it`. */
function rowScope(row: ExpressionValue, outer: Scope, lacks: (name: string) => ScopeFailure | undefined): Scope {
  const field = (name: string): ExpressionValue | undefined => (name === 'it' ? row : row.kind === 'record' ? fieldOf(row, name) : undefined);
  return {
    name: (name) => field(name) ?? outer.name(name) ?? lacks(name),
    call: (name, args) => outer.call(name, args),
    member: (name, of) => (field(name) === undefined ? outer.member?.(name, of) : undefined),
    element: (name, index) => (field(name) === undefined ? outer.element?.(name, index) : undefined),
    names: () => [...(row.kind === 'record' ? row.fields.map((f) => f.name) : []), ...(outer.names?.() ?? [])],
  };
}

function given(value: ExpressionValue | ScopeFailure | undefined, at: ExpressionSpan, otherwise: () => string): Evaluation {
  if (value === undefined) return failed(otherwise(), at);
  return value.kind === 'failure' ? failed(value.message, at) : ok(value);
}

function unknown(what: string, name: string, known: Iterable<string>): string {
  // Anything is near to a name of one or two letters.
  const near = name.length > 2 ? nearest(name, known) : undefined;
  return `there is no ${what} \`${name}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}

function member(of: ExpressionValue, name: string, at: ExpressionSpan): Evaluation {
  const items = itemsOf(of);
  if (items !== undefined && name === 'length') return ok(numberValue(items.length));
  if (of.kind !== 'record') return failed(`${kindName(of)} has no fields`, at);
  const value = fieldOf(of, name);
  if (value !== undefined) return ok(value);
  if (name === 'address' && of.place?.kind === 'memory') return ok(numberValue(of.place.address));
  const near = nearest(name, of.fields.map((f) => f.name));
  return failed(`${of.type} has no field \`${name}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`, at);
}

function count(values: readonly ExpressionValue[], e: Node<'call'>): Evaluation {
  const [list] = values;
  const items = list === undefined || values.length !== 1 ? undefined : itemsOf(list);
  return items === undefined ? failed('`count` takes one list', e) : ok(numberValue(items.length));
}
