/** Stops as the protocol names them. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { BreakpointRequest, Stop, StopReason } from '../session/types.ts';
import type { Breakpoints } from './breakpoints.ts';

const REASONS: Readonly<Record<StopReason, string>> = {
  entry: 'entry', step: 'step', breakpoint: 'breakpoint', exception: 'exception', goto: 'goto', pause: 'pause',
  end: 'step', start: 'step', edit: 'step', restart: 'restart', writer: 'data breakpoint',
};

const DESCRIPTIONS: Partial<Readonly<Record<StopReason, string>>> = {
  end: 'At the end of the scenario', start: 'At the start of the scenario', writer: 'At the last write',
};

const BREAKPOINTS: Readonly<Record<BreakpointRequest['kind'], string>> = {
  line: 'breakpoint', function: 'function breakpoint', data: 'data breakpoint', instruction: 'instruction breakpoint', exception: 'exception',
};

/** The body of a `stopped` event. */
export function stoppedBody(stop: Stop, breakpoints: Breakpoints): P.StoppedEvent['body'] {
  const kind = breakpoints.kindOf(stop.breakpoints);
  const reason = stop.reason === 'breakpoint' && kind !== undefined ? BREAKPOINTS[kind] : REASONS[stop.reason];
  const description = stop.exception?.name ?? DESCRIPTIONS[stop.reason];
  return {
    reason, threadId: stop.thread, allThreadsStopped: true,
    ...(stop.breakpoints.length === 0 ? {} : { hitBreakpointIds: [...stop.breakpoints] }),
    ...(description === undefined ? {} : { description }),
    ...(stop.text === '' ? {} : { text: stop.text }),
  };
}
