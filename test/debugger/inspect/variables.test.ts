import { describe, expect, it } from 'vitest';
import { encode, encodeCommand, EVENTS, eventNamed, PRESETS, type Step } from '../../../emulator/index.ts';
import { applyEdits } from '../../../debugger/inspect/edit.ts';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import type { MachineChange } from '../../../debugger/inspect/context.ts';
import type { VariableNode } from '../../../debugger/inspect/node.ts';
import { CDT, CMDQ, DATA, EVENTQ, Rig, S1, S2, STRTAB } from '../../emulator/rig.ts';
import { find, lines, rigSystem, seen } from './support.ts';

function stage1Rig(): Rig {
  const rig = new Rig();
  rig.stage1(8);
  rig.map(S1, 0x1000, DATA);
  return rig;
}

function inspect(rig: Rig, steps?: readonly Step[]): Inspector {
  const at = { file: 'board.dts', start: 10, end: 20 };
  return new Inspector(rigSystem(rig, { devices: [{ name: 'eth0', at }] }), steps === undefined ? {} : { steps });
}

const names = (nodes: readonly VariableNode[]): string[] => nodes.map((n) => n.name);

describe('scopes', () => {
  it('are those that have something to show', () => {
    expect(names(inspect(new Rig()).scopes())).toEqual(['STE', 'CD', 'Descriptors', 'Command queue', 'Event queue', 'PRI queue', 'TLB and caches', 'Registers']);
    const rig = stage1Rig();
    const steps = rig.watch();
    rig.at(8, 0x1234);
    expect(names(inspect(rig, steps).scopes()).slice(0, 3)).toEqual(['Transaction', 'Walk', 'STE']);
  });

  it('show the transaction and its walk', () => {
    const rig = stage1Rig();
    const steps = rig.watch();
    rig.at(8, 0x1234);
    const inspector = inspect(rig, steps);
    expect(lines(seen(inspector, 'Transaction').children?.() ?? [])).toEqual([
      'device: eth0', 'SMMU: smmu0', 'StreamID: 0x8', 'SubstreamID: none', 'address: 0x1234', 'access: unprivileged read', 'result: ok', 'output: 0x80000234', 'attributes: Normal WB RA WA',
    ]);
    expect(names(seen(inspector, 'Walk').children?.() ?? [])).toEqual([
      'transaction', 'STE', 'CD', 'stage 1 level 0', 'stage 1 level 1', 'stage 1 level 2', 'stage 1 level 3', 'stage 1 permissions', 'result',
    ]);
    expect(seen(inspector, 'Transaction', 'device').from).toEqual({ file: 'board.dts', start: 10, end: 20 });
  });

  it('put stage-2 walks below what they were for', () => {
    const rig = new Rig();
    rig.nested(8);
    rig.identity();
    rig.map(S1, 0x1000, 0x10_0000);
    rig.map(S2, 0x10_0000, DATA, { low: 0x7ff });
    const steps = rig.watch();
    rig.at(8, 0x1000);
    const walk = seen(inspect(rig, steps), 'Walk');
    expect(names(find([walk], 'Walk', 'CD')?.children?.() ?? [])[0]).toBe('stage 2 of its address');
    expect(names(find([walk], 'Walk', 'CD', 'stage 2 of its address')?.children?.() ?? [])).toEqual(['stage 2 level 0', 'stage 2 level 1', 'stage 2 level 2', 'stage 2 permissions']);
    expect(names(walk.children?.() ?? []).slice(-6, -1)).toEqual(['walk cache hit', 'stage 2 level 1', 'stage 2 level 2', 'stage 2 level 3', 'stage 2 permissions']);
  });

  it('list streams where there is no transaction', () => {
    const rig = stage1Rig();
    rig.ste(3, { Config: 4 });
    rig.ste(4, { Config: 0 });
    expect(lines(seen(inspect(rig), 'STE').children?.() ?? [])).toEqual([
      'stream 0x8 (eth0): V=1 Config=5 (stage 1) S1ContextPtr=0x44008000', 'stream 0x3: V=1 Config=4 (bypass)',
    ]);
    expect(names(seen(inspect(rig), 'CD').children?.() ?? [])).toEqual(['CD 0 of stream 0x8 (eth0)']);
  });

  it('mark what is stale', () => {
    const rig = stage1Rig();
    rig.at(8, 0x1000);
    rig.store(0x7000_2008, 0);
    rig.ste(8, { Config: 4 });
    const inspector = inspect(rig);
    expect(seen(inspector, 'TLB and caches', 'TLB').value).toBe('1 entry, 1 stale');
    expect(seen(inspector, 'TLB and caches', 'TLB', '[0]').value).toBe('STALE 0x1000 4K -> 0x80000000 user rwx, privileged rw-');
    expect(seen(inspector, 'TLB and caches', 'Configuration').value).toBe('2 entries, 2 stale');
    expect(seen(inspector, 'STE', 'stream 0x8 (eth0)', 'STALE').value).toContain('CMD_CFGI_STE');
    expect(seen(inspect(stage1Rig()), 'TLB and caches', 'TLB').value).toBe('0 entries');
  });

  it('say why a structure cannot be read', () => {
    const inspector = new Inspector(rigSystem(new Rig(), { devices: [{ name: 'eth0', sids: [0x9999] }] }));
    expect(lines(seen(inspector, 'STE', 'stream 0x9999 (eth0)').children?.() ?? [])).toEqual([
      'stream: stream 0x9999 (eth0)', 'problem: C_BAD_STREAMID: the StreamID is outside the stream table, or its level-1 descriptor is not valid.',
    ]);
  });

  it('name what a step changed, field by field', () => {
    const rig = stage1Rig();
    const changes = [
      { kind: 'memory', address: STRTAB + 8 * 64, before: { hi: 0, lo: 0x4400_8009 }, after: { hi: 0, lo: 0x4400_800b } },
      { kind: 'memory', address: DATA, before: { hi: 0, lo: 0 }, after: { hi: 0, lo: 7 } },
      { kind: 'memory', address: CMDQ + 8, before: { hi: 0, lo: 0 }, after: { hi: 0, lo: 1 } },
      { kind: 'register', smmu: 0, offset: 0xa8, before: 0, after: 1 },
      { kind: 'other', name: 'TLB', before: '0 entries', after: '1 entry' },
    ] as const;
    rig.put(CMDQ, encodeCommand('CFGI_STE', { StreamID: 8, Leaf: 1 })!);
    const inspector = new Inspector(rigSystem(rig), { changes: () => changes });
    expect(lines(seen(inspector, 'Changes in this step').children?.() ?? [], 2)).toEqual([
      'STE of stream 0x8: 0x44008009 -> 0x4400800b', '  Config [3:1]: 4 (bypass) -> 5 (stage 1)', '0x80000000 (ram): 0x0 -> 0x7', 'cmdq[0]+0x8: 0x0 -> 0x1: CMD_CFGI_STE StreamID=8 Leaf=1', '  Leaf [64]: 0 -> 1', 'smmu0.EVENTQ_PROD: 0x0 -> 0x1', '  WR [19:0]: 0 -> 1', 'TLB: 0 entries -> 1 entry',
    ]);
  });
});

