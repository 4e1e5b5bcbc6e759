/** The views of the debugger as the client asks for them: options checked, places as URIs. */
import { pathToFileURL } from 'node:url';
import type { Place, ViewAnswer, ViewOptions } from '../views/page.ts';
import { DebuggerViews } from '../views/index.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { Session } from '../session/session.ts';
import { Timeline } from '../session/timeline.ts';
import { compareRuns } from '../views/compare.ts';
import type { Context } from './context.ts';
import { loadSteps } from './load.ts';
import { Refusal } from './protocol.ts';
import { inSlices } from './slices.ts';

/** What a connection shows: the views of its run, and the run before the last restart. */
interface Shown {
  readonly timeline: Timeline;
  readonly views: DebuggerViews;
  readonly previous: Timeline | undefined;
}

/** One for each connection; what views remember goes with it. */
const SHOWN = new WeakMap<Context, Shown>();

function shownOf(context: Context, { timeline }: Session): Shown {
  const known = SHOWN.get(context);
  if (known?.timeline === timeline) return known;
  const shown = { timeline, views: new DebuggerViews(), previous: known?.timeline };
  SHOWN.set(context, shown);
  return shown;
}

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
  const source = { session, inspector, options: optionsOf(options), place: (at: SourceRange) => placeOf(context, at) };
  return shownOf(context, session).views.view(String(view), source) ?? new Refusal(`There is no view '${String(view)}'.`);
}

/** The run that a comparison asks for, or why there is none; undefined where the scenario moved on. */
async function otherRun(context: Context, asked: Compared, shown: Shown): Promise<Timeline | Refusal | undefined> {
  if (asked.run === 'previous') return shown.previous ?? new Refusal('No run before this one is known: restart the scenario while a view is open.');
  const launch = typeof asked.program === 'string' ? { program: asked.program } : context.launch;
  const { stop } = context;
  const boot = await inSlices(loadSteps(context, launch), () => context.stop !== stop);
  return boot === undefined || boot instanceof Refusal ? boot : new Timeline(boot);
}

/** What `vsmmu/compare` asks for: another scenario, this one afresh, or the run before the last restart. */
interface Compared {
  readonly program?: unknown;
  readonly run?: unknown;
}

function nameOf({ program, run }: Compared): string {
  if (run === 'previous') return 'the run before the last restart';
  return typeof program === 'string' ? program.slice(program.replaceAll('\\', '/').lastIndexOf('/') + 1) : 'this scenario run afresh';
}

/** The answer to `vsmmu/compare`: finds where two runs part. The timeline shows it from then on. */
export async function compareBody(context: Context, asked: Compared): Promise<{ readonly text: string } | Refusal> {
  const debuggee = context.standing;
  if (debuggee instanceof Refusal) return debuggee;
  const { session } = debuggee;
  const { stop } = context;
  const shown = shownOf(context, session);
  const movedOn = new Refusal('The comparison was given up: the scenario moved on.');
  const other = await otherRun(context, asked, shown);
  if (other === undefined || other instanceof Refusal) return other ?? movedOn;
  const comparison = await inSlices(compareRuns(session, other, nameOf(asked)), () => context.stop !== stop);
  if (comparison === undefined) return movedOn;
  session.settle();
  shown.views.comparison = comparison;
  return { text: `${comparison.name}: ${comparison.text}` };
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
