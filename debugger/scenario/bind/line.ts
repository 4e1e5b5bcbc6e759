/**
 * One line against the catalog: which action it is, what stands in the place of each parameter, and
 * what is wrong. The slots are for the editor, which needs to know what a half-written line is about
 * to say; the values are for running.
 */
import { nearest } from '../../../model/platform/nearest.ts';
import { FIRST_WORDS, type Kind, type Option, type Parameter, secondWords, shapeOf, shapeOfOption, type Verb, verbNamed } from '../catalog.ts';
import { problem, shorten, unknownName, withFix } from '../problem.ts';
import type { FieldValue, Value } from '../program.ts';
import { type Chunk, isString, pairOf } from '../syntax/chunks.ts';
import type { SyntaxLine } from '../syntax/tree.ts';
import type { Report } from './report.ts';
import { readExpression, readValue } from './values.ts';

/** A part of a line and what it stands for. */
export interface Slot {
  readonly start: number;
  readonly end: number;
  readonly parameter: Parameter | undefined;
  readonly option: Option | undefined;
  /** The name of a field: `name=value` that is no option. */
  readonly field: string | undefined;
  /** Where the value begins, behind `name=`. */
  readonly valueStart: number;
}

/** A line that is understood as far as it can be. */
export interface BoundLine {
  readonly line: SyntaxLine;
  /** Undefined where the line begins with no action. */
  readonly verb: Verb | undefined;
  /** The words of the action. */
  readonly verbEnd: number;
  readonly slots: readonly Slot[];
  readonly values: ReadonlyMap<string, Value>;
  /** Index of the parameter that would come next. */
  readonly next: number;
}

const OPERATOR = /^(?:[-+*/%&|^<>]|==|!=|<=|>=|<<|>>|&&|\|\||where)$/;
const NAME = /^[A-Za-z_][\w-]*$/;

/** Binds a line; what is wrong goes to the report. */
export function bindLine(text: string, line: SyntaxLine, report: Report): BoundLine {
  const { verb, words } = verbOf(line, report);
  const verbEnd = line.chunks[words - 1]?.end ?? line.end;
  if (verb === undefined) return { line, verb, verbEnd, slots: [], values: new Map(), next: 0 };
  const binder = new LineBinder(verb, text, report);
  binder.bind(line.chunks.slice(words), line.end, verbEnd);
  return { line, verb, verbEnd, slots: binder.slots, values: binder.values, next: binder.next };
}

/** Which action a line is, and how many chunks name it. */
function verbOf({ chunks }: Pick<SyntaxLine, 'chunks'>, report: Report): { readonly verb: Verb | undefined; readonly words: number } {
  const [first, second, third] = chunks;
  if (first === undefined) return { verb: undefined, words: 0 };
  const verb = FIRST_WORDS.includes(first.text) ? verbNamed(first.text) : undefined;
  if (second !== undefined) {
    const isCondition = third !== undefined && OPERATOR.test(third.text);
    const long = isCondition ? undefined : verbNamed(`${first.text}.${second.text}`);
    if (long !== undefined) return { verb: long, words: 2 };
    const seconds = secondWords(first.text);
    const isMisspelt = seconds.length > 0 && NAME.test(second.text) && !isCondition && third !== undefined;
    if (isMisspelt && verb?.name === 'expect') {
      report.add(unknownName('scenario-unknown-action', report.range(second.start, second.end), { name: second.text, what: 'expectation', known: seconds }));
      return { verb: undefined, words: 2 };
    }
  }
  if (verb === undefined && !report.isFull) {
    const { text, start, end } = first;
    const found = problem('scenario-unknown-action', report.range(start, end), `\`${shorten(text)}\` is no action.`, 'Begin the line with an action of docs/scenario.md.');
    const near = nearest(text, FIRST_WORDS);
    report.add(near === undefined ? found : withFix({ ...found, advice: `Did you mean \`${near}\`?` }, `Change to \`${near}\``, { text: near }));
  }
  return { verb, words: 1 };
}

class LineBinder {
  readonly slots: Slot[] = [];
  readonly values = new Map<string, Value>();
  readonly #fields: FieldValue[] = [];
  readonly #seen = new Set<string>();
  next = 0;

  constructor(readonly verb: Verb, readonly text: string, readonly report: Report) {}

