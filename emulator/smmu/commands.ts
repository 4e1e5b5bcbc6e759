/**
 * What each command does, as a table by opcode. A command gives a CERROR code; 0 means that it was
 * carried out. Secure commands and those of absent features are illegal.
 */
import { COMMANDS, type Command } from '../fields/commands.ts';
import type { AtcStore } from '../ats/atc.ts';
import type { ConfigCache } from '../config/cache.ts';
import type { Features } from '../idr/features.ts';
import { SOURCES, type Interrupts } from '../queues/errors.ts';
import { CR0, REG, type RegisterStore } from '../registers/store.ts';
import { invalidateStage1, invalidateStage2, type Range, type Scope, type TlbCaches } from '../tlb/invalidate.ts';

/** Errors of commands. */
export const CERROR = { none: 0, illegal: 1, abort: 2, atcTimeout: 3 } as const;

const CERROR_WORDS: Readonly<Record<number, readonly [name: string, text: string]>> = {
  [CERROR.illegal]: ['CERROR_ILL', 'the command is not valid'], [CERROR.abort]: ['CERROR_ABT', 'the queue could not be read'],
  [CERROR.atcTimeout]: ['CERROR_ATC_INV_SYNC', 'a device did not answer'],
};

/** The name of a command error by its code in CMDQ_CONS.ERR: `CERROR_ILL`. */
export function cerrorName(code: number): string {
  return CERROR_WORDS[code]?.[0] ?? `CERROR ${code}`;
}

/** The name of a command error, and what it means. */
export function cerrorText(code: number): string {
  const text = CERROR_WORDS[code]?.[1];
  return text === undefined ? cerrorName(code) : `${cerrorName(code)}: ${text}`;
}

/** What commands act upon. */
export interface CommandTarget {
  readonly features: Features;
  readonly registers: RegisterStore;
  readonly config: ConfigCache;
  readonly caches: TlbCaches;
  readonly atc: AtcStore;
  readonly interrupts: Interrupts;
  /** Retries (0), aborts (1) or ends with RAZ/WI (2) a stalled transaction. */
  readonly resume: (sid: number, stag: number, action: 0 | 1 | 2) => void;
  readonly stallTerm: (sid: number) => void;
  readonly pageResponse: (words: Int32Array) => void;
}

/** One command in execution. */
export class Execution {
  readonly words = new Int32Array(4);
  /** Cache entries that it removed. */
  removed = 0;
  /** A CMD_SYNC asked for an interrupt, which follows once its consumption is visible. */
  isSignalled = false;
  readonly target: CommandTarget;

  constructor(target: CommandTarget) {
    this.target = target;
  }

  /** Bits msb..lsb (at most 32, not crossing a word) of the command. */
  bits(msb: number, lsb: number): number {
    const word = this.words[lsb >>> 5] ?? 0;
    const width = msb - lsb + 1;
    return (width === 32 ? word : (word >>> (lsb & 31)) & (2 ** width - 1)) >>> 0;
  }
}

type Handler = (x: Execution) => number;

const EL1_ONLY = 1;
const EL2_BOTH = 6;

function sid(x: Execution): number {
  return x.bits(63, 32);
}

/** The range of an address invalidation; undefined where its hints are illegal. */
function rangeOf(x: Execution): Range | undefined {
  const leaf = x.bits(64, 64) === 1;
  const at = { hi: x.words[3] ?? 0, lo: (x.words[2] ?? 0) & -4096, leaf };
  const tg = x.target.features.ril ? x.bits(75, 74) : 0;
  if (tg === 0) return { ...at, length: 4096, tg: 0, level: 0 };
  const [num, scale] = [x.bits(16, 12), x.bits(24, 20)];
  const ttl = x.bits(73, 72);
  // Level 1 of 16K holds no blocks, and counts as no hint.
  const level = tg === 2 && ttl === 1 ? 0 : ttl;
  if (num === 0 && scale === 0 && level === 0) return undefined;
  return { ...at, length: (num + 1) * 2 ** scale * 2 ** (10 + 2 * tg), tg, level };
}

