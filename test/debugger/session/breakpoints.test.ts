import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BreakpointRequest, Command, DataTarget, Stop } from '../../../debugger/session/types.ts';
import type { Session } from '../../../debugger/session/session.ts';
import { parseHitCondition } from '../../../debugger/session/hitCondition.ts';
import { at, lineOf, MACHINE, PATH, scenario, session } from './support.ts';

const forward: Command = { kind: 'continue', direction: 'forward' };
const backward: Command = { kind: 'continue', direction: 'backward' };

/** All stops of a continued run in one direction, without the last one at its end. */
function stopsOf(s: Session, command: Command): Stop[] {
  const stops: Stop[] = [];
  for (let stop = s.run(command); stop.reason !== 'end' && stop.reason !== 'start'; stop = s.run(command)) stops.push(stop);
  return stops;
}

/** The stops forwards; backwards they must be the same. */
function bothWays(s: Session): string[] {
  const there = stopsOf(s, forward).map(at);
  const back = stopsOf(s, backward).map(at);
  expect(back.toReversed()).toEqual(there);
  return there;
}

function texts(s: Session): string[] {
  return stopsOf(s, forward).map((stop) => stop.text);
}

describe('breakpoints on lines', () => {
  const text = scenario('# a comment', 'repeat 3', '  dma eth0 read 0x10000000 4', '', 'echo "end"');

  it('go to the next line with an action, and stop in each round, both ways', () => {
    const s = session(text);
    const found = s.setBreakpoints({ kind: 'line', file: PATH }, [
      { kind: 'line', file: PATH, line: lineOf(text, '# a comment') }, { kind: 'line', file: PATH, line: 1000 }, { kind: 'line', file: PATH, line: 0 },
    ]);
    expect(found.map((b) => [b.verified, b.line])).toEqual([[true, lineOf(text, 'dma')], [false, undefined], [true, lineOf(text, 'probe')]]);
    s.setBreakpoints({ kind: 'line', file: PATH }, [{ kind: 'line', file: PATH, line: lineOf(text, '# a comment') }]);
    expect(bothWays(s)).toEqual(['3.0', '4.0', '5.0']);
  });

  it('are offered where they can stand', () => {
    const s = session(text);
    expect(s.breakpoints.locations(PATH, 0, 100)).toEqual(['probe', 'attach', 'map', 'dma', 'echo'].map((w) => lineOf(text, `${w} `)));
  });

  it('keep their ids when the same are set again', () => {
    const s = session(text);
    const one: BreakpointRequest = { kind: 'line', file: PATH, line: lineOf(text, 'dma') };
    const two: BreakpointRequest = { kind: 'line', file: PATH, line: lineOf(text, 'echo') };
    const [first] = s.setBreakpoints({ kind: 'line', file: PATH }, [one]);
    const again = s.setBreakpoints({ kind: 'line', file: PATH }, [two, one]);
    expect(again[1]?.id).toBe(first?.id);
    expect(again[0]?.id).not.toBe(first?.id);
    s.setBreakpoints({ kind: 'line', file: '/other' }, []);
    expect(s.breakpoints.all).toHaveLength(2);
    s.setBreakpoints({ kind: 'line', file: PATH }, []);
    expect(s.run(forward).reason).toBe('end');
  });
});

describe('breakpoints on device-tree lines', () => {
  const dts = `/dts-v1/;
/ {
  #address-cells = <2>;
  #size-cells = <2>;
  memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x10000000>; };
  smmu: iommu@9050000 { compatible = "arm,smmu-v3"; reg = <0 0x9050000 0 0x20000>; #iommu-cells = <1>; };
  one: dma@1000000 {
    reg = <0 0x1000000 0 0x1000>;
    iommus = <&smmu 1>;
  };
  two: dma@2000000 {
    reg = <0 0x2000000 0 0x1000>;
    iommus = <&smmu 2>;
  };
};
`;

  it('stop where a transaction of the device starts, and show the place on the stack', () => {
    const text = 'board "b.dts"\nin host\n  probe\n  attach one\n  attach two\ndma one read 0x1000 4\ndma two read 0x1000 4\n';
    const s = session(text, {}, { '/s/b.dts': dts });
    const found = s.setBreakpoints({ kind: 'line', file: '/s/b.dts' }, [{ kind: 'line', file: '/s/b.dts', line: lineOf(dts, '<&smmu 2>') }, { kind: 'line', file: '/s/b.dts', line: 0 }]);
    expect(found.map((b) => b.verified)).toEqual([true, false]);
    const stop = s.run(forward);
    expect(stop).toMatchObject({ reason: 'breakpoint', breakpoints: [found[0]?.id], moment: { unit: 4, step: 1 } });
    const device = s.frames().find((f) => f.kind === 'device');
    expect([device?.at?.file, s.lines.lineOf('/s/b.dts', device?.at?.start ?? 0)]).toEqual(['/s/b.dts', lineOf(dts, 'iommus = <&smmu 2>')]);
    expect(s.run(forward).reason).toBe('end');
    expect(s.breakpoints.locations('/s/b.dts', 0, 100)).toContain(lineOf(dts, 'two: dma'));
  });
});

