/**
 * Spreads the trees of a run over worker threads, which share nothing: each has its own cache of
 * headers, and neighbouring boards go to the same one because they include the same files. The
 * worker is this very program; `work` is its side.
 */
import { availableParallelism } from 'node:os';
import { type MessagePort, Worker } from 'node:worker_threads';
import type { CommandFiles } from '../command.ts';
import { type Analysis, type AnalyzeOptions, Analyzer } from './analyze.ts';

/** Trees that a worker gets at a time: few enough to end together, many enough to share headers. */
const BATCH = 8;
/** Fewer trees than this are checked faster without a thread. */
const WORTH_THREADS = 12;
const MAX_THREADS = 8;
/** A worker beyond this has met hostile input; a board takes a tenth of it. */
const MEMORY_MB = 1024;

/** What a run asks of the pool. */
export interface PoolRequest {
  readonly roots: readonly string[];
  readonly options: AnalyzeOptions;
  readonly files: CommandFiles;
  /** The program that workers run; without it all is done here. */
  readonly script: string | undefined;
  /** Called with each tree's outcome, in any order. */
  readonly onResult: (analysis: Analysis) => void;
}

/** Checks all trees. */
export async function analyzeAll(request: PoolRequest): Promise<void> {
  const { roots, options, files, script, onResult } = request;
  const threads = Math.min(availableParallelism(), MAX_THREADS, Math.ceil(roots.length / BATCH));
  if (script === undefined || roots.length < WORTH_THREADS || threads < 2) {
    const analyzer = new Analyzer(options, files);
    for (const root of roots) onResult(analyzer.analyze(root));
    return;
  }
  const queue: (readonly string[])[] = [];
  for (let i = 0; i < roots.length; i += BATCH) queue.push(roots.slice(i, i + BATCH));
  queue.reverse();
  await Promise.all(Array.from({ length: threads }, () => oneWorker(script, options, queue, onResult)));
}

/** Feeds one worker until the queue is empty. */
function oneWorker(script: string, options: AnalyzeOptions, queue: (readonly string[])[], onResult: (analysis: Analysis) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: options, resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } });
    let batch: readonly string[] = [];
    const next = (): void => {
      batch = queue.pop() ?? [];
      worker.postMessage(batch);
    };
    worker.on('message', (results: readonly Analysis[]) => {
      results.forEach(onResult);
      next();
    });
    worker.on('error', (error) => reject(new Error(`${error.message}, while checking one of ${batch.join(', ')}`)));
    worker.on('exit', () => resolve());
    next();
  });
}

/** The worker's side: answers each list of trees with their outcomes, and ends at an empty list. */
export function work(port: MessagePort, options: AnalyzeOptions, files: CommandFiles): void {
  const analyzer = new Analyzer(options, files);
  port.on('message', (roots: readonly string[]) => {
    if (roots.length === 0) port.close();
    else port.postMessage(roots.map((root) => analyzer.analyze(root)));
  });
}
