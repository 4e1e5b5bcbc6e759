/**
 * DMAs that stalled: what is left of them happens once the SMMU lets them go on. The SMMU knows the
 * transaction only; the data, and the pages behind the first one, are remembered here.
 */
import { OK, STALLED, Response } from '../../emulator/smmu/request.ts';
import { eventOf } from '../../emulator/fields/events.ts';
import { isSteps, type Work } from '../scenario/pace.ts';
import type { DmaOutcome, DmaRequest } from '../system/system.ts';
import { landed } from '../system/transfer.ts';
import type { Act, Waiting } from './act.ts';
import type { UnitOutcome } from './unit.ts';

/** How a stall ended. */
interface Ending {
  readonly smmu: number;
  readonly stag: number;
  readonly response: Response;
}

/** Runs an action, and what it set free. */
export function finishStalls(act: Act, run: () => Work<UnitOutcome>): Work<UnitOutcome> {
  return act.memo.waiting.length === 0 ? run() : listening(act, run);
}

function* listening(act: Act, run: () => Work<UnitOutcome>): Generator<void, UnitOutcome> {
  const endings: Ending[] = [];
  const { smmus } = act.system.machine;
  for (const [smmu, one] of smmus.entries()) one.onStallEnd = (stag, response) => void endings.push({ smmu, stag, response: Object.assign(new Response(), response) });
  try {
    const work = run();
    const outcome = isSteps(work) ? yield* work : work;
    return endings.reduce((text, ending) => finish(act, ending, text), outcome);
  } finally {
    for (const one of smmus) one.onStallEnd = null;
  }
}

function finish(act: Act, { smmu, stag, response }: Ending, outcome: UnitOutcome): UnitOutcome {
  const waiting = act.memo.waiting.find((w) => w.smmu === smmu && w.stag === stag);
  if (waiting === undefined) return outcome;
  const others = act.memo.waiting.filter((w) => w !== waiting);
  if (response.status === STALLED) {
    act.memo = { ...act.memo, waiting: [...others, { ...waiting, stag: response.stag }], dma: { ...ended(response), stag: response.stag } };
    return { ...outcome, text: `${outcome.text}; ${waiting.device} stalls again, STAG ${response.stag}` };
  }
  const dma = response.status === OK ? complete(act, waiting, response) : ended(response);
  act.memo = { ...act.memo, waiting: others, dma };
  return { ...outcome, text: `${outcome.text}; the DMA of ${waiting.device} ${dma.status === 'ok' ? 'goes on and passes' : 'ends without success'}` };
}

const STATUS = ['ok', 'abort', 'raz-wi', 'stall'] as const;

function ended(response: Response): DmaOutcome {
  const event = response.event === 0 ? undefined : eventOf([response.event])?.name;
  return { status: STATUS[response.status] ?? 'abort', address: undefined, data: undefined, event, record: undefined, stag: undefined, sentence: '' };
}

function complete(act: Act, waiting: Waiting, response: Response): DmaOutcome {
  const { machine } = act.system;
  const smmu = machine.smmus[waiting.smmu];
  if (smmu === undefined) return ended(response);
  const data = waiting.data === undefined ? { length: waiting.length } : { length: waiting.length, write: Uint8Array.from(waiting.data) };
  return landed(machine, smmu, response, data).outcome;
}

/** What is to be remembered of a DMA that stalled. */
export function waitingOf(request: DmaRequest, stag: number): Waiting {
  const room = 4096 - (request.address.lo % 4096);
  const { data } = request;
  const length = Math.min(typeof data === 'number' ? data : data.length, room);
  return {
    smmu: request.device.smmu ?? 0, stag, device: request.device.name, length,
    data: typeof data === 'number' ? undefined : Array.from(data.subarray(0, length)),
  };
}
