/** The case format of the shared vectors: steps in, DMA outcomes and event records out. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type Step =
  | { op: 'mem'; addr: string; hex?: string; fill?: string | number; len?: string | number }
  | { op: 'mmio'; off: string; val?: string; size?: number }
  | { op: 'dma'; sid: string; iova: string; len: number; rw: 'r' | 'w'; attrs?: string }
  | { op: 'readmem'; addr: string; len: number };

export interface Case {
  id: string;
  stage: 'nested' | '1' | '2';
  kind?: string;
  steps: Step[];
}

export interface DmaResult { ok: boolean; pa?: string; perm?: string | null }

export interface Result {
  dma: DmaResult[];
  events: string[];
  reads?: readonly object[];
  gerror?: string;
  cmdq_cons?: string;
  eventq_prod?: string;
  crash?: unknown;
  /** Only of the oracle: what memory holds there is not known. */
  unknown?: boolean;
}

export interface Recorded { case: Case; qemu: Result; arch_expected?: string }

/** Reads a file of recorded cases, plain or gzipped; undefined where it is not on this machine. */
export function recorded(path: string): Recorded[] | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  const text = path.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
  return text.trim().split('\n').map((line) => JSON.parse(line) as Recorded);
}