describe('changes', () => {
  const changed = (rig: Rig, change: MachineChange): string[] => lines(seen(new Inspector(rigSystem(rig), { changes: () => [change] }), 'Changes in this step').children?.() ?? [], 2);
  const word = (hi: number, lo: number): { readonly hi: number; readonly lo: number } => ({ hi, lo });

  it.each<readonly [string, () => Rig, MachineChange, readonly string[]]>([
    ['a descriptor', stage1Rig, { kind: 'memory', address: 0x7000_2008, before: word(0, 0), after: word(0, 0x8000_0743) }, [
      'stage 1 level-3 entry of 0x1000, stream 0x8: 0x0 -> 0x80000743', '  Type [1:0]: 0 (invalid) -> 3 (table or page)',
    ]],
    ['a big-endian descriptor', () => {
      const rig = new Rig({ model: { ...PRESETS['v3.3-full'], IDR0: PRESETS['v3.3-full'].IDR0 & ~0x60_0000 } });
      rig.stage1(8, { ENDI: 1 });
      return rig;
    }, { kind: 'memory', address: S1, before: word(0, 0), after: word(0x0300_0070, 0) }, ['stage 1 level-0 entry of 0x0, stream 0x8: 0x0 -> 0x70000003', '  Type [1:0]: 0 (invalid) -> 3 (table or page)']],
    ['the second word of a CD', stage1Rig, { kind: 'memory', address: CDT + 0x8008, before: word(0, S1), after: word(0, S2) }, ['CD 0 of stream 0x8+0x8: 0x50000000 -> 0x60000000', '  TTB0 [115:68]: 0x50000000 -> 0x60000000']],
    ['memory that nobody knows', stage1Rig, { kind: 'memory', address: 0, before: word(0, 0), after: word(1, 2) }, ['0x0: 0x0 -> 0x100000002']],
    ['half of a word of an entry', stage1Rig, { kind: 'memory', address: CMDQ + 4, before: word(0, 0), after: word(0, 9) }, ['cmdq[0]+0x4: 0x0 -> 0x9: empty']],
    ['the upper half of a register', stage1Rig, { kind: 'register', smmu: 0, offset: 0x84, before: 0, after: 0x4000_0000 }, ['smmu0.STRTAB_BASE (upper half): 0x0 -> 0x40000000', '  RA [62]: 0 -> 1']],
    ['a register without a name', stage1Rig, { kind: 'register', smmu: 0, offset: 0x8e00, before: 0, after: 1 }, ['smmu0+0x8e00: 0x0 -> 0x1']],
  ])('of %s', (_, make, change, expected) => {
    expect(changed(make(), change).slice(0, expected.length)).toEqual(expected);
  });
});

