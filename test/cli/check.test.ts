import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import type { CommandFiles, Io } from '../../cli/command.ts';
import { testIo, type TestIo } from './support.ts';

const CLEAN = '/dts-v1/;\n/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n};\n';
const WARNS = '/dts-v1/;\n/ {\n\tmodel = <1>;\n};\n';
const FAILS = '/dts-v1/;\n/ {\n\tled {\n\t};\n\tled {\n\t};\n};\n';
const INFORMS = '/dts-v1/;\n/ {\n\tled@0 {\n\t};\n};\n';
const HINTS = '/dts-v1/;\n/ {\n\tled_0 {\n\t};\n};\n';

async function check(files: Record<string, string>, args: readonly string[], more: Partial<Io> = {}): Promise<TestIo & { code: number }> {
  const io = testIo(files, more);
  const code = await run(['check', ...args], io);
  return { ...io, code };
}

describe('vsmmu check: exit codes', () => {
  it.each([
    ['clean', CLEAN, [], 0],
    ['a warning', WARNS, [], 1],
    ['a warning under --fail-on error', WARNS, ['--fail-on', 'error'], 0],
    ['an error', FAILS, ['--fail-on', 'error'], 1],
    ['information', INFORMS, [], 0],
    ['hints', HINTS, [], 0],
    ['what dtc warns of under --iommu-only', WARNS, ['--iommu-only'], 0],
  ])('%s', async (_, source, args, code) => {
    const result = await check({ '/project/board.dts': source }, [...args, 'board.dts']);
    expect(result.err()).toBe('');
    expect(result.code).toBe(code);
  });
});

describe('vsmmu check: text', () => {
  it('shows place, message, source with carets, help and related places', async () => {
    const { out } = await check({ '/project/board.dts': FAILS }, ['board.dts']);
    expect(out()).toBe([
      'board.dts:5:2: error: node `led` stands twice in this body [dtc-duplicate-node-names]',
      ' 5 |     led {',
      '   |     ^^^',
      '   see:  board.dts:3:2: first here',
      '',
      '1 error in 1 file, 1 tree checked',
      '',
    ].join('\n'));
  });

  it('says that all is well', async () => {
    expect((await check({ '/project/board.dts': CLEAN }, ['board.dts'])).out()).toBe('no problems, 1 tree checked\n');
  });

  it.each([
    [{ isTTY: true }, true],
    [{ isTTY: false }, false],
    [{ isTTY: true, env: { NO_COLOR: '1' } }, false],
  ])('colours for %j: %s', async (more, coloured) => {
    const { out } = await check({ '/project/board.dts': WARNS }, ['board.dts'], more);
    expect(out().includes('\u001B[')).toBe(coloured);
  });

  it('names files outside the working folder in full', async () => {
    expect((await check({ '/other/board.dts': WARNS }, ['/other/board.dts'])).out()).toContain('/other/board.dts:3:2: warning');
  });
});

describe('vsmmu check: other formats', () => {
  it('json has counts and findings', async () => {
    const { out } = await check({ '/project/board.dts': WARNS }, ['--format', 'json', 'board.dts']);
    expect(JSON.parse(out())).toMatchObject({
      version: 1, trees: 1, errors: 0, warnings: 1, information: 0, known: 0,
      findings: [{ id: 'dtc-model-is-string', level: 'warning', file: 'board.dts', start: { line: 3, column: 2 }, end: { line: 3, column: 7 }, related: [] }],
    });
  });

  it('github escapes what its commands reserve', async () => {
    const { out } = await check({ '/project/a,b:c%.dts': WARNS }, ['--format', 'github', 'a,b:c%.dts']);
    expect(out()).toMatch(/^::warning file=a%2Cb%3Ac%25\.dts,line=3,endLine=3,col=2,endColumn=7,title=dtc-model-is-string::"model" is not/);
  });
});

describe('vsmmu check: folders', () => {
  const files = {
    '/project/dts/a.dts': WARNS,
    '/project/dts/sub/b.dtso': FAILS,
    '/project/dts/c.txt': 'no source',
    '/project/dts/node_modules/d.dts': FAILS,
    '/project/dts/orphan.dtsi': `#include "below.dtsi"\n${WARNS}`,
    '/project/dts/below.dtsi': FAILS,
  };

  it('checks every root, and .dtsi that nothing includes', async () => {
    const { out } = await check(files, ['--format', 'json', 'dts']);
    const report = JSON.parse(out()) as { trees: number; findings: { file: string }[] };
    expect(report.trees).toBe(3);
    expect([...new Set(report.findings.map((f) => f.file))]).toEqual(expect.arrayContaining(['dts/a.dts', 'dts/sub/b.dtso']));
    expect(report.findings.map((f) => f.file)).not.toContain('dts/node_modules/d.dts');
  });

  it('draws its progress for a person only, and removes it', async () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`/project/${i}.dts`, CLEAN]));
    expect((await check(many, ['.'])).err()).toBe('');
    const watched = (await check(many, ['.'], { isTTY: true })).err();
    expect(watched).toContain('[########################] 9/9');
    expect(watched).toMatch(/\r +\r$/);
  });
});

describe('vsmmu check: baseline', () => {
  const written = async (source: string): Promise<CommandFiles> => {
    const io = testIo({ '/project/board.dts': source });
    expect(await run(['check', '--write-baseline', 'known.json', 'board.dts'], io)).toBe(0);
    return io.files;
  };

  it('knows old findings where lines have moved, and reports new ones', async () => {
    const files = await written(WARNS);
    files.write('/project/board.dts', WARNS.replace('/ {', '\n\n/ {\n\tled {\n\t};\n\tled {\n\t};'));
    const io = testIo({}, { files });
    expect(await run(['check', '--baseline', 'known.json', 'board.dts'], io)).toBe(1);
    expect(io.out()).toContain('dtc-duplicate-node-names');
    expect(io.out()).not.toContain('dtc-model-is-string');
    expect(io.out()).toContain('1 known finding of the baseline not shown');
  });

  it('counts equal findings', async () => {
    const two = '/dts-v1/;\n/ {\n\ta {\n\t\tstatus = <1>;\n\t};\n};\n';
    const files = await written(two);
    files.write('/project/board.dts', two.replace('};\n};', '};\n\tb {\n\t\tstatus = <1>;\n\t};\n};'));
    const io = testIo({}, { files });
    expect(await run(['check', '--baseline', 'known.json', 'board.dts'], io)).toBe(1);
    expect(io.out()).toContain('1 warning in 1 file');
  });

  it.each([
    ['a missing file', undefined, 'no baseline'],
    ['no JSON', 'x', 'is not JSON'],
    ['other JSON', '{}', 'is not a baseline'],
    ['a damaged entry', '{"findings":[{"id":1}]}', 'is not a baseline'],
  ])('refuses %s', async (_, text, message) => {
    const files: Record<string, string> = { '/project/board.dts': WARNS, ...(text === undefined ? {} : { '/project/known.json': text }) };
    const result = await check(files, ['--baseline', 'known.json', 'board.dts']);
    expect(result.code).toBe(2);
    expect(result.err()).toContain(message);
  });
});
