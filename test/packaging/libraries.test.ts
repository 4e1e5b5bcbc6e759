/** The npm package, installed without a network into an empty project: the command, each library both ways, their types, and the documentation's own examples. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stage } from './stage.ts';

let packed = '';
const project = mkdtempSync(join(tmpdir(), 'vsmmu-project-'));

function run(command: string, args: readonly string[], cwd = project): string {
  return execFileSync(command, [...args], { cwd, encoding: 'utf8', stdio: 'pipe' });
}

beforeAll(() => {
  packed = stage();
  execFileSync(process.execPath, ['packaging/libraries.mjs', join(packed, 'lib')], { stdio: 'pipe' });
  run('npm', ['pack', '--offline', '--ignore-scripts', '--silent'], packed);
  const [archive = ''] = readdirSync(packed).filter((name) => name.endsWith('.tgz'));
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(packed, archive)]);
  cpSync('examples/merlin', project, { recursive: true });
  cpSync('examples/merlin/merlin-evk.dts', join(project, 'board.dts'));
}, 120_000);
afterAll(() => {
  for (const folder of [packed, project]) rmSync(folder, { recursive: true, force: true });
});

const LIBRARIES = ['devicetree', 'xl', 'emulator'];

describe('the npm package', () => {
  it('has the command', () => {
    expect(run('npx', ['--offline', 'vsmmu', 'streams', 'board.dts'])).toContain('smmu_io');
    expect(run('npx', ['--offline', 'vsmmu', 'explain', 'smmu-reg'])).toContain('smmu-reg');
  });

  it('has what it needs and no more', () => {
    const files = readdirSync(join(project, 'node_modules/vsmmu-workbench'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /(?<!\.d)\.ts$|\.test\.|node_modules|^(?:test|bench|server|cli|client)\//.test(name))).toEqual([]);
    expect(readdirSync(join(project, 'node_modules'))).toEqual(expect.not.arrayContaining(['vscode-languageserver']));
  });

  it.each(LIBRARIES)('gives %s to import and to require, the same', (name) => {
    const list = "console.log(Object.keys(loaded).filter((one) => one !== 'default').sort().join())";
    writeFileSync(join(project, 'a.mjs'), `import * as loaded from 'vsmmu-workbench/${name}';\n${list}`);
    writeFileSync(join(project, 'a.cjs'), `const loaded = require('vsmmu-workbench/${name}');\n${list}`);
    const [imported, required] = [run('node', ['a.mjs']), run('node', ['a.cjs'])];
    expect(imported.split(',').length).toBeGreaterThan(8);
    expect(required).toBe(imported);
  });

  it.each(LIBRARIES)('loads nothing of Node for %s', (name) => {
    for (const format of ['mjs', 'cjs']) {
      const text = readFileSync(join(project, `node_modules/vsmmu-workbench/lib/${name}.${format}`), 'utf8');
      expect(text).not.toMatch(/require\(|from ["'](?:node:|[a-z])|\bprocess\.|\bBuffer\./);
    }
  });

  it('lets nothing else of it be imported', () => {
    writeFileSync(join(project, 'b.mjs'), "import 'vsmmu-workbench/dist/server.js';");
    expect(() => run('node', ['b.mjs'])).toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('has types', () => {
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const source = (wrong: string): string => [
      "import { compile, type DtTree } from 'vsmmu-workbench/devicetree';", "import { guestOf, parseXl } from 'vsmmu-workbench/xl';", "import { Machine, type Step } from 'vsmmu-workbench/emulator';",
      "const tree: DtTree = compile('a', { readText: () => undefined, readBytes: () => undefined }, { includeRoots: [] }).tree;",
      `const irqs: ${wrong} = guestOf(parseXl('a', '')).irqs[0]?.value ?? 0;`, 'export const all = { tree, irqs, Machine }; export type S = Step;', '',
    ].join('\n');
    const check = (): string => run(process.execPath, [tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', '', 'use.mts']);
    writeFileSync(join(project, 'use.mts'), source('number'));
    expect(check()).toBe('');
    writeFileSync(join(project, 'use.mts'), source('string'));
    expect(check).toThrow();
  });

  it('runs the examples of its documentation', () => {
    const examples = [...readFileSync('docs/libraries.md', 'utf8').matchAll(/```js\n([^]*?)```/g)].map((match) => match[1] ?? '');
    expect(examples).toHaveLength(3);
    const outputs = examples.map((example, index) => {
      writeFileSync(join(project, `example${index}.mjs`), example.replace('/soc/ethernet@1000', '/soc@10000000/ethernet@1c400000'));
      return run('node', [`example${index}.mjs`]);
    });
    expect(outputs[0]).toContain("/soc@10000000/ethernet@1c400000 [ 'smmu_io', 32 ]");
    expect(outputs[0]).toContain('/dts-v1/;');
    expect(outputs[1]).toContain('[ [ 64,');
    expect(outputs[2]).toContain("'transaction'");
  });
});
