/**
 * Spreads the trees of a run over worker threads, which share nothing: each has its own cache of
 * headers, and neighbouring boards go to the same one because they include the same files. The
 * worker is this very program; `work` is its side.
 */
import { availableParallelism } from 'node:os';
import { type MessagePort, Worker } from 'node:worker_threads';
import type { CommandFiles } from '../command.ts';
import { type Analysis, type AnalyzeOptions, Analyzer } from './analyze.ts';
import type { Job } from './roots.ts';

/** Trees that a worker gets at a time: few enough to end together, many enough to share headers. */
const BATCH = 8;
/** Fewer trees than this are checked faster without a thread. */
const WORTH_THREADS = 12;
const MAX_THREADS = 8;
/** A worker beyond this has met hostile input; a board takes a tenth of it. */
const MEMORY_MB = 1024;

/** What a run asks of the pool. */
export interface PoolRequest {
  readonly jobs: readonly Job[];
  readonly options: AnalyzeOptions;
  readonly files: CommandFiles;
  /** The program that workers run; without it all is done here. */
  readonly script: string | undefined;
  /** Called with each outcome, in any order. */
  readonly onResult: (analysis: Analysis) => void;
}

/** Does all the work. */
export async function analyzeAll(request: PoolRequest): Promise<void> {
  const { jobs, options, files, script, onResult } = request;
  const threads = Math.min(availableParallelism(), MAX_THREADS, Math.ceil(jobs.length / BATCH));
  if (script === undefined || jobs.length < WORTH_THREADS || threads < 2) {
    const analyzer = new Analyzer(options, files);
    for (const job of jobs) onResult(analyzer.analyze(job));
    return;
  }
  const queue: (readonly Job[])[] = [];
  for (let i = 0; i < jobs.length; i += BATCH) queue.push(jobs.slice(i, i + BATCH));
  queue.reverse();
  await Promise.all(Array.from({ length: threads }, () => oneWorker(script, options, queue, onResult)));
}

/** Feeds one worker until the queue is empty. */
function oneWorker(script: string, options: AnalyzeOptions, queue: (readonly Job[])[], onResult: (analysis: Analysis) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: options, resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } });
    let batch: readonly Job[] = [];
    const next = (): void => {
      batch = queue.pop() ?? [];
      worker.postMessage(batch);
    };
    worker.on('message', (results: readonly Analysis[]) => {
      results.forEach(onResult);
      next();
    });
    worker.on('error', (error) => reject(new Error(`${error.message}, while checking one of ${JSON.stringify(batch)}`)));
    worker.on('exit', () => resolve());
    next();
  });
}

/** The worker's side: answers each list of trees with their outcomes, and ends at an empty list. */
export function work(port: MessagePort, options: AnalyzeOptions, files: CommandFiles): void {
  const analyzer = new Analyzer(options, files);
  port.on('message', (jobs: readonly Job[]) => {
    if (jobs.length === 0) port.close();
    else port.postMessage(jobs.map((job) => analyzer.analyze(job)));
  });
}
