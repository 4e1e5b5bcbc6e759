/** What an SMMU must be for the trap-and-emulate design (fact sheet A.8); page sizes other than 4K are not modelled. */
import { featuresOf, registerFields, type IdRegisters } from '../../../idr/features.ts';
import { hasNestingErratum } from '../../linux/nesting.ts';

/** Why an SMMU cannot be used, with the error that the probe gives; undefined where it can. */
export function trapProblem(ids: IdRegisters): string | undefined {
  const f = featuresOf(ids);
  const sizes = registerFields('IDR1', ids.IDR1);
  if (registerFields('IDR0', ids.IDR0)['COHACC'] !== 1) return '-EINVAL: its walks are not coherent';
  if (!f.s1p || !f.s2p) return '-ENXIO: it has only one stage';
  if (hasNestingErratum(ids.IIDR ?? 0)) return '-ENXIO: it has a nesting erratum (MMU-600 before r2, MMU-700 before r1p1)';
  if (['TABLES_PRESET', 'QUEUES_PRESET', 'REL'].some((name) => sizes[name] === 1)) return '-EINVAL: its tables or queues have fixed places';
  return f.gran4k ? undefined : '-EINVAL: it has no 4K pages';
}
