/**
 * Runs a case from reset on a machine of its own and gathers what it did: DMA outcomes, event
 * records, queue registers. The machine is the one that the recorded cases come from: 512 MiB of RAM
 * at 0x40000000 and one SMMU; all else aborts. Outcomes are those of the translation: whether memory
 * answers at the output address is not part of them.
 */
import { add, hex, toNumber, u64, type U64 } from '../bits/u64.ts';
import { hexOfWords } from '../fields/layout.ts';
import type { IdRegisters } from '../idr/features.ts';
import { Machine, requestOf } from '../machine/machine.ts';
import { OK, Response } from '../smmu/request.ts';
import type { Smmu } from '../smmu/smmu.ts';
import type { PolicyName } from '../tlb/policy.ts';
import { INSTRUCTION, PRIVILEGED, READ, WRITE } from '../walk/access.ts';
import type { CaseStage, DmaStep, ReplayCase } from './case.ts';

/** What a DMA came to; `pa` and `perm` (1 read, 2 write) are those of its first byte. */
export type DmaOutcome =
  | { readonly ok: true; readonly pa: string; readonly perm: string }
  | { readonly ok: false };

/** What a case came to. */
export interface ReplayResult {
  readonly id: string;
  readonly dma: readonly DmaOutcome[];
  /** The records between EVENTQ_CONS and EVENTQ_PROD, 64 hexadecimal digits each. */
  readonly events: readonly string[];
  readonly gerror: string;
  readonly cmdq_cons: string;
  readonly eventq_prod: string;
  /** Register and memory reads of the case, where it has any. */
  readonly reads?: readonly ReadOutcome[];
}

/** What a read step saw. */
export type ReadOutcome = { readonly off: string; readonly val: string } | { readonly addr: string; readonly hex: string | null };

const RAM = { name: 'ram', kind: 'ram', base: 0x4000_0000, size: 0x2000_0000 } as const;
const SMMU_BASE = 0x0905_0000;
const PAGE = 4096;

/**
 * The ID registers of the cases. Permission overrides are on although the recorded IDR1 leaves them
 * off: the cases are written for an SMMU that has them.
 */
const IDS: Readonly<Record<CaseStage, IdRegisters>> = {
  nested: ids(0x0d44_101b, 0x1414),
  1: ids(0x0d44_101a, 0x1404),
  2: ids(0x0d44_1019, 0x1414),
};

function ids(IDR0: number, IDR3: number): IdRegisters {
  return { IDR0, IDR1: 0x0673_0010, IDR3, IDR5: 0x74, AIDR: 1, gbpaReset: 0x1000, pageOneAlias: true };
}

const REG = { GERROR: 0x60, CMDQ_CONS: 0x9c, EVENTQ_BASE: 0xa0, EVENTQ_PROD: 0x100a8, EVENTQ_CONS: 0x100ac } as const;

/** How the SMMU of a case caches; the outcome of a case that the architecture leaves open may depend on it. */
export interface ReplayOptions {
  readonly policy?: PolicyName;
}

/** Runs a case. */
export function replay(input: ReplayCase, options: ReplayOptions = {}): ReplayResult {
  return new Run(input, options.policy ?? 'none').result();
}

class Run {
  readonly #case: ReplayCase;
  readonly #machine: Machine;
  readonly #smmu: Smmu;
  readonly #dma: DmaOutcome[] = [];
  readonly #reads: ReadOutcome[] = [];

  constructor(input: ReplayCase, policy: PolicyName) {
    this.#case = input;
    this.#machine = new Machine({ regions: [RAM], smmus: [{ model: IDS[input.stage], policy, base: SMMU_BASE }] });
    const [smmu] = this.#machine.smmus;
    if (smmu === undefined) throw new Error('a machine has the SMMUs that it was made with');
    this.#smmu = smmu;
  }