describe('functions behind a root complex', () => {
  const dts = `/dts-v1/;
/ {
  #address-cells = <2>;
  #size-cells = <2>;
  memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x10000000>; };
  smmu: iommu@9050000 { compatible = "arm,smmu-v3"; reg = <0 0x9050000 0 0x20000>; #iommu-cells = <1>; };
  pcie: pcie@20000000 {
    compatible = "pci-host-ecam-generic";
    device_type = "pci";
    reg = <0 0x20000000 0 0x1000000>;
    #address-cells = <3>;
    #size-cells = <2>;
    ranges = <0x2000000 0 0x40000000 0 0x40000000 0 0x1000000>;
    iommu-map = <0 &smmu 0x1000 0x10000>;
  };
  other: dma@1000000 { reg = <0 0x1000000 0 0x1000>; iommus = <&smmu 1>; };
};
`;
  const text = 'board "b.dts"\nin host\n  probe\n  attach pcie:01:00.0\n  map pcie:01:00.0 0 -> 0x81000000 4K\ndma pcie:01:00.0 read 0 4\n';

  it('stop at the line of the complex, have a name, and a place on the stack', () => {
    const s = session(text, {}, { '/s/b.dts': dts });
    expect(s.threads.map((t) => t.name)).toEqual(['scenario', 'pcie:01:00.0 StreamID 0x1100', 'smmu command queue', 'host']);
    const [found] = s.setBreakpoints({ kind: 'line', file: '/s/b.dts' }, [{ kind: 'line', file: '/s/b.dts', line: lineOf(dts, 'pcie: pcie') }]);
    expect(found).toMatchObject({ verified: true, message: 'Stops where a transaction of pcie starts.' });
    expect(s.run(forward)).toMatchObject({ reason: 'breakpoint', thread: 2 });
    expect(s.frames().map((f) => f.name)).toContain('device pcie:01:00.0');
    expect(s.run(forward).reason).toBe('end');
    expect(s.threads).toHaveLength(4);
  });
});

describe('function breakpoints', () => {
  it.each([
    ['CMD_SYNC', /^CMD_SYNC/], ['cfgi_ste', /^CMD_CFGI_STE/], ['F_TRANSLATION', /^event F_TRANSLATION/], ['walk.s1.l3', /^level 3/],
    ['walk.*', /^level \d/], ['fetch.STE', /^STE at/], ['write.CR0', /to CR0$/], ['store', /stores at/], ['result.abort', /^aborted/], ['transaction', /unprivileged read/],
  ])('%s', (name, pattern) => {
    const s = session(scenario('dma eth0 read 0x10000000 4', 'dma eth0 read 0x20000000 4'));
    expect(s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name }])[0]).toMatchObject({ verified: true });
    const found = texts(s);
    expect(found.length).toBeGreaterThan(0);
    for (const text of found) expect(text).toMatch(pattern);
    stopsOf(s, backward);
    bothWays(s);
  });

  it.each([
    ['wlk.s2', 'Nobody in this scenario is called wlk, so this may never stop: did you mean walk.s2?'],
    ['xen.cfgi_ste', 'Nobody in this scenario is called xen, so this may never stop.'],
    ['hosst.store', 'Nobody in this scenario is called hosst, so this may never stop: did you mean host.store?'],
  ])('is in doubt of %s', (name, message) => {
    expect(session(scenario()).setBreakpoints({ kind: 'function' }, [{ kind: 'function', name }])[0]).toMatchObject({ verified: false, message });
  });

  it.each(['host.store', 'eth0.x', 'smmu0.x', 'vsmmu0.cfgi_ste', 'vm.x', '*.store', 'wal*.s2'])('takes %s', (name) => {
    const s = session(`${MACHINE}device nic0 smmu=smmu0 sid=9\nhypervisor iommufd\nguest vm devices="nic0"\necho "x"\n`);
    expect(s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name }])[0]).toMatchObject({ verified: true });
  });

  it('say where a condition binds otherwise than it looks', () => {
    const [b] = session(scenario()).setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'store', condition: 'address & 1 == 1' }]);
    expect(b).toMatchObject({ verified: true, message: expect.stringContaining('`==` binds stronger than `&`') });
  });

  it('say what a name should look like', () => {
    const [b] = session(scenario()).setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'what is this?' }]);
    expect(b).toMatchObject({ verified: false });
    expect(b?.message).toContain('CMD_CFGI_STE');
  });
});

