import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBlob } from '../../../../model/devicetree/blob/write.ts';
import { identityText } from '../../../../model/devicetree/source/identity.ts';
import type { NodeSyntax, TopLevelItem } from '../../../../model/devicetree/syntax/ast.ts';
import { type ParsedDts, parseDts } from '../../../../model/devicetree/syntax/parse.ts';
import { toProblems } from '../../../../model/devicetree/syntax/problem.ts';
import { mergeDts } from '../../../../model/devicetree/tree/merge.ts';
import { editedSources } from './sources.ts';

/** `VSMMU_FUZZ_RUNS=100000` for a long run. */
const RUNS = Number(process.env['VSMMU_FUZZ_RUNS'] ?? 500);

/** What stands outside of the source, or ends before it starts. */
function badSpans(length: number, items: readonly TopLevelItem[]): string[] {
  const bad: string[] = [];
  const pending: { kind: string; start: number; end: number }[] = [...items];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (item.start < 0 || item.end < item.start || item.end > length) bad.push(`${item.kind} ${item.start} ${item.end}`);
    if (item.kind === 'node') pending.push(...(item as NodeSyntax).members);
  }
  return bad;
}

function commonPrefix(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

/** What a parse means, without what tells how it came about. */
function meaning({ syntax, problems }: ParsedDts): object {
  return { syntax, problems };
}

describe('any text', () => {
  it('is parsed, merged and written without a throw, with every place inside of it', () => {
    fc.assert(fc.property(editedSources, (versions) => {
      for (const text of versions) {
        const parsed = parseDts(text);
        const merged = mergeDts(parsed.syntax, { symbols: text.length % 2 === 0 });
        toBlob(merged.tree);
        const found = [...parsed.problems, ...merged.problems];
        expect(badSpans(text.length, parsed.syntax.items)).toEqual([]);
        expect(found.filter((p) => p.start < 0 || p.end < p.start)).toEqual([]);
        expect(toProblems(identityText({ path: '/f', text }), found, 1000).length).toBeLessThanOrEqual(found.length);
      }
    }), { numRuns: RUNS });
  }, 3_600_000);

  it('is parsed after an edit as if it had been parsed anew', () => {
    fc.assert(fc.property(editedSources, (versions) => {
      let previous: { parse: ParsedDts; text: string } | undefined;
      for (const text of versions) {
        const cold = parseDts(text);
        const warm = previous === undefined ? cold
          : parseDts(text, { previous: { parse: previous.parse, reusedChars: commonPrefix(previous.text, text) } });
        expect(meaning(warm)).toEqual(meaning(cold));
        previous = { parse: warm, text };
      }
    }), { numRuns: RUNS });
  }, 3_600_000);

  it.each([
    ['/*/dts-v1/;\n', '*//memreserve/ 1 2;\n/ { };\n'],
    ['/dts-v1/;\n/ { a; };\n/* / { b; };\n/ { c; };\n/ { d; };\n', '*/'], ["/dts-v1/;\n/ { a = <'; };\n/ { b; };\n/ { c; };\n", "' >; };"],
    ['/dts-v1/;\n/ { a = "x; };\n/ { b; };\n/ { c; };\n', '";'], ['/dts-v1/;\n/ { a = "x\n"', '; };'],
  ])('reads %j anew where %j ends what was open', (text, end) => {
    const parse = parseDts(text);
    const edited = text + end;
    expect(meaning(parseDts(edited, { previous: { parse, reusedChars: text.length } }))).toEqual(meaning(parseDts(edited)));
  });

  it('reuses the statements before an edit', () => {
    const text = '/dts-v1/;\n/ { a; };\n/ { b; };\n/ { c; };\n/ { d; };\n';
    const parse = parseDts(text);
    const edited = text.replace('d;', 'd; e;');
    expect(parseDts(edited, { previous: { parse, reusedChars: text.indexOf('d;') } }).reusedItems).toBeGreaterThanOrEqual(3);
  });
});
