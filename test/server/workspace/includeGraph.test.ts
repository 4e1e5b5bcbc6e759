import { describe, expect, it } from 'vitest';
import { IncludeGraph, joinPath } from '../../../server/workspace/includeGraph.ts';
import { scanIncludes } from '../../../server/workspace/scanIncludes.ts';
import { memoryDisk } from '../memory.ts';

function graphOf(files: Record<string, string>, roots: readonly string[] = []): IncludeGraph {
  const disk = memoryDisk(files);
  return new IncludeGraph({
    disk,
    readText: (path) => files[path],
    scan: scanIncludes,
    candidates: (_, name) => roots.map((root) => `${root}/${name}`),
    canonical: (path) => path.replace('/prefix/arm/', '/arch/arm/'),
  });
}

function readAll(graph: IncludeGraph, folder: string): void {
  for (const _ of graph.readFolder(folder)) continue;
}

describe('include graph', () => {
  it('finds boards through several includes, nearest first', () => {
    const graph = graphOf({
      '/w/b/board.dts': '#include "som.dtsi"', '/w/b/som.dtsi': '#include "../soc/soc.dtsi"',
      '/w/a/other.dts': '#include "../soc/soc.dtsi"', '/w/soc/soc.dtsi': '', '/w/soc/dev.dts': '/include/ "soc.dtsi"', '/w/soc/alone.dts': '',
    });
    readAll(graph, '/w');
    expect(graph.rootsOf('/w/soc/soc.dtsi')).toEqual(['/w/soc/dev.dts', '/w/a/other.dts', '/w/b/board.dts']);
    expect(graph.rootsOf('/w/b/som.dtsi')).toEqual(['/w/b/board.dts']);
    expect(graph.rootsOf('/w/soc/alone.dts')).toEqual(['/w/soc/alone.dts']);
    expect([...graph.filesOf(['/w/b/board.dts'])]).toEqual(['/w/b/board.dts', '/w/b/som.dtsi', '/w/soc/soc.dtsi']);
  });

  it('tells files of one name apart', () => {
    const graph = graphOf({ '/w/a/x.dts': '#include "soc.dtsi"', '/w/a/soc.dtsi': '', '/w/b/soc.dtsi': '' });
    readAll(graph, '/w');
    expect(graph.rootsOf('/w/b/soc.dtsi')).toEqual([]);
  });

  it('follows include roots and the symbolic links in them', () => {
    const graph = graphOf({ '/w/x.dts': '#include <arm/soc.dtsi>', '/arch/arm/soc.dtsi': '' }, ['/prefix']);
    readAll(graph, '/w');
    expect(graph.rootsOf('/arch/arm/soc.dtsi')).toEqual(['/w/x.dts']);
  });

  it('survives circles and forgets what an edit removes', () => {
    const files = { '/w/a.dtsi': '#include "b.dtsi"', '/w/b.dtsi': '#include "a.dtsi"', '/w/x.dts': '#include "a.dtsi"' };
    const graph = graphOf(files);
    readAll(graph, '/w');
    expect(graph.rootsOf('/w/b.dtsi')).toEqual(['/w/x.dts']);
    files['/w/x.dts'] = '';
    graph.update('/w/x.dts');
    expect(graph.rootsOf('/w/b.dtsi')).toEqual([]);
  });

  it('reads in pieces and each folder once', () => {
    const graph = graphOf({ '/w/a/1.dts': '', '/w/a/2.dts': '', '/w/b/3.dts': '', '/w/b/.git/4.dts': '', '/w/b/c.txt': '' });
    expect([...graph.readFolder('/w/a')].length).toBeGreaterThan(2);
    expect(graph.covers('/w/a')).toBe(true);
    readAll(graph, '/w');
    expect([...graph.files]).toEqual(['/w/a/1.dts', '/w/a/2.dts', '/w/b/3.dts']);
  });
});

describe('paths', () => {
  it.each([
    ['/a/b', '../c.dtsi', '/a/c.dtsi'], ['/a', './x', '/a/x'], ['/', '../../x', '/x'], ['c:/a', 'b', 'c:/a/b'],
  ])('%s + %s', (folder, name, expected) => {
    expect(joinPath(folder, name)).toBe(expected);
  });
});

describe('the fast scan', () => {
  it('reads all three spellings and no comment', () => {
    const text = '#include "a.dtsi"\n  # include <b.h>\n/include/ "c.dtsi"\n// #include "d"\nx = "#include";\n';
    expect(scanIncludes(text)).toEqual([{ path: 'a.dtsi', quoted: true }, { path: 'b.h', quoted: false }, { path: 'c.dtsi', quoted: true }]);
  });
});
