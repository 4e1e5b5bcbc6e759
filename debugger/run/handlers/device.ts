/** What devices do: DMA, DMA with ATS, page requests. */
import { add, fromNumber, hex } from '../../../emulator/bits/u64.ts';
import { encode } from '../../../emulator/fields/layout.ts';
import { PRI_RECORD } from '../../../emulator/fields/pri.ts';
import { INSTRUCTION, PRIVILEGED, READ, WRITE } from '../../../emulator/walk/access.ts';
import type { PageRequestFate } from '../../../emulator/queues/priQueue.ts';
import { CR0, REG } from '../../../emulator/registers/store.ts';
import type { Smmu } from '../../../emulator/smmu/smmu.ts';
import { deviceOf, NO_DMA, ok, wraps, type Act, type Handler } from '../act.ts';
import { unusable, type Arguments } from '../arguments.ts';
import { dataOf } from '../data.ts';
import { waitingOf } from '../stalls.ts';
import type { UnitOutcome } from '../unit.ts';
import type { DmaOutcome, DmaRequest, SystemDevice } from '../../system/system.ts';
import { joined } from '../../system/transfer.ts';

/** Bytes that one DMA may move. */
const MOST_BYTES = 16 * 1024 * 1024;
const DEFAULT_LENGTH = 4;
const PAGE = 4096;

/** What a write writes, or how many bytes a read reads. */
function payload(args: Arguments, isWrite: boolean): Uint8Array | number {
  const value = args.value('data');
  if (value?.kind === 'text') {
    const bytes = dataOf(value.text);
    return isWrite ? bytes : bytes.length;
  }
  const length = value === undefined ? DEFAULT_LENGTH : args.number('data');
  if (length > MOST_BYTES) return unusable(`one DMA may move ${MOST_BYTES} bytes at most`);
  return isWrite ? new Uint8Array(length) : length;
}

function accessOf(args: Arguments, isWrite: boolean): number {
  return (isWrite ? WRITE : READ) | (args.has('privileged') ? PRIVILEGED : 0) | (args.has('instruction') ? INSTRUCTION : 0);
}

/** Index of the stream that an access uses. */
function streamOf(args: Arguments, device: SystemDevice): number {
  const stream = args.optionalNumber('stream', 2 ** 32) ?? 0;
  if (device.smmu !== undefined && stream >= device.sids.length) return unusable(`there is no stream ${stream}: ${device.name} has ${device.sids.length} StreamID${device.sids.length === 1 ? '' : 's'}, counted from 0`);
  return stream;
}

function requestOf({ args }: Act, device: SystemDevice, isAts: boolean): DmaRequest {
  const isWrite = args.word('direction') === 'write';
  const data = payload(args, isWrite);
  const address = args.wide('address');
  const length = lengthOf({ data });
  if (wraps(address, length)) unusable(`${length} bytes at ${hex(address)} go beyond the end of the address space`);
  return { device, stream: streamOf(args, device), ssid: args.optionalNumber('ssid', 2 ** 20), address, access: accessOf(args, isWrite), isAts, data };
}

/** What came of a DMA, in one sentence. */
export function dmaText({ status, address, event, stag, sentence }: DmaOutcome): string {
  if (status === 'ok') return address === undefined ? 'passed' : `reached ${hex(address)}`;
  if (status === 'stall') return `stalled with STAG ${stag ?? 0}: ${event ?? 'fault'}`;
  const what = status === 'raz-wi' ? 'reads zero, ignores writes' : 'aborted';
  return [`${what}${event === undefined ? '' : `, ${event}`}`, sentence].filter((text) => text !== '').join('. ');
}

/** Bytes of a DMA between two pauses: about a millisecond's work. */
const PORTION = 16 * PAGE;

function lengthOf({ data }: Pick<DmaRequest, 'data'>): number {
  return typeof data === 'number' ? data : data.length;
}

