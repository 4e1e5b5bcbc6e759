/** Requests that the protocol has not: those of our own client, named `vsmmu/...`. */
import type { Context } from '../context.ts';
import { type Answer, Refusal } from '../protocol.ts';
import { watched } from '../dataTargets.ts';
import { streamHover } from '../streamHover.ts';
import { compareBody, viewBody, writerBody } from '../views.ts';
import { perform, step } from './execution.ts';

interface RowOfView {
  readonly variablesReference?: number;
  readonly name?: string;
  readonly expression?: string;
}

interface PlaceInFile {
  readonly path: string;
  readonly line: number;
}

interface LinesOfFile {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

interface InlineValue {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

const LONGEST = 100;

/** The outcomes of lines that ran before the present moment: the last one of each line. */
function inlineValues(context: Context, { path, start, end }: LinesOfFile): { values: InlineValue[] } | Refusal {
  const debuggee = context.standing;
  if (debuggee instanceof Refusal) return debuggee;
  const file = context.sources.pathOf({ path }) ?? path;
  return {
    values: debuggee.unitsBefore(file, start, end).filter((unit) => unit.outcome.text !== '').map(({ action, outcome, iterations }) => {
      const round = iterations.length === 0 ? '' : ` (round ${iterations.map((n) => n + 1).join('.')})`;
      const text = outcome.text.length > LONGEST ? `${outcome.text.slice(0, LONGEST)}...` : outcome.text;
      return { line: action.line, column: context.sources.position(file, action.at.end).column, text: `${outcome.status === 'ok' ? '' : '✗ '}${text}${round}` };
    }),
  };
}

/** Handlers of our own requests; lines and columns count from 0 in them. */
export const OWN = {
  'vsmmu/stepBackOver': (context: Context, args: { threadId?: number }): Answer<undefined> => step(context, args, 'over', 'backward'),
  'vsmmu/stepBackOut': (context: Context, args: { threadId?: number }): Answer<undefined> => step(context, args, 'out', 'backward'),
  'vsmmu/present': (context: Context): Answer<undefined> => perform(context, (debuggee) => ({ kind: 'to', moment: debuggee.session.frontier, isJump: true, reason: 'goto' })),
  'vsmmu/goTo': (context: Context, { unit, step: number }: { unit?: number; step?: number }): Answer<undefined> => perform(context, () => (
    typeof unit === 'number' && typeof number === 'number' ? { kind: 'to', moment: { unit, step: number }, isJump: true, reason: 'goto' } : new Refusal('A moment is needed.')
  )),
  'vsmmu/compare': compareBody,
  'vsmmu/view': viewBody,
  'vsmmu/writer': writerBody,
  'vsmmu/runBackToWriter': (context: Context, row: RowOfView): Answer<undefined> => perform(context, (debuggee) => {
    const target = watched(context, debuggee, row);
    return typeof target === 'string' ? new Refusal(target, true) : { kind: 'to writer', target };
  }),
  'vsmmu/inlineValues': (context: Context, args: LinesOfFile): Answer<{ values: InlineValue[] }> => inlineValues(context, args),
  'vsmmu/hover': (context: Context, { path, line }: PlaceInFile): Answer<{ markdown: string | null }> => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    const file = context.sources.pathOf({ path }) ?? path;
    return { markdown: streamHover(debuggee, file, line) ?? null };
  },
};
