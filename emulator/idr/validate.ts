/**
 * Whether ID registers are consistent with each other and with the architecture version they name.
 * A part of minor version x may have any feature of version x+1, but none of x+2.
 */
import { registerFields, type IdRegisters } from './features.ts';

interface Check {
  readonly text: string;
  readonly broken: (f: Readonly<Record<string, number>>) => boolean;
}

function value(f: Readonly<Record<string, number>>, name: string): number {
  return f[name] ?? 0;
}

const CHECKS: readonly Check[] = [
  { text: 'IDR0: neither S1P nor S2P is set', broken: (f) => value(f, 'S1P') + value(f, 'S2P') === 0 },
  { text: 'IDR0.TTF = 0 is reserved', broken: (f) => f['TTF'] === 0 },
  { text: 'IDR0.TTENDIAN = 1 is reserved', broken: (f) => f['TTENDIAN'] === 1 },
  { text: 'IDR0.STALL_MODEL = 3 is reserved', broken: (f) => f['STALL_MODEL'] === 3 },
  { text: 'IDR0.ST_LEVEL above 1 is reserved', broken: (f) => value(f, 'ST_LEVEL') > 1 },
  { text: 'IDR0.Hyp needs S1P and S2P', broken: (f) => f['Hyp'] === 1 && value(f, 'S1P') + value(f, 'S2P') < 2 },
  { text: 'IDR0.PRI needs ATS', broken: (f) => f['PRI'] === 1 && f['ATS'] === 0 },
  { text: 'IDR0.ATSRECERR needs ATS', broken: (f) => f['ATSRECERR'] === 1 && f['ATS'] === 0 },
  { text: 'IDR0.VMW needs S2P', broken: (f) => f['VMW'] === 1 && f['S2P'] === 0 },
  { text: 'IDR0.HTTU = 3 is of v3.4', broken: (f) => f['HTTU'] === 3 },
  { text: 'IDR1.SIDSIZE is above 32', broken: (f) => value(f, 'SIDSIZE') > 32 },
  { text: 'IDR1.SIDSIZE of 7 and more needs two-level stream tables (IDR0.ST_LEVEL)', broken: (f) => value(f, 'SIDSIZE') >= 7 && f['ST_LEVEL'] === 0 },
  { text: 'IDR1.SSIDSIZE is above 20', broken: (f) => value(f, 'SSIDSIZE') > 20 },
  { text: 'a queue of IDR1 is larger than 2^19', broken: (f) => Math.max(value(f, 'PRIQS'), value(f, 'EVENTQS'), value(f, 'CMDQS')) > 19 },
  { text: 'IDR1.ECMDQ is not modelled', broken: (f) => f['ECMDQ'] === 1 },
  { text: 'IDR1.TABLES_PRESET and QUEUES_PRESET are not modelled', broken: (f) => value(f, 'TABLES_PRESET') + value(f, 'QUEUES_PRESET') > 0 },
  { text: 'IDR5.OAS = 7 (56 bits) is of v3.4', broken: (f) => f['OAS'] === 7 },
  { text: 'IDR5.DS (52-bit addresses with 4K and 16K) is not modelled', broken: (f) => f['DS'] === 1 },
  { text: 'IDR5.VAX above 1 is of v3.4', broken: (f) => value(f, 'VAX') > 1 },
  { text: 'IDR5: VMSAv8-64 needs a granule', broken: (f) => value(f, 'TTF') >= 2 && value(f, 'GRAN4K') + value(f, 'GRAN16K') + value(f, 'GRAN64K') === 0 },
  { text: 'IDR5.STALL_MAX must be 0 where IDR0.STALL_MODEL cannot stall, and not 0 where it can', broken: (f) => (f['STALL_MODEL'] === 1) !== (f['STALL_MAX'] === 0) },
  { text: 'IDR3.XNX is mandatory with stage 2 from v3.1 on', broken: (f) => value(f, 'minor') >= 1 && f['S2P'] === 1 && f['XNX'] === 0 },
  { text: 'IDR3.HAD is mandatory with stage 1 from v3.1 on', broken: (f) => value(f, 'minor') >= 1 && f['S1P'] === 1 && f['HAD'] === 0 },
  { text: 'IDR3.RIL is mandatory from v3.2 on', broken: (f) => value(f, 'minor') >= 2 && f['RIL'] === 0 },
  { text: 'IDR3.BBML of 1 or 2 is mandatory from v3.2 on', broken: (f) => value(f, 'minor') >= 2 && f['BBML'] === 0 },
  { text: 'IDR0.Hyp is mandatory with both stages from v3.2 on', broken: (f) => value(f, 'minor') >= 2 && value(f, 'S1P') + value(f, 'S2P') === 2 && f['Hyp'] === 0 },
  { text: 'IDR3.E0PD and PTWNNC are mandatory from v3.3 on', broken: (f) => value(f, 'minor') >= 3 && value(f, 'E0PD') + value(f, 'PTWNNC') < 2 },
  { text: 'E0PD, PTWNNC and ATSRECERR are of v3.3 and may not appear before v3.2', broken: (f) => value(f, 'minor') < 2 && value(f, 'E0PD') + value(f, 'PTWNNC') + value(f, 'ATSRECERR') > 0 },
  { text: 'RIL, FWB and STT are of v3.2 and may not appear before v3.1', broken: (f) => value(f, 'minor') < 1 && value(f, 'RIL') + value(f, 'FWB') + value(f, 'STT') > 0 },
  { text: 'AIDR names a version above v3.3', broken: (f) => value(f, 'minor') > 3 || value(f, 'ArchMajorRev') > 0 },
];

/** What is wrong with a set of ID registers, in sentences; empty where nothing is. */
export function validateIds(ids: IdRegisters): string[] {
  const fields = {
    ...registerFields('IDR0', ids.IDR0), ...registerFields('IDR1', ids.IDR1), ...registerFields('IDR3', ids.IDR3),
    ...registerFields('IDR5', ids.IDR5), ...registerFields('AIDR', ids.AIDR), minor: ids.AIDR & 0xf,
  };
  return CHECKS.filter((c) => c.broken(fields)).map((c) => c.text);
}
