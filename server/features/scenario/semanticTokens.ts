/** Semantic colours of a scenario: what each part of a line is, by its place in the action. */
import { nextToken } from '../../../debugger/expression/lexer.ts';
import type { BoundLine, Slot } from '../../../debugger/scenario/bind/line.ts';
import { FUNCTIONS } from '../../../debugger/expression/functions.ts';
import type { NameOf } from '../../../debugger/scenario/catalog.ts';
import { findNamed, type MachineNames } from '../../../debugger/scenario/machine.ts';
import { Pace } from '../../../debugger/scenario/pace.ts';
import { type ColouredToken, TOKEN_TYPES } from '../semanticTokens.ts';
import { fileOf, machineOf, type ScenarioDocument } from './document.ts';

type TokenType = (typeof TOKEN_TYPES)[number];

const INDEX = new Map(TOKEN_TYPES.map((type, index) => [type, index]));
const FUNCTION_NAMES = new Set(FUNCTIONS.map((one) => one.name));
const MAX_COLOURED = 50_000;

const NAME_TYPES: Readonly<Record<NameOf, TokenType>> = {
  device: 'class', smmu: 'class', domain: 'type', owner: 'type', register: 'property', command: 'macro', event: 'macro', operation: 'macro', profile: 'type',
};

/** The coloured tokens of `[start, end)`, in order; in slices. */
export function* scenarioTokens(document: ScenarioDocument, range?: { start: number; end: number }): Generator<void, ColouredToken[]> {
  const { tree, bound } = yield* fileOf(document);
  const { start, end } = range ?? { start: 0, end: document.text.length };
  const colours = new Colours(document.text, machineOf(document));
  const pace = new Pace();
  for (const line of tree.lines) {
    if (pace.isDue()) yield;
    if ((line.comment?.end ?? line.end) < start) continue;
    if (line.start > end || colours.found.length > MAX_COLOURED) break;
    const known = bound.get(line);
    if (known !== undefined) colours.line(known);
    if (known !== undefined && pace.isDue(line.end - line.start)) yield;
    if (line.comment !== undefined) colours.add(line.comment.start, line.comment.end, 'comment');
  }
  return colours.found;
}

class Colours {
  readonly found: ColouredToken[] = [];

  constructor(readonly text: string, readonly machine: MachineNames) {}

  add(start: number, end: number, type: TokenType, modifiers = 0): void {
    if (end > start) this.found.push({ start, end, type: INDEX.get(type) ?? 0, modifiers });
  }

  line({ line, verb, verbEnd, slots }: BoundLine): void {
    for (const chunk of line.chunks) if (verb !== undefined && chunk.end <= verbEnd) this.add(chunk.start, chunk.end, 'keyword');
    for (const slot of slots) this.#slot(slot);
  }

  #slot(slot: Slot): void {
    const { start, end, valueStart } = slot;
    if (valueStart > start) this.add(start, valueStart - 1, 'property');
    const kind = slot.parameter?.kind ?? slot.option?.kind;
    if (this.text[valueStart] === '"') this.add(valueStart, end, 'string');
    else if (slot.option !== undefined && kind === undefined) this.add(valueStart, end, 'keyword');
    else if (kind === undefined) return;
    else if (kind.kind === 'name') this.add(valueStart, end, NAME_TYPES[kind.of], kind.declares === true ? 1 : 0);
    else if (kind.kind === 'keyword') this.add(valueStart, end, 'type');
    else if (kind.kind === 'variable') this.add(valueStart, end, 'variable', 1);
    else if (kind.kind === 'sign') this.add(valueStart, end, kind.sign === 'as' ? 'keyword' : 'operator');
    else if (kind.kind !== 'fields' || slot.field !== undefined) this.#expression(valueStart, end);
  }

  #expression(start: number, end: number): void {
    const source = this.text.slice(start, end);
    let isMember = false;
    for (let at = 0; at < source.length;) {
      const token = nextToken(source, at);
      if (token.kind === 'end') return;
      const type = this.#typeOf(token, isMember);
      if (type !== undefined) this.add(start + token.start, start + token.end, type);
      isMember = token.kind === 'operator' && token.text === '.';
      at = Math.max(token.end, at + 1);
    }
  }

  #typeOf(token: ReturnType<typeof nextToken>, isMember: boolean): TokenType | undefined {
    if (token.kind === 'number' || token.kind === 'string') return token.kind;
    if (token.kind !== 'name') return token.kind === 'operator' && !/^[().,[\]]$/.test(token.text) ? 'operator' : undefined;
    if (isMember) return 'property';
    if (token.text === 'where') return 'keyword';
    if (FUNCTION_NAMES.has(token.text)) return 'macro';
    return findNamed(this.machine.variables, token.text) !== undefined ? 'variable' : 'class';
  }
}
