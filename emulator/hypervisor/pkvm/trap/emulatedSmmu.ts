/**
 * The SMMU that the host's unmodified driver sees in the trap-and-emulate design (fact sheet A.8): each
 * access traps, and EL2 answers, passes it to the hardware, or stops the machine. Interrupts are the
 * hardware's own.
 */
import { hex, u64, type U64 } from '../../../bits/u64.ts';
import { CR0, REG } from '../../../registers/store.ts';
import type { Smmu } from '../../../smmu/smmu.ts';
import type { RegisterPort } from '../../driver/port.ts';
import type { Runtime } from '../../hypervisor.ts';
import { viewOf, type MemoryView } from '../../memoryView.ts';
import { Fields } from '../../state.ts';
import { commandWords, CR1_WRITE_BACK, type El2Smmu } from '../el2Smmu.ts';
import type { PageOwnership } from '../ownership.ts';
import { HostQueue, type HostQueueField } from './hostQueue.ts';
import type { TrapProfile } from './profiles.ts';
import { HIDDEN_IDR0, HOST_VIEW, IDR0_ATS, isMessageRegister, type HostRegister } from './registers.ts';
import { TRAP_RULES, type Panic } from './rules.ts';
import { hostEntry, reshadow, type HostTable } from './shadow.ts';
import { sharePages, unsharePages } from './sharing.ts';

/** What one emulated SMMU is made of. */
export interface EmulatedSmmuParts {
  readonly runtime: Runtime;
  readonly smmu: Smmu;
  readonly hardware: El2Smmu;
  readonly ownership: PageOwnership;
  readonly profile: TrapProfile;
  /** The words 2 and 3 of every entry that translates. */
  readonly stage2: () => Uint32Array;
}

type EmulatedField = HostQueueField | 'cr0' | 'strtabLo' | 'strtabHi' | 'strtabCfg' | 'evtqLo' | 'evtqHi' | 'priqLo' | 'priqHi';

const FIELDS: readonly EmulatedField[] = ['cmdqLo', 'cmdqHi', 'log2', 'hostProd', 'cons', 'cr0', 'strtabLo', 'strtabHi', 'strtabCfg', 'evtqLo', 'evtqHi', 'priqLo', 'priqHi'];
const MOST_LOG2 = 19;
const GBPA_ABORT = 0x10_0000;
const CONS_ERRORS = 0x7f00_0000;
const SPLIT = 8;
const ENTRY_LOG2 = { evtq: 5, priq: 4 } as const;

/** The values of a write: both halves, of which a 32-bit register takes the low one. */
type Write = (smmu: EmulatedSmmu, value: U64) => void;
type Read = (smmu: EmulatedSmmu) => U64;

/** The SMMU of the host. */
export class EmulatedSmmu {
  readonly name: string;
  readonly parts: EmulatedSmmuParts;
  readonly state: Fields<EmulatedField>;
  readonly queue: HostQueue;
  readonly port: RegisterPort;
  readonly memory: MemoryView;

  constructor(parts: EmulatedSmmuParts) {
    const { runtime, hardware } = parts;
    this.parts = parts;
    this.name = `smmu${hardware.index}`;
    this.memory = viewOf(runtime.machine.memory, undefined, runtime.stores('hyp'));
    this.state = new Fields(runtime.machine.history, `pkvm.trap${hardware.index}`, FIELDS);
    this.queue = new HostQueue({
      runtime, name: this.name, state: this.state, memory: this.memory, hardware,
      panic: this.panic, reshadow: (sid) => this.#reshadow(sid),
    });
    this.port = { read: (offset, size) => this.read(offset, size), write: (offset, size, value) => this.write(offset, size, value) };
  }

  /** Stops the machine over a rule of the contract. */
  readonly panic: Panic = (rule, what) => {
    this.parts.runtime.stop(`EL2 panics over ${this.name}: ${TRAP_RULES[rule]} Broken by: ${what}. [rule ${rule}]`);
  };

  /** Whether the host has a function of CR0 switched on. */
  isOn(bit: number): boolean {
    return (this.state.get('cr0') & bit) !== 0;
  }

  /** A read of the host; undefined where the machine has stopped. */
  read(offset: number, size: number): U64 | undefined {
    const register = this.#trap('reads', offset, size);
    if (register === undefined) return undefined;
    const emulated = READS[register.name];
    if (emulated !== undefined) return emulated(this);
    return this.parts.smmu.readRegister(offset, register.size);
  }

  /** A write of the host; false where the machine has stopped. */
  write(offset: number, size: number, value: U64): boolean {
    const register = this.#trap(`writes ${hex(value)} to`, offset, size);
    if (register === undefined) return false;
    if (register.answer === 'hardware, read only') this.panic('register', `a write of ${register.name}`);
    else if (register.answer === 'EL2') WRITES[register.name]?.(this, value);
    else if (!this.parts.profile.hidesMessages || !isMessageRegister(register.name)) this.toHardware(offset, register.size, value);
    return this.parts.runtime.crash === undefined;
  }

