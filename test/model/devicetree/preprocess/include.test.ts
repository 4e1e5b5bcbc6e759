import { describe, expect, it } from 'vitest';
import { resolveIncludes, scanIncludes } from '../../../../model/devicetree/preprocess/headerName.ts';
import { preprocess } from '../../../../model/devicetree/preprocess/preprocess.ts';
import { memoryHost } from './memoryHost.ts';
import { normalise } from './normalise.ts';

const TREE: Record<string, string> = {
  '/src/sub/soc.dtsi': 'soc\n#include "../common.dtsi"\n#include "local.h"\n',
  '/src/sub/local.h': 'local\n',
  '/src/common.dtsi': 'common\n',
  '/one/both.h': 'one\n#include_next <both.h>\n',
  '/two/both.h': 'two\n',
  '/two/common.dtsi': 'wrong\n',
  '/one/once.h': '#pragma once\nonce\n',
  '/one/guard.h': '#ifndef G\n#define G\nguard\n#endif\n',
  '/one/level.h': '__INCLUDE_LEVEL__ __FILE__ __BASE_FILE__ __LINE__\n',
  '/two/raw.dtsi': '#define K 1\nK /* /include/ "none" */ "/include/ \\"none\\"" // /include/ "none"\n/include/ "deep.dtsi"',
  '/two/deep.dtsi': 'deep K\n',
};

function text(root: string): string {
  const { expanded, problems } = preprocess('/src/a.dts', memoryHost({ ...TREE, '/src/a.dts': root }), { includeRoots: ['/one', '/two'] });
  expect(problems).toEqual([]);
  return normalise(expanded.text);
}

describe('#include', () => {
  it.each([
    ['searches the includer\'s folder first', '#include "sub/soc.dtsi"\nend', 'soc common local end'],
    ['searches the roots in order, and on from there', '#include <both.h>\n', 'one two'],
    ['takes quoted names from the roots too', '#include "both.h"\n', 'one two'],
    ['skips the own folder for angled names', '#include <common.dtsi>\n', 'wrong'],
    ['takes computed names', '#define H <both.h>\n#define Q "common.dtsi"\n#include H\n#include Q\n', 'one two common'],
    ['takes absolute names', '#include "/src/common.dtsi"\n', 'common'],
    ['honours #pragma once', '#include <once.h>\n#include <once.h>\n', 'once'],
    ['reads a guarded header once', '#include <guard.h>\n#include <guard.h>\n', 'guard'],
    ['imports once', '#import <both.h>\n#import <both.h>\n', 'one two'],
    ['knows where it is', '#include <level.h>\n__INCLUDE_LEVEL__', '1 "/one/level.h" "/src/a.dts" 1 0'],
    ['keeps lines apart', '#include "sub/local.h"\nx\n#include "sub/local.h"', 'local x local'],
    ['leaves __has_include to find files', '#if __has_include(<both.h>) && __has_include("sub/soc.dtsi") && !__has_include(<none.h>)\nx\n#endif', 'x'],
    ['takes dtc includes as they are', '#define K 2\nK /include/ "raw.dtsi" K', '2 #define K 1 K "/include/ \\"none\\"" deep K 2'],
    ['takes dtc includes inside nodes', 'n { /include/ "deep.dtsi" };', 'n { deep K };'],
  ])('%s', (_name, root, expected) => {
    expect(text(root)).toBe(expected);
  });
});

describe('scanned includes', () => {
  const source = '#include "b.h" // c\n# include <c.h>\n#if 0\n#include "d.h"\n#endif\n#include COMPUTED\n// #include "no.h"\nx /include/ "e.dtsi" "/include/ \\"no\\""\n#include \\\n "f.h"\n';

  it('are those that a file writes outright', () => {
    const found = scanIncludes({ path: '/a.dts', text: source });
    expect(found.map(({ name, by, angled }) => [name, by, angled])).toEqual([
      ['b.h', 'cpp', false], ['c.h', 'cpp', true], ['d.h', 'cpp', false], ['e.dtsi', 'dtc', false], ['f.h', 'cpp', false],
    ]);
    expect(found.map(({ start, end }) => source.slice(start, end))).toEqual(['"b.h"', '<c.h>', '"d.h"', '"e.dtsi"', '"f.h"']);
  });

  it('lead to files', () => {
    const host = memoryHost({ '/b.h': '', '/inc/c.h': '', '/inc/e.dtsi': '' });
    const found = resolveIncludes({ path: '/a.dts', text: source }, host, ['/inc']);
    expect(found.map(({ target }) => target)).toEqual(['/b.h', '/inc/c.h', undefined, '/inc/e.dtsi', undefined]);
  });
});
