/**
 * What each register lets software change, and when: the writable bits, which depend on the features,
 * and the guards. A write that a guard forbids is ignored, as v3.2 and later do. Effects of writes are
 * not here.
 */
import { REGISTERS } from '../fields/registers.ts';
import type { Features } from '../idr/features.ts';
import { CR0, REG, type RegisterStore } from './store.ts';

/** A register half of 32 bits as software may write it. */
export interface WriteRule {
  /** Bits that are kept; the rest reads as zero. */
  readonly mask: number;
  /** Whether a write is taken now; no guard means always. */
  readonly guard?: (r: RegisterStore) => boolean;
}

const isSmmuOff = (r: RegisterStore): boolean => r.isOff(CR0.SMMUEN);
const isCmdqOff = (r: RegisterStore): boolean => r.isOff(CR0.CMDQEN);
const isEventqOff = (r: RegisterStore): boolean => r.isOff(CR0.EVENTQEN);
const isPriqOff = (r: RegisterStore): boolean => r.isOff(CR0.PRIQEN);

function irqOff(bit: number): (r: RegisterStore) => boolean {
  return (r) => ((r.get(REG.IRQ_CTRL) | r.get(REG.IRQ_CTRLACK)) & bit) === 0;
}

const GUARDS: readonly (readonly [name: RegExp, guard: WriteRule['guard']])[] = [
  [/^(STRTAB_BASE|STRTAB_BASE_CFG|CR2)$/, isSmmuOff],
  [/^(CMDQ_BASE|CMDQ_CONS)$/, isCmdqOff],
  [/^(EVENTQ_BASE|EVENTQ_PROD)$/, isEventqOff],
  [/^(PRIQ_BASE|PRIQ_PROD)$/, isPriqOff],
  [/^GERROR_IRQ_CFG/, irqOff(1)],
  [/^PRIQ_IRQ_CFG/, irqOff(2)],
  [/^EVENTQ_IRQ_CFG/, irqOff(4)],
];

const PRI_REGISTERS = /^PRIQ_/;
const MSI_REGISTERS = /_IRQ_CFG/;
// ATOS and VATOS are declared for decoding only; GBPA, CR0 and IRQ_CTRL have protocols of their own.
const NOT_STORED = /^(GATOS_|VATOS_|AGBPA)/;

/** Bits of CR0 that an SMMU has. */
export function cr0Mask(f: Features): number {
  return CR0.SMMUEN | CR0.EVENTQEN | CR0.CMDQEN | (f.pri ? CR0.PRIQEN : 0) | (f.ats ? CR0.ATSCHK : 0) | (f.vmw ? 0x1c0 : 0);
}

function featureMask(name: string, mask: number, f: Features): number {
  if (PRI_REGISTERS.test(name) && !f.pri) return 0;
  if (MSI_REGISTERS.test(name) && !f.msi) return name === 'PRIQ_IRQ_CFG2' ? mask & 0x8000_0000 : 0;
  if (name === 'CR0') return mask & cr0Mask(f);
  if (name === 'CR2') return mask & (2 | (f.hyp ? 1 : 0) | (f.atsRecErr ? 8 : 0) | 4);
  if (name === 'IRQ_CTRL') return mask & (5 | (f.pri ? 2 : 0));
  if (name === 'GERRORN') return mask & (0x105 | (f.pri ? 8 : 0) | (f.msi ? 0xb0 | (f.pri ? 0x40 : 0) : 0));
  return mask;
}

const KNOWN = new WeakMap<Features, ReadonlyMap<number, WriteRule>>();

/** The rules of one SMMU by page-0 offset of each 32-bit half. */
export function writeRules(f: Features): ReadonlyMap<number, WriteRule> {
  const known = KNOWN.get(f);
  if (known !== undefined) return known;
  const rules = makeRules(f);
  KNOWN.set(f, rules);
  return rules;
}

function makeRules(f: Features): ReadonlyMap<number, WriteRule> {
  const rules = new Map<number, WriteRule>();
  for (const register of REGISTERS) {
    if (register.access === 'RO' || NOT_STORED.test(register.name)) continue;
    const guard = GUARDS.find(([name]) => name.test(register.name))?.[1];
    for (let half = 0; half < register.width / 32; half++) {
      const rule = { mask: featureMask(register.name, halfMask(register.layout.fields, half), f) };
      rules.set((register.offset & 0xffff) + half * 4, guard === undefined ? rule : { ...rule, guard });
    }
  }
  return rules;
}

interface Span { readonly msb: number; readonly lsb: number }

function halfMask(fields: readonly Span[], half: number): number {
  let mask = 0;
  for (const { msb, lsb } of fields) {
    // Addresses above 52 bits cannot be stored.
    for (let bit = lsb; bit <= Math.min(msb, lsb > 55 ? msb : 51); bit++) if (bit >>> 5 === half) mask |= 1 << (bit & 31);
  }
  return mask;
}
