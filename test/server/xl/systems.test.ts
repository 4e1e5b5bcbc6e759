import { describe, expect, it } from 'vitest';
import { compileSteps } from '../../../model/devicetree/compile.ts';
import { board, fragment, guest } from '../../../model/platform/guests/rules/examples.ts';
import { type SystemAnalysis, Systems } from '../../../server/workspace/systems.ts';
import { looksLikeXl } from '../../../model/xl/looksLikeXl.ts';
import { filesOf } from '../../model/platform/guests/systemOf.ts';

/** A workspace of the files in a text, below `/w`, that counts compilations. */
function workspace(text: string): { files: Map<string, string>; systems: Systems; compiled: string[]; open: Set<string>; analyse(path: string): SystemAnalysis } {
  const files = new Map([...filesOf(text)].map(([name, source]) => [`/w/${name}`, source]));
  const compiled: string[] = [];
  const open = new Set<string>();
  const host = { readText: (path: string) => files.get(path), readBytes: () => undefined };
  const systems = new Systems({
    ...host,
    filesIn: (folder) => [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)),
    isOpenConfig: (path) => open.has(path),
    analysed: () => undefined,
    *compile(root, own, previous) {
      compiled.push(root);
      return yield* compileSteps(root, host, { includeRoots: own?.includeRoots ?? [] }, previous);
    },
    problemsPerFile: 50,
    dialect: undefined,
    extraKeys: [],
  });
  const analyse = (path: string): SystemAnalysis => {
    const steps = systems.analyse(systems.sourceOf(path, '/w'));
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  };
  return { files, systems, compiled, open, analyse };
}

const ids = (analysis: SystemAnalysis, path: string): string[] => (analysis.problems.get(path) ?? []).map((problem) => problem.id);
const PROJECT = '--- vsmmu.json\n{ "boards": [{ "path": "board.dts" }], "guests": [{ "config": "domd.cfg", "partial": "domd.dts" }] }\n';

describe('systems', () => {
  it('takes the files of a folder together where no project file says more', () => {
    const { analyse } = workspace(board() + guest() + fragment());
    const analysis = analyse('/w/domd.cfg');
    expect(analysis.source).toEqual({ key: '/w', kind: 'folder' });
    expect(analysis.system.host?.path).toBe('/w/board.dts');
    expect([...analysis.problems]).toEqual([]);
    expect([...analysis.files].sort()).toEqual(['/w/board.dts', '/w/domd.cfg', '/w/domd.dts']);
  });

  it('sees a mistake in the host tree in the configuration, and compiles only what changed', () => {
    const { analyse, files, compiled } = workspace(PROJECT + board() + guest() + fragment());
    expect([...analyse('/w/domd.cfg').problems]).toEqual([]);
    files.set('/w/board.dts', (files.get('/w/board.dts') ?? '').replace('iommus = <&smmu0 8>;', ''));
    compiled.length = 0;
    expect(ids(analyse('/w/board.dts'), '/w/domd.cfg')).toEqual(['guest-device-without-iommu']);
    expect(compiled).toEqual(['/w/board.dts']);
  });

  it('takes the board that has the devices', () => {
    const other = board().replace('--- board.dts', '--- another.dts').replace('ethernet@fe100000', 'ethernet@fe300000');
    expect(workspace(other + board() + guest() + fragment()).analyse('/w/domd.cfg').system.host?.path).toBe('/w/board.dts');
  });

  it('takes the board that the user chose, and the best one again', () => {
    const other = board().replace('--- board.dts', '--- another.dts').replace('ethernet@fe100000', 'ethernet@fe300000');
    const { analyse, systems } = workspace(other + board() + guest() + fragment());
    const source = systems.sourceOf('/w/domd.cfg', '/w');
    systems.choose(source, '/w/another.dts');
    const chosen = analyse('/w/domd.cfg');
    expect(chosen.hosts).toEqual(['/w/another.dts', '/w/board.dts']);
    expect(chosen.system.host?.path).toBe('/w/another.dts');
    expect(ids(chosen, '/w/domd.cfg')).toContain('guest-device-unknown');
    systems.choose(source, undefined);
    expect(analyse('/w/domd.cfg').system.host?.path).toBe('/w/board.dts');
  });

  it('does not complain of a guest that is another board\'s, unless a project file says that it is not', () => {
    const lost = guest({ dtdev: 'dtdev = [ "/other@1000" ]' });
    expect(ids(workspace(board() + lost).analyse('/w/domd.cfg'), '/w/domd.cfg')).toEqual([]);
    expect(ids(workspace(PROJECT + board() + lost).analyse('/w/domd.cfg'), '/w/domd.cfg')).toEqual(['guest-device-unknown']);
  });

  it('reports what is wrong with the project file in the project file', () => {
    const { analyse } = workspace(`--- vsmmu.json\n{ "bords": [] }\n${guest()}`);
    expect(ids(analyse('/w/domd.cfg'), '/w/vsmmu.json')).toEqual(['project-file']);
  });

  it('checks a configuration that is open and that no project file lists, alone', () => {
    const { analyse, systems, open } = workspace(PROJECT + board() + guest() + fragment() + '--- other.cfg\nkernel = "Image"\n--- notes.txt\nname = "x"\n');
    for (const path of ['/w/other.cfg', '/w/notes.txt', '/w/domd.cfg']) open.add(path);
    expect(ids(analyse('/w/other.cfg'), '/w/other.cfg')).toContain('xl-missing-key');
    expect(ids(analyse('/w/notes.txt'), '/w/notes.txt')).toContain('xl-missing-key');
    expect(systems.sourceOf('/w/domd.cfg', '/w')).toEqual({ key: '/w/vsmmu.json', kind: 'project' });
  });

  it('shows as many problems of a file as the limit says, and that there are more', () => {
    const { analyse } = workspace(board() + guest({ more: 'x_y = 1\n'.repeat(200) }));
    const found = ids(analyse('/w/domd.cfg'), '/w/domd.cfg');
    expect([found.length, found.at(-1)]).toEqual([51, 'limit-problems-per-file']);
  });

  it('takes what is open as a configuration for one, whatever it looks like', () => {
    const { analyse, open } = workspace(`${board()}--- odd.cfg\nmaxmem = 1\n`);
    expect(analyse('/w/odd.cfg').system.domains).toEqual([]);
    open.add('/w/odd.cfg');
    expect(analyse('/w/odd.cfg').system.domains.map((domain) => domain.kind)).toEqual(['hardware', 'xl']);
  });

  it('compiles no device trees of a folder without configurations', () => {
    const { analyse, compiled } = workspace(board());
    expect(analyse('/w/board.dts').system.domains).toEqual([]);
    expect(compiled).toEqual([]);
  });

  it.each([
    ['memory = 1\nkernel = "x"\n', true],
    ['[section]\nname = x\n', false],
    ['kernel=1\n  disk = 2\n', true],
    ['# kernel = 1\n# memory = 2\n', false],
    ['', false],
  ])('%j looks like xl: %s', (text, expected) => expect(looksLikeXl(text)).toBe(expected));
});
