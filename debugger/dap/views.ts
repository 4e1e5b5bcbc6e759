/** The views of the debugger as the client asks for them: options checked, places as URIs. */
import { pathToFileURL } from 'node:url';
import type { Place, ViewAnswer, ViewOptions } from '../views/page.ts';
import { DebuggerViews } from '../views/index.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { Context } from './context.ts';
import { Refusal } from './protocol.ts';

/** One set of views for each connection; what they remember goes with it. */
const VIEWS = new WeakMap<Context, DebuggerViews>();

function placeOf(context: Context, at: SourceRange): Place | null {
  return context.sources.isMade(at.file) ? null : { uri: pathToFileURL(at.file).href, line: context.sources.position(at.file, at.start).line + 1 };
}

function optionsOf(given: unknown): ViewOptions {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The answer to `vsmmu/view`. */
export function viewBody(context: Context, { view, options }: { readonly view?: unknown; readonly options?: unknown }): ViewAnswer | Refusal {
  const debuggee = context.standing;
  if (debuggee instanceof Refusal) return debuggee;
  const { session, inspector } = debuggee;
  const views = VIEWS.get(context) ?? new DebuggerViews();
  VIEWS.set(context, views);
  const source = { session, inspector, options: optionsOf(options), place: (at: SourceRange) => placeOf(context, at) };
  return views.view(String(view), source) ?? new Refusal(`There is no view '${String(view)}'.`);
}

/** The answer to `vsmmu/writer`: who wrote the 64-bit word at an address last. */
export function writerBody(context: Context, { address }: { readonly address?: unknown }): { readonly text: string; readonly place: Place | null } | Refusal {
  const debuggee = context.standing;
  if (debuggee instanceof Refusal) return debuggee;
  if (typeof address !== 'number' || !Number.isSafeInteger(address) || address < 0) return new Refusal('An address is needed.');
  const writer = debuggee.session.writer({ kind: 'memory', address, size: 8 });
  debuggee.session.settle();
  if (writer === undefined) return { text: `Nothing in the recorded time has written 0x${address.toString(16)}.`, place: null };
  return { text: `0x${address.toString(16)}: ${writer.text}`, place: writer.at === undefined ? null : placeOf(context, writer.at) };
}