describe('a transaction', () => {
  const transaction = (rig: Rig, steps: readonly Step[]): string[] => lines(seen(inspect(rig, steps), 'Transaction').children?.() ?? []);
  const walk = (rig: Rig, steps: readonly Step[]): string[] => lines(seen(inspect(rig, steps), 'Walk').children?.() ?? []);

  it('of nobody, with a SubstreamID, that failed', () => {
    const rig = stage1Rig();
    const steps = rig.watch();
    rig.dma(0x99, 0x5000, 2, 3);
    expect(transaction(rig, steps)).toEqual([
      'device: no known device', 'SMMU: smmu0', 'StreamID: 0x99', 'SubstreamID: 0x3', 'address: 0x5000', 'access: unprivileged write', 'result: abort', expect.stringMatching(/^why: .*STE/), 'event: C_BAD_STE, written',
    ]);
  });

  it('that is under way', () => {
    const rig = stage1Rig();
    const steps = rig.watch();
    rig.at(8, 0x1234);
    const half = steps.slice(0, steps.findIndex((s) => s.kind === 'descriptor') + 1);
    expect(transaction(rig, half).at(-1)).toBe('result: under way');
    expect(walk(rig, half).at(-1)).toMatch(/^stage 1 level 0: \[0\] table 0x70000003 NextTable=0x70000000$/);
  });

  it('from caches, that was forbidden, that stalled, and that found no memory', () => {
    const rig = stage1Rig();
    rig.map(S1, 0x2000, DATA, { low: 0xfc3 });
    const steps = rig.watch();
    rig.at(8, 0x1000);
    rig.at(8, 0x1000);
    expect(walk(rig, steps)).toEqual([
      expect.stringMatching(/^transaction: stream 0x8 \(eth0\): unprivileged read of 0x1000$/), expect.stringMatching(/^STE: cached copy: V=1/), expect.stringMatching(/^CD: cached copy: /),
      'tlb hit: 0x1000 -> 0x80000000', 'stage 1 permissions: allow the unprivileged read', 'result: ok 0x80000000',
    ]);
    rig.dma(8, 0x2000, 2);
    expect(walk(rig, steps)).toContain('stage 1 permissions: forbid the unprivileged write');
    rig.stage1(8, { TTB0: 0x3000_0000 });
    rig.cmd('CFGI_STE_RANGE', { Range: 31 });
    rig.cmd('TLBI_NSNH_ALL');
    rig.cmd('SYNC');
    rig.at(8, 0x1000);
    expect(walk(rig, steps)).toContain('stage 1 level 0: [0] no memory answered');
    rig.ste(8, { Config: 5, S1ContextPtr: 0x3000_0000 });
    rig.cmd('CFGI_STE_RANGE', { Range: 31 });
    rig.cmd('SYNC');
    rig.at(8, 0x1000);
    expect(walk(rig, steps)).toContain('CD: no memory answered at 0x30000000');
    expect(walk(rig, steps).at(-2)).toMatch(/^event: F_CD_FETCH, written|^result: abort/);
  });
});

