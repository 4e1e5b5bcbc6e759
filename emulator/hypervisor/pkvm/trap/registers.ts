/**
 * The registers that the host sees (fact sheet A.8): where they are, how wide, and whether an access
 * goes to the hardware. Anything else, or anything of another size, breaks the contract. What emulated
 * registers do is in emulatedSmmu.ts.
 */
import { registerNamed, type Register } from '../../../fields/registers.ts';

/** Who answers: the hardware for both directions or for reads, or EL2. */
export type Answer = 'hardware' | 'hardware, read only' | 'EL2';

/** One register of the view. */
export interface HostRegister {
  readonly name: string;
  readonly offset: number;
  /** Bytes of every access. */
  readonly size: 4 | 8;
  readonly answer: Answer;
}

const NAMES: Readonly<Record<Answer, readonly string[]>> = {
  'hardware, read only': ['IDR0', 'IDR1', 'IDR3', 'IDR5', 'IIDR', 'GERROR'],
  hardware: [
    'CR0ACK', 'CR2', 'IRQ_CTRL', 'IRQ_CTRLACK', 'GERRORN', 'EVENTQ_PROD', 'EVENTQ_CONS', 'PRIQ_PROD', 'PRIQ_CONS',
    ...['GERROR', 'EVENTQ', 'PRIQ'].flatMap((q) => [`${q}_IRQ_CFG0`, `${q}_IRQ_CFG1`, `${q}_IRQ_CFG2`]),
  ],
  EL2: ['CR0', 'CR1', 'GBPA', 'CMDQ_BASE', 'CMDQ_PROD', 'CMDQ_CONS', 'STRTAB_BASE', 'STRTAB_BASE_CFG', 'EVENTQ_BASE', 'PRIQ_BASE'],
};

function viewed(answer: Answer): HostRegister[] {
  const found = NAMES[answer].map(registerNamed).filter((r): r is Register => r !== undefined);
  return found.map(({ name, offset, width }) => ({ name, offset, size: width === 64 ? 8 : 4, answer }));
}

/** The view, by offset from the SMMU's base. */
export const HOST_VIEW: ReadonlyMap<number, HostRegister> = new Map(
  [...viewed('hardware, read only'), ...viewed('hardware'), ...viewed('EL2')].map((r) => [r.offset, r]),
);

/** Bits of IDR0 that the host finds zero: S2P, Hyp, MSI, VMID16. */
export const HIDDEN_IDR0 = 0x4_2201;

/** IDR0.ATS. */
export const IDR0_ATS = 0x400;

/** Registers that tell the SMMU where to send its messages. */
export function isMessageRegister(name: string): boolean {
  return name.includes('_IRQ_CFG');
}
