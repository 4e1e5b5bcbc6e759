/**
 * SARIF 2.1.0, which code hosts and editors import: the rule table with its help, and each finding
 * with its place, related places, fingerprint and, where one is certain, its fix.
 */
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import type { Level } from '../../model/problem.ts';
import type { RuleInfo } from '../../model/rule.ts';
import { rulePage } from '../rulePages.ts';
import { RULES } from '../rules.ts';
import type { Finding, Lines, PlacedRange } from './findings.ts';
import type { Report } from './report.ts';

const LEVELS: Record<Level, string> = { error: 'error', warning: 'warning', information: 'note', hint: 'note' };

function location(file: string, report: Report): object {
  const name = report.name(file);
  if (name === file) return { uri: pathToFileURL(file).href };
  return { uri: name.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'SRCROOT' };
}

function region({ from, to }: PlacedRange): object {
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

function physical(place: PlacedRange, report: Report): object {
  return { artifactLocation: location(place.file, report), region: region(place) };
}

function descriptor(rule: RuleInfo): object {
  return {
    id: rule.id,
    shortDescription: { text: rule.title.replaceAll('`', '') },
    fullDescription: { text: rule.explanation.replaceAll('`', '') },
    help: { text: rule.remedy.replaceAll('`', ''), markdown: rulePage(rule) },
    defaultConfiguration: { level: LEVELS[rule.level] },
  };
}

/** Survives edits elsewhere in the file: the rule, the file, the text of the line and which of its like it is. */
function fingerprint(finding: Finding, report: Report, seen: Map<string, number>): string {
  const base = `${finding.problem.id}\0${report.name(finding.place.file)}\0${finding.line.trim()}`;
  const index = seen.get(base) ?? 0;
  seen.set(base, index + 1);
  return createHash('sha256').update(`${base}\0${index}`).digest('hex').slice(0, 32);
}

function fixes(finding: Finding, report: Report, lines: Lines): object {
  const certain = finding.problem.fixes?.filter((fix) => fix.preferred === true) ?? [];
  if (certain.length === 0) return {};
  return {
    fixes: certain.map((fix) => ({
      description: { text: fix.title },
      artifactChanges: [...new Set(fix.edits.map((e) => e.range.file))].map((file) => ({
        artifactLocation: location(file, report),
        replacements: fix.edits.filter((e) => e.range.file === file).map((edit) => ({
          deletedRegion: region(lines.place(edit.range)),
          insertedContent: { text: edit.text },
        })),
      })),
    })),
  };
}

/** One SARIF log with one run. */
export function sarifReport(report: Report, lines: Lines): string {
  const used = new Set(report.findings.map((f) => f.problem.id));
  const rules = [...used].sort().map((id) => ({ id, rule: RULES.get(id) }));
  const indices = new Map(rules.map(({ id }, index) => [id, index]));
  const seen = new Map<string, number>();
  const results = report.findings.map((finding) => ({
    ruleId: finding.problem.id,
    ruleIndex: indices.get(finding.problem.id),
    level: LEVELS[finding.problem.level],
    message: { text: finding.problem.message + (finding.problem.advice === undefined ? '' : `. ${finding.problem.advice}`) },
    locations: [{ physicalLocation: physical(finding.place, report) }],
    ...(finding.related.length === 0 ? {} : {
      relatedLocations: finding.related.map((r, id) => ({ id, physicalLocation: physical(r.place, report), message: { text: r.message } })),
    }),
    partialFingerprints: { 'vsmmuFinding/v1': fingerprint(finding, report, seen) },
    ...fixes(finding, report, lines),
  }));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'vsmmu', version: packageJson.version, semanticVersion: packageJson.version, rules: rules.map(({ id, rule }) => (rule === undefined ? { id } : descriptor(rule))) } },
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { SRCROOT: { uri: `${pathToFileURL(report.cwd).href}/` } },
      results,
    }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
