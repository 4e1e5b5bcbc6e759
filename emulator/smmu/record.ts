/** Fills event records: which fields each kind of event carries, from the request and the fault. */
import { INSTRUCTION, PRIVILEGED, READ, WRITE } from '../walk/access.ts';
import { CLASS_TT, F_PERMISSION, F_WALK_EABT, type Fault } from '../walk/fault.ts';
import type { Request } from './request.ts';

/** The address of a fetch that aborted. */
export interface FetchAddress {
  readonly fetchHi: number;
  readonly fetchLo: number;
}

/** Event codes that no other file names. */
export const F_UUT = 1;
/** The STE is illegal. */
export const C_BAD_STE = 4;
/** ATS although it is off. */
export const F_BAD_ATS_TREQ = 5;
/** Substreams are on, and this access may not go without. */
export const F_STREAM_DISABLED = 6;
/** Translated traffic that is not allowed. */
export const F_TRANSL_FORBIDDEN = 7;
/** The CD is illegal. */
export const C_BAD_CD = 10;

const F_STE_FETCH = 3;
const C_BAD_SUBSTREAMID = 8;
const F_CD_FETCH = 9;
const SSV = 0x800;

function accessBits(access: number): number {
  const isWrite = (access & WRITE) !== 0;
  const isInstruction = !isWrite && (access & INSTRUCTION) !== 0;
  return ((access & PRIVILEGED) !== 0 ? 2 : 0) | (isInstruction ? 4 : 0) | (isWrite ? 0 : 8);
}

/** The record of a configuration error. `access` is the access after overrides. */
export function configRecord(words: Int32Array, code: number, request: Request, fetch: FetchAddress): void {
  const ssid = request.ssid < 0 ? 0 : request.ssid << 12;
  words.fill(0);
  words[0] = code | ssid | (request.ssid < 0 ? 0 : SSV);
  if (code === F_STREAM_DISABLED || code === F_TRANSL_FORBIDDEN) words[0] = code;
  if (code === C_BAD_SUBSTREAMID) words[0] = code | ssid;
  words[1] = request.sid;
  if (code === F_STE_FETCH || code === F_CD_FETCH) {
    words[6] = fetch.fetchLo & -8;
    words[7] = fetch.fetchHi;
  }
  if (code === F_TRANSL_FORBIDDEN || code === F_BAD_ATS_TREQ) addressed(words, code, request);
}

/** The record of an unsupported transaction: the access as it came in. */
export function unsupportedRecord(words: Int32Array, request: Request): void {
  words.fill(0);
  words[0] = F_UUT | (request.ssid < 0 ? 0 : SSV | (request.ssid << 12));
  words[1] = request.sid;
  words[3] = accessBits(request.access);
  words[4] = request.lo;
  words[5] = request.hi;
}

function addressed(words: Int32Array, code: number, request: Request): void {
  if (code === F_TRANSL_FORBIDDEN) {
    words[3] = (request.access & WRITE) !== 0 ? 0 : 8;
    words[4] = request.lo;
  } else {
    const isRead = (request.access & READ) !== 0;
    const bits = (isRead ? 8 : 0) | ((request.access & WRITE) !== 0 ? 4 : 0) | ((request.access & INSTRUCTION) !== 0 ? 2 : 0) | ((request.access & PRIVILEGED) !== 0 ? 1 : 0);
    words[2] = bits << 28;
    words[4] = request.lo & -4096;
  }
  words[5] = request.hi;
}

/** The record of a translation fault or of a table walk that aborted. */
export function faultRecord(words: Int32Array, request: Request, fault: Fault, access: number): void {
  const { code, isStage2, cls } = fault;
  words.fill(0);
  words[0] = code | (request.ssid < 0 ? 0 : SSV | (request.ssid << 12));
  words[1] = request.sid;
  words[3] = accessBits(access) | (isStage2 ? 0x80 : 0) | (cls << 8);
  if (code === F_PERMISSION && isStage2 && cls === CLASS_TT) words[3] |= fault.tableRead << 12;
  words[4] = request.lo;
  words[5] = request.hi;
  if (code === F_WALK_EABT) {
    words[6] = fault.fetchLo & -8;
    words[7] = fault.fetchHi;
  } else if (isStage2) {
    words[6] = fault.ipaLo & -4096;
    words[7] = fault.ipaHi;
  }
}
