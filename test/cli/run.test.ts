import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { run } from '../../cli/run.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { testIo } from './support.ts';

describe('vsmmu', () => {
  it.each([
    [[], 'which command?'],
    [['fly'], "no command 'fly'"],
    [['explain', '--frobnicate'], "Unknown option '--frobnicate'"],
    [['explain', 'a', 'b'], 'explain takes one rule'],
    [['check'], 'which files or folders?'],
    [['check', '--format', 'xml', 'a.dts'], '--format takes text, json, sarif, github'],
    [['check', '--format'], "Option '--format"],
    [['check', 'missing.dts'], 'no such file or folder: missing.dts'],
  ])('answers a usage error with 2: %j', async (args, message) => {
    const io = testIo();
    expect(await run(args, io)).toBe(2);
    expect(io.err()).toContain(message);
    expect(io.err()).toMatch(/Try: vsmmu .*--help/);
    expect(io.out()).toBe('');
  });

  it('answers an error of its own with 3', async () => {
    const io = testIo({}, { files: { ...testIo().files, list: () => { throw new Error('the disk is on fire'); } } });
    expect(await run(['check', '/x'], io)).toBe(3);
    expect(io.err()).toContain('the disk is on fire');
  });

  it.each([['--help'], ['-h'], ['help']])('lists every command with %s', async (option) => {
    const io = testIo();
    expect(await run([option], io)).toBe(0);
    for (const { name, summary } of commands) expect(io.out()).toMatch(new RegExp(`^  ${name} +${summary.replace(/[()[\]\\.+*?^$]/g, '\\$&')}$`, 'm'));
  });

  it.each(commands.map((c) => c.name))('explains %s', async (name) => {
    const io = testIo();
    expect(await run([name, '--help'], io)).toBe(0);
    const other = testIo();
    expect(await run(['help', name], other)).toBe(0);
    expect(other.out()).toBe(io.out());
    expect(io.out()).toContain(`Usage: vsmmu ${name}`);
    expect(io.out()).toContain('-h, --help');
  });

  it('documents every command and option in docs/cli.md', () => {
    const page = readFileSync('docs/cli.md', 'utf8');
    for (const { name, options } of commands) {
      const [, section = ''] = page.split(`\n## vsmmu ${name}\n`);
      expect(section, `a section on ${name}`).not.toBe('');
      for (const option of Object.keys(options)) expect(section.split('\n## ')[0], name).toContain(`--${option}`);
    }
  });

  it('says its version', async () => {
    const io = testIo();
    expect(await run(['--version'], io)).toBe(0);
    expect(io.out()).toBe(`${packageJson.version}\n`);
  });
});
