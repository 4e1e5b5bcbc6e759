/**
 * PCIe ATS at the SMMU: translation requests, and traffic that carries translated addresses. DPT
 * checks (EATS 3) and Secure streams are not modelled; EATS 3 counts as off.
 */
import type { SteConfig } from '../config/compile.ts';
import { CR0, REG } from '../registers/store.ts';
import type { SmmuParts } from '../smmu/parts.ts';
import { SILENT } from '../smmu/procedure.ts';
import { reportRequest, reportResult } from '../smmu/report.ts';
import { C_BAD_STE, configRecord, F_BAD_ATS_TREQ, F_TRANSL_FORBIDDEN, faultRecord } from '../smmu/record.ts';
import { ABORT, COMPLETER_ABORT, OK, UNSUPPORTED, type Request, type Response } from '../smmu/request.ts';
import type { Probe } from '../steps/probe.ts';
import { INSTRUCTION, PRIVILEGED, READ, WRITE } from '../walk/access.ts';
import { CLASS_IN, F_PERMISSION, F_TRANSLATION, F_WALK_EABT } from '../walk/fault.ts';
import { isBeyond } from '../walk/stage2.ts';

const RECINVSID = 2;
const REC_CFG_ATS = 8;
const C_BAD_STREAMID = 2;
/** Smallest translation unit: 4K. */
const STU = 12;

/** What the SMMU does for devices with ATS. */
export class Ats {
  readonly #parts: SmmuParts;
  readonly #probe: Probe;
  readonly #record = new Int32Array(8);

  constructor(parts: SmmuParts, probe: Probe) {
    this.#parts = parts;
    this.#probe = probe;
  }

