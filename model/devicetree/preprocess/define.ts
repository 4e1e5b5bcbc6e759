/**
 * What a `#define` says: name, parameters and body, with the places. Bodies are split into tokens
 * at the first use, as most macros of a header are never used.
 */
import { hashOf, wordEnd } from './chars.ts';
import { Lexer, lexAll } from './lexer.ts';
import { DirectiveKind, type ScannedFile } from './scan.ts';
import { PASTE, STRINGIFY, type Token, TokenKind, WHITE } from './token.ts';

/** The names of the parameters of a function-like macro. */
export interface Parameters {
  readonly names: readonly string[];
  readonly variadic: boolean;
}

/** One macro definition. Offsets are into the cooked text of `scan`. */
export class MacroDefinition {
  readonly name: string;
  readonly hash: number;
  readonly scan: ScannedFile;
  readonly nameStart: number;
  /** Undefined for an object-like macro. */
  readonly parameters: Parameters | undefined;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  private tokens: readonly Token[] | undefined;
  private text: string | undefined;

  /** A definition written at a place of a file. */
  constructor(scan: ScannedFile, name: string, at: DefinitionPlace) {
    this.name = name;
    this.hash = hashOf(name);
    this.scan = scan;
    this.nameStart = at.nameStart;
    this.parameters = at.parameters;
    this.bodyStart = at.bodyStart;
    this.bodyEnd = at.bodyEnd;
  }

  /** The body as tokens, `#` and `##` turned into marks. */
  body(): readonly Token[] {
    this.tokens ??= bodyTokens(lexAll(this.scan.text, this.bodyStart, this.bodyEnd, this.scan), this.parameters);
    return this.tokens;
  }

  /** The body as it is written. */
  bodyText(): string {
    this.text ??= this.scan.text.slice(this.bodyStart, this.bodyEnd);
    return this.text;
  }
}

