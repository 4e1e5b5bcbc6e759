import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../cli/command.ts';
import { nodeFiles } from '../../cli/files.ts';
import { run } from '../../cli/run.ts';
import { testIo, type TestIo } from './support.ts';

const CODE = '/opt/vscode/bin/code';

/** The world of `npm start` in this checkout, and what was launched in it. */
function checkout(more: Partial<Io> = {}): { readonly io: TestIo; readonly launched: string[][] } {
  const launched: string[][] = [];
  const launch = (program: string, args: readonly string[]): void => void launched.push([program, ...args]);
  const files = { ...nodeFiles, exists: (path: string) => path === CODE || nodeFiles.exists(path) };
  return { io: testIo({}, { files, script: resolve('dist/vsmmu.js'), cwd: '/', launch, ...more }), launched };
}

const withCode = { PATH: '/nowhere:/opt/vscode/bin', NO_COLOR: '1' };

describe('vsmmu start', () => {
  it('checks the example, runs a scenario, shows two walks, and says what next', async () => {
    const { io } = checkout();
    expect(await run(['start'], io)).toBe(0);
    const [check, scenario = ''] = io.out().split(/^\$ /m).slice(1);
    expect(check).toContain('no problems, 1 tree checked');
    const [stale = '', fault = ''] = scenario.split('\n\n').slice(1);
    expect(stale).toMatch(/^The buffer is unmapped.*\n {4}19 {2}dma eth0 write[\s\S]*─ tlb hit[\s\S]*─ writes 10 bytes at 0x90000000/);
    expect(fault).toMatch(/\n {4}27 {2}dma eth0 read[\s\S]*level 0[\s\S]*level 3, index 0.* invalid\n[\s\S]*event F_TRANSLATION[\s\S]*aborted/);
    expect(scenario).toContain('1 scenario: 1 passed');
    expect(scenario).toContain('code --extensionDevelopmentPath=');
    expect(scenario).toContain('npm run code:web');
  });

  it('prints what the quick start shows of it', async () => {
    const { io } = checkout();
    await run(['start'], io);
    const shown = /^```\n(unprivileged read[\s\S]*?)^```/m.exec(await readFile('docs/quick-start.md', 'utf8'))?.[1]?.trim().split('\n') ?? [];
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter((line) => !line.endsWith('...') && !io.out().includes(`${line}\n`))).toEqual([]);
  });

  it('fits into 80 columns and is short', async () => {
    const { io } = checkout();
    await run(['start'], io);
    const lines = io.out().replaceAll(/"[^"]*"/g, '').split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.length).toBeLessThan(70);
  });

  it('opens VS Code where a person watches and has it', async () => {
    const { io, launched } = checkout({ isTTY: true, env: withCode });
    await run(['start'], io);
    expect(launched).toEqual([[CODE, `--extensionDevelopmentPath=${resolve('.')}`, resolve('examples'), resolve('examples/scenarios/forgotten-tlbi.smmu')]]);
    expect(io.out()).toContain('Opening the examples in VS Code');
    expect(io.out()).not.toContain('code:web');
  });

  it.each([
    ['nobody watches', { isTTY: false, env: withCode }],
    ['this is CI', { isTTY: true, env: { ...withCode, CI: 'true' } }],
    ['there is no VS Code', { isTTY: true, env: { PATH: '/nowhere:bin', NO_COLOR: '1' } }],
  ])('says how to open it where %s', async (_, more) => {
    const { io, launched } = checkout(more);
    await run(['start'], io);
    expect(launched).toEqual([]);
    expect(io.out()).toContain('code --extensionDevelopmentPath=');
  });

  it('takes no arguments', async () => {
    expect(await run(['start', 'x'], testIo())).toBe(2);
  });
});
