import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { xenPage } from '../../../../bench/xen/page.ts';
import { play } from '../../../../emulator/hypervisor/xen/cases/case.ts';
import { XEN_CASES } from '../../../../emulator/hypervisor/xen/cases/index.ts';
import { PROFILE_NAMES } from '../../../../emulator/hypervisor/xen/profiles.ts';

describe('the scenarios X01 to X35', () => {
  it('are all there', () => {
    expect(XEN_CASES.map((c) => c.id)).toEqual(Array.from({ length: 35 }, (_, i) => `X${String(i + 1).padStart(2, '0')}`));
  });

  it('are those of the page (npm run docs:xen -- --write)', () => {
    expect(readFileSync('docs/xen-vsmmu.md', 'utf8')).toBe(xenPage());
  });

  describe.each(PROFILE_NAMES)('as %s', (profile) => {
    it.each(XEN_CASES)('$id: $title', (played) => {
      const { outcome, scene } = play(played, profile);
      expect(outcome).toBe(played.expected[profile]);
      expect(scene!.xen.runtime.monitor.violations.filter((v) => v.scope === 'domain')).toEqual([]);
    });
  });
});
