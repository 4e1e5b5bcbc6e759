import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = readFileSync('docs/DEPENDENCIES.md', 'utf8');
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies?: Record<string, string>;
  devDependencies: Record<string, string>;
};

describe('docs/DEPENDENCIES.md', () => {
  const listed = [...page.matchAll(/^\| (.+?) \|/gm)]
    .flatMap((row) => row[1]!.split(', '))
    .filter((name) => /^[@a-z]/.test(name) && name !== 'package');

  it('justifies every dependency and no other', () => {
    expect(listed.toSorted()).toEqual(Object.keys(manifest.devDependencies).toSorted());
  });

  it('is right that an installed product brings no packages', () => {
    expect(manifest.dependencies ?? {}).toEqual({});
  });
});
