/**
 * The debug adapter under way: how long a step takes with the stack and scopes that an editor asks for
 * after it, how long the turns of the event loop are while it runs and while views are made, and what a
 * run costs beside the interpreter alone. `node --single-threaded bench/run.mjs dap [ROUNDS]`: then all that is computed is
 * what the event loop is blocked by; otherwise helpers of the engine compute beside it.
 */
import { Adapter } from '../debugger/dap/adapter.ts';
import { nodeFiles } from '../debugger/dap/files.ts';
import { createRun } from '../debugger/run/index.ts';
import { readScenario } from '../debugger/scenario/read.ts';

const PATH = '/bench.smmu';
const ROUNDS = Number(process.argv[2] ?? 20_000);
const TEXT = `smmu smmu0 base=0x9050000
device eth0 smmu=smmu0 sid=8
memory ram 0x80000000 256M
in host
  probe smmu0
  attach eth0
  map eth0 0 -> 0x81000000 64K rw
repeat ${ROUNDS} as i
  dma eth0 write (0x1000 * (i & 0xf)) "x"
`;

interface Message { readonly type: string; readonly event?: string; readonly command?: string; readonly body?: Record<string, unknown> }

const files = { ...nodeFiles, readText: (path: string) => (path === PATH ? TEXT : nodeFiles.readText(path)) };
const adapter = new Adapter(files);
adapter.onEnd(() => undefined);
let waiting: { readonly fits: (message: Message) => boolean; readonly resolve: (message: Message) => void }[] = [];
adapter.onDidSendMessage((message) => {
  const due = waiting.filter(({ fits }) => fits(message as Message));
  waiting = waiting.filter((one) => !due.includes(one));
  for (const { resolve } of due) resolve(message as Message);
});
const next = (fits: (message: Message) => boolean): Promise<Message> => new Promise((resolve) => waiting.push({ fits, resolve }));
let seq = 0;
async function request(command: string, args: object = {}): Promise<Message> {
  const answer = next((message) => message.type === 'response' && message.command === command);
  adapter.handleMessage({ seq: ++seq, type: 'request', command, arguments: args } as Parameters<Adapter['handleMessage']>[0]);
  return await answer;
}
async function move(command: string, args: object): Promise<Message> {
  const stop = next(({ event }) => event === 'stopped' || event === 'terminated');
  await request(command, args);
  return await stop;
}

/** Median, 99th of a hundred, most. */
function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.5, 0.99, 1].map((p) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0).toFixed(2)).join(' / ');
}

/** What time passed, and what the whole process computed in it, helpers of the garbage collector and the compiler included; in ms. */
interface Turn { readonly wall: number; readonly cpu: number }

function clock(): () => Turn {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { wall: performance.now() - start, cpu: (user + system) / 1000 };
  };
}

/** Where others use the machine the time is too long, with helpers the computing: the event loop was blocked for at most the lesser of them. */
function report(what: string, turns: readonly Turn[]): void {
  console.log(`${what}, ms (median / p99 / most of ${turns.length})`);
  console.log(`  time ${spread(turns.map((t) => t.wall))}; computing ${spread(turns.map((t) => t.cpu))}; the lesser ${spread(turns.map((t) => Math.min(t.wall, t.cpu)))}`);
}

await request('initialize', { adapterID: 'bench' });
const ready = next(({ event }) => event === 'initialized');
await request('launch', { program: PATH, stopOnEntry: true, stopOnEnd: true });
await ready;
let threadId = (await move('configurationDone', {})).body?.['threadId'];

async function steps(): Promise<Turn[]> {
  const taken: Turn[] = [];
  for (let i = 0; i < 300; i++) {
    const end = clock();
    const { body } = await move(i % 3 === 2 ? 'stepBack' : 'stepIn', { threadId });
    threadId = body?.['threadId'];
    const stack = await request('stackTrace', { threadId });
    await request('scopes', { frameId: (stack.body?.['stackFrames'] as { id: number }[] | undefined)?.[0]?.id });
    taken.push(end());
  }
  return taken;
}
report('the first steps of a process, with stack and scopes', await steps());
threadId = (await move('restart', {})).body?.['threadId'];
report('the same steps once more', await steps());

/** The turns of the event loop while something is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<Turn[]> {
  const turns: Turn[] = [];
  let isRunning = true;
  const watch = (taken: () => Turn): void => {
    turns.push(taken());
    if (isRunning) setImmediate(watch, clock());
  };
  watch(clock());
  await work();
  isRunning = false;
  return turns;
}
let debugged = 0;
report(`turns of the event loop during ${ROUNDS} DMAs`, await turnsDuring(async () => {
  const start = performance.now();
  await move('continue', { threadId });
  debugged = performance.now() - start;
}));

const VIEWS: readonly (readonly [view: string, options: object])[] = [
  ['timeline', {}], ['timeline', { text: 'no such words' }], ['timeline', { text: 'no such words', page: String(ROUNDS >> 1) }], ['walk', {}], ['queues', {}], ['pageTables', {}],
];
for (const time of ['first', 'again']) {
  for (const [view, options] of VIEWS) report(`${view} ${JSON.stringify(options)}, ${time}`, await turnsDuring(() => request('vsmmu/view', { view, options })));
  report(`who wrote a word, ${time}`, await turnsDuring(() => request('vsmmu/writer', { address: 0x8200_0000 })));
}

const run = createRun(readScenario(PATH, files), files);
if (!('runner' in run)) throw new Error('the scenario is wrong');
const begin = performance.now();
while (run.runner.run() !== undefined);
const alone = performance.now() - begin;
console.log(`under the debugger ${debugged.toFixed(0)} ms, the interpreter alone ${alone.toFixed(0)} ms; ratio ${(debugged / alone).toFixed(2)}`);
