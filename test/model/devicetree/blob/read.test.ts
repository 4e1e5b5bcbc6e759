import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printBlob, unprintable } from '../../../../model/devicetree/blob/print.ts';
import { type Blob, readBlob } from '../../../../model/devicetree/blob/read.ts';
import { toBlob } from '../../../../model/devicetree/blob/write.ts';
import { SOURCES } from '../syntax/sources.ts';
import { compiled } from '../tree/dts.ts';
import dtc from './dtc.json' with { type: 'json' };

const RUNS = Number(process.env['VSMMU_FUZZ_RUNS'] ?? 500);

const BLOBS = dtc.answers.filter((a) => a.blob !== null).map((a) => new Uint8Array(Buffer.from(a.blob ?? '', 'base64')));

const SAMPLE = toBlob(compiled('/dts-v1/; /memreserve/ 0x10 0x20; / { a = "x"; n@1 { reg = <1 2>; b = [01 02 03]; }; };').tree);

/** The sample with some 32-bit words of it replaced. */
function with32(words: Record<number, number>): Uint8Array {
  const data = SAMPLE.slice();
  for (const [offset, value] of Object.entries(words)) new DataView(data.buffer).setUint32(Number(offset), value);
  return data;
}

function paths(blob: Blob): string[] {
  const found: string[] = [];
  const pending = blob.root === undefined ? [] : [{ node: blob.root, path: '' }];
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    found.push(entry.path || '/', ...entry.node.properties.map((p) => `${entry?.path}/.${p.name}`));
    for (const child of entry.node.children) pending.push({ node: child, path: `${entry.path}/${child.name}` });
  }
  return found;
}

const STRUCTURE = new DataView(SAMPLE.buffer).getUint32(8);

const LIES: { why: string; data: Uint8Array; problem: string; keeps?: string }[] = [
  { why: 'nothing at all', data: new Uint8Array(0), problem: 'dtb-header' },
  { why: 'a header that is cut off', data: SAMPLE.slice(0, 39), problem: 'dtb-header' },
  { why: 'another magic', data: with32({ 0: 0x7f454c46 }), problem: 'dtb-header' },
  { why: 'an old version', data: with32({ 20: 3, 24: 1 }), problem: 'dtb-header' },
  { why: 'a size beyond the end', data: with32({ 4: 0xffffffff }), problem: 'dtb-header', keeps: '/n@1/.reg' },
  { why: 'a structure block beyond the end', data: with32({ 8: 0xfffffff0 }), problem: 'dtb-header' },
  { why: 'a structure block inside the header', data: with32({ 8: 4 }), problem: 'dtb-header' },
  { why: 'a structure block at an odd offset', data: with32({ 8: STRUCTURE + 2 }), problem: 'dtb-structure' },
  { why: 'a structure block that is too long', data: with32({ 36: 0xfffffff0 }), problem: 'dtb-header', keeps: '/n@1/.reg' },
  { why: 'a strings block beyond the end', data: with32({ 12: 0xfffffff0 }), problem: 'dtb-strings', keeps: '/n@1' },
  { why: 'reservations beyond the end', data: with32({ 16: 0xfffffff0 }), problem: 'dtb-header', keeps: '/n@1/.reg' },
  { why: 'reservations without an end', data: with32({ 16: SAMPLE.length - 16 }), problem: 'dtb-header', keeps: '/n@1/.reg' },
  { why: 'an unknown tag', data: with32({ [STRUCTURE]: 7 }), problem: 'dtb-structure' },
  { why: 'an end at once', data: with32({ [STRUCTURE]: 2 }), problem: 'dtb-structure' },
  { why: 'a property outside of a node', data: with32({ [STRUCTURE]: 3 }), problem: 'dtb-structure' },
  { why: 'a property longer than the blob', data: with32({ [STRUCTURE + 12]: 0xffffffff }), problem: 'dtb-structure', keeps: '/' },
  { why: 'a property name beyond the strings', data: with32({ [STRUCTURE + 16]: 0xffffffff }), problem: 'dtb-strings', keeps: '/n@1/.reg' },
  { why: 'half a blob', data: SAMPLE.slice(0, STRUCTURE + 60), problem: 'dtb-header', keeps: '/' },
];

