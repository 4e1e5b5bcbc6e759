/**
 * The SMMU that a guest sees: registers with the rules of a real one, the command queue, and the
 * event queue. What configuration and invalidations mean is told to somebody else; the queues are
 * processed inside the access that starts them.
 */
import { hex, type U64 } from '../../../bits/u64.ts';
import { registerName } from '../../../fields/registers.ts';
import { featuresOf, type Features, type IdRegisters } from '../../../idr/features.ts';
import { GERROR } from '../../../queues/errors.ts';
import { indexOf, isEmpty, isFull, nextIndex, ringOf, slotAddress, type Ring } from '../../../queues/ring.ts';
import { RegisterFile } from '../../../registers/file.ts';
import { CR0, REG, RegisterStore } from '../../../registers/store.ts';
import { CERROR } from '../../../smmu/commands.ts';
import type { RegisterPort } from '../../driver/port.ts';
import type { Runtime } from '../../hypervisor.ts';
import { loadWords, storeWords, type MemoryView } from '../../memoryView.ts';
import { executeGuestCommand, type CommandTarget } from './commands.ts';

const OVERFLOW = 0x8000_0000;
const ERR_SHIFT = 24;

/** What a virtual SMMU is made of. */
export interface VirtualSmmuParts extends CommandTarget {
  readonly runtime: Runtime;
  readonly name: string;
  readonly ids: IdRegisters;
  readonly memory: MemoryView;
  /** SMMUEN, GBPA or the tables changed. */
  readonly reconfigure: () => void;
  /** The event queue was switched on with a number of entries. */
  readonly openEvents: (entries: number) => void;
}

/** A virtual SMMU. */
export class VirtualSmmu {
  readonly registers: RegisterStore;
  readonly features: Features;
  readonly port: RegisterPort;
  readonly #file: RegisterFile;
  readonly #parts: VirtualSmmuParts;

  constructor(parts: VirtualSmmuParts) {
    const { machine } = parts.runtime;
    this.#parts = parts;
    this.features = featuresOf(parts.ids);
    this.registers = new RegisterStore(machine.history, parts.name);
    this.#file = new RegisterFile({
      store: this.registers, ids: parts.ids, features: this.features, probe: machine.probe, isSlow: false,
      effect: (offset, old) => this.#effect(offset, old),
    });
    this.port = { read: (offset, size) => this.#read(offset, size), write: (offset, size, value) => this.#write(offset, size, value) };
  }

  #read(offset: number, size: 4 | 8): U64 {
    const { runtime, name } = this.#parts;
    runtime.note(name, 'trap', `read of ${registerName(offset)}`, 'traps');
    return this.#file.read(offset, size);
  }

  #write(offset: number, size: 4 | 8, value: U64): boolean {
    const { runtime, name, reconfigure } = this.#parts;
    runtime.note(name, 'trap', `write of ${hex(value)} to ${registerName(offset)}`, 'traps');
    this.#file.write(offset, size, value);
    if (offset === REG.GBPA) reconfigure();
    return true;
  }

  #effect(offset: number, old: number): void {
    const changed = offset === REG.CR0ACK ? old ^ this.registers.get(REG.CR0ACK) : 0;
    if ((changed & CR0.EVENTQEN) !== 0 && this.registers.isOn(CR0.EVENTQEN)) this.#parts.openEvents(2 ** this.#eventRing.log2);
    if ((changed & CR0.SMMUEN) !== 0) this.#parts.reconfigure();
    if (offset === REG.CMDQ_PROD || offset === REG.GERRORN || offset === REG.CR0ACK) this.#consume();
  }

  #ring(base: number, entry: number): Ring {
    const { cmdqLog2, eventqLog2 } = this.features;
    return ringOf(this.registers.get(base + 4), this.registers.get(base), { maxLog2: entry === 16 ? cmdqLog2 : eventqLog2, entry });
  }

  get #eventRing(): Ring {
    return this.#ring(REG.EVENTQ_BASE, 32);
  }

  /** Carries out commands until the queue is empty or one is refused. */
  #consume(): void {
    const { registers } = this;
    const ring = this.#ring(REG.CMDQ_BASE, 16);
    for (let left = 2 ** ring.log2; left > 0; left--) {
      if (!registers.isOn(CR0.CMDQEN) || (registers.activeErrors & GERROR.cmdq) !== 0) return;
      const cons = registers.get(REG.CMDQ_CONS);
      if (isEmpty(ring, registers.get(REG.CMDQ_PROD), cons)) return;
      const error = this.#one(slotAddress(ring, cons));
      const index = indexOf(ring, cons);
      if (error === CERROR.none) registers.set(REG.CMDQ_CONS, nextIndex(ring, index));
      else {
        registers.set(REG.CMDQ_CONS, index | (error << ERR_SHIFT));
        this.#raise(GERROR.cmdq);
      }
    }
  }

  #one(at: number): number {
    const { runtime, name, memory } = this.#parts;
    runtime.costs.count('tableReads');
    const words = loadWords(memory, at, 4);
    if (words === undefined) return CERROR.abort;
    runtime.note(name, 'command', `guest command 0x${((words[0] ?? 0) & 0xff).toString(16)}`, 'guestCommands');
    return executeGuestCommand(words, this.#parts);
  }

  #raise(error: number): void {
    this.registers.set(REG.GERROR, this.registers.get(REG.GERROR) ^ error);
    if ((this.registers.get(REG.IRQ_CTRLACK) & 1) !== 0) this.#parts.runtime.note(this.#parts.name, 'interrupt', 'global error', 'interrupts');
  }

  /** Puts a record into the guest's event queue; false where it is lost, which the guest can see. */
  record(words: ArrayLike<number>): boolean {
    const { registers } = this;
    const { runtime, name, memory } = this.#parts;
    const ring = this.#eventRing;
    const prod = registers.get(REG.EVENTQ_PROD);
    const cons = registers.get(REG.EVENTQ_CONS);
    if (!registers.isOn(CR0.EVENTQEN)) return false;
    if (isFull(ring, prod, cons)) {
      this.lose();
      return false;
    }
    if (!storeWords(memory, slotAddress(ring, prod), words)) {
      this.#raise(GERROR.eventq);
      return false;
    }
    registers.set(REG.EVENTQ_PROD, (prod & OVERFLOW) | nextIndex(ring, indexOf(ring, prod)));
    if ((registers.get(REG.IRQ_CTRLACK) & 4) !== 0 && isEmpty(ring, prod, cons)) runtime.note(name, 'interrupt', 'event queue', 'interrupts');
    return true;
  }

  /** Tells the guest that events were lost, once until it has acknowledged that. */
  lose(): void {
    const prod = this.registers.get(REG.EVENTQ_PROD);
    if (((prod ^ this.registers.get(REG.EVENTQ_CONS)) & OVERFLOW) === 0) this.registers.set(REG.EVENTQ_PROD, prod ^ OVERFLOW);
  }
}
