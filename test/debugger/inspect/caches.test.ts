import { describe, expect, it } from 'vitest';
import { ATS_REQUEST, encode, fromNumber, requestOf, Response, STE, WRITE } from '../../../emulator/index.ts';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import { numberValue, recordValue, listValue, stringValue } from '../../../debugger/expression/value.ts';
import { valueNode } from '../../../debugger/inspect/valueNodes.ts';
import { CDT, DATA, Rig, S1, S2, STRTAB } from '../../emulator/rig.ts';
import { find, lines, rigSystem, seen } from './support.ts';

function look(rig: Rig): Inspector {
  return new Inspector(rigSystem(rig, { devices: [{ name: 'eth0' }] }));
}

function rows(rig: Rig, name: string): string[] {
  return lines(seen(look(rig), 'TLB and caches', name).children?.(0, 20) ?? []);
}

function stage1(cd = {}, ste = {}): Rig {
  const rig = new Rig();
  rig.stage1(8, cd, ste);
  rig.map(S1, 0x1000, DATA);
  return rig;
}

describe('the TLB', () => {
  it('tells an entry in full', () => {
    const rig = stage1();
    rig.at(8, 0x1234);
    expect(lines(seen(look(rig), 'TLB and caches', 'TLB', '[0]').children?.() ?? [])).toEqual([
      'cache: translations of virtual addresses', 'input: 0x1000', 'size: 0x1000 (4K)', 'output: 0x80000000', 'world: NS-EL1', 'VMID: 0', 'ASID: 3', 'level: 3',
      'permissions: user rwx, privileged rw-', 'filled by: stream 0x8 (eth0), CD 0',
    ]);
  });

  it('says what stale entries should be, and what is gone', () => {
    const rig = stage1();
    rig.map(S1, 0x2000, DATA);
    rig.at(8, 0x1000);
    rig.at(8, 0x2000);
    rig.map(S1, 0x1000, DATA + 0x5000);
    rig.store(0x7000_2010, 0);
    const tlb = seen(look(rig), 'TLB and caches', 'TLB').children?.() ?? [];
    expect(find(tlb, '[0]', 'tables now')?.value).toBe('0x80005000');
    expect(find(tlb, '[1]', 'tables now')?.value).toBe('nothing is mapped');
    expect(find(tlb, '[1]', 'stale')?.value).toMatch(/TLB invalidation is missing/);
  });

  it('is empty after an invalidation', () => {
    const rig = stage1();
    rig.at(8, 0x1000);
    rig.cmd('TLBI_NSNH_ALL');
    rig.cmd('SYNC');
    expect(rows(rig, 'TLB')).toEqual([]);
    expect(rows(rig, 'Walk cache')).toEqual([]);
  });

  it('keeps entries of stage 2 apart', () => {
    const rig = new Rig();
    rig.nested(8);
    rig.identity();
    rig.map(S1, 0x1000, 0x10_0000);
    rig.map(S2, 0x10_0000, DATA, { low: 0x7ff });
    rig.at(8, 0x1000);
    expect(rows(rig, 'TLB').map((r) => r.replace(/^\[\d+\]: /, ''))).toContain('0x44000000 2M -> 0x44000000 rw-');
    expect(rows(rig, 'Walk cache')).toContainEqual(expect.stringMatching(/stage 2 level-1 table of 0x0/));
  });
});

