/**
 * How soon a mistake in the host tree shows in a guest's configuration: the time from an edit of the
 * board to the diagnostics of the configuration, over stdio, on examples/xen. Run:
 * `npm run build && node bench/run.mjs guests`.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Client, uriOf } from '../test/server/client.ts';

const ROUNDS = 40;

async function main(): Promise<void> {
  const folder = resolve('examples');
  const [board, config] = [`${folder}/xen/merlin-xen.dts`, `${folder}/xen/domd.cfg`];
  const text = readFileSync(board, 'utf8');
  const client = new Client(process.execPath, ['dist/server.js', '--stdio']);
  await client.start({ folder });
  client.open(config, readFileSync(config, 'utf8'), 'xl-cfg');
  client.open(board, text);
  await client.diagnostics(board);
  const before = text.slice(0, text.indexOf('&eth0 {') + '&eth0 {'.length).split('\n');
  const at = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  const typed = ' interrupts = <GIC_SPI 99 IRQ_LEVEL>;';
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const seen = client.published.length;
    const start = performance.now();
    const wanted = round % 2 === 0 ? 1 : 0;
    client.change(board, round + 2, wanted === 1 ? { ...at, text: typed } : { ...at, length: typed.length, text: '' });
    await client.until(() => client.published.slice(seen).find((one) => one.uri === uriOf(config) && one.diagnostics.length === wanted), 'diagnostics of the guest');
    times.push(performance.now() - start);
  }
  await client.stop();
  const sorted = times.toSorted((a, b) => a - b);
  console.log(`edit of the board to diagnostics of the guest, ${ROUNDS} times: first ${times[0]?.toFixed(0)} ms, median ${sorted[ROUNDS / 2]?.toFixed(0)} ms, p95 ${sorted[Math.floor(ROUNDS * 0.95)]?.toFixed(0)} ms`);
}

await main();
