import { describe, expect, it } from 'vitest';
import type { Level } from '../../../model/problem.ts';
import { type Analysis, analyseBoard } from '../../../server/workspace/analysis.ts';
import { hintsOf, largeFileNotice } from '../../../server/workspace/hints.ts';
import { SERVER_PROBLEMS } from '../../../server/workspace/problems.ts';
import { BOARD } from '../boards.ts';
import { filesOf, fixture } from '../check.ts';

interface Options { fragment?: boolean; checks?: 'all' | 'iommu'; levels?: Map<string, Level | 'off'>; perFile?: number; previous?: Analysis }

function analyse(files: Record<string, string>, options: Options = {}): { analysis: Analysis; steps: number } {
  const { fragment = false, checks = 'all', levels = new Map(), perFile = 1000, previous } = options;
  const host = { readText: (path: string): string | undefined => files[path], readBytes: (): undefined => undefined };
  const work = analyseBoard({ root: '/board.dts', fragment }, { files: host, compile: { includeRoots: ['/include'], limits: { problemsPerFile: perFile } }, checks, levels }, previous);
  for (let steps = 0; ; steps += 1) {
    const step = work.next();
    if (step.done === true) return { analysis: step.value, steps };
  }
}

function ids(analysis: Analysis): string[] {
  return [...analysis.problems.values()].flat().map((problem) => problem.id);
}

const FAULTY = '/dts-v1/;\n/ { s: iommu@0 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; }; m { iommus = <&s>; x = <&nobody>; }; };\n';

describe('the analysis of a board', () => {
  it('finds what the compiler, its checks and our rules find, in many slices', () => {
    const { analysis, steps } = analyse({ '/board.dts': FAULTY });
    const found = ids(analysis);
    expect(found.some((id) => id.startsWith('iommus-'))).toBe(true);
    expect(found).toContain('dtc-phandle-references');
    expect(found).toContain('dtc-unit-address-vs-reg');
    expect(steps).toBeGreaterThan(50);
  });

  it('leaves all but IOMMU rules out where that is wanted', () => {
    expect(ids(analyse({ '/board.dts': FAULTY }, { checks: 'iommu' }).analysis).filter((id) => id.startsWith('dt'))).toEqual([]);
  });

  it('gives rules the levels of the settings', () => {
    const levels = new Map<string, Level | 'off'>([['dtc-phandle-references', 'hint'], ['dtc-unit-address-vs-reg', 'off']]);
    const { analysis } = analyse({ '/board.dts': FAULTY }, { levels });
    expect(ids(analysis)).not.toContain('dtc-unit-address-vs-reg');
    expect([...analysis.problems.values()].flat().find((problem) => problem.id === 'dtc-phandle-references')?.level).toBe('hint');
  });

  it('says of a fragment only what is wrong with it alone', () => {
    expect(ids(analyse({ '/board.dts': '&elsewhere { a = <&b>; c = <1; };' }, { fragment: true }).analysis)).toEqual(['dts-syntax']);
  });

  it('says of an overlay that was read back from its blob only what is wrong with it alone', () => {
    const overlay = (more: string): string => `/dts-v1/;\n/ { fragment@0 { target = <0xffffffff>; __overlay__ { iommus = <0xffffffff 0x20>; d@1 { reg = <1 1>; }; }; };\n__fixups__ { e = "/fragment@0:target:0"; };${more} };\n`;
    expect(ids(analyse({ '/board.dts': overlay('') }).analysis)).toEqual([]);
    expect(ids(analyse({ '/board.dts': overlay(' x = <1; ') }).analysis)).toContain('dts-syntax');
    expect(ids(analyse({ '/board.dts': overlay('').replace('__overlay__', 'overlay') }).analysis)).toContain('iommus-target');
  });

  it('stops after as many problems of a file as the limit says, and says so', () => {
    const text = `/dts-v1/;\n/ {${Array.from({ length: 50 }, (_, i) => `p${i} = <&x${i}>;`).join('')} };`;
    const found = ids(analyse({ '/board.dts': text }, { perFile: 10 }).analysis);
    expect(found).toHaveLength(11);
    expect(found.at(-1)).toBe('limit-problems-per-file');
  });

  it('gives the same after an edit as anew', () => {
    const files = filesOf(BOARD);
    const first = analyse(files).analysis;
    files['/soc.dtsi'] = (files['/soc.dtsi'] ?? '').replace('<&smmu 0x20>;\n\t};\n\n\tpcie', '<&smmu SID_UART>;\n\t};\n\n\tpcie');
    const [edited, anew] = [analyse(files, { previous: first }).analysis, analyse(files).analysis];
    expect([...edited.problems]).toEqual([...anew.problems]);
    expect([...edited.problems]).not.toEqual([...first.problems]);
    expect(edited.serial).toBeGreaterThan(first.serial);
  });
});

describe('a long analysis', () => {
  it('tells early what the compiler found', () => {
    const readText = (): string => {
      const end = performance.now() + 300;
      while (performance.now() < end) continue;
      return FAULTY;
    };
    const early: string[][] = [];
    const host = { readText, readBytes: () => undefined };
    const work = analyseBoard({ root: '/board.dts', fragment: false }, {
      files: host, compile: { includeRoots: [] }, checks: 'all', levels: new Map(),
      early: (_, problems) => early.push([...problems.values()].flat().map((problem) => problem.id)),
    }, undefined);
    while (work.next().done !== true) continue;
    expect(early).toHaveLength(1);
    expect(early.flat().every((id) => id === 'dtc-phandle-references')).toBe(true);
  });
});

describe('text without effect', () => {
  it.each<[string, string, readonly string[]]>([
    ['branches that are left out', '/dts-v1/;\n#ifdef X\n/ { a; };\n#else\n/ { b; };\n#endif\n', ['inactive-code / { a; };']],
    ['a value that the same file sets again', '/dts-v1/;\n/ { a = <1>; };\n/ { a = <2>; };\n', ['overridden-value a = <1>;']],
    ['nothing else', '/dts-v1/;\n/ { a = <1>; };\n', []],
  ])('is %s', (_, text, expected) => {
    const { analysis } = analyse({ '/board.dts': text });
    const hints = hintsOf(analysis.compilation, analysis.board, '/board.dts');
    expect(hints.map(({ id, range }) => `${id} ${text.slice(range.start, range.end).trim()}`)).toEqual(expected);
    expect(hints.every((hint) => hint.unnecessary)).toBe(true);
  });

  it('is not a value that a board overrides in another file', () => {
    const { board, problems } = fixture(BOARD);
    const { analysis } = analyse(filesOf(BOARD));
    expect(problems.size).toBeGreaterThanOrEqual(0);
    expect(hintsOf(analysis.compilation, board, '/soc.dtsi')).toEqual([]);
  });
});

describe('a file that is too large', () => {
  it('says so once', () => {
    expect(largeFileNotice('/a', 11, 10).map((problem) => problem.id)).toEqual(['limit-editor-chars']);
    expect(largeFileNotice('/a', 10, 10)).toEqual([]);
  });

  it('has words, as every problem of the server', () => {
    expect(SERVER_PROBLEMS.map((info) => info.id)).toEqual(['limit-editor-chars', 'inactive-code', 'overridden-value']);
  });
});
