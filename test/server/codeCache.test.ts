import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('starting from bytecode', () => {
  let folder = '';
  const program = (): string => join(folder, 'program.js');
  const cache = (): string => join(folder, 'program.cache');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vsmmu-cache-'));
    buildSync({ entryPoints: ['server/codeCache.ts'], bundle: true, platform: 'node', format: 'cjs', outfile: join(folder, 'codeCache.js') });
    writeFileSync(program(), 'exports.answer = () => require("node:path").basename(__filename) + " " + 6 * 7;');
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the program in a process of its own and tells what it answers. */
  function run(environment: object = {}): string {
    const script = `console.log(require(${JSON.stringify(join(folder, 'codeCache.js'))}).loadProgram(${JSON.stringify(program())}).answer())`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { env: { ...process.env, ...environment }, encoding: 'utf8' });
    return stdout.trim() + stderr;
  }

  it('works without any, writes it when told, and works with it', () => {
    expect(run()).toBe('program.js 42');
    expect(existsSync(cache())).toBe(false);
    expect(run({ VSMMU_WRITE_CODE_CACHE: '1' })).toBe('program.js 42');
    expect(existsSync(cache())).toBe(true);
    expect(run()).toBe('program.js 42');
  });

  it('does not believe one that is older than the program, or no bytecode at all', () => {
    writeFileSync(program(), 'exports.answer = () => require("node:path").basename(__filename) + " " + 7 * 7;');
    utimesSync(cache(), new Date(0), new Date(0));
    expect(run()).toBe('program.js 49');
    writeFileSync(cache(), 'nonsense');
    expect(run()).toBe('program.js 49');
  });
});
