/**
 * The debug adapter under way: how long a step takes with the stack and scopes that an editor asks for
 * after it, what a run costs beside the interpreter alone, and how long the event loop is ever blocked.
 */
import { Adapter } from '../debugger/dap/adapter.ts';
import { nodeFiles } from '../debugger/dap/files.ts';
import { createRun } from '../debugger/run/index.ts';
import { readScenario } from '../debugger/scenario/read.ts';

const PATH = '/bench.smmu';
const ROUNDS = 20_000;
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

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const worst = (values: readonly number[]): number => Math.max(...values);

await request('initialize', { adapterID: 'bench' });
const ready = next(({ event }) => event === 'initialized');
await request('launch', { program: PATH, stopOnEntry: true });
await ready;
let threadId = (await move('configurationDone', {})).body?.['threadId'];

const latencies: number[] = [];
for (let i = 0; i < 300; i++) {
  const start = performance.now();
  const { body } = await move(i % 3 === 2 ? 'stepBack' : 'stepIn', { threadId });
  threadId = body?.['threadId'];
  const stack = await request('stackTrace', { threadId });
  await request('scopes', { frameId: (stack.body?.['stackFrames'] as { id: number }[] | undefined)?.[0]?.id });
  latencies.push(performance.now() - start);
}
console.log(`a step with its stack and scopes: median ${median(latencies).toFixed(2)} ms, worst ${worst(latencies).toFixed(1)} ms of ${latencies.length}`);

const gaps: number[] = [];
/** Computing of the whole process between two turns, helpers of the garbage collector included: what a busy machine does not lengthen. */
const computed: number[] = [];
let isRunning = true;
const watch = (last: number, before: NodeJS.CpuUsage): void => {
  const now = performance.now();
  const { user, system } = process.cpuUsage(before);
  gaps.push(now - last);
  computed.push((user + system) / 1000);
  if (isRunning) setImmediate(watch, now, process.cpuUsage());
};
watch(performance.now(), process.cpuUsage());
const start = performance.now();
await move('continue', { threadId });
const debugged = performance.now() - start;
isRunning = false;
console.log(`${ROUNDS} DMAs under the debugger: ${debugged.toFixed(0)} ms; the event loop was blocked for ${worst(gaps).toFixed(1)} ms at most, ${median(gaps).toFixed(1)} ms in the median; it computed for ${worst(computed).toFixed(1)} ms at most`);

const run = createRun(readScenario(PATH, files), files);
if (!('runner' in run)) throw new Error('the scenario is wrong');
const alone = performance.now();
while (run.runner.run() !== undefined);
console.log(`the interpreter alone: ${(performance.now() - alone).toFixed(0)} ms; ratio ${(debugged / (performance.now() - alone)).toFixed(2)}`);
