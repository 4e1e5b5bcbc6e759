/**
 * The translation procedure for a stream when the SMMU is on: from StreamID to output address or
 * event code, in the architecture's order. Nothing is recorded or answered here; ordinary traffic,
 * ATS requests and translated traffic each do that in their own way.
 */
import type { CdConfig, SteConfig } from '../config/compile.ts';
import type { ConfigCache } from '../config/cache.ts';
import { C_BAD_SUBSTREAMID, type ConfigLookup } from '../config/lookup.ts';
import type { Features } from '../idr/features.ts';
import type { Probe } from '../steps/probe.ts';
import { INSTRUCTION, PRIVILEGED, READ, S2_PX, S2_UX, UX, WRITE } from '../walk/access.ts';
import { applyStage2, effectiveShare, memAttrByte, widerShare } from '../walk/attributes.ts';
import { CLASS_IN, F_ADDR_SIZE, type Fault } from '../walk/fault.ts';
import type { Stage1 } from '../walk/stage1.ts';
import { isBeyond, type Stage2 } from '../walk/stage2.ts';
import { C_BAD_CD, C_BAD_STE, F_STREAM_DISABLED } from './record.ts';
import type { Request, Response } from './request.ts';

/** The stream is configured to abort: no event. */
export const SILENT = -1;

/** What the procedure is made of. */
export interface ProcedureParts {
  readonly features: Features;
  readonly lookup: ConfigLookup;
  readonly stage1: Stage1;
  readonly stage2: Stage2;
  readonly fault: Fault;
  readonly config: ConfigCache;
  readonly probe: Probe;
}

const KNOWN = 64;

/** What a stream translated with last time: good as long as no cached configuration changed. */
class Known {
  sid = -1;
  ssid = -1;
  version = -1;
  index = 0;
  ste: SteConfig | null = null;
  cd: CdConfig | null = null;
}

/** The procedure of one SMMU. */
export class Procedure {
  /** The configuration met on the way; null where it was not reached. */
  ste: SteConfig | null = null;
  cd: CdConfig | null = null;
  /** The access after the overrides of the STE. */
  access = 0;
  /** The translation permits instruction fetches. */
  isExecutable = true;
  readonly #parts: ProcedureParts;
  readonly #known: readonly Known[];
  #index = 0;
  #skip = false;

  constructor(parts: ProcedureParts) {
    this.#parts = parts;
    this.#known = Array.from({ length: KNOWN }, () => new Known());
  }