  result(): ReplayResult {
    for (const step of this.#case.steps) {
      switch (step.op) {
        // What lies outside RAM goes nowhere, as on a bus.
        case 'mem': this.#machine.memory.write(step.at, step.bytes); break;
        case 'mmio': this.#mmio(step.offset, step.size, step.value); break;
        case 'dma': this.#dma.push(this.#transfer(step)); break;
        case 'readmem': this.#reads.push({ addr: hex(numberToU64(step.at)), hex: hexOfBytes(this.#machine.memory.read(step.at, step.length)) }); break;
      }
    }
    const register = (offset: number): string => hex(this.#smmu.readRegister(offset, 4));
    return {
      id: this.#case.id, dma: this.#dma, events: this.#events(), gerror: register(REG.GERROR), cmdq_cons: register(REG.CMDQ_CONS),
      eventq_prod: register(REG.EVENTQ_PROD), ...(this.#reads.length === 0 ? {} : { reads: this.#reads }),
    };
  }

  #mmio(offset: number, size: 4 | 8, value: U64 | undefined): void {
    if (value !== undefined) this.#smmu.writeRegister(offset, size, value);
    else this.#reads.push({ off: `0x${offset.toString(16)}`, val: hex(this.#smmu.readRegister(offset, size)) });
  }

  /** A transfer is one transaction a page; it ends at the first that does not pass. */
  #transfer(step: DmaStep): DmaOutcome {
    let outcome: DmaOutcome | undefined;
    for (let done = 0; done < Math.max(1, step.length);) {
      const iova = add(step.iova, numberToU64(done));
      const take = Math.max(1, Math.min(step.length - done, PAGE - (iova.lo & (PAGE - 1))));
      const response = this.#translate(step, iova);
      if (response.status !== OK) return outcome ?? { ok: false };
      const pa = u64(response.hi, response.lo);
      outcome ??= { ok: true, pa: hex(pa), perm: `0x${response.permissions & (READ | WRITE)}` };
      if (step.data !== undefined && step.isWrite) this.#machine.memory.write(toNumber(pa), step.data.subarray(done, done + take));
      done += take;
    }
    return outcome ?? { ok: false };
  }

  #translate(step: DmaStep, iova: U64): Response {
    const access = (step.isWrite ? WRITE : READ) | (step.isPrivileged ? PRIVILEGED : 0) | (step.isInstruction && !step.isWrite ? INSTRUCTION : 0);
    const response = new Response();
    this.#smmu.translate(requestOf({ sid: step.sid, ssid: step.ssid, address: iova, access }), response);
    return response;
  }

  #events(): string[] {
    return eventRecords(this.#machine, this.#smmu).map(hexOfWords);
  }
}

/** The records that wait in the event queue of an SMMU, oldest first. */
export function eventRecords(machine: Machine, smmu: Smmu): Uint32Array[] {
  const base = smmu.readRegister(REG.EVENTQ_BASE, 8);
  const log2 = Math.min(base.lo & 31, 19);
  const prod = smmu.readRegister(REG.EVENTQ_PROD, 4).lo;
  const cons = smmu.readRegister(REG.EVENTQ_CONS, 4).lo;
  const size = 2 ** log2;
  const count = ((prod & (2 * size - 1)) - (cons & (2 * size - 1)) + 2 * size) % (2 * size);
  const bytes = 32 * size;
  const start = toNumber(u64(base.hi & 0xfffff, base.lo & ~31));
  const first = start - (start % bytes);
  const records: Uint32Array[] = [];
  for (let i = 0; i < Math.min(count, size); i++) {
    const data = machine.memory.read(first + (((cons & (size - 1)) + i) % size) * 32, 32);
    if (data !== undefined) records.push(wordsOf(data));
  }
  return records;
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(bytes.length / 4);
  for (let i = 0; i < bytes.length; i++) words[i >> 2] = ((words[i >> 2] ?? 0) | ((bytes[i] ?? 0) << ((i & 3) * 8))) >>> 0;
  return words;
}

function numberToU64(value: number): U64 {
  return u64(Math.floor(value / 2 ** 32), value);
}

function hexOfBytes(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return null;
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
