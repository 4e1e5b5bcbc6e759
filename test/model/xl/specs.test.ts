/**
 * The strings inside xl configurations against libxlutil itself: recorded answers for every kind,
 * and random strings asked live where libxen-dev is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDisk } from '../../../model/xl/specs/disk.ts';
import { readVif } from '../../../model/xl/specs/network.ts';
import { readPci } from '../../../model/xl/specs/pci.ts';

type Kind = 'disk' | 'pci' | 'rate';
type Values = Record<string, string | number | null>;
interface Answer { rc: number; values: Values; report: string }
interface Case extends Answer { kind: Kind; input: string }

const fixture = JSON.parse(readFileSync('test/fixtures/xl/libxlu-specs.json', 'utf8')) as { cases: Case[] };

/** A message that is libxl's, not libxlu's: the library that answers here knows nothing of it. */
const BEYOND = /^backendtype=standalone works only/;
const ALL_FUNCTIONS = 0xffff_ffff;

const CHECKS: Readonly<Record<Kind, (input: string, want: Answer) => void>> = {
  disk(input, want) {
    const { value, faults } = readDisk(input);
    expect(faults.filter(({ message }) => !BEYOND.test(message)).length > 0, JSON.stringify(faults)).toBe(want.rc !== 0);
    if (want.rc !== 0 || value === undefined) return;
    const { target, vdev, format, cdrom, writable, specification, backendtype, backend, script } = value;
    expect({
      target: target ?? null, vdev: vdev ?? null, format, backend: backend === '0' && want.values['backend'] === null ? null : backend,
      backendtype: backendtype ?? 'unknown', specification: specification ?? 'unknown', script: script ?? null,
      readwrite: Number(writable), cdrom: Number(cdrom), removable: Number(cdrom),
    }).toEqual(want.values);
  },
  pci(input, want) {
    const { value, faults } = readPci(input);
    expect(faults.length > 0, JSON.stringify(faults)).toBe(want.rc !== 0);
    if (want.rc !== 0 || want.values['name'] !== null) return;
    const { domain, bus, dev, func, vdevfn, mask } = want.values;
    expect(value).toEqual({ domain, bus, device: dev, function: mask === ALL_FUNCTIONS ? undefined : func, vslot: value?.vslot });
    expect((value?.vslot ?? 0) * 8).toBe(vdevfn);
  },
  rate(input, want) {
    // Of a vif entry only the rate is libxlu's: a comma ends it there, and blanks around it are xl's.
    if (input.trim() === input && !input.includes(',')) expect(readVif(`rate=${input}`).faults.length > 0).toBe(want.rc !== 0);
  },
};

describe('libxlu parity of strings', () => {
  it('has inputs of every kind, refused and taken', () => {
    for (const kind of Object.keys(CHECKS)) {
      const cases = fixture.cases.filter((one) => one.kind === kind);
      expect(cases.filter((one) => one.rc === 0).length).toBeGreaterThanOrEqual(15);
      expect(cases.filter((one) => one.rc !== 0).length).toBeGreaterThanOrEqual(15);
    }
  });

  it.each(fixture.cases)('$kind $input', (one) => CHECKS[one.kind](one.input, one));
});

describe('what is newer than the libxlutil that was asked', () => {
  it.each([
    ['grant_usage=1,vdev=xvda,target=/a', true], ['grant_usage=0,vdev=xvda,target=/a', false], ['trusted,vdev=xvda,target=/a', undefined],
  ])('%s', (text, grantUsage) => {
    const { value, faults } = readDisk(text);
    expect(faults).toEqual([]);
    expect(value).toMatchObject({ target: '/a', vdev: 'xvda', grantUsage });
  });

  it('takes no other value of grant_usage', () => expect(readDisk('vdev=xvda,grant_usage=yes,target=/a').faults[0]?.message).toBe('bad disk syntax'));
});

