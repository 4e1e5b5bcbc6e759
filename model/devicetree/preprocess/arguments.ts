/** Splits the text of an invocation into arguments, and says whether they fit the macro. */
import type { MacroDefinition } from './define.ts';
import { LINE_START, Token, TokenKind } from './token.ts';

/** One argument: its tokens as written, and fully expanded once that was asked for. */
export interface MacroArgument {
  tokens: Token[];
  expanded: Token[] | undefined;
  stringified: Token | undefined;
  /** Of variable arguments: nothing was passed, not even an empty argument. */
  absent: boolean;
}

function argument(tokens: Token[]): MacroArgument {
  while (tokens.at(-1)?.kind === TokenKind.padding) tokens.pop();
  return { tokens, expanded: undefined, stringified: undefined, absent: false };
}

/** Reads arguments up to the closing parenthesis. Answers a problem's id where that is missing. */
export function collectArguments(
  definition: MacroDefinition,
  next: () => Token,
): { arguments: MacroArgument[]; close: Token } | string {
  const { names, variadic } = definition.parameters ?? { names: [], variadic: false };
  const found: MacroArgument[] = [];
  let tokens: Token[] = [];
  let depth = 0;
  for (;;) {
    const token = next();
    if (token.kind === TokenKind.end) return 'macro-unterminated';
    if (token.kind === TokenKind.punctuator) {
      if (token.text === '(') depth++;
      else if (token.text === '#' && (token.flags & LINE_START) !== 0) return 'macro-unterminated';
      else if (token.text === ')' && depth-- === 0) {
        found.push(argument(tokens));
        return { arguments: found, close: token };
      } else if (token.text === ',' && depth === 0 && !(variadic && found.length + 1 === names.length)) {
        found.push(argument(tokens));
        tokens = [];
        continue;
      }
    }
    if (token.kind !== TokenKind.padding || tokens.length > 0) tokens.push(token);
  }
}

/** Brings the arguments to the number of parameters, or says why they do not fit. */
export function fitArguments(definition: MacroDefinition, found: MacroArgument[]): string | undefined {
  const { names, variadic } = definition.parameters ?? { names: [], variadic: false };
  const [first] = found;
  const onlyEmpty = found.length === 1 && first !== undefined && first.tokens.length === 0;
  if (names.length === 0 && onlyEmpty) found.length = 0;
  const count = found.length;
  if (variadic && onlyEmpty && names.length === 1 && first !== undefined) first.absent = true;
  if (variadic && count + 1 === names.length) {
    found.push({ tokens: [], expanded: undefined, stringified: undefined, absent: true });
    return undefined;
  }
  if (count === names.length) return undefined;
  if (count < names.length) return `Macro "${definition.name}" requires ${names.length} arguments, but only ${count} given`;
  return `Macro "${definition.name}" passed ${count} arguments, but takes just ${names.length}`;
}
