/**
 * Trapped register accesses of a guest (fact sheet 1.3): decoding of pages, sizes, guards, and what an
 * access to nothing does. What a register write sets off is told through `onWrite`.
 */
import { u64, type U64 } from '../../../bits/u64.ts';
import type { XenProfile } from '../profiles.ts';
import { PAGE_1_NAMES, virtualRegisterAt, type VirtualRegister } from './registers.ts';
import { CR0, type VsmmuState } from './state.ts';

/** Size of a trapped access in bytes. */
export type AccessSize = 1 | 2 | 4 | 8;

/** What accesses need. */
export interface AccessParts {
  readonly state: VsmmuState;
  readonly profile: XenProfile;
  /** Values of the registers at 0x00 to 0x18. */
  readonly ids: readonly number[];
  readonly print: (text: string) => void;
  readonly onWrite: (register: VirtualRegister, old: number) => void;
}

const POSTED_ACK = 0x3df;
const PRESENT_ACK = CR0.SMMUEN | CR0.EVTQEN | CR0.CMDQEN;
const UPDATE = 0x8000_0000;
const GUARD_BITS = { SMMUEN: CR0.SMMUEN, CMDQEN: CR0.CMDQEN, EVTQEN: CR0.EVTQEN } as const;

/** The trap handler of one vSMMU. */
export class RegisterAccess {
  readonly #parts: AccessParts;

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /** A read of a guest; undefined is a data abort. */
  read(offset: number, size: AccessSize): U64 | undefined {
    const register = this.#decode(offset);
    const { profile } = this.#parts;
    const isUpper = register?.width === 64 && (offset & 7) >= 4;
    // The posted read handler knows the lower half only.
    if (register === undefined || (isUpper && !profile.ignoresUnknownRegisters)) return this.#unhandled('read', offset, size);
    if (!this.#isSizeFine(register, size)) return this.#badWidth('read');
    const [lo, hi] = [this.#value(register), register.hi === undefined ? 0 : this.#parts.state.get(register.hi)];
    if (register.width === 64 && size === 8) return u64(hi, lo);
    const half = isUpper ? hi : lo;
    return u64(0, size >= 4 ? half : (half >>> ((offset & 3) * 8)) & (2 ** (size * 8) - 1));
  }

  /** A write of a guest; false is a data abort. */
  write(offset: number, size: AccessSize, value: U64): boolean {
    const register = this.#decode(offset);
    if (register === undefined || (register.isReadOnly === true && !this.#parts.profile.ignoresUnknownRegisters)) return this.#unhandled('write', offset, size) !== undefined;
    if (register.isReadOnly === true) return true;
    if (!this.#isSizeFine(register, size)) return this.#badWidth('write') !== undefined;
    if (this.#isGuarded(register)) return true;
    this.#store(register, { offset, size, value });
    return true;
  }

  /** The register of an offset, or undefined for a place that the emulation does not know. */
  #decode(offset: number): VirtualRegister | undefined {
    const { profile } = this.#parts;
    const register = virtualRegisterAt(offset & 0xfffc);
    if (register === undefined || (register.isIdealOnly === true && !profile.hasGbpa)) return undefined;
    if (!profile.decodesPages) return register;
    const isPage1 = PAGE_1_NAMES.has(register.name);
    return Math.floor(offset / 0x10000) === (isPage1 ? 1 : 0) ? register : undefined;
  }

  #value(register: VirtualRegister): number {
    const { state, profile, ids } = this.#parts;
    if (register.name === 'CR0ACK') return state.get('cr0') & (profile.acknowledgesPresent ? PRESENT_ACK : POSTED_ACK);
    if (register.name === 'GERRORN' && !profile.takesGerrorn) return 0;
    return register.lo === undefined ? (ids[register.offset / 4] ?? 0) : state.get(register.lo);
  }

  #isSizeFine(register: VirtualRegister, size: AccessSize): boolean {
    if (!this.#parts.profile.checksAccessSize) return true;
    return size === 4 || (size === 8 && register.width === 64);
  }

  #isGuarded(register: VirtualRegister): boolean {
    const { state, profile } = this.#parts;
    if (register.name === 'EVTQ_CONS' && !profile.takesConsWhileEnabled) return (state.get('cr0') & CR0.EVTQEN) !== 0;
    return profile.guardsBases && register.guard !== undefined && (state.get('cr0') & GUARD_BITS[register.guard]) !== 0;
  }

  #store(register: VirtualRegister, access: { readonly offset: number; readonly size: AccessSize; readonly value: U64 }): void {
    const { state, profile, onWrite } = this.#parts;
    const { offset, size, value } = access;
    if (register.lo === undefined) return;
    const old = state.get(register.lo);
    // A 64-bit helper on the 32-bit register at 0x64 puts the value where it is lost.
    if (register.name === 'GERRORN' && !profile.takesGerrorn) return;
    if (register.name === 'GBPA' && (value.lo & UPDATE) === 0) return;
    const isUpper = register.width === 64 && (offset & 7) >= 4;
    const place = isUpper ? register.hi : register.lo;
    if (place === undefined) return;
    state.set(place, size >= 4 ? value.lo : merged(state.get(place), offset & 3, { size, value: value.lo }));
    if (size === 8 && register.hi !== undefined && !isUpper) state.set(register.hi, value.hi);
    if (register.name === 'GBPA') state.set('gbpa', state.get('gbpa') & ~UPDATE);
    onWrite(register, old);
  }

  #unhandled(direction: string, offset: number, size: AccessSize): U64 | undefined {
    this.#parts.print(`vSMMUv3: unhandled ${direction} r${size} offset 0x${offset.toString(16)}`);
    return this.#parts.profile.ignoresUnknownRegisters ? u64(0, 0) : undefined;
  }

  #badWidth(direction: string): U64 {
    this.#parts.print(`vSMMUv3: bad ${direction} width`);
    return u64(0, 0);
  }
}

function merged(old: number, byte: number, part: { readonly size: AccessSize; readonly value: number }): number {
  const mask = (2 ** (part.size * 8) - 1) << (byte * 8);
  return (old & ~mask) | ((part.value << (byte * 8)) & mask);
}
