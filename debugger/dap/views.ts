/** The views of the debugger as the client asks for them: options checked, places as URIs. */
import { pathToFileURL } from 'node:url';
import type { Place, ViewAnswer, ViewOptions } from '../views/page.ts';
import { DebuggerViews } from '../views/index.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { Session } from '../session/session.ts';
import { Timeline } from '../session/timeline.ts';
import { lastWrites } from '../trace/writers.ts';
import { compareRuns } from '../views/compare.ts';
import { type Context, RUNNING } from './context.ts';
import { loadSteps } from './load.ts';
import { Refusal } from './protocol.ts';
import { inSlices } from './slices.ts';

/** What a connection shows: the views of its run. */
interface Shown {
  readonly timeline: Timeline;
  readonly views: DebuggerViews;
}

/** Scheme of texts that are no files. */
const MADE = 'debug:';

/** One for each connection; what views remember goes with it. */
const SHOWN = new WeakMap<Context, Shown>();

function shownOf(context: Context, { timeline }: Session): Shown {
  const known = SHOWN.get(context);
  if (known?.timeline === timeline) return known;
  const shown = { timeline, views: new DebuggerViews() };
  SHOWN.set(context, shown);
  return shown;
}

/** A text that is no file has the URI that VS Code gives it, but for the session, which only the client knows. */
function placeOf({ sources }: Context, at: SourceRange): Place {
  const { sourceReference: reference, name = '' } = sources.source(at.file);
  const uri = reference === undefined ? pathToFileURL(at.file).href : `${MADE}${encodeURIComponent(name)}?ref=${reference}`;
  return { uri, line: sources.position(at.file, at.start).line + 1 };
}

function optionsOf(given: unknown): ViewOptions {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The answer to `vsmmu/view`, made in slices; refused where the scenario moves on before it is there. */
export async function viewBody(context: Context, { view, options }: { readonly view?: unknown; readonly options?: unknown }): Promise<ViewAnswer | Refusal> {
  const debuggee = context.standing;
  if (debuggee instanceof Refusal) return debuggee;
  const { session, inspector } = debuggee;
  session.settle();
  const source = { session, inspector, options: optionsOf(options), place: (at: SourceRange) => placeOf(context, at) };
  const work = shownOf(context, session).views.view(String(view), source);
  if (work === undefined) return new Refusal(`There is no view '${String(view)}'.`);
  const { stop } = context;
  const answer = await inSlices(work, () => context.stop !== stop);
  if (answer === undefined) return RUNNING;
  session.settle();
  return answer;
}

/** The run that a comparison asks for, or why there is none; undefined where the scenario moved on. */
async function otherRun(context: Context, asked: Compared, { previous }: Session): Promise<Timeline | Refusal | undefined> {
  if (asked.run === 'previous') return previous ?? new Refusal('There is no run before this one yet: the scenario has not been restarted.');
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
  const movedOn = new Refusal('The comparison was given up: the scenario moved on.');
  const other = await otherRun(context, asked, session);
  if (other === undefined || other instanceof Refusal) return other ?? movedOn;
  const comparison = await inSlices(compareRuns(session, other, nameOf(asked)), () => context.stop !== stop);
  if (comparison === undefined) return movedOn;
  session.settle();
  shownOf(context, session).views.comparison = comparison;
  return { text: `${comparison.name}: ${comparison.text}` };
}

/** The answer to `vsmmu/writer`: who wrote the 64-bit word at an address last. */
export async function writerBody(context: Context, { address }: { readonly address?: unknown }): Promise<{ readonly text: string; readonly place: Place | null } | Refusal> {
  const debuggee = context.standing;
  if (debuggee instanceof Refusal) return debuggee;
  if (typeof address !== 'number' || !Number.isSafeInteger(address) || address < 0) return new Refusal('An address is needed.');
  const { session } = debuggee;
  const { stop } = context;
  const word = { base: address, size: 8 };
  session.settle();
  const found = await inSlices(lastWrites(session.system.machine.history, [word], Infinity), () => context.stop !== stop);
  if (found === undefined) return RUNNING;
  const position = found.positions.get(word);
  if (position === undefined) return { text: `Nothing in the recorded time has written 0x${address.toString(16)}.`, place: null };
  const writer = session.writerAt(position);
  session.settle();
  return { text: `0x${address.toString(16)}: ${writer.text}`, place: writer.at === undefined ? null : placeOf(context, writer.at) };
}
