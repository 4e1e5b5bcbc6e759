/** Whatever stands in a scenario: nothing throws, everything has a place, and formatting changes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VERBS } from '../../../debugger/scenario/catalog.ts';
import { finish } from '../../../debugger/scenario/pace.ts';
import type { Action } from '../../../debugger/scenario/program.ts';
import { applyEdits } from '../../../server/features/formatting.ts';
import { scenarioCompletion } from '../../../server/features/scenario/completion.ts';
import type { ScenarioDocument } from '../../../server/features/scenario/document.ts';
import { scenarioFormatEdits } from '../../../server/features/scenario/formatting.ts';
import { scenarioHover } from '../../../server/features/scenario/hover.ts';
import { scenarioDefinition, scenarioLinks, scenarioReferences } from '../../../server/features/scenario/navigation.ts';
import { scenarioFolds, scenarioSymbols } from '../../../server/features/scenario/outline.ts';
import { scenarioTokens } from '../../../server/features/scenario/semanticTokens.ts';
import { scenarioSignature } from '../../../server/features/scenario/signature.ts';
import type { OutlineSymbol } from '../../../server/features/symbols.ts';
import { BOARD, checked, marks, programOf, short } from './support.ts';

const RUNS = 400;

const PIECES = [
  ...VERBS.flatMap((verb) => [verb.example, verb.name.replace('.', ' ')]), 'eth0', 'smmu', 'domd', 'host', '0x1000', '4K', '->', '=', '"', '(', ')', '[', '{', '}', '#', '\t', '  ',
  'ssid=1', 'Config=5', 'F_TRANSLATION', 'ste(8).Config', 'smmu.CR0.', 'last.pa', '\\', '\0', '\r', 'include "main.smmu"', 'include "other.smmu"', '__proto__', 'constructor=1', '\ufeff', '😀', '-', '~', '99999999999999999999999',
];

const line = fc.tuple(fc.constantFrom('', '', '  ', '\t', '    '), fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }), fc.constantFrom(' ', ' ', '')).map(([indent, parts, glue]) => indent + parts.join(glue));
const built = fc.tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n', '\r')).map(([lines, end]) => lines.join(end));
const REAL = `board "board.dts"\nhypervisor xen profile=v3\nguest domd devices="eth0"\nlet base = 0x48000000\nin domd\n  probe smmu # all\n  attach eth0 stall\n  repeat 4 as i\n    map eth0 (0x1000 * i) -> (base + 0x1000 * i) 4K rw\ndma eth0 write 0x1000 "hi"\nexpect fault F_TRANSLATION StreamID=8\nexpect ste(8).Config == 5\necho "CR0 {smmu.CR0}"\n`;
const mutated = fc.array(fc.tuple(fc.nat(REAL.length), fc.nat(12), fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 }))), { minLength: 1, maxLength: 4 })
  .map((edits) => edits.reduce((text, [at, cut, insert]) => text.slice(0, at) + insert + text.slice(at + cut), REAL));
const scenario = fc.oneof(mutated, built, fc.string({ maxLength: 200, unit: 'binary' }));

const FILES = { 'board.dts': BOARD, 'other.smmu': 'repeat 2\n  include "main.smmu"\nprob\n' };

function documentOf(text: string): ScenarioDocument {
  return { path: '/s/main.smmu', text, checked: checked({ ...FILES, 'main.smmu': text }) };
}

/** All actions of a program in short, with where each stands in its tree. */
function shapes(text: string): string[] {
  const { setup, actions } = programOf({ 'main.smmu': text, 'other.smmu': '' });
  return [...setup, ...actions].map(short);
}

function within({ start, end }: { start: number; end: number }, length: number): boolean {
  return start >= 0 && start <= end && end <= length;
}

describe('any text as a scenario', () => {
  it('is read and checked, and every problem has words and a place', () => {
    fc.assert(fc.property(scenario, (text) => {
      const { problems, reading } = checked({ ...FILES, 'main.smmu': text });
      for (const { range, message, advice, fixes } of problems) {
        const length = reading.files.get(range.file)?.text.length ?? -1;
        expect(within(range, length)).toBe(true);
        expect(message).toMatch(/\S.*[.]$/s);
        expect(advice).toMatch(/\S.*[.?]$/s);
        for (const edit of fixes?.flatMap((fix) => fix.edits) ?? []) expect(within(edit.range, length)).toBe(true);
      }
      const inBounds = (action: Action): boolean => within(action.at, reading.files.get(action.at.file)?.text.length ?? -1) && action.body.every(inBounds);
      expect([...reading.program.setup, ...reading.program.actions].every(inBounds)).toBe(true);
    }), { numRuns: RUNS });
  });

  it('answers every feature at every offset', () => {
    fc.assert(fc.property(scenario, (text) => {
      const document = documentOf(text);
      for (let offset = 0; offset <= text.length; offset += 1) {
        const completion = scenarioCompletion(document, offset);
        if (completion !== undefined) expect(within(completion, offset)).toBe(true);
        const hover = scenarioHover(document, offset, () => 'place');
        if (hover !== undefined) expect(hover.start <= offset && offset <= hover.end).toBe(true);
        scenarioDefinition(document, offset);
        finish(scenarioReferences(document, offset, true));
        const signature = scenarioSignature(document, offset);
        if (signature?.active !== undefined) expect(signature.parts[signature.active]).toBeDefined();
      }
    }), { numRuns: RUNS / 8 });
  });

  it('has an outline, folds, links and colours', () => {
    fc.assert(fc.property(scenario, (text) => {
      const document = documentOf(text);
      const tokens = finish(scenarioTokens(document));
      expect(tokens.every((token, index) => token.start >= (tokens[index - 1]?.end ?? 0) && token.end <= text.length)).toBe(true);
      const flat = (list: OutlineSymbol[]): OutlineSymbol[] => list.flatMap((one) => [one, ...flat(one.children)]);
      for (const one of flat(finish(scenarioSymbols(document)))) expect(one.start <= one.nameStart && one.nameEnd <= one.end && one.end <= text.length).toBe(true);
      for (const fold of finish(scenarioFolds(document))) expect(fold.start).toBeLessThan(fold.end);
      for (const link of finish(scenarioLinks(document))) expect(within(link, text.length)).toBe(true);
    }), { numRuns: RUNS });
  });

  it('means the same after formatting, and is formatted then', () => {
    fc.assert(fc.property(scenario, (text) => {
      const formatted = applyEdits(text, finish(scenarioFormatEdits(documentOf(text))));
      expect(shapes(formatted)).toEqual(shapes(text));
      expect(formatted.replaceAll(/[ \t\ufeff]/g, '')).toBe(text.replaceAll(/[ \t\ufeff]/g, ''));
      expect(applyEdits(formatted, finish(scenarioFormatEdits(documentOf(formatted))))).toBe(formatted);
    }), { numRuns: RUNS });
  });

  it('has no problem where the real one has none', () => {
    expect(marks(programOf(REAL))).toEqual([]);
    expect(checked({ ...FILES, 'main.smmu': REAL }).problems).toEqual([]);
  });
});
