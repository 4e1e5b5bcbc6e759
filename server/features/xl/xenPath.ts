/** `xen,path` in a partial device tree: the host paths that may stand there, and the host node that one means. */
import type { SourceRange } from '../../../model/problem.ts';
import type { System } from '../../../model/platform/guests/types.ts';
import type { Proposals } from '../completion.ts';
import { propertyAt } from '../cursor.ts';
import type { RawDocument } from '../raw/document.ts';
import { nameOf } from '../raw/outline.ts';
import { Raw } from '../raw/tokens.ts';
import { hostPaths } from './completion.ts';
import { hostPlace } from './navigation.ts';

/** The text between the quotes of a `xen,path` around an offset. */
function valueAt(document: RawDocument, offset: number): { readonly start: number; readonly end: number } | undefined {
  const { tokens } = document;
  const token = tokens.touching(offset);
  if (tokens.kind(token) !== Raw.String || offset <= tokens.start(token)) return undefined;
  const property = propertyAt(document, tokens.start(token) + 1);
  if (property === undefined || nameOf(tokens, property) !== 'xen,path') return undefined;
  const text = tokens.textOf(token);
  const isClosed = text.length > 1 && text.endsWith('"');
  return { start: tokens.start(token) + 1, end: isClosed ? tokens.end(token) - 1 : tokens.end(token) };
}

/** The host's devices, where the cursor is in a `xen,path`. */
export function xenPathCompletion(system: System | undefined, document: RawDocument, offset: number): Proposals | undefined {
  const range = system?.host === undefined ? undefined : valueAt(document, offset);
  if (system === undefined || range === undefined) return undefined;
  return { ...range, items: hostPaths(system), incomplete: false };
}

/** Where the host node of a `xen,path` under the cursor is written. */
export function xenPathDefinition(system: System | undefined, document: RawDocument, offset: number): SourceRange[] {
  const range = system === undefined ? undefined : valueAt(document, offset);
  if (system === undefined || range === undefined) return [];
  const place = hostPlace(system, document.text.slice(range.start, range.end));
  return place === undefined ? [] : [place];
}