  /** Lets a write through to the hardware. */
  toHardware(offset: number, size: 4 | 8, value: U64): void {
    this.parts.smmu.writeRegister(offset, size, value);
  }

  #trap(verb: string, offset: number, size: number): HostRegister | undefined {
    const { runtime } = this.parts;
    if (runtime.crash !== undefined) return undefined;
    const register = HOST_VIEW.get(offset);
    runtime.note(this.name, 'trap', `the host ${verb} ${register?.name ?? `offset 0x${offset.toString(16)}`}`, 'traps');
    if (register?.size === size) return register;
    this.panic('register', `an access of ${size} bytes to ${register === undefined ? `offset 0x${offset.toString(16)}` : register.name}`);
    return undefined;
  }

  /** CR0 or CR0ACK, without what EL2 has switched on by itself. */
  readControl(offset: number): U64 {
    const { lo } = this.parts.smmu.readRegister(offset, 4);
    return u64(0, this.parts.profile.hidesAts && !this.isOn(CR0.ATSCHK) ? lo & ~CR0.ATSCHK : lo);
  }

  /** A base register of 64 bits as a number without its size. */
  address(name: 'evtq' | 'priq' | 'strtab'): number {
    const align = name === 'strtab' ? -64 : -32;
    return (this.state.get(`${name}Hi`) & 0xf_ffff) * 2 ** 32 + ((this.state.get(`${name}Lo`) & align) >>> 0);
  }

  /** The host's stream table as its registers give it. */
  get table(): HostTable {
    const config = this.state.get('strtabCfg');
    return { base: this.address('strtab'), isTwoLevel: ((config >>> 16) & 3) === 1, sidBits: config & 63 };
  }

  /** The host's entry of a stream, for display. */
  hostEntry(sid: number): Uint32Array | undefined {
    return hostEntry(this.memory, this.table, sid);
  }

  #reshadow(sid: number): string | undefined {
    const { hardware, ownership, profile, stage2, runtime } = this.parts;
    if (!this.isOn(CR0.SMMUEN)) return 'the SMMU is off';
    const onRead = (at: number): void => runtime.note('hyp', 'table read', `host memory at 0x${at.toString(16)}`, 'tableReads');
    return reshadow({ hardware, memory: this.memory, ownership, profile, stage2, onRead }, this.table, sid);
  }

  /** CR0: queues are lent before they are on, and taken back after. */
  writeCr0(value: number): void {
    const { profile, hardware } = this.parts;
    const old = this.state.get('cr0');
    this.state.set('cr0', value);
    const changed = old ^ value;
    if ((changed & CR0.CMDQEN) !== 0) this.#changeCmdq((value & CR0.CMDQEN) !== 0);
    for (const [bit, name] of [[CR0.EVENTQEN, 'evtq'], [CR0.PRIQEN, 'priq']] as const) {
      if ((changed & bit) !== 0) this.#changeQueue(name, (value & bit) !== 0);
    }
    const isEnabled = (changed & value & CR0.SMMUEN) !== 0;
    if ((changed & CR0.SMMUEN) !== 0) this.#changeTable(isEnabled);
    if (this.parts.runtime.crash !== undefined) return;
    const physical = profile.hidesAts && hardware.features.ats ? value | CR0.ATSCHK : value;
    if (isEnabled && profile.flushesOnEnable) {
      hardware.port.write(REG.CR0, physical & ~CR0.SMMUEN);
      hardware.send([commandWords('TLBI_NSNH_ALL', {})]);
    }
    hardware.port.write(REG.CR0, physical);
  }

  #changeCmdq(isOn: boolean): void {
    const { ownership } = this.parts;
    if (isOn) this.state.set('log2', Math.min(this.state.get('cmdqLo') & 31, MOST_LOG2));
    const size = 2 ** this.state.get('log2') * 16;
    const isDone = isOn ? sharePages(ownership, this.queue.base, size) : unsharePages(ownership, this.queue.base, size);
    if (!isDone) this.panic('share', `the command queue at 0x${this.queue.base.toString(16)}`);
  }

  #changeQueue(name: 'evtq' | 'priq', isOn: boolean): void {
    if (!isOn) this.panic('queue-off', `CR0 switches the ${name === 'evtq' ? 'event' : 'PRI'} queue off`);
    else if (!sharePages(this.parts.ownership, this.address(name), 2 ** ((this.state.get(`${name}Lo`) & 31) + ENTRY_LOG2[name]))) {
      this.panic('share', `the ${name === 'evtq' ? 'event' : 'PRI'} queue at 0x${this.address(name).toString(16)}`);
    }
  }

  #changeTable(isOn: boolean): void {
    const { hardware, ownership } = this.parts;
    const { base, isTwoLevel, sidBits } = this.table;
    const split = (this.state.get('strtabCfg') >>> 6) & 31;
    if (isOn && !this.isOn(CR0.CMDQEN)) this.panic('needs-cmdq', 'CR0 sets SMMUEN alone');
    const fits = isTwoLevel === hardware.isTwoLevel && sidBits <= hardware.sidBits && (!isTwoLevel || (split === SPLIT && sidBits > SPLIT));
    if (!fits) {
      this.panic('strtab-shape', `STRTAB_BASE_CFG 0x${this.state.get('strtabCfg').toString(16)}`);
      return;
    }
    const size = isTwoLevel ? 2 ** (sidBits - SPLIT) * 8 : 2 ** sidBits * 64;
    const isDone = isOn ? sharePages(ownership, base, size) : unsharePages(ownership, base, size);
    if (!isDone) this.panic('share', `the stream table at 0x${base.toString(16)}`);
  }
}

