/**
 * Single transactions against a snapshot: each one leaves the machine as it found it, so that the
 * order of questions does not matter. Watches the steps for the event record and, where asked for,
 * keeps them.
 */
import { hex, parseU64, toNumber, u64, type U64 } from '../bits/u64.ts';
import { hexOfWords } from '../fields/layout.ts';
import { requestOf } from '../machine/machine.ts';
import { OK, RAZ_WI, Response, STALLED } from '../smmu/request.ts';
import type { Step } from '../steps/step.ts';
import { INSTRUCTION, PRIVILEGED, READ, WRITE } from '../walk/access.ts';
import type { LoadedImage } from './image.ts';

/** A transaction to try. */
export interface Probe {
  readonly sid: number;
  readonly ssid: number | undefined;
  readonly iova: U64;
  readonly isWrite: boolean;
  readonly isPrivileged: boolean;
  readonly isInstruction: boolean;
}

/** What came of it. */
export interface ProbeOutcome {
  readonly status: 'ok' | 'abort' | 'raz-wi' | 'stall';
  /** Output address and permissions (1 read, 2 write), where it passed. */
  readonly pa: U64 | undefined;
  readonly perm: number;
  /** The record that reached the event queue. */
  readonly event: string | undefined;
  readonly steps: readonly Step[];
}

/** The answer to a probe as JSON has it. */
export interface ProbeAnswer {
  readonly sid: unknown;
  readonly ssid?: unknown;
  readonly iova: unknown;
  readonly rw: unknown;
  readonly pa?: string;
  readonly perm?: string;
  readonly abort?: true;
  readonly event?: string;
}

type Raw = Readonly<Record<string, unknown>>;

/** Reads `{sid, ssid?, iova, rw, priv?, exec?}`; a string says what is wrong. */
export function parseProbe(value: unknown): Probe | string {
  if (typeof value !== 'object' || value === null) return 'the probe is no object';
  const raw = value as Raw;
  const of = (key: string): U64 | undefined => parseU64(String(raw[key]));
  const sid = of('sid');
  const ssid = raw['ssid'] === undefined ? undefined : of('ssid');
  const iova = of('iova');
  if (sid === undefined || sid.hi !== 0) return "'sid' is no StreamID";
  if (iova === undefined) return "'iova' is no address";
  if (raw['ssid'] !== undefined && (ssid === undefined || toNumber(ssid) >= 2 ** 20)) return "'ssid' is no SubstreamID";
  if (raw['rw'] !== 'r' && raw['rw'] !== 'w') return '\'rw\' is not "r" or "w"';
  const isWrite = raw['rw'] === 'w';
  return { sid: sid.lo, ssid: ssid?.lo, iova, isWrite, isPrivileged: raw['priv'] === true, isInstruction: raw['exec'] === true && !isWrite };
}

const STATUS = new Map<number, ProbeOutcome['status']>([[OK, 'ok'], [RAZ_WI, 'raz-wi'], [STALLED, 'stall']]);

/** Tries a transaction and puts the machine back. */
export function tryProbe({ machine, smmu }: LoadedImage, probe: Probe): ProbeOutcome {
  const steps: Step[] = [];
  const { history } = machine;
  history.recording = true;
  const before = history.position;
  machine.observer = { step: (step) => void steps.push(step) };
  const access = (probe.isWrite ? WRITE : READ) | (probe.isPrivileged ? PRIVILEGED : 0) | (probe.isInstruction ? INSTRUCTION : 0);
  const response = new Response();
  smmu.translate(requestOf({ sid: probe.sid, ssid: probe.ssid, address: probe.iova, access }), response);
  machine.observer = null;
  history.seek(before);
  const event = steps.findLast((s) => s.kind === 'event');
  const isRecorded = event?.kind === 'event' && event.fate !== 'dropped';
  return {
    status: STATUS.get(response.status) ?? 'abort',
    pa: response.status === OK ? u64(response.hi, response.lo) : undefined,
    perm: response.permissions & (READ | WRITE),
    event: isRecorded ? hexOfWords(event.words) : undefined,
    steps,
  };
}

/** Answers a probe of a batch, repeating what was asked. */
export function answerProbe(loaded: LoadedImage, value: unknown): ProbeAnswer | string {
  const probe = parseProbe(value);
  if (typeof probe === 'string') return probe;
  const { sid, ssid, iova, rw } = value as Raw;
  const asked = { sid, ...(ssid === undefined ? {} : { ssid }), iova, rw };
  const outcome = tryProbe(loaded, probe);
  if (outcome.pa !== undefined) return { ...asked, pa: hex(outcome.pa), perm: `0x${outcome.perm}` };
  return { ...asked, abort: true, ...(outcome.event === undefined ? {} : { event: outcome.event }) };
}