  /** Runs a request; 0 with the address and attributes in `response`, an event code, or SILENT. */
  run(request: Request, response: Response): number {
    const known = this.#known[(request.sid ^ (request.ssid << 3)) & (KNOWN - 1)];
    if (known !== undefined && known.sid === request.sid && known.ssid === request.ssid && known.version === this.#parts.config.version) {
      if (!this.#parts.probe.isOn) return this.#again(known, request, response);
    }
    return this.#anew(request, response, known);
  }

  #anew(request: Request, response: Response, known: Known | undefined): number {
    this.access = request.access;
    this.cd = null;
    const { lookup } = this.#parts;
    const ste = (this.ste = lookup.ste(request.sid));
    if (ste === null) return lookup.code;
    if (ste.broken !== null) return C_BAD_STE;
    if (ste.isAbort) return SILENT;
    const code = this.#substream(ste, request.ssid);
    if (code !== 0) return code;
    this.access = overridden(ste, request.access);
    if (ste.stage2) this.#parts.stage2.use(ste, request.sid);
    if (!ste.stage1 || this.#skip) return this.#withoutStage1(ste, request, response);
    const cd = (this.cd = lookup.cd(ste, request.sid, this.#index));
    if (cd === null) return lookup.code;
    if (cd.broken !== null) return C_BAD_CD;
    if (known !== undefined && this.#parts.config.isOn) {
      known.sid = request.sid;
      known.ssid = request.ssid;
      known.version = this.#parts.config.version;
      known.index = this.#index;
      known.ste = ste;
      known.cd = cd;
    }
    return this.#withStage1(request, response);
  }

  #again(known: Known, request: Request, response: Response): number {
    const { ste, cd } = known;
    this.#index = known.index;
    this.ste = ste;
    this.cd = cd;
    if (ste === null) return SILENT;
    this.access = overridden(ste, request.access);
    if (ste.stage2) this.#parts.stage2.use(ste, request.sid);
    return this.#withStage1(request, response);
  }

  /** Chooses the CD, or says why there is none. */
  #substream(ste: SteConfig, ssid: number): number {
    this.#skip = false;
    this.#index = 0;
    if (ssid >= 0) {
      if (ste.cdMax === 0 || ssid >= 2 ** ste.cdMax) return C_BAD_SUBSTREAMID;
      if (ssid === 0 && ste.dss === 2) return F_STREAM_DISABLED;
      this.#index = ssid;
      return 0;
    }
    if (ste.cdMax === 0 || ste.dss === 2) return 0;
    if (ste.dss !== 1) return F_STREAM_DISABLED;
    this.#skip = true;
    return 0;
  }

  #withoutStage1(ste: SteConfig, request: Request, response: Response): number {
    const { features, fault, stage2 } = this.#parts;
    if (isBeyond(request.hi, request.lo, ste.stage2 ? features.ias : features.oas)) {
      fault.set(F_ADDR_SIZE, false, 'bypass-size', 0);
      fault.isAlwaysAbort = true;
      return F_ADDR_SIZE;
    }
    this.#bypassAttributes(ste, request, response);
    response.hi = request.hi;
    response.lo = request.lo;
    response.size = 64;
    response.permissions = READ | WRITE;
    this.isExecutable = true;
    if (ste.stage2) {
      const code = stage2.translate(request.hi, request.lo, this.access, CLASS_IN);
      if (code !== 0) return code;
      response.hi = stage2.outHi;
      response.lo = stage2.outLo;
      response.size = stage2.size;
      response.permissions = stage2.permissions & (READ | WRITE);
      this.isExecutable = (stage2.permissions & ((this.access & PRIVILEGED) !== 0 ? S2_PX : S2_UX)) !== 0;
      response.attr = applyStage2(response.attr, stage2.memAttr, ste.fwb);
      response.share = widerShare(response.share, stage2.share);
    }
    response.share = effectiveShare(response.attr, response.share);
    return 0;
  }

  #bypassAttributes(ste: SteConfig, request: Request, response: Response): void {
    const { MTCFG, MemAttr, SHCFG } = ste.fields;
    const isTyped = this.#parts.features.typesOverride;
    response.attr = isTyped && MTCFG === 1 ? memAttrByte(MemAttr) : request.attr;
    response.share = isTyped && SHCFG !== 1 ? SHCFG : request.share;
  }

  #withStage1(request: Request, response: Response): number {
    const { stage1 } = this.#parts;
    const { ste, cd } = this;
    if (ste === null || cd === null) return SILENT;
    const inner = stage1.request;
    inner.sid = request.sid;
    inner.substream = this.#index;
    inner.hi = request.hi;
    inner.lo = request.lo;
    inner.access = this.access;
    const code = stage1.translate(ste, cd);
    if (code !== 0) return code;
    response.hi = stage1.outHi;
    response.lo = stage1.outLo;
    response.size = stage1.size;
    const own = (this.access & PRIVILEGED) !== 0 ? stage1.permissions >>> 3 : stage1.permissions;
    response.permissions = own & (READ | WRITE) & (ste.stage2 ? stage1.permissions2 : READ | WRITE);
    this.isExecutable = this.#mayExecute(own, ste, stage1.permissions2);
    response.attr = stage1.attr;
    response.share = effectiveShare(stage1.attr, stage1.share);
    return 0;
  }

  /** Whether the access's privilege may fetch instructions, for ATS requests. */
  #mayExecute(own: number, ste: SteConfig, stage2: number): boolean {
    const need2 = (this.access & PRIVILEGED) !== 0 ? S2_PX : S2_UX;
    return (own & UX) !== 0 && (!ste.stage2 || this.#parts.stage1.isSplit || (stage2 & need2) !== 0);
  }
}

/** The access as the STE's overrides leave it; writes are always data. */
function overridden(ste: SteConfig, access: number): number {
  let result = (access & WRITE) !== 0 ? access & ~INSTRUCTION : access;
  if (ste.priv >= 2) result = ste.priv === 3 ? result | PRIVILEGED : result & ~PRIVILEGED;
  if (ste.inst >= 2 && (access & WRITE) === 0) result = ste.inst === 3 ? result | INSTRUCTION : result & ~INSTRUCTION;
  return result;
}
