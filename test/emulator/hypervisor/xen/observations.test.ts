import { describe, expect, it } from 'vitest';
import { play } from '../../../../emulator/hypervisor/xen/cases/case.ts';
import { OBSERVATIONS } from '../../../../emulator/hypervisor/xen/cases/index.ts';
import { Scene } from '../../../../emulator/hypervisor/xen/cases/scene.ts';
import { PROFILE_NAMES, type ProfileName } from '../../../../emulator/hypervisor/xen/profiles.ts';

describe.each(PROFILE_NAMES)('the observations as %s', (profile) => {
  it.each(OBSERVATIONS)('$id: $title', (played) => {
    expect(play(played, profile).outcome).toBe(played.expected[profile]);
  });
});

describe('a violation', () => {
  it.each([['O8', 'Config 4: bypass'], ['O9', 'no SMMU'], ['O2', 'tlb entry of 0x1000']])('of %s is explained', (id, via) => {
    const { scene } = play(OBSERVATIONS.find((c) => c.id === id)!, 'v3');
    const { violations } = scene!.xen.runtime.monitor;
    expect(violations).toHaveLength(1);
    expect(violations[0]!.via).toContain(via);
    expect(violations[0]!.sentence).toContain('reached 0x');
  });
});

describe('a device that the guest has not configured', () => {
  it.each([['v3', 'RAM+0x3000', 1], ['fixed', 'abort', 0], ['architecture', 'abort', 0]] as const)('as %s: %s', (profile, access, violations) => {
    const scene = new Scene(profile);
    scene.xen.guest('dom1')!.start();
    expect(scene.dma('/nic', scene.at(0x3000))).toBe(access);
    const found = scene.xen.runtime.monitor.violations;
    expect(found).toHaveLength(violations);
    if (violations > 0) expect(found[0]!.sentence).toMatch(/the guest has not given this memory to \/nic.*Let through by the stage-2 block descriptor/);
  });
});

describe("a guest's entry beside the hardware's", () => {
  /** What the guest writes last, and what each profile makes of it. */
  const states: [name: string, run: (scene: Scene) => void, expected: Partial<Record<ProfileName, string>>][] = [
    ['nothing yet', () => undefined, {
      v3: 'The guest asks for nothing (V is 0), the hardware does stage 2 only.', fixed: 'The guest asks for nothing (V is 0), the hardware does stage 2 only.',
      architecture: 'The hardware follows the guest: abort.',
    }],
    ['abort', (s) => s.configure(0, { Config: 0 }), { v3: 'The hardware follows the guest: abort.', fixed: 'The hardware follows the guest: abort.' }],
    ['bypass', (s) => s.configure(0, { Config: 4 }), { v3: 'The hardware follows the guest: stage 2 only.', fixed: 'The hardware follows the guest: stage 2 only.' }],
    ['stage 1', (s) => s.nest(0, 5), { v3: 'The hardware follows the guest: stage 1 and stage 2.', architecture: 'The hardware follows the guest: stage 1 and stage 2.' }],
    ['invalid after stage 1', (s) => { s.nest(0, 5); s.configure(0, { V: 0 }); }, {
      v3: 'The guest asks for nothing (V is 0), the hardware does stage 1 and stage 2.', fixed: 'The hardware follows the guest: abort.',
    }],
    ['bypass after abort after stage 1', (s) => { s.nest(0, 5); s.configure(0, { Config: 0 }); s.configure(0, { Config: 4 }); }, {
      v3: 'The guest asks for bypass, the hardware does stage 1 and stage 2.', fixed: 'The hardware follows the guest: stage 2 only.',
    }],
    ['another context without CFGI_STE', (s) => { s.nest(0, 5); s.ste(0, { Config: 5, S1ContextPtr: s.context(6) }); }, {
      v3: 'The guest asks for stage 1 only, the hardware does stage 1 and stage 2 with another S1ContextPtr (0x40155000).',
      architecture: 'The guest asks for stage 1 only, the hardware does stage 1 and stage 2 with another S1ContextPtr (0x40155000).',
    }],
  ];
  it.each(states)('%s', (_, run, expected) => {
    for (const [profile, sentence] of Object.entries(expected)) {
      const scene = new Scene(profile as ProfileName);
      scene.setup();
      run(scene);
      expect(scene.compare(0, '/nic').sentence).toBe(sentence);
    }
  });

  it('says what is dropped and what is the host’s own', () => {
    const scene = new Scene('v3');
    scene.setup();
    scene.configure(0, { Config: 5, S1ContextPtr: scene.context(5), S1DSS: 1, MEV: 1 });
    const verdicts = Object.fromEntries(scene.compare(0, '/nic').fields.map((f) => [f.field.name, f.verdict]));
    expect(verdicts).toMatchObject({ Config: 'merged', S1ContextPtr: 'same', S1DSS: 'dropped', MEV: 'dropped', S2VMID: 'host', S1CIR: 'host' });
  });
});
