/**
 * Expands an invocation once more, remembering for every token where it is written and which
 * macros it came through. Directives between arguments are passed over; `__COUNTER__` gives 0.
 */
import { DEFAULT_LIMITS, type Limits } from '../source/files.ts';
import { BUILTINS } from './builtins.ts';
import type { MacroDefinition } from './define.ts';
import { Expander, type ExpansionHost, type TokenSource } from './expander.ts';
import { Lexer } from './lexer.ts';
import { type PrintedToken, Printer } from './printer.ts';
import type { ScannedFile } from './scan.ts';
import type { MacroTable } from './table.ts';
import { END, padding, type Token, TokenKind } from './token.ts';

/** Which invocation: a stretch of cooked text, and the length of the macro log when it was read. */
export interface Invocation {
  readonly source: number;
  readonly sourceEnd: number;
  readonly log: number;
}

/** The tokens of an invocation's expansion, with offsets into its text. */
export function replay(scan: ScannedFile, invocation: Invocation, table: MacroTable): readonly PrintedToken[] {
  const player = new Player(scan, invocation, table);
  const expander = new Expander(player, player, { tracked: true, bare: false });
  const printer = new Printer(undefined, true);
  const name = player.next();
  if (!expander.begin(name)) return [];
  printer.add(padding(name));
  while (!expander.idle) printer.add(expander.next());
  return printer.pieces ?? [];
}

class Player implements ExpansionHost, TokenSource {
  readonly limits: Limits = DEFAULT_LIMITS;
  private readonly tokens: Token[] = [];
  private readonly table: MacroTable;
  private readonly log: number;
  private position = 0;

  constructor(scan: ScannedFile, invocation: Invocation, table: MacroTable) {
    this.table = table;
    this.log = invocation.log;
    let from = invocation.source;
    const inside = scan.directives.filter((each) => each.start >= from && each.end <= invocation.sourceEnd);
    for (const end of [...inside.map((each) => each.start), invocation.sourceEnd]) {
      const lexer = new Lexer(scan.text, from, end, scan);
      for (let token = lexer.next(); token !== undefined; token = lexer.next()) this.tokens.push(token);
      from = inside.find((each) => each.start === end)?.end ?? end;
    }
  }

  lookup(name: string): MacroDefinition | undefined {
    return this.table.at(name, this.log);
  }

  builtin(name: Token): Token | undefined {
    if (!BUILTINS.has(name.text)) return undefined;
    return name.replaced(TokenKind.number, '0', name.flags);
  }

  complain(): void {}

  next(): Token {
    return this.tokens[this.position++] ?? END;
  }

  unread(): void {
    this.position--;
  }

  mayClose(): boolean {
    return true;
  }

  mark(): number {
    return this.position;
  }

  rewind(mark: unknown): void {
    this.position = Number(mark);
  }
}