describe('fields', () => {
  const fields = seen(inspect(stage1Rig()), 'STE', 'stream 0x8 (eth0)').children?.() ?? [];

  it.each([
    ['V', 'V [0]', '1', 'The entry is valid.'], ['Config', 'Config [3:1]', '5 (stage 1)', 'Which stages translate.'], ['S1ContextPtr', 'S1ContextPtr [55:6]', '0x44008000', /Address of the CD/],
    ['S2VMID', 'S2VMID [143:128]', '0', /Virtual machine/], ['S2TTB', 'S2TTB [243:196]', '0', /Stage-2 table/],
  ])('%s has bits, value and meaning', (name, label, value, text) => {
    expect(find(fields, name)).toMatchObject({ name: label, value, type: expect.stringMatching(text) });
  });

  it('can be watched', () => {
    const at = STRTAB + 8 * 64;
    expect(find(fields, 'Config')?.watch).toEqual({ kind: 'memory', address: at, size: 4, mask: 0xe });
    expect(find(fields, 'S1ContextPtr')?.watch).toEqual({ kind: 'memory', address: at, size: 8 });
    expect(find(fields, 'STRW')?.watch).toEqual({ kind: 'memory', address: at + 8, size: 4, mask: 0xc000_0000 });
  });
});

describe('queues', () => {
  const queue = (rig: Rig, title: string): string[] => lines(seen(inspect(rig), title).children?.() ?? []);

  it('mark the indexes, and what waits', () => {
    const rig = new Rig({ holdCommands: true });
    rig.cmd('CFGI_STE', { StreamID: 8 });
    rig.cmd('SYNC');
    rig.smmu.consume(1);
    expect(queue(rig, 'Command queue').slice(0, 6)).toEqual(['state: 1 of 64 waiting', 'producer: 2 (wrap 0)', 'consumer: 1 (wrap 0)', 'wrapped: no', 'base: 0x42000000', 'waiting: 1 entry']);
    expect(lines(seen(inspect(rig), 'Command queue', 'slots').children?.(0, 4) ?? [])).toEqual([
      '[0]: (not waiting) CMD_CFGI_STE StreamID=8', '[1]: <- CONS CMD_SYNC', '[2]: <- PROD (not waiting) empty', '[3]: (not waiting) empty',
    ]);
  });

  it('say when the producer is a lap ahead, the queue is full, and records were lost', () => {
    const rig = stage1Rig();
    for (let i = 0; i < 65; i++) rig.at(8, 0x9000);
    expect(queue(rig, 'Event queue').slice(0, 4)).toEqual(['state: 64 of 64 waiting, full, records were lost (overflow)', 'producer: 0 (wrap 1)', 'consumer: 0 (wrap 0)', 'wrapped: yes: the producer is one lap ahead']);
  });

  it('say why commands stopped', () => {
    const rig = new Rig();
    rig.rawCmd([0xff, 0, 0, 0]);
    expect(queue(rig, 'Command queue')[0]).toBe('state: 1 of 64 waiting, stopped: CERROR_ILL');
    expect(seen(inspect(rig), 'Command queue', 'waiting', '[0]').value).toContain('illegal command 0xff');
  });

  it.each([
    ['contradicting indexes', (rig: Rig) => rig.smmu.parts.registers.set(0x98, 0x47), 'state: 71 of 64 waiting, indexes contradict each other'],
    ['off', (rig: Rig) => rig.reg(0x20, 5), 'state: 0 of 64 waiting, off'],
  ])('%s', (_, make, state) => {
    const rig = new Rig({ holdCommands: true });
    make(rig);
    expect(queue(rig, 'Command queue')[0]).toBe(state);
  });

  it('show slots without memory', () => {
    const rig = new Rig();
    rig.smmu.parts.registers.set(0xa0, 6);
    expect(seen(inspect(rig), 'Event queue', 'slots', '[0]').value).toContain('no memory at 0x0');
  });

  it('are paged', () => {
    const slots = seen(inspect(new Rig()), 'Event queue', 'slots');
    expect(slots.count).toBe(64);
    expect(names(slots.children?.(60, 100) ?? [])).toEqual(['[60]', '[61]', '[62]', '[63]']);
    expect(slots.children?.(64, 10)).toEqual([]);
  });
});