  /** Effective EATS: split stage needs ATSCHK. */
  #mode(ste: SteConfig): 0 | 1 | 2 {
    const { features, registers } = this.#parts;
    const { EATS, Config } = ste.fields;
    if (!features.ats || Config === 4) return 0;
    if (EATS === 2) return registers.isOn(CR0.ATSCHK) ? 2 : 0;
    return EATS === 1 ? 1 : 0;
  }

  /**
   * Answers a translation request. OK comes with the address, size and the subset of the asked
   * permissions that the device may use; no permissions mean that nothing is mapped.
   */
  translationRequest(request: Request, response: Response): void {
    const { registers, lookup, stage1, features } = this.#parts;
    response.event = 0;
    response.permissions = 0;
    if (!features.ats) return this.#end(response, UNSUPPORTED);
    if (!registers.isOn(CR0.SMMUEN)) return this.#refuse(request, response);
    const ste = lookup.ste(request.sid);
    if (ste === null) return this.#abort(lookup.code, request, response);
    if (ste.broken !== null) return this.#abort(C_BAD_STE, request, response);
    if (ste.isAbort) return this.#end(response, UNSUPPORTED);
    const mode = this.#mode(ste);
    if (mode === 0) return this.#refuse(request, response);
    stage1.isSplit = mode === 2;
    this.#grant(request, response);
    stage1.isSplit = false;
  }

  #grant(request: Request, response: Response): void {
    const { procedure } = this.#parts;
    const asked = request.access;
    // Permissions are collected, not demanded: the walk runs for an access that needs none.
    request.access = asked & PRIVILEGED;
    let code = procedure.run(request, response);
    let granted = response.permissions;
    const isExecutable = procedure.isExecutable;
    if (code === 0 && (asked & WRITE) !== 0 && (granted & WRITE) === 0) {
      request.access = (asked & PRIVILEGED) | WRITE;
      // A clean page becomes writable by being marked dirty.
      code = procedure.run(request, response);
      if (code === 0) granted |= WRITE;
      else if (code === F_PERMISSION) {
        request.access = asked & PRIVILEGED;
        code = procedure.run(request, response);
      }
    }
    request.access = asked;
    if (code >= F_TRANSLATION) return this.#nothing(response);
    if (code !== 0) return this.#abort(code, request, response);
    response.status = OK;
    response.size = Math.max(STU, Math.min(52, response.size));
    const execute = (granted & READ) !== 0 && isExecutable ? asked & INSTRUCTION : 0;
    response.permissions = (granted & asked & (READ | WRITE)) | execute;
  }

  /** Success without permissions: nothing is mapped there, and the device may send a page request. */
  #nothing(response: Response): void {
    response.status = OK;
    response.permissions = 0;
    response.size = STU;
  }

  #end(response: Response, status: number): void {
    response.status = status;
  }

  #refuse(request: Request, response: Response): void {
    response.status = UNSUPPORTED;
    response.event = F_BAD_ATS_TREQ;
    configRecord(this.#record, F_BAD_ATS_TREQ, request, this.#parts.lookup);
    this.#parts.events.record(this.#record);
  }

  /** Errors of configuration: a completer abort, recorded only where CR2 asks for it. */
  #abort(code: number, request: Request, response: Response): void {
    response.status = COMPLETER_ABORT;
    this.#recordError(code, request, response);
  }

  #recordError(code: number, request: Request, response: Response): void {
    const { registers, lookup, events, fault, procedure } = this.#parts;
    response.event = code === SILENT ? 0 : code;
    const cr2 = registers.get(REG.CR2);
    if (code === SILENT || (cr2 & REC_CFG_ATS) === 0 || (code === C_BAD_STREAMID && (cr2 & RECINVSID) === 0)) return;
    if (code >= F_WALK_EABT) faultRecord(this.#record, request, fault, procedure.access);
    else configRecord(this.#record, code, request, lookup);
    events.record(this.#record);
  }

  /** Takes a transaction with an address that the device had translated before. */
  translated(request: Request, response: Response): void {
    if (this.#probe.isOn) reportRequest(this.#probe, request);
    this.#translated(request, response);
    if (this.#probe.isOn) reportResult(this.#probe, this.#parts, { request, response });
  }

  #translated(request: Request, response: Response): void {
    const { registers, lookup, features } = this.#parts;
    response.event = 0;
    response.status = ABORT;
    response.hi = request.hi;
    response.lo = request.lo;
    response.permissions = READ | WRITE;
    response.attr = request.attr;
    response.share = request.share;
    response.size = 64;
    if (!registers.isOn(CR0.SMMUEN)) return this.#forbid(request, response);
    if (!registers.isOn(CR0.ATSCHK)) {
      response.status = isBeyond(request.hi, request.lo, features.oas) ? ABORT : OK;
      return;
    }
    const ste = lookup.ste(request.sid);
    if (ste === null) return this.#recordError(lookup.code, request, response);
    if (ste.broken !== null) return this.#recordError(C_BAD_STE, request, response);
    if (ste.isAbort) return;
    const mode = this.#mode(ste);
    if (mode === 0) return this.#forbid(request, response);
    if (mode === 2) this.#throughStage2(ste, request, response);
    else if (!isBeyond(request.hi, request.lo, features.oas)) response.status = OK;
  }

  #forbid(request: Request, response: Response): void {
    response.event = F_TRANSL_FORBIDDEN;
    configRecord(this.#record, F_TRANSL_FORBIDDEN, request, this.#parts.lookup);
    this.#parts.events.record(this.#record);
  }

  #throughStage2(ste: SteConfig, request: Request, response: Response): void {
    const { stage2, fault, events } = this.#parts;
    stage2.use(ste, request.sid);
    const code = stage2.translate(request.hi, request.lo, request.access, CLASS_IN);
    if (code === 0) {
      response.status = OK;
      response.hi = stage2.outHi;
      response.lo = stage2.outLo;
      response.permissions = stage2.permissions & (READ | WRITE);
      return;
    }
    response.event = code;
    faultRecord(this.#record, request, fault, request.access);
    if (code === F_WALK_EABT || ste.s2r) events.record(this.#record);
  }
}
