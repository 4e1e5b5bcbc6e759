/** The ID registers that a guest sees (fact sheet 1.3): constants as posted, or what the hardware has. */
import { encode } from '../../../fields/layout.ts';
import { registerNamed } from '../../../fields/registers.ts';
import { numbers } from '../../../fields/layout.ts';
import type { IdRegisters } from '../../../idr/features.ts';
import type { XenProfile } from '../profiles.ts';

/** As posted: everything that the emulation could do, whatever the hardware has. */
const POSTED: readonly number[] = [0x0d00_100a, 0x0273_0010, 0, 0, 0, 0x75, 0x12];
// Arm, product 0: the guest enables no errata.
const NEUTRAL_IIDR = 0x43b;
const OAS_48 = 5;

/** Values of the registers at 0x00 to 0x18. */
export function guestIds(profile: XenProfile, hardware: IdRegisters): readonly number[] {
  if (!profile.idsFromHardware) return POSTED;
  const idr0 = registerNamed('IDR0')?.layout;
  const idr5 = registerNamed('IDR5')?.layout;
  if (idr0 === undefined || idr5 === undefined) return POSTED;
  const h0 = numbers(idr0, [hardware.IDR0]);
  const h5 = numbers(idr5, [hardware.IDR5]);
  const IDR0 = encode(idr0, {
    S1P: 1, TTF: h0['TTF'] === 3 ? 3 : 2, ASID16: h0['ASID16'] ?? 0, TTENDIAN: h0['TTENDIAN'] ?? 0, STALL_MODEL: 1, TERM_MODEL: 1,
    ST_LEVEL: h0['ST_LEVEL'] ?? 0,
  });
  const IDR5 = encode(idr5, { OAS: Math.min(OAS_48, h5['OAS'] ?? 0), GRAN4K: h5['GRAN4K'] ?? 0, GRAN16K: h5['GRAN16K'] ?? 0, GRAN64K: h5['GRAN64K'] ?? 0 });
  return [IDR0[0] ?? 0, 0x0273_0010, 0, 0, 0, IDR5[0] ?? 0, NEUTRAL_IIDR];
}
