import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { testIo } from './support.ts';

const MACHINE = 'smmu smmu0 base=0x9050000\ndevice eth0 sid=8\nmemory ram 0x80000000 256M\n';
const PASSING = `${MACHINE}in host\n  probe\n  attach eth0\n  map eth0 0 -> 0x81000000 4K\ndma eth0 read 0 4\nexpect pa 0x81000000\necho "sid {eth0.sid}"\n`;
const FAILING = `${MACHINE}in host
  probe
  attach eth0
  map eth0 0 -> 0x81000000 4K
dma eth0 read 0 4
in host
  unmap eth0 0 4K no-invalidate   # oops
dma eth0 read 0 4
expect fault F_TRANSLATION
expect register smmu0 CR0 0
`;

async function vsmmu(files: Record<string, string>, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = testIo(Object.fromEntries(Object.entries(files).map(([name, text]) => [`/project/${name}`, text])));
  const code = await run(['run', ...args], io);
  return { code, out: io.out(), err: io.err() };
}

describe('vsmmu run', () => {
  it('says shortly that everything holds', async () => {
    expect(await vsmmu({ 'a.smmu': PASSING }, 'a.smmu')).toEqual({
      code: 0, err: '', out: '✓ a.smmu  6 actions, 1 expectation\n  sid 8\n\n1 scenario: 1 passed\n',
    });
  });

  it('shows where it failed, what was expected, and where to look', async () => {
    const { code, out } = await vsmmu({ 'a.smmu': FAILING }, 'a.smmu');
    expect(code).toBe(1);
    expect(out).toBe(`✗ a.smmu  8 actions, 2 expectations
  a.smmu:12: expect fault F_TRANSLATION
    The DMA passed, it should have faulted.
    expected  F_TRANSLATION
    got       no fault: reached 0x81000000
    look at   a.smmu:10: unmap eth0 0 4K no-invalidate
  a.smmu:13: expect register smmu0 CR0 0
    CR0 has another value.
    expected  0x0
    got       0x1f

1 scenario: 0 passed, 1 failed
`);
  });

  it('runs folders, and prefers 2 over 1 where a scenario is wrong', async () => {
    const files = { 'all/b.smmu': FAILING, 'all/sub/a.smmu': PASSING, 'all/c.smmu': 'dma nobody read\n', 'all/x.txt': '' };
    const { code, out } = await vsmmu(files, 'all');
    expect(code).toBe(2);
    expect(out).toContain('✗ all/c.smmu  cannot run\n');
    expect(out).toContain('3 scenarios: 1 passed, 1 failed, 1 cannot run\n');
  });

  it('does not run what check calls an error: a wrong name has its place, advice and exit code', async () => {
    const { code, out } = await vsmmu({ 'a.smmu': `${PASSING}dma eth1 read 0 4\n` }, 'a.smmu');
    expect(code).toBe(2);
    expect(out).toMatch(/a\.smmu:11:5: .*eth1/);
    expect(out).toContain('1 cannot run');
  });

  it('counts more expectations than it keeps', async () => {
    const { out } = await vsmmu({ 'a.smmu': `${MACHINE}repeat 10001\n  expect 1 == 1\n` }, 'a.smmu');
    expect(out).toContain('10001 expectations');
  });

  it('stops at a line that cannot be carried out', async () => {
    const { code, out } = await vsmmu({ 'a.smmu': `${MACHINE}poke 0 1\nexpect 1 == 2\n` }, 'a.smmu');
    expect([code, out.includes('No memory answers at 0x0.'), out.includes('0 expectations')]).toEqual([1, true, true]);
  });

  it('draws what each line did', async () => {
    const { out } = await vsmmu({ 'a.smmu': PASSING }, '--trace', 'a.smmu');
    expect(out).toContain('     8  dma eth0 read 0 4  reached 0x81000000\n');
    expect(out).toMatch(/ {8}├─ STE at 0x\w+/);
    expect(out).toMatch(/level 3, index 0/);
    // Tables that are cleared make long runs of stores: their ends are shown.
    expect(out).toMatch(/├─ \d{3} more\n/);
  });

  it('draws the first ten thousand lines of an endless trace, and counts the others', async () => {
    const { out } = await vsmmu({ 'a.smmu': `${MACHINE}repeat 10020\n  poke 0x80000000 1\n` }, '--trace', 'a.smmu');
    expect(out.match(/0x80000000 holds/g)).toHaveLength(10_000);
    expect(out).toContain('and 20 actions more, not shown');
  });

  it('draws no more steps than fit', async () => {
    const { out } = await vsmmu({ 'a.smmu': `${MACHINE}repeat 20\n  fill 0x80000000 1M 1\n  fill 0x80000000 1M 2\n` }, '--trace', 'a.smmu');
    expect(out).toMatch(/and \d+ actions more, not shown/);
  });

  it('prints JSON', async () => {
    const { code, out } = await vsmmu({ 'a.smmu': FAILING, 'w.smmu': 'flurb\n' }, '--format', 'json', 'a.smmu', 'w.smmu');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      version: 1, passed: 0, failed: 1, wrong: 1,
      scenarios: [
        {
          path: 'a.smmu', status: 'failed', actions: 8, expectations: 2,
          failures: [
            { file: 'a.smmu', line: 12, column: 1, action: 'expect fault F_TRANSLATION', status: 'failed', expected: 'F_TRANSLATION', cause: { file: 'a.smmu', line: 10, column: 3 } },
            { line: 13, expected: '0x0', actual: '0x1f' },
          ],
        },
        { path: 'w.smmu', status: 'wrong', problems: [{ level: 'error', line: 1 }] },
      ],
    });
  });

  it('prints JUnit XML', async () => {
    const { out } = await vsmmu({ 'a.smmu': `${FAILING}expect memory 0x81000000 "<&\\x00>"\n`, 'w.smmu': 'flurb\n' }, '--format', 'junit', 'a.smmu', 'w.smmu');
    expect(out).toContain('<testsuite name="a.smmu" tests="3" failures="3" errors="0">');
    expect(out).toContain('<testcase classname="a.smmu" name="line 12: expect fault F_TRANSLATION" file="a.smmu">');
    expect(out).toContain('<failure message="the DMA passed, it should have faulted">the DMA passed, it should have faulted\nexpected: F_TRANSLATION\ngot: no fault: reached 0x81000000</failure>');
    expect(out).toContain('&lt;&amp;');
    expect(out).toContain('<testsuite name="w.smmu" tests="1" failures="0" errors="1">');
  });

  it('prints annotations for GitHub', async () => {
    const { out } = await vsmmu({ 'a.smmu': FAILING }, '--format', 'github', 'a.smmu');
    expect(out.split('\n')[0]).toBe('::error file=a.smmu,line=12,col=1::the DMA passed, it should have faulted%0Aexpected: F_TRANSLATION%0Agot: no fault: reached 0x81000000');
  });

  it.each([
    [[], 'which scenarios?'], [['missing.smmu'], 'no such file or folder: missing.smmu'], [['empty'], 'no scenario in empty'],
    [['a.smmu', '--format', 'xml'], '--format takes'], [['a.smmu', '--trace', '--format', 'json'], '--trace is for people'],
  ])('answers a usage error with 2: %j', async (args, message) => {
    const { code, err } = await vsmmu({ 'a.smmu': PASSING, 'empty/x.txt': '' }, ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
