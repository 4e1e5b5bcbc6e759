import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadImage, parseImage } from '../../../emulator/replay/image.ts';
import { answerProbe, type ProbeAnswer } from '../../../emulator/replay/probe.ts';
import { normalizedEvent } from '../qemu/classify.ts';

interface Expected { dump: string; probes: ProbeAnswer[] }

function json(path: string): unknown {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
}

/**
 * QEMU gives no event for an input of 2^IAS and above on a stage-2-only stream, where the
 * architecture has F_ADDR_SIZE: the one deviation that these dumps meet.
 */
function isBeyondIas(answer: ProbeAnswer): boolean {
  return answer.event?.startsWith('11') === true && BigInt(String(answer.iova)) >> 44n !== 0n;
}

function isRight(wanted: ProbeAnswer, given: ProbeAnswer | string): boolean {
  if (typeof given === 'string') return false;
  if (wanted.pa !== undefined) return given.pa === wanted.pa && given.perm === wanted.perm;
  if (given.abort !== true) return false;
  if (wanted.event === undefined) return given.event === undefined || isBeyondIas(given);
  return given.event !== undefined && normalizedEvent(given.event) === normalizedEvent(wanted.event);
}

/** The probes of a dump that are answered otherwise than recorded. */
function wrongProbes(folder: string, expectFile: string, policy: 'none' | 'architecture'): unknown[] {
  const expected = json(join(folder, expectFile)) as Expected;
  const image = parseImage(json(join(folder, expected.dump)));
  if (typeof image === 'string') throw new Error(image);
  const loaded = loadImage(image, policy);
  expect(expected.probes.length).toBeGreaterThan(10);
  return expected.probes.flatMap((wanted) => {
    const given = answerProbe(loaded, wanted);
    return isRight(wanted, given) ? [] : [{ wanted, given }];
  });
}

const SHARED = join(import.meta.dirname, process.env['VSMMU_QUICK'] === undefined ? '../../../../shared/vectors/dumps' : 'none');
const FIXTURES = join(import.meta.dirname, '../../fixtures/dumps');
const files = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith('.expect.json')) : []);

describe('tables of running systems', () => {
  it.each(files(FIXTURES))('%s', (file) => {
    expect(wrongProbes(FIXTURES, file, 'none')).toEqual([]);
    expect(wrongProbes(FIXTURES, file, 'architecture')).toEqual([]);
  });
});

describe.skipIf(files(SHARED).length === 0)('whole dumps (where they lie beside the checkout)', () => {
  it.each(files(SHARED))('%s', (file) => {
    expect(wrongProbes(SHARED, file, 'none')).toEqual([]);
  });
});

describe('probing', () => {
  const image = parseImage(json(join(FIXTURES, 'linux.json')));
  if (typeof image === 'string') throw new Error(image);

  it('leaves the machine as it was, and answers alike in any order', () => {
    const loaded = loadImage(image, 'architecture');
    const { probes } = json(join(FIXTURES, 'linux.expect.json')) as Expected;
    const before = loaded.machine.hash;
    const forward = probes.map((p) => answerProbe(loaded, p));
    expect(loaded.machine.hash).toBe(before);
    expect(probes.toReversed().map((p) => answerProbe(loaded, p)).toReversed()).toEqual(forward);
  });

  it.each([
    ['no object', 7, /no object/], ['no StreamID', { sid: 'x', iova: '0x0', rw: 'r' }, /'sid'/], ['no address', { sid: 8, iova: -1, rw: 'r' }, /'iova'/],
    ['a wide SubstreamID', { sid: 8, ssid: '0x100000', iova: 0, rw: 'r' }, /'ssid'/], ['no direction', { sid: 8, iova: 0, rw: 'rw' }, /'rw'/],
  ])('names what is wrong: %s', (_, probe, message) => {
    expect(answerProbe(loadImage(image), probe)).toMatch(message);
  });
});

describe('images', () => {
  it.each([
    ['a list', [], /no JSON object/], ['without registers', { mem: [] }, /'regs'/], ['with a register that is no number', { regs: { IDR0: 'x' }, mem: [] }, /regs.IDR0/],
    ['without ID registers', { regs: { IDR0: 1 }, mem: [] }, /lacks IDR1, IDR5/], ['without memory', { regs: { IDR0: 1, IDR1: 0, IDR5: 0 } }, /'mem'/],
    ['with odd digits', { regs: { IDR0: 1, IDR1: 0, IDR5: 0 }, mem: [{ addr: '0x0', hex: '123' }] }, /mem\[0\].hex/],
    ['beyond physical memory', { regs: { IDR0: 1, IDR1: 0, IDR5: 0 }, mem: [{ addr: '0x10000000000000', hex: '' }] }, /mem\[0\].addr/],
    ['with empty RAM', { regs: { IDR0: 1, IDR1: 0, IDR5: 0 }, mem: [], ram: [{ addr: 0, len: 0 }] }, /'ram'/],
  ])('%s', (_, value, message) => {
    expect(parseImage(value)).toMatch(message);
  });

  it('answer everywhere where the image does not say where RAM is', () => {
    const image = parseImage({ regs: { IDR0: 1, IDR1: 0, IDR5: 0 }, mem: [{ addr: '0x1000', hex: '11223344' }] });
    if (typeof image === 'string') throw new Error(image);
    const { machine } = loadImage(image);
    expect(machine.memory.read(0x1000, 4)).toEqual(new Uint8Array([0x11, 0x22, 0x33, 0x44]));
    expect(machine.memory.read(2 ** 51, 4)).toEqual(new Uint8Array(4));
  });

  it('abort outside RAM where it does', () => {
    const image = parseImage({ machine: 'board, RAM 0x40000000 + 1 MiB', regs: { IDR0: 1, IDR1: 0, IDR5: 0 }, mem: [] });
    if (typeof image === 'string') throw new Error(image);
    const { machine } = loadImage(image);
    expect(machine.memory.read(0x400ffff8, 8)).toBeDefined();
    expect(machine.memory.read(0x40100000, 8)).toBeUndefined();
  });
});