describe('data breakpoints', () => {
  const text = scenario('dma eth0 write 0x10000040 "hello"', 'dma eth0 read 0x10000040 5', 'poke 0x81000040 0x1', 'poke 0x81000040 0x1', 'command smmu0 SYNC');

  function stopsAt(target: DataTarget, access: 'read' | 'write' | 'readWrite' | 'change'): string[] {
    const s = session(text);
    expect(s.setBreakpoints({ kind: 'data' }, [{ kind: 'data', target, access }])[0]).toMatchObject({ verified: true });
    const stops = bothWays(s);
    return stops.map((m) => {
      const [unit = 0, step = 0] = m.split('.').map(Number);
      s.run({ kind: 'to', moment: { unit, step }, isJump: true });
      return s.stop.text === '' ? 'line' : s.stop.text;
    });
  }

  const hello: DataTarget = { kind: 'memory', address: 0x8100_0040, size: 4 };

  it('stop right after memory changes, is written or is read', () => {
    expect(stopsAt(hello, 'change')).toEqual([expect.stringMatching(/^writes 5 bytes/), expect.stringMatching(/stores at 0x81000040/)]);
    expect(stopsAt(hello, 'read')).toEqual([expect.stringMatching(/^reads 5 bytes/)]);
    expect(stopsAt(hello, 'readWrite').length).toBeGreaterThanOrEqual(3);
    expect(stopsAt({ ...hello, address: 0x8100_0044 }, 'read')).toHaveLength(1);
    expect(stopsAt({ ...hello, address: 0x8100_0050 }, 'readWrite')).toEqual([]);
  });

  it('watch bits alone', () => {
    expect(stopsAt({ ...hello, mask: 1 << 31 }, 'change')).toEqual([]);
    expect(stopsAt({ ...hello, mask: 0xff }, 'change')).toHaveLength(2);
  });

  it('watch registers: queue pointers as they move', () => {
    const moves = stopsAt({ kind: 'register', smmu: 0, offset: 0x9c, size: 4 }, 'change');
    expect(moves.length).toBeGreaterThan(3);
    expect(stopsAt({ kind: 'register', smmu: 0, offset: 0x20, size: 4 }, 'write').length).toBeGreaterThan(1);
    expect(session(text).setBreakpoints({ kind: 'data' }, [{ kind: 'data', target: { kind: 'register', smmu: 7, offset: 0, size: 4 }, access: 'change' }])[0]?.verified).toBe(false);
  });

  it('watch caches by name', () => {
    expect(stopsAt({ kind: 'state', name: 'smmu0.tlb' }, 'change').length).toBeGreaterThan(0);
    expect(stopsAt({ kind: 'state', name: 'nothing' }, 'change')).toEqual([]);
  });
});

describe('instruction breakpoints', () => {
  it('stop where a slot of the command queue is carried out', () => {
    const s = session(scenario('dma eth0 read 0x10000000 4'));
    s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'CMD_SYNC' }]);
    s.run(forward);
    const address = s.frames()[0]?.address;
    expect(address).toBeGreaterThan(0);
    s.setBreakpoints({ kind: 'function' }, []);
    s.setBreakpoints({ kind: 'instruction' }, [{ kind: 'instruction', address: address! }]);
    s.run({ kind: 'continue', direction: 'backward' });
    expect(s.run(forward)).toMatchObject({ reason: 'breakpoint' });
    expect(s.frames()[0]?.address).toBe(address);
  });
});

