/**
 * A baseline: findings that are known and do not fail a run. An entry names the rule, the file,
 * the text of the line and the message, not the line number, so that it survives edits elsewhere;
 * of several equal ones the baseline knows how many there are.
 */
import { dirname, relative, resolve, sep } from 'node:path';
import { UsageError } from '../command.ts';
import type { Finding } from './findings.ts';

interface Entry {
  readonly id: string;
  readonly file: string;
  readonly line: string;
  readonly message: string;
  readonly count: number;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { id, file, line, message, count } = value as Record<string, unknown>;
  return [id, file, line, message].every((v) => typeof v === 'string') && typeof count === 'number';
}

function key(entry: Omit<Entry, 'count'>): string {
  return `${entry.id}\0${entry.file}\0${entry.line}\0${entry.message}`;
}

function entryOf(finding: Finding, folder: string): Omit<Entry, 'count'> {
  const file = relative(folder, finding.place.file).split(sep).join('/');
  return { id: finding.problem.id, file, line: finding.line.trim(), message: finding.problem.message };
}

/** The baseline that knows all of these findings, as the text of its file at `path`. */
export function writeBaseline(findings: readonly Finding[], path: string): string {
  const entries = new Map<string, Entry>();
  for (const finding of findings) {
    const entry = entryOf(finding, dirname(path));
    entries.set(key(entry), { ...entry, count: (entries.get(key(entry))?.count ?? 0) + 1 });
  }
  return `${JSON.stringify({ version: 1, findings: [...entries.values()] }, undefined, 1)}\n`;
}

/** The entries of a baseline file; a file that is none is a usage error. */
function parse(text: string, path: string): readonly Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is not JSON`);
  }
  const found = typeof value === 'object' && value !== null && 'findings' in value ? value.findings : undefined;
  if (!Array.isArray(found) || !found.every(isEntry)) throw new UsageError(`${path} is not a baseline of vsmmu check`);
  return found;
}

/** The findings that the baseline does not know. */
export function newFindings(findings: readonly Finding[], text: string, path: string): Finding[] {
  const left = new Map(parse(text, path).map((entry) => [key(entry), entry.count]));
  const folder = dirname(resolve(path));
  return findings.filter((finding) => {
    const id = key(entryOf(finding, folder));
    const known = left.get(id) ?? 0;
    if (known > 0) left.set(id, known - 1);
    return known === 0;
  });
}
