import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readProject } from '../../../../model/platform/guests/project.ts';
import { XL_DIALECTS } from '../../../../model/xl/dialects.ts';

const schema = JSON.parse(readFileSync('schemas/vsmmu.schema.json', 'utf8')) as { properties: Record<string, { enum?: string[] }> };

describe('the project file', () => {
  it.each([
    ['{ "dialect": "viommu-v3", "boards": [{ "path": "a.dts" }] }', []],
    ['{ "dialct": "viommu-v3" }', ['"dialct" is not a key of a project file.']],
    ['{ "dialect": "v3" }', ['"v3" is not a dialect.']],
    ['{ "dialect": 3, "boards": 4, "guests": [5, null, {}] }', ['"3" is not a dialect.']],
    ['{', ['This project file is not a JSON object.']],
    ['[]', ['This project file is not a JSON object.']],
    ['', ['This project file is not a JSON object.']],
  ])('%s', (text, messages) => {
    const { problems } = readProject('/p/vsmmu.json', text);
    expect(problems.map((problem) => problem.message)).toEqual(messages);
    for (const { range } of problems) expect(range.end).toBeLessThanOrEqual(text.length);
  });

  it('reads boards and guests', () => {
    const project = readProject('/p/vsmmu.json', '{ "includeRoots": ["inc"], "boards": [{ "path": "a.dts", "includeRoots": ["x"], "defines": { "N": 2 } }], "guests": [{ "config": "d.cfg", "partial": "d.dts" }, { "domain": "u1" }] }');
    expect(project.boards).toEqual([{ path: 'a.dts', includeRoots: ['x', 'inc'], defines: { N: '2' } }]);
    expect(project.guests).toEqual([{ config: 'd.cfg', partial: 'd.dts', domain: undefined, board: undefined }, { config: undefined, partial: undefined, domain: 'u1', board: undefined }]);
  });

  it('has the keys and dialects of its schema', () => {
    expect(schema.properties['dialect']?.enum).toEqual(XL_DIALECTS.map((one) => one.name));
    for (const key of Object.keys(schema.properties)) {
      expect(readProject('/p', `{ "${key}": [] }`).problems.filter((one) => one.message.includes('is not a key'))).toEqual([]);
    }
  });
});