describe('faults', () => {
  it.each([
    ['vdev=xvda,access=rx,target=/a', 'rx'], ['vdev=xvda,taget=/a', 'taget'], ['/a,raw,xvda,w,more', 'more'], ['vdev=xvda,target=/a,foo=1', undefined],
    ['/a=b,raw,xvda', '=b,raw,xvda'], ['vdev=xvda,vdev=xvdb,target=/a', 'xvdb'],
  ])('of the disk "%s" are marked where they stand', (text, marked) => {
    const [fault] = readDisk(text).faults;
    expect(fault === undefined ? undefined : text.slice(fault.start, fault.end)).toBe(marked);
  });

  it.each([
    ['1:2.3,permisive=1', 'permisive=1'], ['1:2.3,rdm_policy=any', 'any'], ['1:2.3,seize', 'seize'], ['1:2.8', '1:2.8'], ['', ''], ['name=a,1:2.3', '1:2.3'],
  ])('of the PCI function "%s" are marked where they stand', (text, marked) => {
    const [fault] = readPci(text).faults;
    expect(fault === undefined ? undefined : text.slice(fault.start, fault.end)).toBe(marked);
  });
});

/** The probe built against an installed libxlutil, or undefined where there is none. */
function buildProbe(folder: string): string | undefined {
  if (!existsSync('/usr/include/libxlutil.h')) return undefined;
  const out = join(folder, 'probe');
  const built = spawnSync('cc', ['-O1', '-o', out, 'test/tools/libxlu-spec-probe.c', '-lxlutil', '-lxenlight']);
  return built.status === 0 ? out : undefined;
}

/** BDFs of `pci` are whole pieces: where the dot is missing, libxlu goes on from an uninitialised place. */
const PIECES: Readonly<Record<Kind, readonly string[]>> = {
  disk: [
    'format=', 'vdev=', 'target=', 'access=', 'backend=', 'backendtype=', 'specification=', 'devtype=', 'script=', 'cdrom', 'discard', 'foo=', 'raw', 'qcow2', 'xvda', 'rw', 'r',
    '/a', 'b', 'phy:', 'file:', 'qcow2:', 'tap:', 'x:', ':cdrom', ':', '=', ',', ',', ',', ',', ' ', '\t', 'qdisk', 'virtio', 'empty', 'disk', 'Z', '_', '-', '1', 'colo-port=',
  ],
  pci: [
    '0000:01:00.0', '01:1f.7', '1:2.*', '1:20.0', '1:2.8', '12345:1:2.3', '100:0.0', '1: +2. 3', '@', '3', '20', ',', ',', ',', 'permissive', 'vslot', 'bdf', 'bdf=1:2.3', 'name', 'rdm_policy',
    '=', '=', '1', 'strict', ' ', 'x', ',seize=1',
  ],
  rate: ['1', '10', '0', '8', 'K', 'M', 'G', 'B', 'b', '/s', '/s', '@', 'ms', 'us', 's', 'm', ' ', '-', '999999999999', '/', 'KB/s', 'Mb/s@'],
};

describe('libxlu itself', () => {
  it.for(Object.keys(CHECKS) as Kind[])('agrees on random strings of kind %s (skipped where libxen-dev is not installed)', (kind, { skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'libxlu-'));
    try {
      const probe = buildProbe(folder);
      if (probe === undefined) skip('libxlutil.h or a C compiler is not installed');
      const numRuns = Number(process.env['VSMMU_FUZZ_RUNS'] ?? 1500);
      const texts = fc.sample(fc.array(fc.constantFrom(...PIECES[kind]), { maxLength: 12 }).map((parts) => parts.join('')), { numRuns, seed: 417 });
      const answers = spawnSync(probe ?? '', { input: Buffer.from(texts.map((text) => `${kind} ${text.length}\n${text}`).join(''), 'latin1'), maxBuffer: 1 << 28 });
      const lines = answers.stdout.toString('latin1').trimEnd().split('\n');
      expect(lines.length).toBe(texts.length);
      texts.forEach((text, i) => {
        const want = JSON.parse(lines[i] ?? '') as Answer;
        try {
          CHECKS[kind](text, want);
        } catch (error) {
          throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(want)}: ${error instanceof Error ? error.message : ''}`, { cause: error });
        }
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