  bind(chunks: readonly Chunk[], end: number, verbEnd: number): void {
    for (let at = 0; at < chunks.length; at += 1) {
      const chunk = chunks[at];
      if (chunk === undefined) break;
      const parameter = this.#skipSigns(chunk);
      if (parameter?.kind.kind === 'rest') {
        this.#rest(parameter, chunk.start, end);
        break;
      }
      const loose = this.#loose(chunks, at);
      if (loose > 0) at += loose - 1;
      else if (!this.#isSign(parameter, chunk) && !this.#pair(chunk) && !this.#flag(chunk, parameter)) this.#positional(chunk);
    }
    this.#finish(chunks.at(-1)?.end ?? verbEnd);
  }

  /** An expression with blanks and no parentheses: how many chunks from an operator on belong to it. */
  #loose(chunks: readonly Chunk[], at: number): number {
    let end = at;
    while (OPERATOR.test(chunks[end]?.text ?? '')) end += 2;
    const [first, operator, last] = [chunks[at - 1], chunks[at], chunks[Math.min(end, chunks.length) - 1]];
    if (end === at || first === undefined || operator === undefined || last === undefined) return 0;
    const found = problem('scenario-unexpected', this.report.range(operator.start, operator.end), 'An expression with blanks must stand in parentheses here.', 'Put it into parentheses, or remove the blanks.');
    this.report.add(withFix(found, 'Put it into parentheses', { range: this.report.range(first.start, last.end), text: `(${this.text.slice(first.start, last.end)})` }));
    return Math.min(end, chunks.length) - at;
  }

