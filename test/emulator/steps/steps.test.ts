import { describe, expect, it } from 'vitest';
import { listTlb, READ, requestOf, u64, WRITE, type FieldInput, type Step } from '../../../emulator/index.ts';
import { DATA, PAGE, PAGE2, Rig, S1, S2 } from '../rig.ts';

const VA = 0x12_3456_7000;

function kinds(steps: readonly Step[]): string[] {
  return steps.map((s) => {
    if (s.kind === 'fetch') return `${s.structure}${s.isCached ? ' cached' : ''}`;
    if (s.kind === 'descriptor') return `S${s.stage}L${s.level} ${s.type}`;
    if (s.kind === 'permission') return `permission ${s.stage}`;
    return s.kind === 'hit' ? s.cache : s.kind;
  });
}

describe('steps', () => {
  it('of a stage-1 walk, and of the same from the caches', () => {
    const rig = new Rig();
    rig.stage1(1);
    rig.map(S1, VA, DATA);
    const steps = rig.watch();
    rig.dma(1, VA);
    expect(kinds(steps)).toEqual(['transaction', 'STE', 'CD', 'S1L0 table', 'S1L1 table', 'S1L2 table', 'S1L3 page', 'permission 1', 'result']);
    steps.length = 0;
    rig.dma(1, VA);
    expect(kinds(steps)).toEqual(['transaction', 'STE cached', 'CD cached', 'tlb', 'permission 1', 'result']);
  });

  it('of a nested walk: every table access goes through stage 2', () => {
    const rig = new Rig({ policy: 'none' });
    rig.nested(1);
    rig.identity();
    rig.map(S1, VA, DATA);
    rig.map(S2, DATA, DATA);
    const steps = rig.watch();
    rig.dma(1, VA);
    const found = kinds(steps);
    expect(found.filter((k) => k.startsWith('S1L'))).toEqual(['S1L0 table', 'S1L1 table', 'S1L2 table', 'S1L3 page']);
    expect(found.slice(0, 8)).toEqual(['transaction', 'STE', 'S2L0 table', 'S2L1 table', 'S2L2 block', 'permission 2', 'CD', 'S2L0 table']);
    // CD, four tables through 2M blocks, and the output through pages: 6 * 3 + 1 reads of stage 2.
    expect(found.filter((k) => k.startsWith('S2L'))).toHaveLength(19);
    const cd = steps.find((s) => s.kind === 'fetch' && s.structure === 'CD');
    expect(cd).toMatchObject({ address: u64(0, 0x4400_1000), ipa: u64(0, 0x4400_1000) });
  });

  it('of fetches name the structure and its place, from memory, from the caches, and when they abort', () => {
    const rig = new Rig();
    const fetches = (sid: number, ssid?: number): [string, number, boolean, number][] => {
      const seen: Step[] = [];
      rig.machine.observer = { step: (s) => seen.push(s) };
      rig.dma(sid, VA, READ, ssid);
      return seen.flatMap((s) => (s.kind === 'fetch' ? [[s.structure, s.address.hi * 2 ** 32 + s.address.lo, s.isCached, s.words.length]] : []));
    };
    rig.reg(0x20, 0xc);
    rig.reg(0x88, 0x10000 | (8 << 6) | 16);
    rig.reg(0x20, 0xd);
    rig.put(0x4100_0000, [9 | 0x4110_0000, 0]);
    rig.put(0x4110_0000 + 64, [0x4400_0000 | 0x2b, 0x6000_0000]);
    rig.put(0x4400_0008, [0x4410_0001, 0]);
    rig.cd(0x4410_0000 + 64);
    rig.map(S1, VA, DATA);
    const all: [string, number, boolean, number][] = [['L1STD', 0x4100_0000, false, 2], ['STE', 0x4110_0040, false, 16], ['L1CD', 0x4400_0008, false, 2], ['CD', 0x4410_0040, false, 16]];
    expect(fetches(1, 1025)).toEqual(all);
    expect(fetches(1, 1025)).toEqual([['STE', 0x4110_0040, true, 16], ['CD', 0x4410_0040, true, 16]]);
    expect(fetches(2)).toEqual([['L1STD', 0x4100_0000, true, 2], ['STE', 0x4110_0080, false, 16]]);
    expect(fetches(1, 1026)).toEqual([['STE', 0x4110_0040, true, 16], ['L1CD', 0x4400_0008, true, 2], ['CD', 0x4410_0080, false, 16]]);
    rig.put(0x4100_0008, [9, 0x80]);
    expect(fetches(0x101)).toEqual([['L1STD', 0x4100_0008, false, 2], ['STE', 0x80_0000_0040, false, 0]]);
    rig.machine.memory.injectAborts([{ base: 0x4400_0010, size: 8 }]);
    expect(fetches(1, 2049)).toEqual([['STE', 0x4110_0040, true, 16], ['L1CD', 0x4400_0010, false, 0]]);
  });

  it('say what each descriptor is', () => {
    const rig = new Rig({ policy: 'none' });
    rig.stage1(1);
    const leaf = rig.map(S1, VA, DATA);
    const steps = rig.watch();
    const last = (value: number): string => {
      rig.store(leaf, value);
      steps.length = 0;
      rig.dma(1, VA);
      return kinds(steps).findLast((k) => k.startsWith('S1L'))!;
    };
    expect([last(DATA + PAGE), last(DATA + 0xf41), last(DATA + 0xf42), last(0)]).toEqual(['S1L3 page', 'S1L3 invalid', 'S1L3 invalid', 'S1L3 invalid']);
    const level0 = S1 + Math.floor(VA / 2 ** 39) * 8;
    const types = [0xf41, 2 ** 40 + 3].map((value) => {
      rig.store(level0, value);
      steps.length = 0;
      rig.dma(1, VA);
      return kinds(steps).filter((k) => k.startsWith('S1L')).join(' ');
    });
    expect(types).toEqual(['S1L0 invalid', 'S1L0 table S1L1 aborted']);
    rig.store(level0, 0x7000_0003);
    rig.store(0x7000_0000 + (Math.floor(VA / 2 ** 30) % 512) * 8, 0xf41);
    steps.length = 0;
    rig.dma(1, VA);
    expect(kinds(steps).filter((k) => k.startsWith('S1L'))).toEqual(['S1L0 table', 'S1L1 block']);
    const block = steps.find((s) => s.kind === 'descriptor' && s.level === 1);
    expect(block).toMatchObject({ index: Math.floor(VA / 2 ** 30) % 512, value: u64(0, 0xf41), input: u64(0x12, 0x3456_7000), ipa: undefined });
  });

  it('carry the position of the history, in order', () => {
    const rig = new Rig();
    rig.stage1(1, { HA: 1 });
    const leaf = rig.map(S1, VA, DATA, { low: PAGE & ~0x400 });
    rig.machine.history.recording = true;
    const steps = rig.watch();
    rig.dma(1, VA);
    const positions = steps.map((s) => s.position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    const update = steps.find((s) => s.kind === 'update')!;
    rig.machine.history.seek(update.position);
    expect(rig.load(leaf).lo & 0x400).toBe(0x400);
    rig.machine.history.seek(update.position - 1);
    expect(rig.load(leaf).lo & 0x400).toBe(0);
  });

  it('observing changes nothing', () => {
    const rigs = [new Rig(), new Rig()];
    rigs[1]!.watch();
    for (const rig of rigs) {
      rig.nested(1);
      rig.identity();
      rig.map(S1, VA, DATA);
      rig.dma(1, VA);
      rig.cmd('SYNC', { CS: 1 });
      rig.cmd('TLBI_NH_ALL', { VMID: 7 });
    }
    expect(rigs[1]!.machine.hash).toBe(rigs[0]!.machine.hash);
  });
});

describe('explanations', () => {
  const cases: [name: string, prepare: (rig: Rig) => void, access: number, words: RegExp][] = [
    ['unmapped', (r) => r.stage1(1), READ, /^Stage 1: The level 0 descriptor is not valid/],
    ['read-only', (r) => { r.stage1(1); r.map(S1, VA, DATA, { low: PAGE | 0x80 }); }, WRITE, /does not permit an unprivileged write/],
    ['AF', (r) => { r.stage1(1); r.map(S1, VA, DATA, { low: PAGE & ~0x400 }); }, READ, /access flag of the level 3 leaf is 0/],
    ['reserved page', (r) => { r.stage1(1); r.store(r.map(S1, VA, DATA), DATA + 0xf41); }, READ, /type 01, which is reserved/],
    ['reserved block', (r) => { r.stage1(1); r.map(S1, VA, 0, { level: 0, low: 0xf41 }); }, READ, /block descriptor stands at level 0/],
    ['range', (r) => r.stage1(1, { T0SZ: 30 }), READ, /outside the input range that CD\.T0SZ/],
    ['upper half', (r) => r.stage1(1, { EPD0: 1 }), READ, /CD\.EPD0 or EPD1 disables/],
    ['V', (r) => r.ste(1, { V: 0 }), READ, /^STE\.V is 0\. Fill the entry/],
    ['CD', (r) => r.stage1(1, { TG0: 3 }), READ, /TG0 or TG1/],
    ['stream', () => undefined, READ, /^STE\.V is 0/],
    ['abort', (r) => r.ste(1, { Config: 0 }), READ, /The STE says abort/],
    ['stage 2', (r) => r.stage2(1), READ, /^Stage 2 of IPA 0x1234567000: The level 0 descriptor/],
    ['nested CD', (r) => r.nested(1), READ, /^Stage 2 of the CD at IPA 0x44001000/],
    ['no CD', (r) => r.ste(1, { Config: 5, S1ContextPtr: 2 ** 40 }), READ, /The CD could not be read/],
    ['off', (r) => { r.reg(0x20, 0); r.reg(0x44, 0x8010_0000); }, READ, /GBPA\.ABORT is set/],
    ['fine', (r) => r.ste(1, { Config: 4 }), READ, /^$/],
  ];
  it.each(cases)('%s', (...[, prepare, access, words]) => {
    const rig = new Rig();
    prepare(rig);
    const hash = rig.machine.hash;
    const { sentence, steps } = rig.machine.explain(rig.smmu, requestOf({ sid: 1, address: u64(0x12, 0x3456_7000), access }));
    expect(sentence).toMatch(words);
    expect(steps.at(-1)?.kind).toBe('result');
    expect(rig.machine.hash).toBe(hash);
    expect(rig.get(0x100a8)).toBe(0);
  });
});

describe('explanations from the caches', () => {
  it('know the level of the leaf', () => {
    const rig = new Rig();
    rig.stage1(1);
    rig.stage2(2);
    rig.map(S1, VA, DATA, { low: PAGE | 0x80 });
    rig.map(S2, 0, 0, { level: 2, low: 0x77d });
    rig.dma(1, VA);
    rig.dma(2, 0x1000);
    const say = (sid: number, address: number): string => rig.machine.explain(rig.smmu, requestOf({ sid, address: u64(Math.floor(address / 2 ** 32), address), access: WRITE })).sentence;
    expect(say(1, VA)).toMatch(/^Stage 1: The level 3 leaf/);
    expect(say(2, 0x1000)).toMatch(/^Stage 2 of IPA 0x1000: The level 2 leaf/);
  });
});

describe('stale entries', () => {
  function warm(): Rig {
    const rig = new Rig();
    rig.nested(1);
    rig.identity();
    rig.map(S1, VA, DATA);
    rig.map(S2, DATA, DATA, { low: PAGE2 });
    expect(rig.at(1, VA)).toBe(DATA);
    return rig;
  }

  it('are none while memory says the same', () => {
    const rig = warm();
    expect(listTlb(rig.smmu.parts).filter((e) => e.cache === 'tlb')).toMatchObject([{ sid: 1, vmid: 7, asid: 3, size: 12, address: u64(0x12, 0x3456_7000), output: u64(0, DATA), level: 3 }]);
    expect(rig.smmu.stale()).toEqual({ translations: [], config: [] });
  });

  it.each([
    ['stage 1 unmapped', (r: Rig) => r.store(r.map(S1, VA, DATA), 0), undefined],
    ['stage 1 moved', (r: Rig) => { r.map(S1, VA, 0x4000_0000); }, u64(0, 0x4000_0000)],
    ['stage 2 moved', (r: Rig) => { r.map(S2, DATA, DATA + 0x9000); }, u64(0, DATA + 0x9000)],
  ] as const)('%s', (_, change, now) => {
    const rig = warm();
    change(rig);
    const hash = rig.machine.hash;
    expect(rig.smmu.stale().translations.filter((s) => s.entry.cache === 'tlb')).toMatchObject([{ now, entry: { sid: 1 } }]);
    expect(rig.machine.hash).toBe(hash);
    rig.cmd('TLBI_S12_VMALL', { VMID: 7 });
    expect(rig.smmu.stale().translations).toEqual([]);
  });

  it('are judged by the CD that filled them', () => {
    const rig = new Rig();
    rig.ste(1, { Config: 5, S1ContextPtr: 0x4400_0000, S1CDMax: 2, S1DSS: 2 });
    rig.cd(0x4400_0000, { ASID: 1 });
    rig.cd(0x4400_0080, { ASID: 2, TTB0: 0x5100_0000 });
    rig.map(S1, VA, DATA);
    rig.map(0x5100_0000, VA, DATA + 0x1000);
    expect([rig.at(1, VA), rig.at(1, VA, READ, 2)]).toEqual([DATA, DATA + 0x1000]);
    expect(rig.smmu.stale()).toEqual({ translations: [], config: [] });
    rig.map(0x5100_0000, VA, DATA + 0x2000);
    expect(rig.smmu.stale().translations).toMatchObject([{ entry: { substream: 2, asid: 2 }, now: u64(0, DATA + 0x2000) }]);
  });

  it('stage-2 entries too', () => {
    const rig = new Rig();
    rig.stage2(1);
    rig.map(S2, VA, DATA, { low: PAGE2 });
    rig.at(1, VA);
    rig.map(S2, VA, DATA + 0x1000, { low: PAGE2 });
    expect(rig.smmu.stale().translations).toMatchObject([{ now: u64(0, DATA + 0x1000), entry: { cache: 'stage-2 tlb' } }]);
  });

  it.each([['STE', (r: Rig) => r.ste(1, { V: 0 })], ['CD', (r: Rig) => r.cd(0x4400_1000, { ASID: 9 })]] as const)('configuration: %s', (structure, change) => {
    const rig = warm();
    change(rig);
    expect(rig.smmu.stale().config.filter((s) => s.structure === structure)).toMatchObject([{ sid: 1, index: 0 }]);
    rig.cmd('CFGI_STE', { StreamID: 1 } satisfies FieldInput);
    expect(rig.smmu.stale().config).toEqual([]);
  });
});