/** A DMA that takes long, in portions of whole pages. It ends with the first that does not pass. */
function* inPortions({ system }: Act, request: DmaRequest): Generator<void, DmaOutcome> {
  const length = lengthOf(request);
  const read: Uint8Array[] = [];
  let first: DmaOutcome | undefined;
  for (let from = 0; from < length;) {
    const to = Math.min(length, from + PORTION - ((request.address.lo + from) % PAGE));
    const { data } = request;
    const outcome = system.dma({ ...request, address: add(request.address, fromNumber(from)), data: typeof data === 'number' ? to - from : data.subarray(from, to) });
    if (outcome.status !== 'ok') return outcome;
    first ??= outcome;
    if (outcome.data !== undefined) read.push(outcome.data);
    from = to;
    if (from < length) yield;
  }
  return { ...(first ?? NO_DMA), data: read.length === 0 ? undefined : joined(read) };
}

function dma(isAts: boolean): Handler {
  return (act) => {
    const device = deviceOf(act);
    const request = requestOf(act, device, isAts);
    act.spend(Math.ceil(lengthOf(request) / PAGE));
    const close = (outcome: DmaOutcome): UnitOutcome => closed(act, request, outcome);
    return lengthOf(request) <= PORTION ? close(act.system.dma(request)) : mapped(inPortions(act, request), close);
  };
}

function* mapped<A, B>(work: Generator<void, A>, then: (value: A) => B): Generator<void, B> {
  return then(yield* work);
}

/** What remains of a DMA. */
function closed(act: Act, request: DmaRequest, outcome: DmaOutcome): UnitOutcome {
  const waiting = outcome.stag === undefined ? act.memo.waiting : [...act.memo.waiting, waitingOf(request, outcome.stag)];
  act.memo = { ...act.memo, dma: outcome, last: { ok: outcome.status === 'ok', text: dmaText(outcome) }, waiting, dmaDevice: request.device.at, dmaSmmu: request.device.smmu };
  return ok(dmaText(outcome));
}

const RIGHTS: Readonly<Record<string, number>> = { r: 1, w: 2, rw: 3 };

const NO_ROOM = 'the PRI queue is full, or its overflow is not acknowledged (PRIQ_CONS.OVACKFLG)';

/** What became of a page request, and why it is not in the queue. */
const FATES: Readonly<Record<PageRequestFate, (smmu: Smmu) => string>> = {
  written: () => 'recorded in the PRI queue',
  dropped: () => `lost: ${NO_ROOM}`,
  success: () => `answered with success, not recorded: ${NO_ROOM}`,
  failure: (smmu) => `answered with failure: ${whyFailed(smmu.readRegister(REG.CR0ACK, 4).lo)}`,
};

function whyFailed(cr0: number): string {
  if ((cr0 & CR0.SMMUEN) === 0) return 'the SMMU is off (CR0.SMMUEN)';
  if ((cr0 & CR0.PRIQEN) === 0) return 'the PRI queue is off (CR0.PRIQEN): `probe` sets it up where the SMMU has one, and Xen does not';
  return 'the PRI queue cannot be written, or no STE of the stream lets the SMMU answer';
}

const pageRequest: Handler = (act) => {
  const { args, system } = act;
  const device = deviceOf(act);
  const smmu = device.smmu === undefined ? undefined : system.machine.smmus[device.smmu];
  const sid = device.sids[streamOf(args, device)];
  if (smmu === undefined || sid === undefined) return unusable(`there is no SMMU in front of ${device.name}`);
  const rights = RIGHTS[args.optionalWord('access') ?? 'rw'] ?? 3;
  const ssid = args.optionalNumber('ssid', 2 ** 20);
  const words = encode(PRI_RECORD, {
    StreamID: sid, SubstreamID: ssid ?? 0, SSV: ssid === undefined ? 0 : 1, Read: rights & 1, Write: rights >> 1, Last: args.has('more') ? 0 : 1,
    PRGIndex: args.optionalNumber('group', 512) ?? 0, PageAddr: args.wide('address'),
  });
  const fate = smmu.pageRequest(Int32Array.from(words));
  const text = `the page request for ${hex(args.wide('address'))} is ${FATES[fate](smmu)}`;
  act.memo = { ...act.memo, last: { ok: fate === 'written', text } };
  return ok(text);
};

/** The handlers of devices. */
export const DEVICE_HANDLERS: Readonly<Record<string, Handler>> = { dma: dma(false), ats: dma(true), 'page-request': pageRequest };