function el1(x: Execution, more: Partial<Scope>): Scope {
  const { features, registers } = x.target;
  const wildcard = features.vmw ? (registers.get(REG.CR0ACK) >>> 6) & 7 : 0;
  const vmidMask = 0xffff & (wildcard > 4 ? -1 : -1 << wildcard);
  return { worlds: EL1_ONLY, vmid: features.s2p ? x.bits(47, 32) : 0, vmidMask, withGlobal: true, ...more };
}

function el2(x: Execution, more: Partial<Scope>): Scope {
  const isE2h = (x.target.registers.get(REG.CR2) & 1) === 1;
  return { worlds: isE2h ? 4 : 2, vmidMask: 0, withGlobal: true, ...more };
}

function stage1(x: Execution, scope: Scope): number {
  x.removed += invalidateStage1(x.target.caches, scope);
  return CERROR.none;
}

function byAddress(x: Execution, scope: (range: Range) => Scope): number {
  const range = rangeOf(x);
  return range === undefined ? CERROR.illegal : stage1(x, scope(range));
}

function stage2(x: Execution, scope: Scope): number {
  x.removed += invalidateStage2(x.target.caches, scope);
  return CERROR.none;
}

function streams(x: Execution, first: number, count: number, leaf: boolean): number {
  x.removed += x.target.config.removeStreams(first, count, leaf);
  return CERROR.none;
}

function cfgiRange(x: Execution): number {
  const range = x.bits(68, 64);
  if (range === 31) return streams(x, 0, 2 ** 32, false);
  const count = 2 ** (range + 1);
  return streams(x, sid(x) - (sid(x) % count), count, false);
}

function cfgiCd(x: Execution): number {
  const ssid = x.bits(31, 12);
  // Both leaf table shapes are covered: which one the stream uses is in its STE, perhaps gone already.
  const level1 = x.bits(64, 64) === 1 ? [] : [(ssid >>> 6) << 1, ((ssid >>> 10) << 1) | 1];
  x.removed += x.target.config.removeCd(sid(x), ssid, level1);
  return CERROR.none;
}

function atcInv(x: Execution): number {
  const { registers, atc } = x.target;
  if (!registers.isOn(CR0.SMMUEN)) return CERROR.none;
  const size = x.bits(69, 64);
  const isGlobal = x.bits(9, 9) === 1;
  const ssid = x.bits(11, 11) === 1 ? x.bits(31, 12) : -1;
  const base = x.bits(127, 96) * 2 ** 32 + ((x.bits(95, 64) & -4096) >>> 0);
  const length = 2 ** (12 + size);
  const range = size >= 52 ? undefined : { base: base - (base % length), length };
  x.removed += atc.invalidate({ sid: sid(x), ssid: isGlobal ? undefined : ssid, range });
  return CERROR.none;
}

function sync(x: Execution): number {
  const { atc } = x.target;
  const signal = x.bits(13, 12);
  if (signal === 3) return CERROR.illegal;
  if (atc.hasTimedOut) {
    atc.clearTimeout();
    return CERROR.atcTimeout;
  }
  x.isSignalled = signal === 1;
  return CERROR.none;
}

function resume(x: Execution): number {
  const isRetry = x.bits(12, 12) === 1;
  const isAbort = x.bits(13, 13) === 1 || x.target.features.termModel;
  x.target.resume(sid(x), x.bits(79, 64), isRetry ? 0 : isAbort ? 1 : 2);
  return CERROR.none;
}

