/**
 * Register access as a driver has it: a physical SMMU, an emulated one, anything with the same map.
 * An access may end in a data abort, which is an outcome here.
 */
import { fromNumber, toNumber, type U64 } from '../../bits/u64.ts';
import type { Smmu } from '../../smmu/smmu.ts';

/** Registers of an SMMU behind some kind of access. */
export interface RegisterPort {
  /** The value, or undefined where the access aborts. */
  readonly read: (offset: number, size: 4 | 8) => U64 | undefined;
  /** False where the access aborts. */
  readonly write: (offset: number, size: 4 | 8, value: U64) => boolean;
}

/** The registers of a physical SMMU. */
export function physicalPort(smmu: Smmu): RegisterPort {
  return {
    read: (offset, size) => smmu.readRegister(offset, size),
    write: (offset, size, value) => {
      smmu.writeRegister(offset, size, value);
      return true;
    },
  };
}

/** Remembers whether any access aborted, so that a sequence can be written without a check per line. */
export class CheckedPort {
  /** Offset of the first access that aborted; -1 for none. */
  aborted = -1;
  readonly #port: RegisterPort;

  constructor(port: RegisterPort) {
    this.#port = port;
  }

  /** Reads 32 bits; zero where the access aborts. */
  read(offset: number): number {
    const value = this.#port.read(offset, 4);
    if (value === undefined) this.#note(offset);
    return value?.lo ?? 0;
  }

  /** Writes 32 bits. */
  write(offset: number, value: number): void {
    if (!this.#port.write(offset, 4, { hi: 0, lo: value >>> 0 })) this.#note(offset);
  }

  /** Writes 64 bits of a number below 2^53. */
  writeWide(offset: number, value: number): void {
    if (!this.#port.write(offset, 8, fromNumber(value))) this.#note(offset);
  }

  /** Reads 64 bits as a number, exact below 2^53. */
  readWide(offset: number): number {
    const value = this.#port.read(offset, 8);
    if (value === undefined) this.#note(offset);
    return value === undefined ? 0 : toNumber(value);
  }

  #note(offset: number): void {
    if (this.aborted < 0) this.aborted = offset;
  }
}
