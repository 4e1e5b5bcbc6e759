/** The beginning and the end of a session, and what goes across all requests: `initialize` to `disconnect`. */
import { CAPABILITIES } from '../capabilities.ts';
import { rendered } from '../breakpoints.ts';
import type { Context, OutputCategory } from '../context.ts';
import { loadSteps } from '../load.ts';
import { type Handlers, type LaunchArguments, Refusal } from '../protocol.ts';
import { inSlices } from '../slices.ts';
import type { Boot } from '../../session/types.ts';
import { Debuggee, type Print } from '../debuggee.ts';

/** Sets a scenario in motion that was just made. */
function begin(context: Context, debuggee: Debuggee): void {
  const { stopOnEntry, noDebug } = context.launch;
  const { session } = debuggee;
  if (noDebug === true) session.isSilent = true;
  else if (stopOnEntry === true) return context.after(() => context.arrive(session.stop));
  context.move(debuggee, { kind: 'continue', direction: 'forward' });
}

const CATEGORIES: Readonly<Record<Parameters<Print>[1], OutputCategory>> = { log: 'stdout', console: 'console', problem: 'stderr' };

/** Makes the scenario of a launch configuration ready, in slices. */
async function load(context: Context, args: LaunchArguments, seq: number): Promise<Boot | Refusal> {
  let isCancelled = false;
  context.progress.cancellable(seq, () => (isCancelled = true));
  return await inSlices(loadSteps(context, args), () => isCancelled) ?? new Refusal('cancelled');
}

export const LIFECYCLE: Pick<Handlers<Context>,
  'initialize' | 'launch' | 'configurationDone' | 'restart' | 'terminate' | 'disconnect' | 'cancel'
> = {
  initialize: (context, args) => {
    context.client.introduce(args);
    return CAPABILITIES;
  },
  launch: async (context, args, { seq }) => {
    const boot = await load(context, args, seq);
    if (boot instanceof Refusal) return boot;
    context.launch = args;
    const print: Print = (text, category, at) => context.output(text, CATEGORIES[category], at);
    const debuggee = new Debuggee(boot, { print, readText: (path) => context.sources.text(path) });
    context.adopt(debuggee);
    context.breakpoints.restore(debuggee);
    context.after(() => context.send('initialized'));
    return undefined;
  },
  configurationDone: (context) => {
    const { debuggee } = context;
    if (debuggee === undefined) return new Refusal('No scenario has been launched.');
    if (context.stop === undefined && !context.execution.isRunning) begin(context, debuggee);
    return undefined;
  },
  restart: async (context, args, { seq }) => {
    const { debuggee } = context;
    if (debuggee === undefined) return new Refusal('No scenario has been launched.');
    context.execution.abandon();
    context.sources.refresh();
    const launch = { ...context.launch, ...args.arguments } as LaunchArguments;
    const boot = await load(context, launch, seq);
    if (boot instanceof Refusal) {
      context.after(() => context.end());
      return boot;
    }
    context.launch = launch;
    debuggee.restart(boot);
    context.adopt(debuggee);
    for (const breakpoint of debuggee.session.breakpoints.all) context.send('breakpoint', { reason: 'changed', breakpoint: rendered(breakpoint.breakpoint, context.client) });
    begin(context, debuggee);
    return undefined;
  },
  terminate: (context) => {
    context.after(() => context.end());
    return undefined;
  },
  disconnect: (context) => {
    context.close();
    return undefined;
  },
  cancel: (context, { requestId, progressId }) => {
    if (requestId !== undefined) context.progress.cancel(requestId);
    if (progressId === context.progress.id) context.execution.pause();
    return undefined;
  },
};
