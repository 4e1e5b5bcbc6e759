/**
 * Random dialogues against a model that knows what a debugger owes its client: every request is answered
 * once; a request that makes the scenario move is followed by one stop, or by the end; what stands still
 * does not move by itself; a step back after a step forward comes to where it began.
 */
import * as fc from 'fast-check';
import { DapClient, EDITOR } from './dapClient.ts';
import { FIRST, LONG, LOOP, PATH, TURNS } from './scenes.ts';

/** A request as the model makes it: its arguments may need what the client knows at that time. */
export interface Move {
  readonly command: string;
  /** Makes the scenario move. */
  readonly moves: boolean;
  readonly args: Readonly<Record<string, unknown>>;
  /** The client asks for a pause after so many turns of the event loop. */
  readonly pauseAfter?: number | undefined;
}

const granularity = fc.constantFrom(undefined, 'statement', 'line', 'instruction');
const move = (command: string): fc.Arbitrary<Move> => fc.record({
  command: fc.constant(command), moves: fc.constant(true), args: fc.record({ granularity, singleThread: fc.constantFrom(undefined, false, true) }),
  pauseAfter: fc.constantFrom(undefined, undefined, undefined, 0, 1, 2, 3),
});
const ask = (command: string, args: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Move> => fc.record({ command: fc.constant(command), moves: fc.constant(false), args });
const nothing = fc.constant({});
const line = fc.integer({ min: 1, max: 16 });
const word = fc.constantFrom('target', 'ste(8).Config', 'last', 'evtq[0]', 'mem64(0x81000000)', '1 +', 'tlb where vmid == 0', '');
const hostile = fc.oneof(fc.constant(undefined), fc.integer(), fc.string(), fc.constant(null), fc.array(fc.integer(), { maxLength: 2 }));

/** Everything that a client may say while it debugs. */
export const request: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: move('stepIn') }, { weight: 2, arbitrary: move('next') }, { weight: 2, arbitrary: move('stepOut') },
  { weight: 4, arbitrary: move('stepBack') }, { weight: 1, arbitrary: move('vsmmu/stepBackOver') }, { weight: 1, arbitrary: move('vsmmu/stepBackOut') },
  { weight: 1, arbitrary: move('continue') }, { weight: 1, arbitrary: move('reverseContinue') }, { weight: 1, arbitrary: move('vsmmu/present') },
  { weight: 2, arbitrary: ask('setBreakpoints', fc.record({ source: fc.constant({ path: PATH }), breakpoints: fc.array(fc.record({ line }), { maxLength: 3 }) })) },
  { weight: 1, arbitrary: ask('setFunctionBreakpoints', fc.record({ breakpoints: fc.array(fc.record({ name: fc.constantFrom('CMD_SYNC', 'walk.s1.l2', 'F_TRANSLATION', '?') }), { maxLength: 2 }) })) },
  { weight: 1, arbitrary: ask('setExceptionBreakpoints', fc.record({ filters: fc.subarray(['event', 'expectation', 'nothing']) })) },
  { weight: 2, arbitrary: ask('evaluate', fc.record({ expression: word, context: fc.constantFrom('watch', 'repl', 'hover', 'clipboard') })) },
  { weight: 1, arbitrary: ask('setExpression', fc.record({ expression: fc.constantFrom('mem32(0x81000000)', 'ste(8).Config', 'nothing'), value: fc.constantFrom('0', '5', 'x') })) },
  { weight: 1, arbitrary: ask('readMemory', fc.record({ memoryReference: fc.constantFrom('0x81000000', '0x0', 'x'), count: fc.integer({ min: -1, max: 64 }) })) },
  { weight: 1, arbitrary: ask('completions', fc.record({ text: word, column: fc.integer({ min: 0, max: 20 }) })) },
  { weight: 1, arbitrary: ask('threads', nothing) }, { weight: 1, arbitrary: ask('stepInTargets', fc.record({ frameId: fc.nat({ max: 50 }) })) },
  { weight: 1, arbitrary: ask('variables', fc.record({ variablesReference: fc.nat({ max: 50 }) })) },
  { weight: 1, arbitrary: ask('disassemble', fc.record({ memoryReference: fc.constant('0x81000000'), instructionOffset: fc.integer({ min: -9, max: 9 }), instructionCount: fc.nat({ max: 9 }) })) },
  { weight: 1, arbitrary: fc.record({ command: fc.constantFrom('gotoTargets', 'source', 'setVariable', 'locations', 'exceptionInfo', 'setDataBreakpoints', 'dataBreakpointInfo', 'cancel', 'scopes', 'nonsense', 'modules'), moves: fc.constant(false), args: fc.dictionary(fc.constantFrom('source', 'line', 'name', 'breakpoints', 'frameId', 'requestId', 'variablesReference'), hostile, { maxKeys: 3 }) }) },
);

