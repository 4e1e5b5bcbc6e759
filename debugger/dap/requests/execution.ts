/** Requests that make the scenario move, in either direction, and those that ask where it could go. */
import type { Context } from '../context.ts';
import { type Handlers, Refusal } from '../protocol.ts';
import { compareMoments } from '../../session/moments.ts';
import type { Command, Direction, Granularity } from '../../session/types.ts';
import type { Debuggee } from '../debuggee.ts';

interface StepArguments {
  readonly threadId?: number;
  readonly singleThread?: boolean;
  readonly granularity?: string;
}

const GRANULARITIES: ReadonlySet<string> = new Set<Granularity>(['statement', 'line', 'instruction']);

/** Carries out a command where the scenario stands still. */
export function perform(context: Context, command: (debuggee: Debuggee) => Command | Refusal): undefined | Refusal {
  const debuggee = context.standing;
  if (debuggee instanceof Refusal) return debuggee;
  const chosen = command(debuggee);
  if (chosen instanceof Refusal) return chosen;
  context.move(debuggee, chosen);
  return undefined;
}

/** The thread that a step must be made by: none in particular, where it is the one that stands here. */
function threadOf(debuggee: Debuggee, { threadId, singleThread }: StepArguments): number | undefined | Refusal {
  if (typeof threadId !== 'number') return undefined;
  if (!debuggee.session.threads.some(({ id }) => id === threadId)) return new Refusal(`There is no thread ${threadId}.`);
  return singleThread === true || threadId !== debuggee.session.thread ? threadId : undefined;
}

/** A step, as all requests for one are carried out. */
export function step(context: Context, args: StepArguments, how: 'in' | 'over' | 'out', direction: Direction): undefined | Refusal {
  return perform(context, (debuggee) => {
    const thread = threadOf(debuggee, args);
    if (thread instanceof Refusal) return thread;
    const granularity = GRANULARITIES.has(args.granularity ?? '') ? args.granularity as Granularity : 'statement';
    return { kind: 'step', how, direction, granularity, thread };
  });
}

function run(context: Context, args: StepArguments, direction: Direction): undefined | Refusal {
  return perform(context, (debuggee) => {
    const thread = args.singleThread === true ? threadOf(debuggee, args) : undefined;
    return thread instanceof Refusal ? thread : { kind: 'continue', direction, thread };
  });
}

/** How often a line may have run for each time to be offered as a place to go to. */
const MOST_TIMES = 20;

export const EXECUTION: Pick<Handlers<Context>,
  'continue' | 'next' | 'stepIn' | 'stepOut' | 'stepBack' | 'reverseContinue' | 'pause' | 'stepInTargets' | 'gotoTargets' | 'goto' | 'restartFrame'
> = {
  continue: (context, args) => run(context, args, 'forward') ?? { allThreadsContinued: true },
  reverseContinue: (context, args) => run(context, args, 'backward'),
  next: (context, args) => step(context, args, 'over', 'forward'),
  stepOut: (context, args) => step(context, args, 'out', 'forward'),
  stepBack: (context, args) => step(context, args, 'in', 'backward'),
  stepIn: (context, args) => {
    if (args.targetId === undefined) return step(context, args, 'in', 'forward');
    const command = context.frames.command(args.targetId);
    return perform(context, () => command ?? new Refusal('That target is no longer there.'));
  },
  pause: (context) => {
    context.execution.pause();
    return undefined;
  },
  stepInTargets: (context, { frameId }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    if (context.frames.frame(frameId)?.id !== 0) return { targets: [] };
    return { targets: debuggee.session.stepTargets().map(({ label, moment }) => ({ id: context.frames.target({ kind: 'to', moment, reason: 'step' }), label })) };
  },
  gotoTargets: (context, args) => {
    const debuggee = context.standing;
    const file = context.sources.pathOf(args.source);
    if (debuggee instanceof Refusal) return debuggee;
    const line = context.client.fromLine(args.line);
    if (file === undefined || debuggee.session.lines.legal(file)?.includes(line) !== true) return { targets: [] };
    const target = (label: string, command: Command): { id: number; label: string; line: number } => ({ id: context.frames.target(command), label, line: args.line });
    const before = debuggee.session.momentsOfLine(file, line, MOST_TIMES).filter((moment) => compareMoments(moment, debuggee.session.moment) < 0);
    return {
      targets: [
        target('The next time that this line runs', { kind: 'to line', file, line }),
        ...before.map((moment, n) => target(n === 0 ? 'Back to before this line ran last' : `Back to before this line ran, ${n + 1} times ago`, { kind: 'to', moment, isJump: true, reason: 'goto' })),
      ],
    };
  },
  goto: (context, { targetId }) => {
    const command = context.frames.command(targetId);
    return perform(context, () => command ?? new Refusal('That target is no longer there.'));
  },
  restartFrame: (context, { frameId }) => {
    const frame = context.frames.frame(frameId);
    return perform(context, () => {
      if (frame === undefined) return new Refusal('That frame is no longer there.');
      const { unit, step: first } = frame.first;
      return { kind: 'to', moment: { unit, step: Math.max(0, first - 1) }, isJump: true, reason: 'restart' };
    });
  },
};