/** A blob of 100,000 nodes one inside the other. */
function deepBlob(): Uint8Array {
  const words = Array.from({ length: 100_000 }, () => [1, 0]).flat();
  const data = new Uint8Array(56 + words.length * 4 + 4);
  const view = new DataView(data.buffer);
  [0xd00dfeed, data.length, 56, data.length, 40, 17, 16, 0, 0, words.length * 4].forEach((w, i) => view.setUint32(i * 4, w));
  words.forEach((w, i) => view.setUint32(56 + i * 4, w));
  return data;
}

describe('readBlob', () => {
  it('reads what dtc wrote', () => {
    for (const data of BLOBS) expect(readBlob(data).problems).toEqual([]);
    const blob = readBlob(SAMPLE);
    expect(blob.memReserves).toEqual([{ address: 0x10n, size: 0x20n }]);
    expect(paths(blob)).toEqual(['/', '/.a', '/n@1', '/n@1/.reg', '/n@1/.b']);
  });

  it.each(LIES)('says what is wrong with $why', ({ data, problem, keeps }) => {
    const blob = readBlob(data);
    expect(blob.problems.map((p) => p.id)).toContain(problem);
    if (keeps !== undefined) expect(paths(blob)).toContain(keeps);
    printBlob(blob);
  });

  it('stops at a depth that no tree has', () => {
    const blob = readBlob(deepBlob());
    expect(blob.problems.map((p) => p.id)).toEqual(['limit-node-depth']);
    expect(printBlob(blob).length).toBeGreaterThan(200);
  });

  it('reads any damaged blob without a throw', () => {
    const damage = fc.array(fc.record({ at: fc.nat(), value: fc.oneof(fc.nat(12), fc.nat(0xffffffff), fc.constant(0xffffffff)) }), { maxLength: 8 });
    fc.assert(fc.property(fc.constantFrom(SAMPLE, ...BLOBS), damage, fc.option(fc.nat()), (data, words, cut) => {
      const copy = data.slice(0, cut === null ? data.length : cut % data.length);
      const view = new DataView(copy.buffer);
      for (const { at, value } of words) if (copy.length >= 4) view.setUint32((at % (copy.length >> 2)) << 2, value);
      const blob = readBlob(copy);
      printBlob(blob);
      expect([...unprintable(blob)].length).toBeGreaterThanOrEqual(0);
    }), { numRuns: RUNS });
  }, 600_000);
});

describe('printBlob', () => {
  it('gives source that compiles to the same blob', () => {
    const ours = SOURCES.map((text) => toBlob(compiled(text).tree));
    for (const data of [...BLOBS, ...ours]) {
      const blob = readBlob(data);
      if ([...unprintable(blob)].length > 0) continue;
      const again = compiled(printBlob(blob));
      expect(again.problems.filter((p) => p.level === 'error')).toEqual([]);
      expect(Buffer.from(toBlob(again.tree)).toString('hex')).toBe(Buffer.from(data).toString('hex'));
    }
  });

  it('lays out as dtc does', () => {
    expect(printBlob(readBlob(SAMPLE))).toBe(`/dts-v1/;

/memreserve/\t0x0000000000000010 0x0000000000000020;
/ {
\ta = "x";

\tn@1 {
\t\treg = <0x01 0x02>;
\t\tb = [01 02 03];
\t};
};
`);
  });

  it('says what it cannot write as source', () => {
    const twice = readBlob(toBlob(compiled('/dts-v1/; / { n { }; m { }; };').tree));
    const [first] = twice.root?.children ?? [];
    if (first !== undefined) twice.root?.children.push(first, { ...first, name: 'a b' });
    expect([...unprintable(twice)]).toEqual(['/: two of its nodes are called `n`', '/: `a b` cannot be the name of a node in source']);
  });
});
