import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { testIo, type TestIo } from './support.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '../fixtures/dumps', name), 'utf8');
const LINUX = fixture('linux.json');
const NESTED = fixture('nested.json');
const FILES = {
  '/project/linux.json': LINUX, '/project/nested.json': NESTED, '/project/linux.json.gz': gzipSync(LINUX), '/project/probes.json': fixture('linux.expect.json'),
  '/project/list.json': JSON.stringify([{ sid: 8, iova: '0xffffc000', rw: 'r' }, { sid: 8, rw: 'r' }, { sid: '0x10', iova: '0x12345678', rw: 'r' }]),
  '/project/bad.json': '{', '/project/empty.json': '{}',
};

async function walk(...args: string[]): Promise<TestIo & { code: number }> {
  const io = testIo(FILES);
  return { ...io, code: await run(['walk', ...args], io) };
}

describe('vsmmu walk', () => {
  it('shows every step of a stage-1 walk', async () => {
    const { code, out } = await walk('linux.json', '--sid', '8', '--iova', '0xffffc000');
    expect(code).toBe(0);
    expect(out()).toBe(`unprivileged read of 0xffffc000 by StreamID 0x8
├─ L1STD at 0x42d8b000  0x000000005b660009  Span=9 L2Ptr=0x5b660000
├─ STE at 0x5b660200
│    V=1 Config=5 (stage 1) S1ContextPtr=0x480dd000 S1DSS=2 (use CD 0)
├─ CD at 0x480dd000
│    T0SZ=16 EPD1=1 V=1 IPS=4 (44 bits) AA64=1 R=1 A=1 ASET=1 ASID=0x2
│    TTB0=0x480de000 MAIR0=0xf404ff44 MAIR1=0xffffffff
├─ stage 1 walk of 0xffffc000
│  ├─ level 0, index 0, at 0x480de000 = 0x000000004305d003
│  │    table: NextTable=0x4305d000
│  ├─ level 1, index 3, at 0x4305d018 = 0x000000004305c003
│  │    table: NextTable=0x4305c000
│  ├─ level 2, index 511, at 0x4305cff8 = 0x000000004305b003
│  │    table: NextTable=0x4305b000
│  ├─ level 3, index 508, at 0x4305bfe0 = 0x000000004305af47
│  │    page: AttrIndx=1 AP=1 (RW) SH=3 (inner shareable) AF=1 nG=1
│  │    OA=0x4305a000
│  └─ unprivileged read is allowed
│       the mapping allows RWX unprivileged, RW- privileged
└─ passes to 0x4305a000  Normal WB RA WA
`);
  });

  it('puts the stage-2 walks under what they are for', async () => {
    const { out } = await walk('nested.json', '--sid', '0x18', '--iova', '0x80000dec0c', '--write');
    const text = out();
    expect(text).toMatch(/├─ CD at 0x62e2f000 \(IPA 0x42e2f000\)\n(?:│ {2}│ {2}.*\n)+│ {2}└─ stage 2 walk of 0x42e2f000\n│ {5}├─ level 0/);
    expect(text).toMatch(/│ {2}├─ level 0, index 1, at 0x62e26008 \(IPA 0x42e26008\).*\n.*\n│ {2}│ {2}└─ stage 2 walk of 0x42e26008/);
    expect(text).toMatch(/event F_PERMISSION, recorded[\s\S]*└─ aborted\n {5}Stage 1: /);
    expect(Math.max(...text.split('\n').map((l) => l.length))).toBeLessThanOrEqual(80);
  });

  it('knows reads, writes, privilege and instruction fetches', async () => {
    expect((await walk('linux.json', '--sid', '8', '--iova', '0', '--write', '--priv')).out()).toMatch(/^privileged write of 0x0/);
    expect((await walk('linux.json', '--sid', '8', '--ssid', '3', '--iova', '0', '--exec')).out()).toMatch(/^unprivileged instruction fetch of 0x0 by StreamID 0x8, SubstreamID 0x3/);
  });

  it('colours only what a terminal shows', async () => {
    const io = testIo(FILES, { isTTY: true });
    await run(['walk', 'linux.json', '--sid', '8', '--iova', '0xffffc000'], io);
    expect(io.out()).toContain('\u001B[');
    const plain = testIo(FILES, { isTTY: true, env: { NO_COLOR: '1' } });
    await run(['walk', 'linux.json', '--sid', '8', '--iova', '0xffffc000'], plain);
    expect(plain.out()).not.toContain('\u001B[');
  });

  it('prints the steps as JSON', async () => {
    const { out } = await walk('linux.json.gz', '--sid', '8', '--iova', '0xffffc000', '--json');
    const parsed = JSON.parse(out()) as { steps: { kind: string; value?: string }[] };
    expect(parsed).toMatchObject({ sid: 8, iova: '0xffffc000', rw: 'r', status: 'ok', pa: '0x4305a000', perm: '0x3' });
    expect(parsed.steps.filter((s) => s.kind === 'descriptor').map((s) => s.value)).toEqual(['0x4305d003', '0x4305c003', '0x4305b003', '0x4305af47']);
  });
});

