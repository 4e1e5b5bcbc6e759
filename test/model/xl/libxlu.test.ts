import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configOf, readList, readLong, readString, type XlConfig } from '../../../model/xl/config.ts';
import { parseXl } from '../../../model/xl/parser.ts';
import type { XlValue } from '../../../model/xl/syntax.ts';

interface Read { string: number; text?: string; long: number; number?: string; list: number; items?: unknown }
interface Answer { rc: number; values: Record<string, Read>; report: string }
interface Case extends Answer { input: string }

const fixture = JSON.parse(readFileSync('test/fixtures/xl/libxlu.json', 'utf8')) as { cases: Case[] };

/** The line of libxlu's first report; at an unexpected newline it counts one too few. */
function firstErrorLine(report: string): number | undefined {
  const found = /^FILE:(\d+): config parsing error near (<newline>)?/m.exec(report);
  return found === null ? undefined : Number(found[1]) + (found[2] === undefined ? 0 : 1);
}

function plain(value: XlValue): unknown {
  return value.kind === 'list' ? value.items.map(plain) : value.text;
}

function checkKey(config: XlConfig, key: string, want: Read): void {
  const setting = config.settings.get(key);
  if (setting === undefined) {
    expect(want).toMatchObject({ string: 3, long: 3, list: 3 });
    return;
  }
  const text = readString(setting);
  expect(text.ok ? text.value : undefined).toEqual(want.text);
  const number = readLong(setting);
  expect(number.ok).toBe(want.long === 0);
  if (number.ok && want.number !== undefined) expect(number.value).toBe(Number(want.number));
  const list = readList(setting);
  expect(list.ok ? list.value.items.map(plain) : undefined).toEqual(want.items);
}

function check(input: string, want: Answer): void {
  const syntax = parseXl('FILE', input);
  expect(syntax.errors.length + syntax.placeholders.length > 0, JSON.stringify(syntax.errors)).toBe(want.rc !== 0);
  if (syntax.placeholders.length > 0) return;
  const first = syntax.errors[0];
  if (first !== undefined) {
    // A missing bracket is reported where it belongs, which is before the place where libxlu gives up.
    const line = input.slice(0, first.start).split('\n').length;
    const theirs = firstErrorLine(want.report);
    if (first.reason === 'unclosed-list') expect(line).toBeLessThanOrEqual(theirs ?? 0);
    else if (theirs !== undefined) expect(line).toBe(theirs);
    return;
  }
  for (const [key, read] of Object.entries(want.values)) checkKey(configOf(syntax), key, read);
}

describe('libxlu parity', () => {
  it('has at least 150 inputs', () => expect(fixture.cases.length).toBeGreaterThanOrEqual(150));
  it.each(fixture.cases)('$input', (one) => check(one.input, one));
});

/** The probe built against an installed libxlutil, or undefined where there is none. */
function buildProbe(folder: string): string | undefined {
  if (!existsSync('/usr/include/libxlutil.h')) return undefined;
  const out = join(folder, 'libxlu-probe');
  const built = spawnSync('cc', ['-O1', '-o', out, 'test/tools/libxlu-probe.c', '-lxlutil', '-lxenlight']);
  return built.status === 0 ? out : undefined;
}

describe('libxlu itself', () => {
  it('agrees on random configurations (skipped where libxen-dev is not installed)', ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'libxlu-'));
    try {
      const probe = buildProbe(folder);
      if (probe === undefined) skip('libxlutil.h or a C compiler is not installed');
      const piece = fc.constantFrom('a', 'b', '=', '+=', '1', '0x1f', '08', "'x'", '"y"', "'", '"', '[', ']', ',', ';', '\n', '#', ' ', '\\', '\\n', 'A', '-', '\r');
      const texts = fc.sample(fc.array(piece, { maxLength: 14 }).map((parts) => parts.join('')), { numRuns: 3000, seed: 417 });
      const stdin = texts.map((text) => `${text.length} a,b\n${text}`).join('');
      const answers = spawnSync(probe ?? '', { input: Buffer.from(stdin, 'latin1'), maxBuffer: 1 << 28 });
      const lines = answers.stdout.toString('latin1').trimEnd().split('\n');
      expect(lines.length).toBe(texts.length);
      texts.forEach((text, i) => {
        const want = JSON.parse(lines[i] ?? '') as Answer;
        try {
          check(text, want);
        } catch (error) {
          throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(want)}`, { cause: error });
        }
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
