import { describe, expect, it } from 'vitest';
import { Collection, Lines } from '../../cli/check/findings.ts';
import type { Report } from '../../cli/check/report.ts';
import { sarifReport } from '../../cli/check/sarif.ts';
import type { Problem } from '../../model/problem.ts';

const TEXT = '/ {\n\treg = <1>;\n\treg = <1>;\n};\n';

interface Location { physicalLocation: { artifactLocation: { uri: string; uriBaseId?: string }; region: Record<string, number> } }
interface Log {
  $schema: string;
  version: string;
  runs: {
    tool: { driver: { name: string; version: string; rules: { id: string; shortDescription?: { text: string }; help?: { markdown: string }; defaultConfiguration?: { level: string } }[] } };
    columnKind: string;
    originalUriBaseIds: Record<string, { uri: string }>;
    results: {
      ruleId: string; ruleIndex: number; level: string; message: { text: string }; locations: Location[]; relatedLocations?: (Location & { id: number })[];
      partialFingerprints: Record<string, string>; fixes?: { artifactChanges: { replacements: { deletedRegion: Record<string, number>; insertedContent: { text: string } }[] }[] }[];
    }[];
  }[];
}

const at = (start: number, end: number, file = '/project/a b.dts'): Problem['range'] => ({ file, start, end });

function logOf(problems: readonly Problem[]): Log {
  const lines = new Lines(() => TEXT);
  const collection = new Collection();
  collection.add(problems);
  const name = (file: string): string => file.replace('/project/', '');
  const report: Report = { findings: collection.findings(lines), known: 0, trees: 1, guests: 0, scenarios: 0, name, cwd: '/project' };
  return JSON.parse(sarifReport(report, lines)) as Log;
}

const PROBLEM: Problem = { id: 'dtc-reg-format', level: 'warning', message: 'too short', advice: 'Write more', range: at(5, 8) };

describe('SARIF', () => {
  it('has the structure that version 2.1.0 prescribes', () => {
    const log = logOf([PROBLEM, { ...PROBLEM, id: 'dtc-alias-paths', level: 'information', range: at(17, 20) }]);
    expect(log.version).toBe('2.1.0');
    expect(log.$schema).toContain('sarif-2.1.0');
    const [run] = log.runs;
    expect(log.runs.length).toBe(1);
    expect(run!.tool.driver.name).toBe('vsmmu');
    expect(run!.columnKind).toBe('utf16CodeUnits');
    expect(run!.originalUriBaseIds['SRCROOT']!.uri).toBe('file:///project/');
    for (const result of run!.results) {
      expect(run!.tool.driver.rules[result.ruleIndex]!.id).toBe(result.ruleId);
      expect(['error', 'warning', 'note']).toContain(result.level);
      expect(result.message.text).not.toBe('');
      for (const { physicalLocation: { region } } of result.locations) for (const value of Object.values(region)) expect(value).toBeGreaterThan(0);
    }
  });

  it('describes each rule once', () => {
    const [run] = logOf([PROBLEM, { ...PROBLEM, range: at(17, 20) }]).runs;
    expect(run!.tool.driver.rules.map((r) => r.id)).toEqual(['dtc-reg-format']);
    const [rule] = run!.tool.driver.rules;
    expect(rule!.shortDescription!.text).not.toContain('`');
    expect(rule!.help!.markdown).toContain('# dtc-reg-format');
    expect(rule!.defaultConfiguration!.level).toBe('warning');
  });

  it('places findings in lines and columns, with escaped relative URIs', () => {
    const [run] = logOf([{ ...PROBLEM, related: [{ range: at(0, 1, '/other/x.dtsi'), message: 'there' }] }]).runs;
    const [result] = run!.results;
    expect(result!.locations[0]!.physicalLocation).toEqual({
      artifactLocation: { uri: 'a%20b.dts', uriBaseId: 'SRCROOT' },
      region: { startLine: 2, startColumn: 2, endLine: 2, endColumn: 5 },
    });
    expect(result!.relatedLocations![0]).toMatchObject({ id: 0, message: { text: 'there' }, physicalLocation: { artifactLocation: { uri: 'file:///other/x.dtsi' } } });
  });

  it('tells equal lines apart by their fingerprints', () => {
    const prints = logOf([PROBLEM, { ...PROBLEM, range: at(17, 20) }]).runs[0]!.results.map((r) => r.partialFingerprints['vsmmuFinding/v1']);
    expect(new Set(prints).size).toBe(2);
  });

  it('offers fixes that are certain, and no others', () => {
    const edits = [{ range: at(12, 13), text: '2' }];
    const [run] = logOf([{ ...PROBLEM, fixes: [{ title: 'sure', edits, preferred: true }, { title: 'perhaps', edits }] }]).runs;
    const [fix, ...others] = run!.results[0]!.fixes!;
    expect(others).toEqual([]);
    expect(fix!.artifactChanges[0]!.replacements).toEqual([{ deletedRegion: { startLine: 2, startColumn: 9, endLine: 2, endColumn: 10 }, insertedContent: { text: '2' } }]);
  });

  it('keeps a problem without a rule page', () => {
    const [run] = logOf([{ ...PROBLEM, id: 'unheard-of' }]).runs;
    expect(run!.tool.driver.rules).toEqual([{ id: 'unheard-of' }]);
  });
});
