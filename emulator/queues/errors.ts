/**
 * Global errors and interrupts of one SMMU: the toggling of GERROR, wired interrupts as counters, and
 * MSIs as memory writes. Interrupts are edges; nothing is kept pending here.
 */
import { toNumber, u64 } from '../bits/u64.ts';
import { Cells, type History } from '../history/history.ts';
import { seedOf } from '../history/hash.ts';
import type { Features } from '../idr/features.ts';
import type { Memory } from '../memory/memory.ts';
import { REG, type RegisterStore } from '../registers/store.ts';
import type { Probe } from '../steps/probe.ts';
import type { InterruptStep } from '../steps/step.ts';

/** Bits of GERROR. */
export const GERROR = { cmdq: 1, eventq: 4, priq: 8, msiCmdq: 16, msiEventq: 32, msiPriq: 64, msiGerror: 128 } as const;

/** An interrupt source: its name, its enable in IRQ_CTRL, and where its MSI is configured. */
export interface Source {
  readonly name: InterruptStep['source'];
  readonly counter: number;
  /** 0: no enable of its own. */
  readonly enable: number;
  readonly error: number;
}

/** The interrupt sources that have an MSI configuration register. */
export const SOURCES = {
  error: { name: 'global error', counter: 0, enable: 1, error: GERROR.msiGerror },
  pri: { name: 'PRI queue', counter: 1, enable: 2, error: GERROR.msiPriq },
  event: { name: 'event queue', counter: 2, enable: 4, error: GERROR.msiEventq },
  sync: { name: 'CMD_SYNC', counter: 3, enable: 0, error: GERROR.msiCmdq },
} satisfies Record<string, Source>;

/** Where each source's MSI is configured. */
const MSI_CONFIG: readonly number[] = [REG.GERROR_IRQ_CFG0, REG.PRIQ_IRQ_CFG0, REG.EVENTQ_IRQ_CFG0];

/** What interrupts need. */
export interface InterruptParts {
  readonly history: History;
  readonly name: string;
  readonly registers: RegisterStore;
  readonly memory: Memory;
  readonly features: Features;
  readonly probe: Probe;
}

/** The interrupts of one SMMU. */
export class Interrupts {
  readonly #parts: InterruptParts;
  readonly #counters: Cells;

  constructor(parts: InterruptParts) {
    this.#parts = parts;
    this.#counters = new Cells(parts.history, 4, seedOf(`${parts.name}.interrupts`), { kind: 'state', name: `${parts.name}.interrupts`, fields: ['error', 'pri', 'event', 'sync'] });
  }

  /** How often each source signalled, wired or by MSI. */
  get counts(): { readonly error: number; readonly pri: number; readonly event: number; readonly sync: number } {
    const [error = 0, pri = 0, event = 0, sync = 0] = this.#counters.data;
    return { error, pri, event, sync };
  }

  /** Signals a source if it is enabled. */
  signal(source: Source): void {
    const { registers } = this.#parts;
    if ((registers.get(REG.IRQ_CTRLACK) & source.enable) === 0) return;
    const config = MSI_CONFIG[source.counter] ?? REG.GERROR_IRQ_CFG0;
    const address = toNumber(u64(registers.get(config + 4) & 0xff_ffff, registers.get(config) & -4));
    this.deliver(source, address, registers.get(config + 8));
  }

  /** Signals a source with an MSI of a given address and data, or by wire where the address is 0. */
  deliver(source: Source, address: number, data: number): void {
    const { memory, features, probe } = this.#parts;
    this.#counters.set(source.counter, (this.#counters.data[source.counter] ?? 0) + 1);
    const isMsi = features.msi && address !== 0;
    const hi = Math.floor(address / 2 ** 32);
    const isDelivered = !isMsi || memory.store32(hi, address | 0, data);
    if (probe.isOn) {
      probe.step({ kind: 'interrupt', source: source.name, msi: isMsi ? u64(hi, address) : undefined, data });
    }
    if (!isDelivered) this.raise(source.error);
  }

  /** Activates a global error, unless it already is active. */
  raise(error: number): void {
    const { registers } = this.#parts;
    if ((registers.activeErrors & error) !== 0) return;
    registers.set(REG.GERROR, registers.get(REG.GERROR) ^ error);
    const { probe } = this.#parts;
    if (probe.isOn) probe.step({ kind: 'global error', error });
    // An aborted error interrupt is not worth another error interrupt.
    if (error !== GERROR.msiGerror) this.signal(SOURCES.error);
  }
}
