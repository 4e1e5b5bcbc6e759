/**
 * What an SMMU answers to ordinary traffic: bypass while it is off, translation while it is on, and
 * for everything that goes wrong the response, the record and the stall that the configuration asks
 * for.
 */
import { C_BAD_STREAMID } from '../config/lookup.ts';
import { CR0, REG } from '../registers/store.ts';
import type { Probe } from '../steps/probe.ts';
import { effectiveShare, memAttrByte } from '../walk/attributes.ts';
import { F_WALK_EABT } from '../walk/fault.ts';
import { isBeyond } from '../walk/stage2.ts';
import type { SmmuParts } from './parts.ts';
import { SILENT } from './procedure.ts';
import { reportRequest, reportResult } from './report.ts';
import { C_BAD_STE, configRecord, F_UUT, faultRecord, unsupportedRecord } from './record.ts';
import { ABORT, OK, RAZ_WI, STALLED, UNSUPPORTED_TYPE, type Request, type Response } from './request.ts';

const STALL_BIT = 0x8000_0000;
const RECINVSID = 2;

/** Ordinary traffic of one SMMU. */
export class Traffic {
  readonly #parts: SmmuParts;
  readonly #probe: Probe;
  readonly #record = new Int32Array(8);

  constructor(parts: SmmuParts, probe: Probe) {
    this.#parts = parts;
    this.#probe = probe;
  }

  /** Takes an untranslated transaction. */
  run(request: Request, response: Response): void {
    response.event = 0;
    if (this.#probe.isOn) reportRequest(this.#probe, request);
    const { registers, procedure } = this.#parts;
    if (request.kind === UNSUPPORTED_TYPE) this.#refuse(request, response);
    else if (!registers.isOn(CR0.SMMUEN)) this.#bypass(request, response);
    else {
      const code = procedure.run(request, response);
      if (code === 0) response.status = OK;
      else this.#fail(code, request, response);
    }
    if (this.#probe.isOn) reportResult(this.#probe, this.#parts, { request, response });
  }

  #refuse(request: Request, response: Response): void {
    response.status = ABORT;
    response.event = F_UUT;
    unsupportedRecord(this.#record, request);
    this.#parts.events.record(this.#record, true);
  }

  /** SMMUEN is 0: GBPA decides. */
  #bypass(request: Request, response: Response): void {
    const { registers, features } = this.#parts;
    const gbpa = registers.get(REG.GBPA);
    response.status = (gbpa & 0x10_0000) !== 0 || isBeyond(request.hi, request.lo, features.oas) ? ABORT : OK;
    response.hi = request.hi;
    response.lo = request.lo;
    response.size = 64;
    response.permissions = 3;
    const share = (gbpa >>> 12) & 3;
    response.attr = features.typesOverride && (gbpa & 16) !== 0 ? memAttrByte(gbpa & 15) : request.attr;
    response.share = effectiveShare(response.attr, features.typesOverride && share !== 1 ? share : request.share);
  }

  #fail(code: number, request: Request, response: Response): void {
    response.status = ABORT;
    response.event = code === SILENT ? 0 : code;
    if (code === SILENT) return;
    const { fault, lookup, events, registers, procedure } = this.#parts;
    const mayMerge = code <= C_BAD_STE || procedure.ste?.fields.MEV === 1;
    if (code >= F_WALK_EABT) {
      faultRecord(this.#record, request, fault, procedure.access);
      if (code === F_WALK_EABT || fault.isAlwaysAbort) events.record(this.#record, mayMerge);
      else this.#answer(request, response);
      return;
    }
    if (code === C_BAD_STREAMID && (registers.get(REG.CR2) & RECINVSID) === 0) return;
    configRecord(this.#record, code, request, lookup);
    events.record(this.#record, mayMerge);
  }

  /** Translation faults: CD.A, R and S decide for stage 1, S2R and S2S for stage 2. */
  #answer(request: Request, response: Response): void {
    const { fault, events, procedure } = this.#parts;
    const { ste, cd } = procedure;
    const isStall = fault.isStage2 ? ste?.s2s === true : cd?.s === true;
    const isRecorded = fault.isStage2 ? ste?.s2r === true : cd?.r === true;
    if (isStall && this.#stall(request, response)) return;
    if (!fault.isStage2 && cd?.a === false) response.status = RAZ_WI;
    if (isRecorded) events.record(this.#record, ste?.fields.MEV === 1);
  }

  #stall(request: Request, response: Response): boolean {
    const { stalls, events } = this.#parts;
    const stag = stalls.park(request);
    if (stag < 0) return false;
    response.status = STALLED;
    response.stag = stag;
    this.#record[2] = stag | STALL_BIT;
    if (!events.record(this.#record)) stalls.postpone(stag);
    if (this.#probe.isOn) this.#probe.step({ kind: 'stall', sid: request.sid, stag, action: 'parked' });
    return true;
  }
}
