import { describe, expect, it } from 'vitest';
import { inactiveRanges } from '../../../../model/devicetree/preprocess/inactive.ts';
import { allMacros, macroAt, macroDefinitions, macroOccurrences } from '../../../../model/devicetree/preprocess/macroIndex.ts';
import { preprocess } from '../../../../model/devicetree/preprocess/preprocess.ts';
import { memoryHost } from './memoryHost.ts';

const ROOT = `#include "k.h"
#ifdef SID
#define WRAP(SID_, x...) <SID (SID_) x>
#endif
a = WRAP(SID, SID);
SID: node@SID { "SID"; xSID; }; // SID
#if defined(SID) && SID > 1
b = <SID>;
#else
c = <SID>;
#endif
#undef SID
SID { };
`;
const HEADER = '#ifndef K_H\n#define K_H\n#define SID 0x10 /* stream */\n#define OTHER \\\n (SID + 1)\n#endif\n';
const host = memoryHost({ '/a.dts': ROOT, '/k.h': HEADER });
const result = preprocess('/a.dts', host, { includeRoots: [], defines: { BOARD: '7' } });

function lineOf(file: string, offset: number): string {
  return `${file}:${(host.files.get(file) ?? '').slice(0, offset).split('\n').length}`;
}

describe('macro index', () => {
  it('finds every place that names a macro', () => {
    const found = macroOccurrences(result, 'SID').map(({ kind, range }) => `${lineOf(range.file, range.start)} ${kind}`);
    expect(found).toEqual([
      '/a.dts:2 condition', '/a.dts:3 body', '/a.dts:5 use', '/a.dts:5 use', '/a.dts:6 use', '/a.dts:6 use',
      '/a.dts:7 condition', '/a.dts:7 condition', '/a.dts:8 use', '/a.dts:12 undef', '/k.h:3 definition', '/k.h:5 body',
    ]);
    for (const { range } of macroOccurrences(result, 'SID')) expect(host.files.get(range.file)?.slice(range.start, range.end)).toBe('SID');
  });

  it.each([
    ['/a.dts', ROOT.indexOf('WRAP(SID,'), 'use', 'WRAP'],
    ['/a.dts', ROOT.indexOf('(SID,') + 2, 'use', 'SID'],
    ['/a.dts', ROOT.indexOf('@SID') + 1, 'use', 'SID'],
    ['/a.dts', ROOT.indexOf('defined(SID') + 10, 'condition', 'SID'],
    ['/a.dts', ROOT.indexOf('undef SID') + 6, 'undef', 'SID'],
    ['/k.h', HEADER.indexOf('SID +'), 'body', 'SID'],
    ['/k.h', HEADER.indexOf('OTHER') + 3, 'definition', 'OTHER'],
  ])('knows the macro in %s at %i', (file, offset, kind, name) => {
    expect(macroAt(result, file, offset)).toMatchObject({ kind, macro: { name } });
  });

  it.each([
    ['/a.dts', ROOT.indexOf('xSID') + 2], ['/a.dts', ROOT.indexOf('"SID') + 1], ['/a.dts', ROOT.indexOf('c = <SID') + 5],
    ['/a.dts', ROOT.indexOf('SID { }')], ['/a.dts', ROOT.indexOf('SID_,')], ['/a.dts', ROOT.indexOf('= <')], ['/none', 0],
  ])('knows that there is none in %s at %i', (file, offset) => {
    expect(macroAt(result, file, offset)).toBeUndefined();
  });

  it('tells parameters, body and place', () => {
    const [sid] = macroDefinitions(result, 'SID');
    expect(sid).toMatchObject({ parameters: undefined, body: '0x10 /* stream */', definition: { file: '/k.h', start: HEADER.indexOf('SID') } });
    expect(macroDefinitions(result, 'WRAP')).toMatchObject([{ parameters: ['SID_', 'x'], variadic: true, body: '<SID (SID_) x>' }]);
    expect(macroDefinitions(result, 'BOARD')).toMatchObject([{ body: '7', definition: undefined }]);
  });

  it('lists the macros in force', () => {
    const names = allMacros(result).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['OTHER', 'WRAP', 'BOARD', '__DTS__', '__LINE__']));
    expect(names).not.toContain('SID');
  });
});

describe('inactive ranges', () => {
  const inactive = (texts: Record<string, string>, file: string): string[] => {
    const found = preprocess('/a.dts', memoryHost(texts), { includeRoots: [] });
    return inactiveRanges(found, file).map(({ start, end }) => texts[file]!.slice(start, end));
  };

  it.each([
    ['#if 0\na\n#endif\nb', ['a\n']],
    ['#ifdef X\na\n#elif 1\nb\n#else\nc\n#endif', ['a\n', 'c\n']],
    ['#if 1\na\n#else\n#if 1\nb\n#endif\nc\n#endif', ['#if 1\nb\n#endif\nc\n']],
    ['#if 0\na\nb', ['a\nb']],
    ['#if 1\na\n#endif', []],
  ])('of %j', (text, expected) => {
    expect(inactive({ '/a.dts': text }, '/a.dts')).toEqual(expected);
  });

  it('leave out what some inclusion uses', () => {
    const texts = { '/a.dts': '#define A\n#include "b.h"\n#undef A\n#define B\n#include "b.h"\n', '/b.h': '#ifdef A\na\n#endif\n#ifdef B\nb\n#endif\n#ifdef C\nc\n#endif\n' };
    expect(inactive(texts, '/b.h')).toEqual(['c\n']);
    const guarded = { '/a.dts': '#include "g.h"\n#include "g.h"\n', '/g.h': '#ifndef G\n#define G\ng\n#endif\n' };
    expect(inactive(guarded, '/g.h')).toEqual([]);
  });
});
