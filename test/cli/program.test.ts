/** The bundled program as a process of its own: exit codes, pipes, worker threads. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = resolve('dist/vsmmu.js');
let folder = '';

const vsmmu = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, encoding: 'utf8' });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vsmmu-'));
  mkdirSync(join(folder, 'boards'));
  writeFileSync(join(folder, 'soc.dtsi'), '/ {\n\tmodel = <1>;\n};\n');
  for (let i = 0; i < 40; i += 1) writeFileSync(join(folder, 'boards', `b${i}.dts`), `/dts-v1/;\n#include "../soc.dtsi"\n/ {\n\tled_${i}@0 {\n\t};\n};\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the vsmmu program', () => {
  it.each([
    [['--version'], 0],
    [['check', 'boards/b0.dts', '--fail-on', 'error'], 0],
    [['check', 'boards/b0.dts'], 1],
    [['check', 'nowhere.dts'], 2],
    [['juggle'], 2],
  ])('%j ends with %d', (args, status) => {
    expect(vsmmu(...args).status).toBe(status);
  });

  it('finds the same with and without worker threads, and a shared fault once', () => {
    const report = JSON.parse(vsmmu('check', '--format', 'json', '.').stdout) as { trees: number; findings: { id: string; file: string }[] };
    expect(report.trees).toBe(40);
    expect(report.findings.filter((f) => f.id === 'dtc-model-is-string').map((f) => f.file)).toEqual(['soc.dtsi']);
    const one = JSON.parse(vsmmu('check', '--format', 'json', 'boards/b7.dts').stdout) as { findings: { file: string }[] };
    expect(report.findings.filter((f) => f.file === 'boards/b7.dts')).toEqual(one.findings.filter((f) => f.file === 'boards/b7.dts'));
  });

  it('ends quietly when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'explain'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (data) => (errors += String(data)));
    child.stdout.destroy();
    await new Promise((done) => child.on('exit', done));
    expect(errors).toBe('');
  });

  it('writes no progress and no colour into a pipe', () => {
    const { stdout, stderr } = vsmmu('check', '.');
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001B');
  });
});
