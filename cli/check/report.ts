/** What every output format of `vsmmu check` renders, and the two formats for programs other than SARIF: JSON and GitHub annotations. */
import { count, type Finding, type PlacedRange } from './findings.ts';

/** The outcome of one run. */
export interface Report {
  readonly findings: readonly Finding[];
  /** How many further findings the baseline knew. */
  readonly known: number;
  /** How many boards, overlays and orphaned `.dtsi` were compiled. */
  readonly trees: number;
  /** How many guest configurations were read. */
  readonly guests: number;
  /** How many scenarios were read. */
  readonly scenarios: number;
  /** The name of a file for a person: relative to the working folder where it lies below it. */
  readonly name: (file: string) => string;
  readonly cwd: string;
}

function plainRange(place: PlacedRange, name: (file: string) => string): object {
  return { file: name(place.file), start: place.from, end: place.to };
}

/** One JSON object: counts, and the findings with places in lines and columns from 1. */
export function jsonReport(report: Report): string {
  const { name } = report;
  const findings = report.findings.map(({ problem, place, related }) => ({
    id: problem.id,
    level: problem.level,
    message: problem.message,
    ...(problem.advice === undefined ? {} : { advice: problem.advice }),
    ...plainRange(place, name),
    related: related.map((r) => ({ message: r.message, ...plainRange(r.place, name) })),
  }));
  const { error, warning, information } = count(report.findings);
  return `${JSON.stringify({ version: 1, trees: report.trees, guests: report.guests, scenarios: report.scenarios, errors: error, warnings: warning, information, known: report.known, findings }, undefined, 2)}\n`;
}

const COMMANDS = { error: 'error', warning: 'warning', information: 'notice', hint: 'notice' } as const;

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Workflow commands that GitHub shows beside the changed lines. */
export function githubReport(report: Report): string {
  return report.findings.map(({ problem, place }) => {
    const properties = {
      file: report.name(place.file), line: place.from.line, endLine: place.to.line, col: place.from.column, endColumn: place.to.column, title: problem.id,
    };
    const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`).join(',');
    const advice = problem.advice === undefined ? '' : ` (${problem.advice})`;
    return `::${COMMANDS[problem.level]} ${list}::${escapeData(problem.message + advice)}\n`;
  }).join('');
}
