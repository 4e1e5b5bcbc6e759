/** The coverage table names what there is: its paths exist, and no command or event is missing or named twice. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS, EVENTS } from '../../emulator/index.ts';

const page = readFileSync('docs/coverage.md', 'utf8');
const section = (title: string): string => page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
const firstCells = (title: string): string[] => section(title).split('\n').filter((line) => line.startsWith('| ')).flatMap((line) => (line.split('|')[1] ?? '').trim().split(', ')).slice(1);

describe('docs/coverage.md', () => {
  it('names tests that exist', () => {
    const paths = [...page.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('has every command once', () => {
    expect(firstCells('Commands').toSorted()).toEqual(COMMANDS.map(({ name }) => `CMD_${name}`).toSorted());
  });

  it('has every event once', () => {
    expect(firstCells('Events').toSorted()).toEqual(EVENTS.map(({ name }) => name).toSorted());
  });
});
