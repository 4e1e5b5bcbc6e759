/**
 * The macros of a board for hover, completion and navigation: every `#define` in its files, by
 * name, the last one where a name has several. Read from the text when first asked for.
 */
import type { ExpandedText } from '../../model/devicetree/source/origin.ts';
import type { MacroInfo, MacroView } from './board.ts';

const DEFINE = /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(\([^)\n]*\))?((?:\\\r?\n|[^\n\\]|\\)*)/gm;

/** Nested values are followed this far. */
const MAX_DEPTH = 20;

/** The macros of the files of a board. */
export function macrosOf(text: ExpandedText): MacroView {
  let found: Map<string, MacroInfo> | undefined;
  const all = (): Map<string, MacroInfo> => (found ??= collect(text));
  return { names: () => all().keys(), get: (name) => all().get(name) };
}

function collect(text: ExpandedText): Map<string, MacroInfo> {
  const found = new Map<string, MacroInfo>();
  for (const file of text.files.values()) {
    if (!file.text.includes('define')) continue;
    for (const match of file.text.matchAll(DEFINE)) {
      const [whole, name = '', parameters = '', rest = ''] = match;
      const start = match.index + whole.length - rest.length - parameters.length - name.length;
      const body = bodyOf(rest);
      found.set(name, {
        parameters, body, range: { file: file.path, start, end: start + name.length },
        get value() {
          return parameters === '' ? valueOf(body, found, 0) : undefined;
        },
      });
    }
  }
  return found;
}

function bodyOf(text: string): string {
  return text.replaceAll(/\\\r?\n/g, ' ').replaceAll(/\/\*[\s\S]*?(?:\*\/|$)|\/\/.*$/gm, ' ').replaceAll(/\s+/g, ' ').trim();
}

/** The value of a body that is a number, a sum or shift of two, or the name of such a macro. */
function valueOf(body: string, macros: ReadonlyMap<string, MacroInfo>, depth: number): number | bigint | undefined {
  const bare = /^\((.*)\)$/.exec(body)?.[1] ?? body;
  if (/^(?:0[xX][0-9a-fA-F]{1,16}|\d{1,18})[uUlL]*$/.test(bare)) {
    const value = BigInt(bare.replace(/[uUlL]+$/, ''));
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }
  const next = /^[A-Za-z_]\w*$/.test(bare) && depth < MAX_DEPTH ? macros.get(bare) : undefined;
  return next === undefined || next.parameters !== '' ? undefined : valueOf(next.body, macros, depth + 1);
}