describe('exceptions', () => {
  const text = scenario('dma eth0 read 0x20000000 4', 'expect fault none', 'dma eth0 read 0x10000000 4', 'expect pa 0x81000000');
  const all = (...filters: string[]): BreakpointRequest[] => filters.map((filter) => ({ kind: 'exception', filter }));

  it('stop at an event with its record and the sentence, and at a failed expectation with both sides', () => {
    const s = session(text);
    s.setBreakpoints({ kind: 'exception' }, all('event', 'expectation'));
    const event = s.run(forward);
    expect(event).toMatchObject({ reason: 'exception', exception: { filter: 'F_TRANSLATION', name: 'F_TRANSLATION' } });
    expect(event.exception?.text).toContain('Map the address');
    expect(event.exception?.detail).toContain('StreamID=0x8');
    const failed = s.run(forward);
    expect(failed).toMatchObject({ reason: 'exception', exception: { filter: 'expectation', outcome: { status: 'failed', expected: 'no fault' } } });
    expect(s.frames().at(-1)?.name).toBe('expect fault none');
    expect(s.run(forward).reason).toBe('end');
    expect(stopsOf(s, backward).map(at)).toEqual([at(failed), at(event)]);
  });

  it('stop only where their condition holds', () => {
    for (const [condition, count] of [['sid == 8', 1], ['sid == 9', 0], ['address == 0x20000000 && StreamID == 8', 1]] as const) {
      const s = session(text);
      s.setBreakpoints({ kind: 'exception' }, [{ kind: 'exception', filter: 'event', condition }]);
      expect(stopsOf(s, forward)).toHaveLength(count);
    }
  });

  it('stop at a condition that cannot be computed, and say so', () => {
    const said: string[] = [];
    const s = session(text, { output: (line) => said.push(line) });
    s.setBreakpoints({ kind: 'exception' }, [{ kind: 'exception', filter: 'event', condition: 'nonsense + 1' }]);
    expect(s.run(forward).reason).toBe('exception');
    expect(said.join()).toContain('nonsense + 1');
  });

  it('refuse a condition that is no expression when it is set', () => {
    const [found] = session(text).setBreakpoints({ kind: 'exception' }, [{ kind: 'exception', filter: 'event', condition: 'sid ==' }]);
    expect(found).toMatchObject({ verified: false, message: 'The condition `sid ==` is no expression: a value is missing at the end.' });
  });

  it('refuse unknown filters', () => {
    expect(session(text).setBreakpoints({ kind: 'exception' }, all('F_NOTHING'))[0]).toMatchObject({ verified: false });
  });

  it('include global errors, by kind and by name', () => {
    for (const filter of ['gerror', 'CMDQ_ERR']) {
      const s = session(`${MACHINE}in host\n  probe\nwrite smmu0 CMDQ_PROD 100\n`);
      s.setBreakpoints({ kind: 'exception' }, all(filter));
      expect(s.run(forward)).toMatchObject({ reason: 'exception', exception: { filter: 'CMDQ_ERR' } });
    }
  });

  it('include actions that cannot be carried out', () => {
    const s = session(`limit steps=2\n${scenario('dma eth0 read 0x10000000 4')}`);
    s.setBreakpoints({ kind: 'exception' }, all('error'));
    expect(s.run(forward)).toMatchObject({ reason: 'exception', exception: { filter: 'error', outcome: { status: 'error' } } });
    expect(s.run(forward).reason).toBe('end');
  });
});

