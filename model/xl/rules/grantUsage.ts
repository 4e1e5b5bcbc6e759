import { BASE } from './examples.ts';
import { problemAt, type XlRule } from './rule.ts';

/** XL022: grants switched off towards a back end that cannot map the guest's memory otherwise. */
export const grantUsage: XlRule = {
  id: 'xl-grant-usage',
  level: 'warning',
  title: 'Grants are off for a back end outside domain 0',
  explanation: 'With `grant_usage=0` the guest hands out plain addresses. A back end outside domain 0 may not map them: its foreign mapping is refused, unless it is privileged over the guest.',
  remedy: 'Leave `grant_usage` out (on for such back ends), or set it to 1.',
  bad: `${BASE}virtio = [ "type=virtio,device22,transport=mmio,backend=domd,grant_usage=0" ]\n`,
  good: `${BASE}virtio = [ "type=virtio,device22,transport=mmio,backend=domd,grant_usage=1" ]\n`,
  sources: ['libxl: grant_usage defaults to on when the back end is not domain 0'],
  *check(guest) {
    for (const { value, atom } of [...guest.virtio, ...guest.disk]) {
      if (value.grantUsage !== false || ['0', 'Domain-0', 'dom0'].includes(value.backend)) continue;
      yield problemAt(this, guest, atom, {
        message: `Grants are off towards ${value.backend}, which may then not be allowed to map the guest's memory.`,
        advice: 'Remove grant_usage=0, unless that domain is privileged over this guest.',
      });
    }
  },
};