describe('other caches', () => {
  it('name what is cached, and where it came from', () => {
    const rig = stage1();
    rig.at(8, 0x1000);
    expect(rows(rig, 'Configuration')).toEqual(['[0]: STE of stream 0x8 (eth0)', '[1]: CD 0 of stream 0x8 (eth0)']);
    expect(seen(look(rig), 'TLB and caches', 'Configuration', '[1]')).toMatchObject({ memory: 0x4400_8000, type: 'Read from 0x44008000.' });
    expect(rows(rig, 'Walk cache')).toEqual([
      '[0]: stage 1 level-1 table of 0x0: 0x70000000', '[1]: stage 1 level-2 table of 0x0: 0x70001000', '[2]: stage 1 level-3 table of 0x0: 0x70002000',
    ]);
  });

  it('hold the descriptors of two-level tables', () => {
    const rig = new Rig();
    rig.reg(0x20, 0xc);
    rig.reg(0x88, 0x1_0210);
    rig.put(STRTAB, [0x4500_0009, 0]);
    rig.put(0x4500_0000 + 8 * 64, encode(STE, { V: 1, Config: 5, S1ContextPtr: CDT, S1Fmt: 2, S1CDMax: 12, S1DSS: 1 }));
    rig.put(CDT, [0x4600_0001, 0]);
    rig.cd(0x4600_0000 + 3 * 64);
    rig.reg(0x20, 0xd);
    rig.map(S1, 0x4000_0000, DATA, { level: 1 });
    expect(rig.at(8, 0x4000_1000, 1, 3)).toBe(DATA + 0x1000);
    expect(rows(rig, 'Configuration').map((r) => r.replace(/^\[\d\]: /, '')).toSorted()).toEqual([
      'CD 3 of stream 0x8 (eth0)', 'L1CD 0 of stream 0x8 (eth0): 0x46000001', 'L1STD of stream 0x0 and up: 0x45000009', 'STE of stream 0x8 (eth0)',
    ]);
    expect(rows(rig, 'TLB')).toEqual(['[0]: 0x40000000 1G -> 0x80000000 user rwx, privileged rw-']);
  });

  it('hold what devices got by ATS for a SubstreamID', () => {
    const rig = new Rig();
    rig.reg(0x2c, 10);
    rig.stage1(8, {}, { EATS: 1, S1CDMax: 2, S1DSS: 2 });
    rig.cd(CDT + 0x8000 + 64);
    rig.map(S1, 0x1000, DATA);
    rig.smmu.deviceAccess(requestOf({ sid: 8, ssid: 1, address: fromNumber(0x1000), access: 1 }), new Response());
    expect(seen(look(rig), 'TLB and caches', 'ATC of devices', '[0]')).toMatchObject({ value: expect.stringMatching(/^0x1000 4K/), type: 'Held by stream 0x8 (eth0), SubstreamID 1.' });
  });

  it('hold what devices got by ATS', () => {
    const rig = stage1({}, { EATS: 1 });
    const request = requestOf({ sid: 8, address: fromNumber(0x1000), access: 1 });
    rig.smmu.deviceAccess(request, new Response());
    request.kind = ATS_REQUEST;
    expect(rows(rig, 'ATC of devices')).toEqual([expect.stringMatching(/^\[0\]: 0x1000 4K -> 0x80000000 r/)]);
  });

  it('hold stalled transactions', () => {
    const rig = stage1({ S: 1 });
    expect(rig.dma(8, 0x9000, WRITE).status).toBe(3);
    expect(rows(rig, 'Stalled transactions')).toEqual(['STAG 0: stream 0x8 (eth0)']);
  });
});

describe('values as nodes', () => {
  const read = (): string => 'no';
  it('keep names and expressions', () => {
    const value = recordValue('R', { a: 1, list: listValue([numberValue(5), stringValue('x')]), inner: recordValue('S', { b: 2 }) });
    const node = valueNode('v', value, read, 'v');
    expect(lines([node], 3)).toEqual(['v: R { a=1 }', '  a: 1', '  list: 2 entries', '    [0]: 5', '    [1]: x', '  inner: S { b=2 }', '    b: 2']);
    expect(find([node], 'v', 'inner', 'b')?.expression).toBe('v.inner.b');
    expect(find([node], 'v', 'list', '[1]')?.expression).toBe('(v.list)[1]');
    expect(valueNode('v', value, read).expression).toBeUndefined();
  });

  it('lead back to what they came from, also out of a where', () => {
    const rig = stage1();
    rig.at(8, 0x1000);
    const inspector = look(rig);
    for (const text of ['tlb where sid == 8', 'evtq', 'ste(8)', 'walk(8, 0x1000)', 'ranges(8).ranges']) {
      const result = inspector.evaluate(text);
      const nodes = result.ok ? [result.node, ...(result.node.children?.(0, 3) ?? [])] : [];
      expect(nodes.length).toBeGreaterThan(1);
      for (const node of nodes.filter((n) => n.expression !== undefined)) expect(inspector.evaluate(node.expression ?? '')).toMatchObject({ ok: true, node: { value: node.value } });
    }
  });

  it('have expressions in every scope that give the same again', () => {
    const rig = stage1();
    rig.at(8, 0x9000);
    const inspector = look(rig);
    let count = 0;
    const check = (path: readonly string[]): void => {
      for (const node of seen(inspector, ...path).children?.(0, 8) ?? []) {
        if (node.expression === undefined) continue;
        count++;
        expect(inspector.value(node.expression)).toMatchObject({ ok: true });
      }
    };
    for (const path of [['STE', 'stream 0x8 (eth0)'], ['CD', 'CD 0 of stream 0x8 (eth0)'], ['Event queue', 'slots'], ['Command queue', 'slots'], ['Registers', 'Control'], ['TLB and caches', 'TLB']]) check(path);
    expect(count).toBeGreaterThan(20);
  });
});
