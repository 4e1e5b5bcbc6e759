import { describe, expect, it } from 'vitest';
import { failures, outcomes, play, prepare, stepsOf } from './support.ts';

const MACHINE = 'smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=8\ndevice far smmu=smmu0 sid=0x7fffffff\nmemory ram 0x80000000 256M\n';

describe('a scenario without hypervisor', () => {
  it('probes, attaches, maps, and follows a DMA with its data', () => {
    const run = prepare(`${MACHINE}
in host
  probe smmu0
  attach eth0
  map eth0 0x10000000 -> 0x81000000 16K rw
dma eth0 write 0x10000040 "hello"
expect pa 0x81000040
dma eth0 read 0x10000040 5
expect data "hello"
expect fault none
`);
    expect(failures(run)).toEqual([]);
    expect(run.system.machine.memory.read(0x8100_0040, 5)).toEqual(new TextEncoder().encode('hello'));
  });

  it('says what was expected, what came, and which line left a stale translation', () => {
    const text = `${MACHINE}in host
  probe
  attach eth0
  map eth0 0x10000000 -> 0x81000000 4K rw
dma eth0 read 0x10000000 4
in host
  unmap eth0 0x10000000 4K no-invalidate
dma eth0 read 0x10000000 4
expect fault F_TRANSLATION
`;
    const last = play(prepare(text)).at(-1);
    expect(last?.outcome).toMatchObject({
      status: 'failed', text: 'the DMA passed, it should have faulted', expected: 'F_TRANSLATION', actual: 'no fault: reached 0x81000000',
    });
    const { start = 0, end = 0 } = last?.outcome.cause ?? {};
    expect(text.slice(start, end)).toBe('unmap eth0 0x10000000 4K no-invalidate');
  });

  it('carries out blocks in their order, parallel ones in turns', () => {
    const lines = `${MACHINE}in host
  probe
  attach eth0
  map eth0 0 -> 0x81000000 64K rw
repeat 2 as i
  dma eth0 read (0x1000 * i) 4
  parallel
    repeat 2
      dma eth0 read 0x100 4
    dma eth0 read 0x200 4
`;
    const reached = outcomes(lines).filter((o) => o.includes('dma')).map((o) => o.replace(/.*reached /, ''));
    expect(reached).toEqual(['0x81000000', '0x81000100', '0x81000200', '0x81000100', '0x81001000', '0x81000100', '0x81000200', '0x81000100']);
  });

  it('comes to the same state when it runs again from an earlier state', () => {
    const run = prepare(`${MACHINE}in host
  probe
  attach eth0
repeat 3 as i
  in host
    map eth0 (0x1000 * i) -> (0x81000000 + 0x1000 * i) 4K
  dma eth0 write (0x1000 * i) "x"
`);
    const states = [];
    for (;;) {
      const { machine } = run.system;
      states.push({ state: run.runner.state, position: machine.history.position, hash: machine.hash });
      if (run.runner.run() === undefined) break;
    }
    const end = states.at(-1)!;
    for (const { state, position, hash } of states.toReversed()) {
      expect(run.system.machine.history.seek(position)).toBe(true);
      run.runner.state = state;
      expect(run.system.machine.hash).toBe(hash);
    }
    play(run);
    expect(run.system.machine.hash).toBe(end.hash);
    expect(JSON.stringify(run.runner.state)).toBe(JSON.stringify(end.state));
  });

  it('reports the stores of the driver and the data of DMAs as steps', () => {
    const steps = stepsOf(prepare(`${MACHINE}in host
  probe
  attach eth0
  map eth0 0 -> 0x81000000 4K
dma eth0 write 0x10 "ab"
`));
    const leaf = steps.findLast((s) => s.kind === 'store');
    expect(leaf).toMatchObject({ actor: 'host', before: { hi: 0, lo: 0 } });
    expect(steps.findLast((s) => s.kind === 'access')).toMatchObject({ isWrite: true, address: { hi: 0, lo: 0x8100_0010 }, bytes: 2, smmu: 0 });
  });

  it.each([
    ['map eth0 0 -> 0x81000000 0x10000000000000', 'descriptors are more'],
    ['map eth0 0 -> 0x81001000 33M', '8448 descriptors are more than one action may write (8192): use a smaller range, or addresses that differ by a multiple of 2M'],
    ['map eth0 0x1000 -> 0x81000000 5', '-EINVAL'],
    ['dma eth0 read 0xffffffffffffffff 16', 'beyond the end of the address space'],
    ['dma eth0 read 0 0x7fffffffffffff', 'is too large'],
    ['dma eth0 read 0 1G', 'bytes at most'],
    ['unmap eth0 0xfffffffff000 8K', '-ERANGE'],
    ['attach eth0 substreams=20', '-ENOMEM'],
    ['attach far', '-ERANGE: StreamID 0x7fffffff is beyond the stream table'],
  ])('answers %s', (line, message) => {
    const [last] = outcomes(`${MACHINE}in host\n  probe\n  attach eth0\n  ${line}\n`).slice(-1);
    expect(last).toContain(message);
    expect(last).not.toMatch(/^ok/);
  });

  it('stops at its limit', () => {
    const all = outcomes(`limit steps=100\n${MACHINE}repeat 0xffffffff\n  repeat 0xffffffff\n    dma eth0 read 0 4\n`);
    expect(all.length).toBeLessThanOrEqual(100);
    expect(all.at(-1)).toContain('used up its limit of 100 steps');
    expect(outcomes(`${MACHINE}repeat 0xffffffffffff\n  repeat 0\n    dma eth0 read 0 4\n`).at(-1)).toContain('has done nothing');
    // Also where no single block has that many rounds.
    expect(outcomes(`${MACHINE}repeat 9000\n  repeat 9000\n    repeat 0\n      dma eth0 read 0 4\n`).at(-1)).toContain('has done nothing');
    expect(outcomes(`${MACHINE}repeat 2\n  repeat 4000\n    repeat 0\n      dma eth0 read 0 4\n  poke 0x81000000 1\n`)).toHaveLength(2);
  });
});
