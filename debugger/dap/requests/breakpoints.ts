/** Requests about breakpoints of all kinds. Each replaces all of its kind, for lines those of a file. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { EXCEPTION_FILTERS } from '../../trace/exceptions.ts';
import { optionsOf, rendered } from '../breakpoints.ts';
import type { Context } from '../context.ts';
import { dataIdOf, targetOfId, watched } from '../dataTargets.ts';
import { type Handlers, Refusal } from '../protocol.ts';
import { addressOf, addressText } from '../variables.ts';
import type { BreakpointRequest, BreakpointScope, DataTarget } from '../../session/types.ts';

/** A request for the session, or why there is none. */
type Wanted = BreakpointRequest | string;

/** Sets what can be set, and answers for each in its order. */
function replace(context: Context, scope: BreakpointScope, wanted: readonly Wanted[]): P.Breakpoint[] {
  const requests = wanted.filter((one) => typeof one !== 'string');
  const made = [...context.breakpoints.set(context.debuggee, scope, requests)];
  return wanted.map((one) => {
    const breakpoint = typeof one === 'string' ? undefined : made.shift();
    if (breakpoint !== undefined) return rendered(breakpoint, context.client);
    return typeof one === 'string' ? { verified: false, message: one, reason: 'failed' } : { verified: false, reason: 'pending' };
  });
}

const ACCESSES: Readonly<Record<string, 'read' | 'write' | 'readWrite'>> = { read: 'read', write: 'write', readWrite: 'readWrite' };

/** What a client means: a row of the view by its container, an expression, or an address with a number of bytes. */
function dataTarget(context: Context, args: P.DataBreakpointInfoArguments): { target: DataTarget; name: string } | string | Refusal {
  const debuggee = context.standing;
  if (debuggee instanceof Refusal) return debuggee;
  const { name, bytes = 8, variablesReference = 0 } = args;
  if (args.asAddress === true) {
    const address = addressOf(name);
    if (address === undefined || bytes < 1) return `'${name}' is no address`;
    return { target: { kind: 'memory', address, size: bytes }, name: `${bytes} bytes at ${addressText(address)}` };
  }
  const target = watched(context, debuggee, { variablesReference, name });
  return typeof target === 'string' ? target : { target, name };
}

/** The filters that the tree of `exceptionOptions` selects. */
function filtersOf(options: readonly P.ExceptionOptions[]): string[] {
  return options.filter(({ breakMode }) => breakMode !== 'never').flatMap(({ path }) => {
    if (path === undefined || path.length === 0) return EXCEPTION_FILTERS.map(({ id }) => id);
    const last = path.at(-1);
    return EXCEPTION_FILTERS.map(({ id }) => id).filter((filter) => last?.names.includes(filter) !== (last?.negate === true));
  });
}

export const BREAKPOINTS: Pick<Handlers<Context>,
  'setBreakpoints' | 'setFunctionBreakpoints' | 'setExceptionBreakpoints' | 'dataBreakpointInfo' | 'setDataBreakpoints' | 'setInstructionBreakpoints' | 'breakpointLocations'
> = {
  setBreakpoints: (context, { source, breakpoints = [] }) => {
    const file = context.sources.pathOf(source);
    if (file === undefined) return new Refusal('The source of the breakpoints has no path.');
    const wanted = breakpoints.map((one): Wanted => ({ kind: 'line', file, line: context.client.fromLine(one.line), ...optionsOf(one) }));
    return { breakpoints: replace(context, { kind: 'line', file }, wanted) };
  },
  setFunctionBreakpoints: (context, { breakpoints }) => ({
    breakpoints: replace(context, { kind: 'function' }, breakpoints.map((one): Wanted => ({ kind: 'function', name: one.name, ...optionsOf(one) }))),
  }),
  setExceptionBreakpoints: (context, { filters, filterOptions = [], exceptionOptions = [] }) => {
    const chosen: { filterId: string; condition?: string }[] = [...filters.map((filterId) => ({ filterId })), ...filterOptions, ...filtersOf(exceptionOptions).map((filterId) => ({ filterId }))];
    return {
      breakpoints: replace(context, { kind: 'exception' }, chosen.map((one): Wanted => ({ kind: 'exception', filter: one.filterId, ...optionsOf(one) }))),
    };
  },
  dataBreakpointInfo: (context, args) => {
    const found = dataTarget(context, args);
    if (found instanceof Refusal) return found;
    if (typeof found === 'string') return { dataId: null, description: found };
    return { dataId: dataIdOf(found.target), description: found.name, accessTypes: ['read', 'write', 'readWrite'], canPersist: true };
  },
  setDataBreakpoints: (context, { breakpoints }) => ({
    breakpoints: replace(context, { kind: 'data' }, breakpoints.map((one): Wanted => {
      const target = targetOfId(one.dataId);
      return target === undefined ? 'This is nothing that can be watched.' : { kind: 'data', target, access: ACCESSES[one.accessType ?? 'write'] ?? 'write', ...optionsOf(one) };
    })),
  }),
  setInstructionBreakpoints: (context, { breakpoints }) => ({
    breakpoints: replace(context, { kind: 'instruction' }, breakpoints.map((one): Wanted => {
      const address = addressOf(one.instructionReference);
      return address === undefined ? `'${one.instructionReference}' is no address.` : { kind: 'instruction', address: address + (one.offset ?? 0), ...optionsOf(one) };
    })),
  }),
  breakpointLocations: (context, { source, line, endLine = line }) => {
    const file = context.sources.pathOf(source);
    const { debuggee, client } = context;
    if (file === undefined || debuggee === undefined) return { breakpoints: [] };
    const [first, last] = [client.fromLine(line), client.fromLine(endLine)];
    return { breakpoints: debuggee.session.breakpoints.locations(file, first, last).map((at) => ({ line: client.line(at) })) };
  },
};
