/** What devices do: DMA, DMA with ATS, page requests. */
import { hex } from '../../../emulator/bits/u64.ts';
import { encode } from '../../../emulator/fields/layout.ts';
import { PRI_RECORD } from '../../../emulator/fields/pri.ts';
import { INSTRUCTION, PRIVILEGED, READ, WRITE } from '../../../emulator/walk/access.ts';
import type { PageRequestFate } from '../../../emulator/queues/priQueue.ts';
import { CR0, REG } from '../../../emulator/registers/store.ts';
import type { Smmu } from '../../../emulator/smmu/smmu.ts';
import { deviceOf, ok, wraps, type Act, type Handler } from '../act.ts';
import { unusable, type Arguments } from '../arguments.ts';
import { dataOf } from '../data.ts';
import { waitingOf } from '../stalls.ts';
import type { DmaOutcome, DmaRequest, SystemDevice } from '../../system/system.ts';

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
  const length = typeof data === 'number' ? data : data.length;
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

function dma(isAts: boolean): Handler {
  return (act) => {
    const device = deviceOf(act);
    const request = requestOf(act, device, isAts);
    act.spend(Math.ceil((typeof request.data === 'number' ? request.data : request.data.length) / PAGE));
    const outcome = act.system.dma(request);
    const waiting = outcome.stag === undefined ? act.memo.waiting : [...act.memo.waiting, waitingOf(request, outcome.stag)];
    act.memo = { ...act.memo, dma: outcome, last: { ok: outcome.status === 'ok', text: dmaText(outcome) }, waiting, dmaDevice: device.at, dmaSmmu: device.smmu };
    return ok(dmaText(outcome));
  };
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
