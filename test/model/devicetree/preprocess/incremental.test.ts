import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preprocess, type Preprocessed } from '../../../../model/devicetree/preprocess/preprocess.ts';
import { inactiveRanges } from '../../../../model/devicetree/preprocess/inactive.ts';
import { macroDefinitions, macroOccurrences } from '../../../../model/devicetree/preprocess/macroIndex.ts';
import { memoryHost } from './memoryHost.ts';

/** Lines that a random file is made of; enough of them interact. */
const LINES = [
  '#define A 1', '#define A B', '#define B (2)', '#define F(x) [x A]', '#define F(x, ...) x##A #x __VA_ARGS__', '#undef A', '#undef F',
  '#ifdef A', '#if A + 1 > 1', '#ifndef B', '#else', '#elif defined(F)', '#endif',
  '#include "b.h"', '#include "c.h"', '#include <b.h>', '#include "d.h"', '/include/ "c.h"', '#pragma once',
  'A B F(1) F (A)', 'F(', ')', 'x-A', '"A', '/* A', '*/ B', '// F(1) \\', 'node@A { reg = <A B>; };', '__COUNTER__ __LINE__', '# 3 "c.h"', '#line 7', '(A)', ',',
  // Long enough for a checkpoint within the line.
  'y x A '.repeat(400), 'y F(1) '.repeat(400),
];
const OPTIONS = { includeRoots: ['/inc'], limits: { includeDepth: 8, inclusions: 40, macroTokens: 2000 } };

/** Everything that a reader of the result can see. */
function visible(result: Preprocessed): unknown {
  const { expanded, problems } = result;
  const origins = [];
  for (let at = 0; at < expanded.text.length; at += 1 + (expanded.text.length >> 8)) {
    const { inclusion, ...rest } = expanded.origin(at, at + 2);
    origins.push({ ...rest, path: inclusion.file.path, parent: inclusion.parent?.file.path });
  }
  const files = [...expanded.files.keys()];
  const macros = ['A', 'F'].map((name) => [macroDefinitions(result, name), macroOccurrences(result, name)]);
  const offsets = files.flatMap((path) => [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => expanded.offsetsOf(path, Math.floor(part * (expanded.files.get(path)?.text.length ?? 0)))));
  return { text: expanded.text, problems, origins, files, macros, offsets, inactive: files.map((path) => inactiveRanges(result, path)) };
}

const fileText = fc.array(fc.constantFrom(...LINES), { maxLength: 24 }).map((lines) => lines.join('\n'));
const edit = fc.record({
  path: fc.constantFrom('/a.dts', '/a.dts', '/b.h', '/c.h', '/inc/b.h', '/d.h'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat({ max: 12 }),
  insert: fc.oneof(fc.constantFrom('', ' ', '\n', ...LINES.map((line) => `\n${line}\n`)), fc.constantFrom('A', '(', ')', '"', '\\\n', '\r\n', '/*')),
});

describe('incremental preprocessing', () => {
  it('equals preprocessing anew after any sequence of edits', () => {
    let reused = 0;
    fc.assert(fc.property(fileText, fileText, fileText, fc.array(edit, { minLength: 1, maxLength: 6 }), (a, b, c, edits) => {
      const host = memoryHost({ '/a.dts': a, '/b.h': b, '/c.h': c, '/inc/b.h': 'inc A\n' });
      let last = preprocess('/a.dts', host, OPTIONS);
      for (const { path, at, remove, insert } of edits) {
        const before = host.files.get(path) ?? '';
        const from = Math.floor(at * before.length);
        host.files.set(path, before.slice(0, from) + insert + before.slice(from + remove));
        const next = preprocess('/a.dts', host, OPTIONS, last);
        const anew = preprocess('/a.dts', memoryHost(Object.fromEntries(host.files)), OPTIONS);
        expect(visible(next)).toEqual(visible(anew));
        expect(next.expanded.text.slice(0, next.reusedChars)).toBe(last.expanded.text.slice(0, next.reusedChars));
        if (next.reusedChars > 0) reused++;
        last = next;
      }
    }), { numRuns: Number(process.env['VSMMU_FUZZ_RUNS'] ?? 100) });
    // Otherwise nothing has been shown.
    expect(reused).toBeGreaterThan(30);
  });
});