/** Where the parts of a definition are. */
export interface DefinitionPlace {
  readonly nameStart: number;
  readonly parameters: Parameters | undefined;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Why a `#define` is not one: a message and the place. */
export interface DefineFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The name of a plain `#define`. */
const PLAIN_NAME = /[ \t]+([A-Za-z_][A-Za-z0-9_]*)(?=[ \t\n])/y;

/** Reads the text of a `#define` between two offsets. */
export function parseDefine(scan: ScannedFile, start: number, end: number): MacroDefinition | DefineFault {
  const { text } = scan;
  PLAIN_NAME.lastIndex = start;
  const name = PLAIN_NAME.exec(text)?.[1];
  const bodyStart = PLAIN_NAME.lastIndex;
  if (name === undefined || name === 'defined' || bodyStart > end) return parseAnyDefine(scan, start, end);
  const definition = new MacroDefinition(scan, name, { nameStart: bodyStart - name.length, parameters: undefined, bodyStart, bodyEnd: end });
  return withoutPasteFault(definition);
}

/** What the `#define` at an index of the directives says; the scan remembers it for the next board and the next edit. */
export function definitionAt(scan: ScannedFile, index: number): MacroDefinition | DefineFault | undefined {
  const known = scan.definitions[index];
  if (known instanceof MacroDefinition) return known;
  const directive = scan.directives[index];
  if (directive?.kind !== DirectiveKind.define) return undefined;
  const parsed = parseDefine(scan, directive.operand, directive.lineEnd);
  if (parsed instanceof MacroDefinition) scan.definitions[index] = parsed;
  return parsed;
}

function parseAnyDefine(scan: ScannedFile, start: number, end: number): MacroDefinition | DefineFault {
  const { text } = scan;
  const lexer = new Lexer(text, start, end, scan);
  const name = lexer.next();
  if (name === undefined) return { message: 'No macro name after #define', start, end };
  const nameStart = name.pos;
  if (name.kind !== TokenKind.name) return fault('A macro name must be an identifier', name);
  if (name.text === 'defined') return fault('"defined" cannot be used as a macro name', name);
  let parameters: Parameters | undefined;
  if (lexer.pos < end && text.charCodeAt(lexer.pos) === 40) {
    const read = parseParameters(lexer, name);
    if ('message' in read) return read;
    parameters = read;
  }
  const definition = new MacroDefinition(scan, name.text, { nameStart, parameters, bodyStart: lexer.pos, bodyEnd: end });
  return withoutPasteFault(definition);
}

function withoutPasteFault(definition: MacroDefinition): MacroDefinition | DefineFault {
  return definition.scan.pastes && definition.bodyText().includes('##') ? (pasteFault(definition) ?? definition) : definition;
}

function fault(message: string, token: Token): DefineFault {
  return { message, start: token.pos, end: token.pos + token.text.length };
}

function parseParameters(lexer: Lexer, name: Token): Parameters | DefineFault {
  const names: string[] = [];
  const seen = new Set<string>();
  lexer.next();
  for (let expectName = true; ; expectName = !expectName) {
    const token = lexer.next();
    if (token === undefined) return fault('Expected ")" to end the parameter list', name);
    if (token.text === ')' && (!expectName || names.length === 0)) return { names, variadic: false };
    if (!expectName) {
      if (token.text === '...') return closeVariadic(lexer, names, token);
      if (token.text !== ',') return fault('Expected "," or ")" in the parameter list', token);
    } else if (token.text === '...') {
      names.push('__VA_ARGS__');
      return closeVariadic(lexer, names, token);
    } else if (token.kind !== TokenKind.name) return fault('Expected a parameter name', token);
    else if (seen.has(token.text)) return fault(`Duplicate macro parameter "${token.text}"`, token);
    else {
      seen.add(token.text);
      names.push(token.text);
    }
  }
}

function closeVariadic(lexer: Lexer, names: string[], dots: Token): Parameters | DefineFault {
  const close = lexer.next();
  return close?.text === ')' ? { names, variadic: true } : fault('Expected ")" after "..."', close ?? dots);
}

function pasteFault(definition: MacroDefinition): DefineFault | undefined {
  const tokens = lexAll(definition.scan.text, definition.bodyStart, definition.bodyEnd);
  const edge = [tokens[0], tokens.at(-1)].find((token) => token?.text === '##');
  return edge === undefined ? undefined : fault('"##" cannot stand at either end of a macro body', edge);
}

/** Turns `#` before a parameter and `##` into marks of the tokens beside them. */
function bodyTokens(lexed: readonly Token[], parameters: Parameters | undefined): Token[] {
  const tokens: Token[] = [];
  const indices = new Map((parameters?.names ?? []).map((name, index) => [name, index]));
  for (let i = 0; i < lexed.length; i++) {
    const token = lexed[i];
    if (token === undefined) continue;
    const last = tokens.at(-1);
    if (token.text === '##' && last !== undefined) {
      tokens[tokens.length - 1] = withParameter(last.withFlags(last.flags | PASTE), last.param);
      continue;
    }
    const next = lexed[i + 1];
    const operand = token.text === '#' && next !== undefined ? operandOf(next, indices, parameters) : undefined;
    if (operand !== undefined && next !== undefined) {
      tokens.push(withParameter(next.withFlags((token.flags & WHITE) | STRINGIFY), operand));
      i++;
      continue;
    }
    const param = token.kind === TokenKind.name ? indices.get(token.text) : undefined;
    if (param !== undefined) token.param = param;
    tokens.push(token);
  }
  const [first] = tokens;
  if (first !== undefined) tokens[0] = withParameter(first.withFlags(first.flags & ~WHITE), first.param);
  return tokens;
}

/** The parameter that `#` applies to, -1 for `__VA_OPT__`, undefined where it is no operator. */
function operandOf(next: Token, indices: ReadonlyMap<string, number>, parameters: Parameters | undefined): number | undefined {
  return next.text === '__VA_OPT__' && parameters?.variadic === true ? -1 : indices.get(next.text);
}

function withParameter(token: Token, param: number): Token {
  token.param = param;
  return token;
}

/** Whether two definitions of one name say the same, as C asks of a redefinition. */
export function sameDefinition(a: MacroDefinition, b: MacroDefinition): boolean {
  const p = a.parameters;
  const q = b.parameters;
  if ((p === undefined) !== (q === undefined) || p?.variadic !== q?.variadic) return false;
  if (p?.names.join() !== q?.names.join()) return false;
  if (a.bodyText() === b.bodyText()) return true;
  const left = a.body();
  const right = b.body();
  return left.length === right.length && left.every((token, i) => {
    const other = right[i];
    if (other === undefined || token.text !== other.text) return false;
    const mask = i === 0 ? ~WHITE : ~0;
    return (token.flags & mask) === (other.flags & mask);
  });
}

/** The range of a definition's name. */
export function nameRange(definition: MacroDefinition): { file: string; start: number; end: number } {
  const { scan, nameStart } = definition;
  const end = wordEnd(scan.text, nameStart);
  return { file: scan.file.path, start: scan.cooked.raw(nameStart), end: scan.cooked.rawEnd(end) };
}
