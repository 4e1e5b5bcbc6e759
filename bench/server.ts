/**
 * The language server as an editor sees it, over stdio, on six kernel boards, beside `cpp | dtc` in
 * the same run: open to last diagnostics of a fresh process, keystrokes in the board and in its
 * SoC's file, hover, memory after opening and at its peak. Times depend on the machine, the ratios
 * to `cpp | dtc` less so. Run: `npm run build && VSMMU_KERNEL=/path/to/linux node bench/run.mjs server [BOARD]`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, uriOf } from '../test/server/client.ts';

const BOARDS = [
  ['qcom/sm8550-mtp.dts', 'qcom/sm8550.dtsi'],
  ['ti/k3-j721e-common-proc-board.dts', 'ti/k3-j721e-main.dtsi'],
  ['nvidia/tegra234-p3737-0000+p3701-0000.dts', 'nvidia/tegra234.dtsi'],
  ['freescale/imx8qm-mek.dts', 'freescale/imx8qm.dtsi'],
  ['rockchip/rk3588-rock-5b.dts', 'rockchip/rk3588-base.dtsi'],
  ['renesas/r8a779g0-white-hawk.dts', 'renesas/r8a779g0.dtsi'],
] as const;

const KEYSTROKES = 40;
const HOVERS = 60;
const kernel = process.env['VSMMU_KERNEL'] ?? '';
const server = process.env['VSMMU_SERVER'] ?? 'dist/server.js';

interface Row {
  board: string;
  dtc: number;
  open: number;
  keyBoard: number[];
  keySoc: number[];
  hover: number[];
  /** Resident memory after opening, and at its highest. */
  rss: number;
  peak: number;
  problems: number;
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;
}

function residentMegabytes(client: Client, what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${client.process.pid}/status`, 'utf8');
  return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
}

/** `cpp | dtc`, the best of three. */
function compileWithDtc(path: string): number {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const includes = [folder, join(kernel, 'scripts/dtc/include-prefixes'), join(kernel, 'include')].map((root) => `-I '${root}'`).join(' ');
  const command = `cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp ${includes} '${path}' 2>/dev/null | dtc -q -I dts -O dtb -o /dev/null - 2>/dev/null`;
  return Math.min(...[1, 2, 3].map(() => {
    const start = performance.now();
    execFileSync('sh', ['-c', command]);
    return performance.now() - start;
  }));
}

/** Types a letter into a comment-free line and takes it out again, each time until the diagnostics are there. */
async function keystrokes(client: Client, path: string, text: string): Promise<number[]> {
  const lines = text.split('\n');
  const times: number[] = [];
  let version = 1;
  for (let round = 0; round < KEYSTROKES; round += 1) {
    const share = (round >> 1) / (KEYSTROKES / 2);
    const line = lines.findIndex((content, index) => index >= share * lines.length && /^\t+[a-z-]+ = </.test(content));
    const character = (/^\t+/.exec(lines[line] ?? '')?.[0].length ?? 0) + 1;
    version += 1;
    const start = performance.now();
    client.change(path, version, round % 2 === 0 ? { line, character, text: 'x' } : { line, character, length: 1, text: '' });
    await client.diagnostics(path, version);
    times.push(performance.now() - start);
  }
  return times;
}

async function hovers(client: Client, path: string, text: string): Promise<number[]> {
  const lines = text.split('\n');
  const places = lines.flatMap((content, line) => [...content.matchAll(/[&\w-]{4,}/g)].map((match) => ({ line, character: match.index + 1 })));
  const times: number[] = [];
  for (let round = 0; round < HOVERS; round += 1) {
    const position = places[Math.floor((round / HOVERS) * places.length)];
    const start = performance.now();
    await client.request('textDocument/hover', { textDocument: { uri: uriOf(path) }, position });
    times.push(performance.now() - start);
  }
  return times;
}

async function openBoard(path: string, text: string): Promise<{ client: Client; time: number; problems: number }> {
  const start = performance.now();
  const client = new Client(process.execPath, [server, '--stdio']);
  await client.start({ folder: kernel });
  client.open(path, text);
  const { diagnostics } = await client.diagnostics(path, 1);
  return { client, time: performance.now() - start, problems: diagnostics.length };
}

async function measure(boardName: string, socName: string): Promise<Row> {
  const dts = join(kernel, 'arch/arm64/boot/dts');
  const [board, soc] = [join(dts, boardName), join(dts, socName)];
  const text = readFileSync(board, 'utf8');
  const opens: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const { client, time } = await openBoard(board, text);
    opens.push(time);
    await client.stop();
  }
  const { client, problems } = await openBoard(board, text);
  const rss = residentMegabytes(client, 'VmRSS');
  const keyBoard = await keystrokes(client, board, text);
  const hover = await hovers(client, board, text);
  const socText = readFileSync(soc, 'utf8');
  client.open(soc, socText);
  await client.diagnostics(soc, 1);
  const keySoc = await keystrokes(client, soc, socText);
  hover.push(...await hovers(client, soc, socText));
  const peak = residentMegabytes(client, 'VmHWM');
  await client.stop();
  return { board: boardName, dtc: compileWithDtc(board), open: percentile(opens, 0.5), keyBoard, keySoc, hover, rss, peak, problems };
}

function print(row: Row): void {
  const cells = [
    row.open, row.dtc, row.open / row.dtc, percentile(row.keyBoard, 0.5), percentile(row.keyBoard, 0.95), percentile(row.keyBoard, 0.5) / row.dtc,
    percentile(row.keySoc, 0.5), percentile(row.keySoc, 0.95), percentile(row.hover, 0.5), percentile(row.hover, 0.95), row.rss, row.peak, row.problems,
  ];
  console.log(row.board.replace(/^.*\//, '').slice(0, 26).padEnd(27) + cells.map((value) => value.toFixed(value < 10 ? 1 : 0).padStart(9)).join(''));
}

if (!existsSync(join(kernel, 'arch/arm64/boot/dts'))) {
  console.log('Set VSMMU_KERNEL to a Linux source tree.');
  process.exit(2);
}
const only = process.argv[2];
console.log('milliseconds, MB'.padEnd(27) + ['open', 'cpp|dtc', 'ratio', 'key p50', 'key p95', 'ratio', 'soc p50', 'soc p95', 'hov p50', 'hov p95', 'RSS', 'peak', 'found'].map((head) => head.padStart(9)).join(''));
for (const [board, soc] of BOARDS) if (only === undefined || board.includes(only)) print(await measure(board, soc));