const SCENES: readonly string[] = [FIRST, LOOP, TURNS, LONG];

/** One dialogue: a scenario, whether it stands at the first line, and what is asked. */
export const dialogue = fc.record({ scene: fc.nat({ max: SCENES.length - 1 }), stopOnEnd: fc.boolean(), requests: fc.array(request, { minLength: 1, maxLength: 25 }) });

type Dialogue = typeof dialogue extends fc.Arbitrary<infer D> ? D : never;

/** Plays a dialogue; throws where the debugger does what it must not. */
export async function play({ scene, stopOnEnd, requests }: Dialogue): Promise<void> {
  const client = new DapClient({ [PATH]: SCENES[scene] ?? FIRST });
  await client.launch(PATH, { stopOnEnd });
  const stops = (): number => client.events.filter(({ event }) => event === 'stopped').length;
  const isEnded = (): boolean => client.events.some(({ event }) => event === 'terminated');
  for (const { command, moves, args, pauseAfter } of requests) {
    const [before, endedBefore] = [stops(), isEnded()];
    const { threadId = client.thread } = args as { threadId?: number };
    if (!moves) {
      await client.request(command, args);
    } else {
      const arrived = client.next(({ event }) => event === 'stopped' || event === 'terminated');
      const { success, message } = await client.request(command, { threadId, ...args });
      if (success && pauseAfter !== undefined) await pause(client, pauseAfter);
      if (success) await arrived;
      else if (!endedBefore) throw new Error(`${command} was refused: ${message}`);
    }
    await new Promise(setImmediate);
    const expected = moves && !endedBefore && !isEnded() ? 1 : 0;
    if (stops() - before !== expected) throw new Error(`${stops() - before} stops after ${command}`);
  }
  check(client);
  client.close();
}

/** Asks for a pause a little later, when it may or may not be too late for it. */
async function pause(client: DapClient, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  await client.request('pause', { threadId: client.thread });
}

/** Every request has one answer. */
function check(client: DapClient): void {
  for (const [seq, responses] of client.responses) if (responses.length !== 1) throw new Error(`${responses.length} answers to request ${seq}`);
}

/** Walks forward and back again by the same number of steps; throws where the two do not agree. */
export async function thereAndBack(scene: number, steps: readonly ('stepIn' | 'next')[]): Promise<void> {
  const client = new DapClient({ [PATH]: SCENES[scene] ?? FIRST });
  await client.launch(PATH, { stopOnEnd: true });
  const look = async (): Promise<string> => {
    const { body } = await client.request('stackTrace', { threadId: client.thread });
    const frames = (body.stackFrames as { name: string; line: number }[]).map(({ name, line: at }) => `${name}:${at}`);
    const { body: hash } = await client.request('evaluate', { expression: 'smmu0.CMDQ_PROD' });
    return `${client.thread} ${frames.join(' < ')} ${hash?.result}`;
  };
  const seen = [await look()];
  for (const command of steps) {
    const stop = await client.move(command, { threadId: client.thread, granularity: 'statement' });
    if (stop.event === 'terminated') return client.close();
    seen.push(await look());
  }
  const back = { stepIn: 'stepBack', next: 'vsmmu/stepBackOver' } as const;
  for (const command of steps.toReversed()) {
    const expected = seen.at(-2);
    seen.pop();
    await client.move(back[command], { threadId: client.thread });
    const found = await look();
    if (found === expected) continue;
    // Where a step over began inside of a line, the way back over may end at an outer frame.
    if (command === 'next' && steps.includes('stepIn')) return client.close();
    throw new Error(`back at\n${found}\ninstead of\n${expected}`);
  }
  client.close();
}

/** The first words of a client that says anything at all. */
export async function nonsense(requests: readonly { readonly command: string; readonly args: unknown }[]): Promise<void> {
  const client = new DapClient({ [PATH]: FIRST });
  await client.request('initialize', EDITOR);
  await Promise.all(requests.map(({ command, args }) => new Promise((resolve) => client.send(command, args, resolve))));
  check(client);
  client.close();
}