describe('vsmmu walk --batch', () => {
  it('answers the probes in order, one JSON line each', async () => {
    const { code, out } = await walk('linux.json', '--batch', 'probes.json', '--json');
    expect(code).toBe(0);
    const { probes } = JSON.parse(fixture('linux.expect.json')) as { probes: { sid: number; iova: string; rw: string }[] };
    const lines = out().trim().split('\n').map((l) => JSON.parse(l) as unknown);
    expect(lines).toEqual(probes);
  });

  it('answers those that it can, and names the others', async () => {
    const { code, out, err } = await walk('linux.json', '--batch', 'list.json', '--json');
    expect(code).toBe(1);
    expect(err()).toBe("list.json: probe 1: 'iova' is no address\n");
    expect(out().trim().split('\n').map((l) => JSON.parse(l) as unknown)).toEqual([
      { sid: 8, iova: '0xffffc000', rw: 'r', pa: '0x4305a000', perm: '0x3' },
      { probe: 1, error: "'iova' is no address" },
      { sid: '0x10', iova: '0x12345678', rw: 'r', abort: true, event: '1000000010000000000000000802000078563412000000000000000000000000' },
    ]);
  });
});

const SCENARIO = `smmu smmu0 base=0x9050000
device eth0 sid=8
memory ram 0x80000000 256M
in host
  probe
  attach eth0
  map eth0 0x1000 -> 0x81000000 4K r
expect 1 == 2
repeat 3
  dma eth0 read 0x1000 4`;

describe('vsmmu walk in a scenario', () => {
  const files = {
    'a.smmu': SCENARIO, 'wrong.smmu': 'smmu smmu0 base=0x9050000\ndma\n', 'ends.smmu': `${SCENARIO}\npoke 0 1\n`,
  };
  async function after(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const io = testIo(Object.fromEntries(Object.entries(files).map(([name, text]) => [`/project/${name}`, text])));
    return { code: await run(['walk', ...args], io), out: io.out(), err: io.err() };
  }

  it('shows one more DMA in the machine that the scenario leaves, whatever it expects', async () => {
    const { code, out } = await after('a.smmu', '--device', 'eth0', '--iova', '0x1008');
    expect(code).toBe(0);
    expect(out).toMatch(/^ +\d+ {2}dma eth0 read 0x1008 {2}reached 0x81000008\n[\s\S]*tlb hit[\s\S]*passes to 0x81000008/);
    expect(out.match(/ dma /g)).toHaveLength(1);
  });

  it('does what is asked for: a write, a SubstreamID, a privileged fetch', async () => {
    expect((await after('a.smmu', '--device', 'eth0', '--iova', '0x1000', '--write')).out).toContain('event F_PERMISSION');
    expect((await after('a.smmu', '--device', 'eth0', '--iova', '0x1000', '--ssid', '3')).out).toContain('C_BAD_SUBSTREAMID');
    expect((await after('a.smmu', '--device', 'eth0', '--iova', '0x1000', '--priv', '--exec')).out).toContain('privileged instruction fetch of 0x1000');
  });

  it('says why it does not come to that', async () => {
    expect(await after('ends.smmu', '--device', 'eth0', '--iova', '0')).toMatchObject({ code: 1, out: expect.stringContaining('No memory answers at 0x0.') as unknown });
    expect(await after('wrong.smmu', '--device', 'eth0', '--iova', '0')).toMatchObject({ code: 2, out: expect.stringContaining('wrong.smmu:2:') as unknown });
    expect((await after('a.smmu', '--device', 'eth9', '--iova', '0')).out).toMatch(/no device eth9/);
  });

  it.each([
    [['--device', 'eth0'], /needs --device NAME and --iova X/], [['--iova', '0'], /needs --device NAME/], [['--sid', '8', '--iova', '0'], /--sid is for images/],
    [['--device', 'eth0 read 0\npoke', '--iova', '0'], /no name of a device/], [['--device', 'eth0', '--iova', '0', '--json'], /--json is for images/],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await after('a.smmu', ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('vsmmu walk refuses', () => {
  it.each([
    [[], /takes one image/], [['linux.json'], /needs --sid N and --iova X/], [['linux.json', '--sid', '8', '--iova', 'x'], /needs --sid/],
    [['linux.json', '--sid', '0x100000000', '--iova', '0'], /--sid takes a number below/], [['linux.json', '--sid', '8', '--ssid', '0x100000', '--iova', '0'], /--ssid takes/],
    [['linux.json', '--sid', '8', '--iova', '0', '--read', '--write'], /not both/], [['linux.json', '--sid', '8', '--iova', '0', '--exec', '--write'], /writes are always data/],
    [['none.json', '--sid', '8', '--iova', '0'], /no such file: none\.json/], [['bad.json', '--sid', '8', '--iova', '0'], /bad\.json: not JSON/],
    [['none.smmu', '--device', 'a', '--iova', '0'], /no such file: none\.smmu/], [['linux.json', '--device', 'a', '--iova', '0'], /--device is for scenarios/],
    [['empty.json', '--sid', '8', '--iova', '0'], /empty\.json: 'regs'/], [['linux.json', '--batch', 'empty.json'], /neither a list of probes/],
    [['linux.json', '--batch', 'list.json', '--sid', '8'], /brings its own/],
  ])('%j', async (args, message) => {
    const { code, err } = await walk(...args);
    expect(code).toBe(2);
    expect(err()).toMatch(message);
  });
});
