import { BASE } from './examples.ts';
import { faultsOf, type XlRule } from './rule.ts';

/** XL023: disks. */
export const disk: XlRule = {
  id: 'xl-disk',
  level: 'error',
  title: 'Disk specification that libxlu refuses',
  explanation: 'A disk is `target,format,vdev,access` by position, or `name=value` parts in any order; `target=` takes the rest of the string. libxlu refuses a part it does not know, one given twice, and a disk without `vdev`.',
  remedy: 'Mend the part that is marked.',
  bad: `${BASE}disk = [ "format=raw,access=rw,target=/dev/vg/domd" ]\n`,
  good: `${BASE}disk = [ "format=raw,vdev=xvda,access=rw,target=/dev/vg/domd" ]\n`,
  sources: ['libxlu: "no vdev specified", "unknown parameter", "too many positional parameters", "unknown value for format"', 'xl-disk-configuration(5)'],
  *check(guest) {
    yield* faultsOf(this, guest, 'disk');
  },
};
