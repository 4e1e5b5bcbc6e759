/**
 * The macros of a board for hover, completion and navigation: what is defined at its end,
 * collected when first asked for. A name that was defined and undefined again is not known.
 */
import { allMacros, macroAt, type MacroInfo as Definition } from '../../model/devicetree/preprocess/macroIndex.ts';
import type { Preprocessed } from '../../model/devicetree/preprocess/preprocess.ts';
import type { MacroInfo, MacroView } from './board.ts';

/** A value that leads through more macros than this is not looked for. */
const MAX_DEPTH = 20;

type Lookup = (name: string) => Definition | undefined;

/** The macros that preprocessing a board left behind. */
export function macrosOf(preprocessed: Preprocessed): MacroView {
  let found: Map<string, Definition> | undefined;
  const all = (): Map<string, Definition> => (found ??= new Map(allMacros(preprocessed).map((macro) => [macro.name, macro])));
  const lookup: Lookup = (name) => all().get(name);
  return {
    names: () => all().keys(),
    at: (file, offset) => {
      const found = macroAt(preprocessed, file, offset);
      return found === undefined ? undefined : infoOf(found.macro, lookup);
    },
    get: (name) => {
      const definition = lookup(name);
      return definition === undefined ? undefined : infoOf(definition, lookup);
    },
  };
}

function infoOf(definition: Definition, lookup: Lookup): MacroInfo {
  const { parameters, variadic } = definition;
  const body = bodyOf(definition);
  return {
    parameters: parameters === undefined ? '' : `(${parameters.join(', ')}${variadic ? ' ...' : ''})`,
    body,
    range: definition.definition,
    get value() {
      return parameters === undefined ? valueOf(body, lookup, 0) : undefined;
    },
  };
}

/** The body on one line, without comments. */
function bodyOf({ body }: Definition): string {
  return body.slice(0, 2000).replaceAll(/\/\*[\s\S]*?(?:\*\/|$)|\/\/.*$/gm, ' ').replaceAll(/\s+/g, ' ').trim();
}

/** The value of a body that is a number, or the name of a macro that is one. */
function valueOf(body: string, lookup: Lookup, depth: number): number | bigint | undefined {
  const bare = /^\((.*)\)$/.exec(body)?.[1] ?? body;
  if (/^(?:0[xX][0-9a-fA-F]{1,16}|\d{1,18})[uUlL]*$/.test(bare)) {
    const value = BigInt(bare.replace(/[uUlL]+$/, ''));
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }
  const next = /^[A-Za-z_]\w*$/.test(bare) && depth < MAX_DEPTH ? lookup(bare) : undefined;
  return next === undefined || next.parameters !== undefined ? undefined : valueOf(bodyOf(next), lookup, depth + 1);
}