describe('setting', () => {
  function set(rig: Rig, target: string, text: string): string {
    const result = inspect(rig).assign(target, text);
    if (!result.ok) return result.message;
    applyEdits(rig.machine, result.edits);
    const value = inspect(rig).evaluate(target);
    return value.ok ? value.node.value : value.message;
  }

  it.each([
    ['ste(8).Config', '4', '4 (bypass)'], ['ste(8).Config', 'bypass', '4 (bypass)'], ['ste(8).Config', 'Stage 2', '6 (stage 2)'], ['ste(8).S1ContextPtr', '0x44000000 + 16K', '0x44004000'],
    ['cd(8).ASID', '0x1234', '0x1234'], ['cd(8).TTB0', 'cd(8).TTB0 + 4K', '0x50001000'], ['smmu0.CR0', '0', 'CR0 0'], ['smmu0.CR0.SMMUEN', '0', '0'], ['smmu0.STRTAB_BASE.ADDR', '0x44000000', '0x44000000'],
    ['smmu0.STRTAB_BASE', '0x4000000044000000', 'STRTAB_BASE 0x4000000044000000 { ADDR=0x44000000 RA=1 }'],
    ['mem64(0x80000000)', '0x123456789abcdef0', '0x123456789abcdef0'], ['mem8(0x80000003)', '255', '0xff'], ['mem32(0x80000004)', '1', '1'], ['mem16(0x80000002)', '0xffff', '0xffff'],
    ['cmdq[0].StreamID', '9', '9'], ['walk(8, 0x1000).levels[3].AF', '0', '0'], ['evtq[0].StreamID', '3', '3'],
  ])('%s to %s gives %s', (target, text, value) => {
    const rig = stage1Rig();
    rig.cmd('CFGI_STE', { StreamID: 8 });
    rig.put(EVENTQ, encode(eventNamed('F_TRANSLATION')?.layout ?? EVENTS[0]!.layout, { Type: 0x10 }));
    expect(set(rig, target, text)).toBe(value);
  });

  it.each([
    ['ste(8).V', '2', 'V has 1 bit: 0 to 0x1'], ['ste(8).Config', '8', 'Config has 3 bits: 0 to 0x7'], ['ste(8).S1ContextPtr', '0x44000001', 'S1ContextPtr holds bits 55:6 of an address: a multiple of 0x40 below 2^56'],
    ['ste(8).S1ContextPtr', '1 << 60', 'S1ContextPtr holds bits 55:6 of an address: a multiple of 0x40 below 2^56'], ['ste(8).V', '"x"', 'a number is needed here'], ['ste(8).V', 'maybe', 'there is no name `maybe`'],
    ['ste(8).V', '', 'a value is missing at the end'], ['ste(8)', '1', 'STE is no number; set one of its fields'], ['smmu0.IDR0', '1', 'IDR0 cannot be changed'], ['smmu0.IDR0.S1P', '0', 'IDR0 cannot be changed'],
    ['smmu0.CR0', '1 << 32', 'CR0 has 32 bits'], ['mem8(0x80000000)', '256', 'mem8 has 8 bits'], ['mem64(0)', '1', 'no memory answers at 0x0'], ['mem64()', '1', 'mem64 needs an address'],
    ['tlb[0]', '1', 'there are 0 entries, counted from 0'], ['eth0', '1', 'only fields of structures, registers and memory (mem8 to mem64) can be given a value'], ['1 +', '1', 'a value is missing at the end'],
    ['nobody.x', '1', 'there is no name `nobody`'],
  ])('%s to %s is refused', (target, text, message) => {
    const rig = stage1Rig();
    const before = rig.machine.hash;
    expect(set(rig, target, text)).toBe(message);
    expect(rig.machine.hash).toBe(before);
  });

  it('works on nodes: fields, raw words, registers', () => {
    const rig = stage1Rig();
    const apply = (node: VariableNode | undefined, text: string): void => {
      const result = node?.set?.(text);
      expect(result).toMatchObject({ ok: true });
      if (result?.ok === true) applyEdits(rig.machine, result.edits);
    };
    apply(seen(inspect(rig), 'STE', 'stream 0x8 (eth0)', 'Config'), '0');
    expect(rig.load(STRTAB + 8 * 64).lo & 0xe).toBe(0);
    apply(seen(inspect(rig), 'Registers', 'Event queue', 'EVENTQ_BASE'), '0x43000007');
    expect(rig.get(0xa0, 8)).toBe(0x4300_0007);
    apply(seen(inspect(rig), 'Event queue', 'slots', '[0]', 'Type'), '0x13');
    expect(rig.load(EVENTQ).lo).toBe(0x13);
    apply(seen(inspect(rig), 'Command queue', 'slots', '[2]', 'raw', 'word 1'), '5');
    expect(rig.load(CMDQ + 40)).toEqual({ hi: 0, lo: 5 });
    expect(seen(inspect(rig), 'Registers', 'Identification', 'IDR0').set).toBeUndefined();
  });

  it('keeps the byte order of tables', () => {
    const model = { ...PRESETS['v3.3-full'], IDR0: PRESETS['v3.3-full'].IDR0 & ~0x60_0000 };
    const rig = new Rig({ model });
    rig.stage1(8, { ENDI: 1 });
    const swap = (address: number): void => {
      const bytes = rig.machine.memory.read(address, 8)!;
      rig.machine.memory.write(address, bytes.reverse());
    };
    rig.map(S1, 0x1000, DATA);
    for (const at of [S1, 0x7000_0000, 0x7000_1000, 0x7000_2008]) swap(at);
    expect(rig.at(8, 0x1000)).toBe(DATA);
    const fresh = new Rig({ model, policy: 'none' });
    fresh.stage1(8, { ENDI: 1 });
    for (const at of [S1, 0x7000_0000, 0x7000_1000, 0x7000_2008]) fresh.machine.memory.write(at, rig.machine.memory.read(at, 8)!);
    const look = inspect(fresh);
    const edits = look.assign('walk(8, 0x1000).levels[3].OA', '0x80005000');
    expect(edits.ok && applyEdits(fresh.machine, edits.edits)).toBe(true);
    expect(fresh.at(8, 0x1000)).toBe(DATA + 0x5000);
    expect(look.watch('walk(8, 0x1000).levels[3].OA')).toEqual({ kind: 'memory', address: 0x7000_2008, size: 8 });
    expect(look.disassemble(0x7000_2008, 0, 1)[0]?.text).toContain('page AP=1 (RW)');
  });

  it('leads data breakpoints to what is named', () => {
    const inspector = inspect(stage1Rig());
    expect(inspector.watch('cd(8).ASID')).toEqual({ kind: 'memory', address: CDT + 0x8004, size: 4, mask: 0xffff_0000 });
    expect(inspector.watch('smmu0.CR0.SMMUEN')).toEqual({ kind: 'register', smmu: 0, offset: 0x20, size: 4, mask: 1 });
    expect(inspector.watch('smmu0.EVENTQ_PROD')).toEqual({ kind: 'register', smmu: 0, offset: 0xa8, size: 4 });
    expect(inspector.watch('mem16(0x80000000)')).toEqual({ kind: 'memory', address: 0x8000_0000, size: 2 });
    expect(inspector.watch('eth0')).toBe('only fields of structures, registers and memory can be watched');
  });
});
