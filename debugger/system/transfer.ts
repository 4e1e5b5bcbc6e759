/**
 * A DMA with its data, page by page: the transactions through an SMMU, what memory does at their
 * outputs, and what people are told of it. What a hypervisor does about faults afterwards is its
 * adapter's business.
 */
import { add, fromNumber, hex, toNumber, u64, type U64 } from '../../emulator/bits/u64.ts';
import { eventOf } from '../../emulator/fields/events.ts';
import { requestOf, type Machine } from '../../emulator/machine/machine.ts';
import { OK, Response, type Request } from '../../emulator/smmu/request.ts';
import type { Smmu } from '../../emulator/smmu/smmu.ts';
import type { Observer, Step } from '../../emulator/steps/step.ts';
import type { DmaOutcome, DmaRequest } from './system.ts';

const PAGE = 4096;
const STATUS = ['ok', 'abort', 'raz-wi', 'stall'] as const;

/** What the steps of a transaction say of it, besides passing them on. */
class Listener implements Observer {
  record: Uint32Array | undefined;
  sentence = '';
  readonly #next: Observer | null;

  constructor(next: Observer | null) {
    this.#next = next;
  }

  step(step: Step): void {
    this.#next?.step(step);
    if (step.kind === 'event') this.record = Uint32Array.from(step.words);
    else if (step.kind === 'result') this.sentence = step.sentence;
  }
}

/** Runs something while its steps are listened to. */
function listen<T>(machine: Machine, run: (listener: Listener) => T): T {
  const before = machine.observer;
  const listener = new Listener(before);
  machine.observer = listener;
  const result = run(listener);
  machine.observer = before;
  return result;
}

/** The pieces of an access that each lie in one page. */
function* pieces(address: U64, length: number): Generator<{ readonly at: U64; readonly from: number; readonly size: number }> {
  for (let done = 0; done < Math.max(1, length);) {
    const at = add(address, fromNumber(done));
    const size = Math.min(Math.max(1, length) - done, PAGE - (at.lo % PAGE));
    yield { at, from: done, size };
    done += size;
  }
}

/** What became of the part of an access that lies in one page. */
interface Piece {
  readonly outcome: DmaOutcome;
  readonly isDone: boolean;
}

/** Makes a DMA. A device with no SMMU in front of it reaches physical memory as it is. */
export function transfer(machine: Machine, request: DmaRequest): DmaOutcome {
  const smmu = request.device.smmu === undefined ? undefined : machine.smmus[request.device.smmu];
  const sid = request.device.sids[request.stream];
  const length = typeof request.data === 'number' ? request.data : request.data.length;
  const read: Uint8Array[] = [];
  let first: DmaOutcome | undefined;
  for (const { at, from, size } of pieces(request.address, length)) {
    const data = typeof request.data === 'number' ? { length: size } : { length: size, write: request.data.subarray(from, from + size) };
    const { outcome, isDone } = smmu === undefined || sid === undefined ? bare(machine, at, data) : through(machine, smmu, { request, sid, at, data });
    if (!isDone) return outcome;
    first ??= outcome;
    if (outcome.data !== undefined) read.push(outcome.data);
  }
  return { ...(first ?? NOTHING), data: read.length === 0 ? undefined : joined(read) };
}

const NOTHING: DmaOutcome = { status: 'ok', address: undefined, data: undefined, event: undefined, record: undefined, stag: undefined, sentence: '' };

/** Bytes one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

type PieceData = { readonly length: number; readonly write?: Uint8Array };

function bare(machine: Machine, at: U64, data: PieceData): Piece {
  const { isDone, data: read } = machine.reach(toNumber(at), data, -1);
  const sentence = isDone ? '' : `No memory answers at ${hex(at)}.`;
  return { outcome: { ...NOTHING, status: isDone ? 'ok' : 'abort', address: at, data: read, sentence }, isDone };
}

function through(machine: Machine, smmu: Smmu, part: { readonly request: DmaRequest; readonly sid: number; readonly at: U64; readonly data: PieceData }): Piece {
  const { request, sid, at, data } = part;
  const asked = requestOf({ sid, ssid: request.ssid, address: at, access: request.access });
  return listen(machine, (listener) => {
    const response = new Response();
    const refusal = request.isAts ? ats(smmu, asked, response) : plain(smmu, asked, response);
    if (refusal !== undefined || response.status !== OK) return { outcome: failure(response, listener, refusal), isDone: false };
    return landed(machine, smmu, response, data);
  });
}

function plain(smmu: Smmu, asked: Request, response: Response): undefined {
  smmu.translate(asked, response);
}

/** Why the device could not go on, where the answer of the SMMU alone does not say it. */
function ats(smmu: Smmu, asked: Request, response: Response): string | undefined {
  const path = smmu.deviceAccess(asked, response);
  if (path === 'no permission') return 'The translation that ATS gave allows no such access: the device may send a page request.';
  if (path === 'refused') return 'The SMMU refused the translation request: the stream needs STE.EATS, and the SMMU ATS.';
  return response.status === OK ? undefined : 'The SMMU did not take the translated address: ATSCHK, STE.EATS or stage 2 forbid it.';
}

function failure(response: Response, listener: Listener, refusal: string | undefined): DmaOutcome {
  return {
    status: refusal !== undefined ? 'abort' : STATUS[response.status] ?? 'abort', address: undefined, data: undefined,
    event: response.event === 0 ? undefined : eventOf([response.event])?.name, record: listener.record,
    stag: STATUS[response.status] === 'stall' ? response.stag : undefined, sentence: refusal ?? listener.sentence,
  };
}

/** The data at the output of a transaction that passed. */
export function landed(machine: Machine, smmu: Smmu, response: Response, data: PieceData): Piece {
  const address = u64(response.hi, response.lo);
  const { data: read, isDone } = machine.reach(toNumber(address), data, machine.smmus.indexOf(smmu));
  const sentence = isDone ? '' : `The SMMU let the access pass, but no memory answers at ${hex(address)}.`;
  return { outcome: { ...NOTHING, status: isDone ? 'ok' : 'abort', address, data: read, sentence }, isDone };
}