const READS: Readonly<Record<string, Read>> = {
  IDR0: ({ parts }) => u64(0, parts.smmu.readRegister(0, 4).lo & ~(HIDDEN_IDR0 | (parts.profile.hidesAts ? IDR0_ATS : 0))),
  CR0: (smmu) => smmu.readControl(REG.CR0),
  CR0ACK: (smmu) => smmu.readControl(REG.CR0ACK),
  GBPA: () => u64(0, GBPA_ABORT),
  CMDQ_BASE: ({ state }) => u64(state.get('cmdqHi'), state.get('cmdqLo')),
  CMDQ_PROD: ({ state }) => u64(0, state.get('hostProd')),
  CMDQ_CONS: ({ state, parts }) => u64(0, state.get('cons') | (parts.smmu.readRegister(REG.CMDQ_CONS, 4).lo & CONS_ERRORS)),
  STRTAB_BASE: ({ state }) => u64(state.get('strtabHi'), state.get('strtabLo')),
  STRTAB_BASE_CFG: ({ state }) => u64(0, state.get('strtabCfg')),
};

/** A base that must not change while its function is on. */
function writeQueueBase(name: 'evtq' | 'priq', bit: number, offset: number): Write {
  return (smmu, value) => {
    if (smmu.isOn(bit)) {
      smmu.panic('queue-live', `a write of ${name === 'evtq' ? 'EVENTQ' : 'PRIQ'}_BASE`);
      return;
    }
    smmu.state.set(`${name}Lo`, value.lo);
    smmu.state.set(`${name}Hi`, value.hi);
    smmu.toHardware(offset, 8, value);
  };
}

function writeStrtab(name: string, store: Write): Write {
  return (smmu, value) => {
    if (smmu.isOn(CR0.SMMUEN)) smmu.panic('strtab-live', `a write of ${name}`);
    else store(smmu, value);
  };
}

function writeCmdq(name: string, store: Write): Write {
  return (smmu, value) => {
    if (smmu.isOn(CR0.CMDQEN)) smmu.panic('cmdq-live', `a write of ${name}`);
    else store(smmu, value);
  };
}

const WRITES: Readonly<Record<string, Write>> = {
  CR0: (smmu, value) => smmu.writeCr0(value.lo >>> 0),
  CR1: (smmu, value) => {
    if (value.lo !== CR1_WRITE_BACK) smmu.panic('cr1', `CR1 is written with 0x${(value.lo >>> 0).toString(16)}`);
    else smmu.toHardware(REG.CR1, 4, value);
  },
  GBPA: () => undefined,
  CMDQ_BASE: writeCmdq('CMDQ_BASE', ({ state }, value) => {
    state.set('cmdqLo', value.lo);
    state.set('cmdqHi', value.hi);
  }),
  CMDQ_CONS: writeCmdq('CMDQ_CONS', ({ state }, value) => state.set('cons', value.lo)),
  CMDQ_PROD: (smmu, value) => {
    smmu.state.set('hostProd', value.lo);
    if (smmu.isOn(CR0.CMDQEN)) smmu.queue.process();
  },
  STRTAB_BASE: writeStrtab('STRTAB_BASE', ({ state }, value) => {
    state.set('strtabLo', value.lo);
    state.set('strtabHi', value.hi);
  }),
  STRTAB_BASE_CFG: writeStrtab('STRTAB_BASE_CFG', ({ state }, value) => state.set('strtabCfg', value.lo)),
  EVENTQ_BASE: writeQueueBase('evtq', CR0.EVENTQEN, REG.EVENTQ_BASE),
  PRIQ_BASE: writeQueueBase('priq', CR0.PRIQEN, REG.PRIQ_BASE),
};
