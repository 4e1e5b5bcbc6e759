/**
 * Stack frames at a moment: the step that was just made, the frames that it stands in, the scenario
 * line, and for a transaction the place in the board where its device is described.
 */
import { toNumber } from '../../emulator/bits/u64.ts';
import type { SourceRange } from '../../model/problem.ts';
import { deviceOf as deviceOfStream } from '../system/names.ts';
import type { SystemDevice } from '../system/system.ts';
import type { FrameNode } from '../trace/frames.ts';
import { pathAt } from '../trace/navigate.ts';
import { stepText } from '../trace/stepText.ts';
import { frameTitle, headStep } from '../trace/tree.ts';
import type { Session } from './session.ts';
import type { UnitTrace } from './trace.ts';
import type { Frame, Moment } from './types.ts';

type Draft = Omit<Frame, 'id'>;

/** The stack of a thread, innermost first; empty for threads that do nothing at the present moment. */
export function framesAt(session: Session, thread: number): Frame[] {
  if (thread !== session.thread) return [];
  const { moment, trace } = session;
  const drafts = trace === undefined ? [] : inner(session, trace, moment);
  return [...drafts, lineFrame(session, moment)].map((draft, id) => ({ ...draft, id }));
}

function inner(session: Session, trace: UnitTrace, { unit, step }: Moment): Draft[] {
  const current = trace.steps[step - 1];
  if (current === undefined) return [];
  const at = trace.unit.action.at;
  const here: Moment = { unit, step };
  const { label } = stepText(current);
  const own: Draft = { name: label, kind: 'step', at, first: here, last: here, address: addressOf(current) };
  const path = pathAt(trace.tree, step).filter((n) => n.kind !== 'unit');
  // A frame that the step speaks for (a command and its execution) is that step: it is not told twice.
  const isOwn = path[0] !== undefined && headStep(path[0], trace.steps) === step;
  const frames = path.flatMap((node): Draft[] => {
    const whole = { kind: node.kind, at, first: { unit, step: node.first }, last: { unit, step: node.last } };
    const frame: Draft = isOwn && node === path[0] ? { ...own, ...whole } : { ...whole, name: frameTitle(node, trace.steps), address: undefined };
    const device = node.kind === 'transaction' ? deviceOf(session, trace, node) : undefined;
    const place = device === undefined ? undefined : placeOf(session, device);
    return device === undefined || place === undefined ? [frame] : [frame, { ...frame, name: `device ${device.name}`, kind: 'device', at: place }];
  });
  return isOwn ? frames : [own, ...frames];
}

/** Physical address that a step reads, writes or carries out. */
function addressOf(step: { readonly kind: string; readonly address?: unknown }): number | undefined {
  const address = step.address as { hi: number; lo: number } | undefined;
  return step.kind === 'transaction' || step.kind === 'result' || address === undefined ? undefined : toNumber(address);
}

function deviceOf(session: Session, trace: UnitTrace, node: FrameNode): SystemDevice | undefined {
  const head = trace.steps[node.first - 1];
  return head?.kind === 'transaction' ? deviceOfStream(session.system, head.smmu, head.sid) : undefined;
}

/** Where a board describes a device; a declaration in the scenario is no board. */
function placeOf(session: Session, device: SystemDevice): SourceRange | undefined {
  const place = device.at ?? device.node;
  return place === undefined || session.program.texts.some((t) => t.path === place.file) ? undefined : place;
}

function lineFrame(session: Session, { unit }: Moment): Draft {
  const action = session.timeline.action(unit);
  if (action === undefined) return endFrame(session, unit);
  const { at } = action.action;
  const text = session.program.texts.find((t) => t.path === at.file)?.text.slice(at.start, at.end) ?? action.action.verb;
  const round = action.iterations.length === 0 ? '' : ` (round ${action.iterations.map((i) => i + 1).join('.')})`;
  return {
    name: `${text}${round}`, kind: 'line', at, first: { unit, step: 0 }, last: { unit, step: session.timeline.stepsOf(unit) }, address: undefined,
  };
}

/** Behind the last line, where all that came of the scenario can still be looked at. */
function endFrame({ program }: Session, unit: number): Draft {
  const end = program.texts.find((text) => text.path === program.path)?.text.length ?? 0;
  const moment = { unit, step: 0 };
  return { name: 'end of the scenario', kind: 'line', at: { file: program.path, start: end, end }, first: moment, last: moment, address: undefined };
}