describe('hit counts and messages', () => {
  const text = scenario('repeat 6 as i', '  dma eth0 read (0x10000000 + 4 * i) 4');
  const line = lineOf(text, '  dma');

  it.each([['3', ['5.0']], ['>= 5', ['7.0', '8.0']], ['% 2', ['4.0', '6.0', '8.0']], ['< 3', ['3.0', '4.0']], ['= 1', ['3.0']], ['== 2', ['4.0']], ['> 5', ['8.0']], ['<= 2', ['3.0', '4.0']], [' >=  6 ', ['8.0']]])('%s', (hitCondition, expected) => {
    const s = session(text);
    s.setBreakpoints({ kind: 'line', file: PATH }, [{ kind: 'line', file: PATH, line, hitCondition }]);
    expect(bothWays(s)).toEqual(expected);
    expect(bothWays(s)).toEqual(expected);
  });

  it('stay right where time does not go on', () => {
    const first = scenario('repeat 3', '  echo "x"');
    const s = session(first);
    s.setBreakpoints({ kind: 'line', file: PATH }, [{ kind: 'line', file: PATH, line: lineOf(first, '  echo'), hitCondition: '2' }]);
    for (let i = 0; i < 3; i++) {
      expect(at(s.run(forward))).toBe('4.0');
      expect(s.run(forward).reason).toBe('end');
      expect(s.run(forward).reason).toBe('end');
      expect(at(s.run(backward))).toBe('4.0');
      expect(s.run(backward).reason).toBe('start');
      expect(s.run(backward).reason).toBe('start');
    }
  });

  it('are right after any jumps', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(8), fc.constantFrom(forward, backward)), { maxLength: 8 }), (moves) => {
      const s = session(text);
      s.setBreakpoints({ kind: 'line', file: PATH }, [{ kind: 'line', file: PATH, line, hitCondition: '% 2' }]);
      for (const [unit, command] of moves) {
        s.run({ kind: 'to', moment: { unit, step: 0 }, isJump: true });
        const stop = s.run(command);
        if (stop.reason === 'breakpoint') expect(['4.0', '6.0', '8.0']).toContain(at(stop));
      }
    }), { numRuns: 30 });
  });

  it.each(['x', '% 0', '-1', '', '1 2'])('refuse %j', (text2) => {
    expect(typeof parseHitCondition(text2)).toBe('string');
  });

  it('print instead of stopping, forwards only', () => {
    const said: string[] = [];
    const s = session(text, { output: (message, category) => said.push(`${category}: ${message}`) });
    s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'transaction', logMessage: 'dma at {address} by {sid}' }]);
    expect(s.run(forward).reason).toBe('end');
    expect(said).toEqual([0, 4, 8, 12, 16, 20].map((i) => `log: dma at 0x${(0x1000_0000 + i).toString(16)} by 0x8`));
    expect(s.run(backward).reason).toBe('start');
    expect(said).toHaveLength(6);
  });
});

describe('threads', () => {
  const text = `${MACHINE}device nic0 smmu=smmu0 sid=9\nin host\n  probe\n  attach eth0\n  attach nic0\n  map eth0 0 -> 0x81000000 64K rw\n  map nic0 0 -> 0x82000000 64K rw\n`
    + 'parallel\n  repeat 3\n    dma eth0 read 0x100 4\n  repeat 3\n    dma nic0 read 0x200 4\n';

  it('have names and stay the same', () => {
    const s = session(text);
    expect(s.threads.map((t) => [t.id, t.name, t.kind])).toEqual([
      [1, 'scenario', 'scenario'], [2, 'eth0 StreamID 0x8', 'master'], [3, 'nic0 StreamID 0x9', 'master'], [4, 'smmu0 command queue', 'command queue'], [5, 'host', 'processor'],
    ]);
    s.run(forward);
    expect(s.threads).toHaveLength(5);
  });

  it('make steps alone, past those of others, both ways', () => {
    const s = session(text);
    s.run({ kind: 'to line', file: PATH, line: lineOf(text, 'dma nic0') });
    const nic = 3;
    const step = (direction: 'forward' | 'backward'): Command => ({ kind: 'step', how: 'in', direction, granularity: 'statement', thread: nic });
    const seen: string[] = [];
    for (let i = 0; i < 12; i++) {
      s.run(step('forward'));
      expect([s.thread, s.stop.reason]).toEqual([nic, 'step']);
      seen.push(at(s.moment));
    }
    expect(new Set(seen).size).toBe(12);
    expect(new Set(seen.map((m) => m.split('.')[0])).size).toBeGreaterThan(1);
  });

  it('stop alone when only one of them goes on', () => {
    const s = session(text);
    s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'result.ok' }]);
    const stops = stopsOf(s, { ...forward, thread: 3 } as Command);
    expect(stops.map((stop) => stop.thread)).toEqual([3, 3, 3]);
    expect(stopsOf(s, backward)).toHaveLength(6);
  });

  it('show a stack only where something is done', () => {
    const s = session(text);
    s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'CMD_SYNC' }]);
    s.run(forward);
    expect(s.threads[s.thread - 1]?.name).toBe('smmu0 command queue');
    expect(s.frames(2)).toEqual([]);
    expect(s.frames().map((f) => f.kind)).toEqual(['command', 'register write', 'line']);
  });
});