  get #parameter(): Parameter | undefined {
    return this.verb.parameters[this.next];
  }

  /** The parameter that a chunk stands in the place of: optional signs that are not there are passed, with what follows them. */
  #skipSigns(chunk: Chunk): Parameter | undefined {
    for (;;) {
      const parameter = this.#parameter;
      if (parameter?.kind.kind !== 'sign' || parameter.kind.sign === chunk.text || !parameter.optional) return parameter;
      this.next += 2;
    }
  }

  #isSign(parameter: Parameter | undefined, chunk: Chunk): boolean {
    if (parameter?.kind.kind !== 'sign') return false;
    this.next += 1;
    if (parameter.kind.sign === chunk.text) {
      this.#slot(chunk, chunk.start, { parameter });
      return true;
    }
    const { sign } = parameter.kind;
    const found = problem('scenario-syntax', this.report.range(chunk.start, chunk.end), `\`${sign}\` is missing before \`${shorten(chunk.text)}\`.`, `Write \`${shapeOf(this.verb)}\`.`);
    this.report.add(withFix(found, `Insert \`${sign}\``, { range: this.report.range(chunk.start, chunk.start), text: `${sign} ` }));
    if (this.#parameter?.kind.kind !== 'rest') return false;
    this.#rest(this.#parameter, chunk.start, chunk.end);
    return true;
  }

  #rest(parameter: Parameter, start: number, end: number): void {
    this.#slot({ start, end }, start, { parameter });
    this.next += 1;
    const expression = readExpression({ start, text: this.text.slice(start, end) }, this.report);
    if (expression !== undefined) this.values.set(parameter.name, { kind: 'expression', expression, at: this.report.range(start, end) });
  }

  /** Field by field: slots of one shape take a fraction of the memory and time of copies that get more fields. */
  #slot({ start, end }: Pick<Slot, 'start' | 'end'>, valueStart: number, { parameter, option, field }: Partial<Pick<Slot, 'parameter' | 'option' | 'field'>>): void {
    this.slots.push({ start, end, valueStart, parameter, option, field });
  }

  /** `name=value`: an option, or a field. */
  #pair(chunk: Chunk): boolean {
    const pair = pairOf(chunk);
    if (pair === undefined) return false;
    const { name, nameEnd, value } = pair;
    const option = this.verb.options.find((one) => one.name === name && one.kind !== undefined);
    const fields = this.verb.parameters.find((one) => one.kind.kind === 'fields');
    const nameRange = this.report.range(chunk.start, nameEnd);
    if (this.#seen.has(name)) this.report.add(problem('scenario-duplicate', nameRange, `\`${name}\` is given twice.`, 'Remove one of the two.'));
    this.#seen.add(name);
    if (option?.kind !== undefined) {
      this.#slot(chunk, value.start, { option });
      if (this.#isEmpty(value, name)) return true;
      const read = readValue(value, option.kind, this.report);
      if (read !== undefined) this.values.set(name, read);
    } else if (fields !== undefined) {
      this.#slot(chunk, value.start, { parameter: fields, field: name });
      if (!this.#isEmpty(value, name)) this.#field(name, value, fields);
    } else {
      this.#slot(chunk, value.start, {});
      this.#unknownOption(name, nameRange);
    }
    return true;
  }

  #field(name: string, value: Chunk, fields: Parameter): void {
    const range = this.report.range(value.start, value.end);
    const takesNames = fields.kind.kind === 'fields' && fields.kind.of === 'operation';
    const isName = takesNames && /^[A-Za-z_/][\w@,.\-/:]*$/.test(value.text);
    const expression = isName ? { kind: 'name' as const, name: value.text, start: value.start, end: value.end } : readExpression(value, this.report);
    if (expression !== undefined) this.#fields.push({ name, value: expression, at: this.report.range(value.start - name.length - 1, range.end) });
  }

  #isEmpty(value: Chunk, name: string): boolean {
    if (value.text !== '') return false;
    this.report.add(problem('scenario-missing-value', this.report.range(value.start - 1, value.end), `\`${name}=\` has no value.`, 'Write the value right behind `=`, without a blank.'));
    return true;
  }

  #unknownOption(name: string, range: ReturnType<Report['range']>): void {
    if (this.report.isFull) return;
    const known = this.verb.options.filter((one) => one.kind !== undefined).map((one) => one.name);
    this.report.add({ ...unknownName('scenario-unexpected', range, { name, what: 'option of this action', known }), message: `\`${this.#words}\` has no option \`${shorten(name)}\`.` });
  }

  get #words(): string {
    return this.verb.name.replace('.', ' ');
  }

  #flag(chunk: Chunk, parameter: Parameter | undefined): boolean {
    if (parameter !== undefined && !parameter.optional) return false;
    const option = this.verb.options.find((one) => one.kind === undefined && one.name === chunk.text);
    if (option === undefined) return false;
    if (this.values.has(option.name)) this.report.add(problem('scenario-duplicate', this.report.range(chunk.start, chunk.end), `\`${option.name}\` is given twice.`, 'Remove one of the two.'));
    this.#slot(chunk, chunk.start, { option });
    this.values.set(option.name, { kind: 'word', text: option.name, at: this.report.range(chunk.start, chunk.end) });
    return true;
  }

  #positional(chunk: Chunk): void {
    while (this.#passes(this.#parameter, chunk)) this.next += 1;
    const parameter = this.#parameter;
    if (parameter === undefined || parameter.kind.kind === 'fields') return this.#surplus(chunk, parameter);
    this.next += 1;
    this.#slot(chunk, chunk.start, { parameter });
    const value = readValue(chunk, parameter.kind, this.report);
    if (value !== undefined) this.values.set(parameter.name, value);
  }

  /** Whether an optional parameter is left out, because the chunk can only be a later one. */
  #passes(parameter: Parameter | undefined, chunk: Chunk): boolean {
    if (parameter?.optional !== true) return false;
    const later = this.verb.parameters.slice(this.next + 1).filter((one) => one.kind.kind !== 'sign' && one.kind.kind !== 'fields');
    return !mayBe(parameter.kind, chunk) && later.some((one) => mayBe(one.kind, chunk));
  }

  #surplus(chunk: Chunk, fields: Parameter | undefined): void {
    this.#slot(chunk, chunk.start, { parameter: fields });
    if (this.report.isFull) return;
    const flags = this.verb.options.filter((one) => one.kind === undefined).map((one) => one.name);
    const near = nearest(chunk.text, flags);
    const advice = fields === undefined ? `Its shape is \`${shapeOf(this.verb)}\`; an expression with blanks stands in parentheses.` : 'Write fields as `NAME=VALUE`, without blanks around `=`.';
    const found = problem('scenario-unexpected', this.report.range(chunk.start, chunk.end), `\`${this.#words}\` takes nothing more here.`, near === undefined ? advice : `Did you mean \`${near}\`?`);
    this.report.add(near === undefined ? found : withFix(found, `Change to \`${near}\``, { text: near }));
  }

  #finish(end: number): void {
    const fields = this.verb.parameters.find((one) => one.kind.kind === 'fields');
    const last = this.slots.at(-1);
    if (fields !== undefined && this.#fields.length > 0) {
      const [first] = this.#fields;
      this.values.set(fields.name, { kind: 'fields', fields: this.#fields, at: this.report.range(first?.at.start ?? end, last?.end ?? end) });
    }
    const missing = this.verb.parameters.slice(this.next).filter((one) => !one.optional && !(one.kind.kind === 'fields' && this.#hasFields));
    const [first = this.verb.options.find((one) => one.isNeeded === true && !this.#seen.has(one.name))] = missing;
    if (first === undefined) return;
    const name = 'optional' in first ? nameInShape(first) : `\`${shapeOfOption(first)}\``;
    this.report.add(problem('scenario-missing-value', this.report.range(Math.max(0, end - 1), end), `\`${this.#words}\` needs ${name} here${first.text === '' ? '' : `: ${inSentence(first.text)}`}.`, `Its shape is \`${shapeOf(this.verb)}\`.`));
  }

  get #hasFields(): boolean {
    return this.slots.some((slot) => slot.field !== undefined);
  }
}

function nameInShape({ name, kind }: Parameter): string {
  return kind.kind === 'sign' ? `\`${kind.sign}\`` : name.toUpperCase();
}

/** Whether a chunk could be a value of a kind, by its looks. */
function mayBe(kind: Kind, chunk: Chunk): boolean {
  if (kind.kind === 'keyword') return kind.words.includes(chunk.text);
  if (kind.kind === 'text' || kind.kind === 'path' || kind.kind === 'template') return isString(chunk);
  if (kind.kind === 'number' || kind.kind === 'numbers') return !isString(chunk);
  return true;
}

/** A sentence as the end of another: names such as `SubstreamID` keep their capital. */
function inSentence(text: string): string {
  const isName = /^[A-Z]\w*[A-Z]/.test(text);
  return `${isName ? text.charAt(0) : text.charAt(0).toLowerCase()}${text.slice(1, -1)}`;
}