function pageResponse(x: Execution): number {
  if (x.bits(77, 76) === 3) return CERROR.illegal;
  if (x.target.registers.isOn(CR0.SMMUEN)) x.target.pageResponse(x.words);
  return CERROR.none;
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  PREFETCH_CONFIG: () => CERROR.none,
  PREFETCH_ADDR: () => CERROR.none,
  CFGI_STE: (x) => streams(x, sid(x), 1, x.bits(64, 64) === 1),
  CFGI_STE_RANGE: cfgiRange,
  CFGI_CD: cfgiCd,
  CFGI_CD_ALL: (x) => {
    x.removed += x.target.config.removeCds(sid(x));
    return CERROR.none;
  },
  TLBI_NH_ALL: (x) => stage1(x, el1(x, {})),
  TLBI_NH_ASID: (x) => stage1(x, el1(x, { asid: x.bits(63, 48), withGlobal: false })),
  TLBI_NH_VA: (x) => byAddress(x, (range) => el1(x, { asid: x.bits(63, 48), range })),
  TLBI_NH_VAA: (x) => byAddress(x, (range) => el1(x, { range })),
  TLBI_EL2_ALL: (x) => stage1(x, { worlds: EL2_BOTH, vmidMask: 0, withGlobal: true }),
  TLBI_EL2_ASID: (x) => stage1(x, el2(x, { worlds: 4, asid: x.bits(63, 48), withGlobal: false })),
  TLBI_EL2_VA: (x) => byAddress(x, (range) => (el2(x, {}).worlds === 4 ? el2(x, { asid: x.bits(63, 48), range }) : el2(x, { range }))),
  TLBI_EL2_VAA: (x) => byAddress(x, (range) => el2(x, { range })),
  TLBI_S12_VMALL: (x) => stage1(x, el1(x, {})) | stage2(x, el1(x, {})),
  TLBI_S2_IPA: (x) => {
    const range = rangeOf(x);
    return range === undefined ? CERROR.illegal : stage2(x, el1(x, { range: { ...range, hi: range.hi & 0xff_ffff } }));
  },
  TLBI_NSNH_ALL: (x) => {
    const scope = { worlds: EL1_ONLY, vmidMask: 0, withGlobal: true };
    return stage1(x, scope) | stage2(x, scope);
  },
  ATC_INV: atcInv,
  PRI_RESP: pageResponse,
  RESUME: resume,
  STALL_TERM: (x) => {
    x.target.stallTerm(sid(x));
    return CERROR.none;
  },
  SYNC: sync,
};

const HAS_SSEC = new Set(COMMANDS.filter((c) => c.layout.fields.some((f) => f.name === 'SSec')).map((c) => c.opcode));

function isPresent(command: Command, f: Features): boolean {
  const needs: Record<Command['needs'], boolean> = {
    always: true, never: false, S1P: f.s1p, S2P: f.s2p, Hyp: f.hyp, ATS: f.ats, PRI: f.pri, stall: f.stallModel !== 1,
  };
  return needs[command.needs];
}

const KNOWN = new WeakMap<Features, ReadonlyMap<number, Handler>>();

/** The handlers of the commands that an SMMU has, by opcode. */
export function handlersOf(features: Features): ReadonlyMap<number, Handler> {
  const known = KNOWN.get(features);
  if (known !== undefined) return known;
  const present = COMMANDS.filter((c) => isPresent(c, features));
  const handlers = new Map(present.flatMap((c) => {
    const handler = HANDLERS[c.name];
    return handler === undefined ? [] : [[c.opcode, handler] as const];
  }));
  KNOWN.set(features, handlers);
  return handlers;
}

/** Signals the completion of the CMD_SYNC in `x.words`. */
export function signalSync(x: Execution): void {
  const address = (x.bits(119, 96) & 0xff_ffff) * 2 ** 32 + ((x.bits(95, 64) & -4) >>> 0);
  x.target.interrupts.deliver(SOURCES.sync, address, x.words[1] ?? 0);
}

/** Carries out the command in `x.words`. */
export function execute(x: Execution, handlers: ReadonlyMap<number, Handler>): number {
  x.removed = 0;
  x.isSignalled = false;
  const opcode = x.bits(7, 0);
  const handler = handlers.get(opcode);
  if (handler === undefined || (HAS_SSEC.has(opcode) && x.bits(10, 10) === 1)) return CERROR.illegal;
  return handler(x);
}
