/**
 * Breakpoints between the protocol and the session: what the client asked for last, by what it replaces,
 * so that a restarted scenario gets the same; and what became of each.
 */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { Breakpoint, BreakpointRequest, BreakpointScope } from '../session/types.ts';
import type { Client } from './client.ts';
import type { Debuggee } from './debuggee.ts';

interface Asked {
  readonly scope: BreakpointScope;
  readonly requests: readonly BreakpointRequest[];
}

/** The breakpoints of a client. */
export class Breakpoints {
  readonly #asked = new Map<string, Asked>();
  #kinds = new Map<number, BreakpointRequest['kind']>();

  /** Replaces breakpoints; without a scenario they wait for one. */
  set(debuggee: Debuggee | undefined, scope: BreakpointScope, requests: readonly BreakpointRequest[]): readonly Breakpoint[] {
    this.#asked.set(`${scope.kind} ${scope.file ?? ''}`, { scope, requests });
    const made = debuggee?.session.setBreakpoints(scope, requests) ?? [];
    for (const { id, request } of made) this.#kinds.set(id, request.kind);
    return made;
  }

  /** Sets all of them again, in a scenario that was just made. */
  restore(debuggee: Debuggee): void {
    for (const { scope, requests } of this.#asked.values()) this.set(debuggee, scope, requests);
  }

  /** What kind the first of some breakpoints is. */
  kindOf(ids: readonly number[]): BreakpointRequest['kind'] | undefined {
    return this.#kinds.get(ids[0] ?? -1);
  }
}

/** A breakpoint as the client is told of it. */
export function rendered(breakpoint: Breakpoint, client: Client): P.Breakpoint {
  const { id, verified, message, line } = breakpoint;
  return {
    id, verified,
    ...(message === undefined ? {} : { message }),
    ...(line === undefined ? {} : { line: client.line(line) }),
    ...(verified ? {} : { reason: 'failed' as const }),
  };
}

/** The conditions of a breakpoint, as the session takes them. */
export function optionsOf({ condition, hitCondition, logMessage }: Pick<P.SourceBreakpoint, 'condition' | 'hitCondition' | 'logMessage'>): Pick<BreakpointRequest, 'condition' | 'hitCondition' | 'logMessage'> {
  return { condition: given(condition), hitCondition: given(hitCondition), logMessage: given(logMessage) };
}

function given(text: unknown): string | undefined {
  return typeof text === 'string' && text.trim() !== '' ? text : undefined;
}
