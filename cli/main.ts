/**
 * The `vsmmu` program: hands the process's arguments, streams and files to `run`. Nothing else in
 * `cli/` touches `process`, but for the worker side of `vsmmu check`, which this same file starts.
 */
import { spawn } from 'node:child_process';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { work } from './check/pool.ts';
import { nodeFiles } from './files.ts';
import { run } from './run.ts';

/** A reader that has seen enough (`vsmmu check | head`) closes the pipe; that is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

async function stdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A program that goes on when this one ends. That it cannot be started is no failure of the command. */
function launch(program: string, args: readonly string[]): void {
  spawn(program, [...args], { detached: true, stdio: 'ignore' }).on('error', () => undefined).unref();
}

function main(): void {
  const io = {
    stdout: { write: (data: string | Uint8Array) => void process.stdout.write(data) },
    stderr: { write: (data: string | Uint8Array) => void process.stderr.write(data) },
    cwd: process.cwd(),
    env: process.env,
    isTTY: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 80,
    files: nodeFiles,
    stdin,
    launch,
    script: __filename,
  };
  void run(process.argv.slice(2), io).then((code) => {
    process.exitCode = code;
  });
}

if (isMainThread) main();
else if (parentPort !== null) work(parentPort, workerData, nodeFiles);
