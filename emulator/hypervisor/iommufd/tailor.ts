/**
 * The ID registers of a virtual SMMU that fits a host SMMU: the most that `COMPATIBILITY` allows, so
 * that a guest finds out beforehand what it cannot have, instead of failing later. Queue sizes and
 * versions are those of the virtual SMMU's own making.
 */
import { encode, type FieldInput } from '../../fields/layout.ts';
import { registerNamed } from '../../fields/registers.ts';
import { registerFields, type IdRegisters } from '../../idr/features.ts';
import type { CompatibilityOptions } from './compatibility.ts';

/** What the maker of the virtual SMMU chooses. */
export interface TailorOptions extends Omit<CompatibilityOptions, 'checks'> {
  /** Most SubstreamID bits to offer. */
  readonly ssidSize?: number;
  /** Most StreamID bits to offer. */
  readonly sidSize?: number;
  /** Most output address bits to offer, as IDR5.OAS codes them. */
  readonly oas?: number;
}

const QUEUE_LOG2 = 19;
const NO_STALLS = 1;
const STALLS = 16;
// Traffic passes with its own shareability until the guest says otherwise, as on QEMU.
const GBPA_RESET = 0x1000;

function register(name: string, fields: FieldInput): number {
  const found = registerNamed(name);
  return found === undefined ? 0 : (encode(found.layout, fields)[0] ?? 0);
}

function least(a: number | undefined, b: number | undefined): number {
  return Math.min(a ?? 0, b ?? a ?? 0);
}

/** Builds the ID registers of a virtual SMMU. */
export function tailoredIds(host: IdRegisters, options: TailorOptions = {}): IdRegisters {
  const [r0, r1, r3, r5] = [registerFields('IDR0', host.IDR0), registerFields('IDR1', host.IDR1), registerFields('IDR3', host.IDR3), registerFields('IDR5', host.IDR5)];
  const pick = (from: Record<string, number>, names: readonly string[]): Record<string, number> => Object.fromEntries(names.map((n) => [n, from[n] ?? 0]));
  const stall = options.isFaultCapable === true ? (r0['STALL_MODEL'] ?? NO_STALLS) : NO_STALLS;
  return {
    IDR0: register('IDR0', {
      ...pick(r0, ['ASID16', 'CD2L', 'TTENDIAN', 'TTF', 'TERM_MODEL', 'ST_LEVEL']), S1P: 1, COHACC: 1, STALL_MODEL: stall,
      ATS: options.hasAtsDevice === true ? (r0['ATS'] ?? 0) : 0,
    }),
    IDR1: register('IDR1', {
      SIDSIZE: least(r1['SIDSIZE'], options.sidSize), SSIDSIZE: least(r1['SSIDSIZE'], options.ssidSize), CMDQS: QUEUE_LOG2, EVENTQS: QUEUE_LOG2,
    }),
    // Hierarchical attributes are mandatory with stage 1 from v3.1 on, and the host has that version for nesting.
    IDR3: register('IDR3', { ...pick(r3, ['BBML', 'RIL', 'HAD']) }),
    IDR5: register('IDR5', { ...pick(r5, ['GRAN4K', 'GRAN16K', 'GRAN64K', 'VAX']), OAS: least(r5['OAS'], options.oas), STALL_MAX: stall === NO_STALLS ? 0 : STALLS }),
    gbpaReset: GBPA_RESET,
    AIDR: (r3['RIL'] ?? 0) === 1 ? 1 : Math.min(host.AIDR, 1),
  };
}
