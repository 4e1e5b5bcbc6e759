/**
 * The project file `vsmmu.json`: which boards and guests belong together. Plain data with its
 * problems; paths are relative to the file. Unknown keys are reported, so that a slip is seen.
 */
import type { Problem } from '../../problem.ts';
import type { RuleInfo } from '../../rule.ts';
import { dialectByName, XL_DIALECTS, type XlDialect } from '../../xl/dialects.ts';

/** A host device tree of a project. */
export interface ProjectBoard {
  readonly path: string;
  readonly includeRoots: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
}

/** A guest of a project. */
export interface ProjectGuest {
  /** The xl configuration; undefined for a dom0less domain. */
  readonly config: string | undefined;
  /** The source of its partial device tree. */
  readonly partial: string | undefined;
  /** The dom0less domain's node name. */
  readonly domain: string | undefined;
  /** The board it runs on; the first one where absent. */
  readonly board: string | undefined;
}

/** A project. Paths are as written: relative to the project file's folder. */
export interface Project {
  readonly path: string;
  readonly dialect: XlDialect | undefined;
  readonly extraKeys: readonly string[];
  readonly boards: readonly ProjectBoard[];
  readonly guests: readonly ProjectGuest[];
  readonly problems: readonly Problem[];
}

/** The words of what a project file can get wrong. */
export const PROJECT_FILE: RuleInfo = {
  id: 'project-file',
  level: 'error',
  title: 'Project file that cannot be used',
  explanation: '`vsmmu.json` names the boards and guests that belong together. A key that it does not have, or a dialect that does not exist, is most often a slip, and whatever it was to say has no effect.',
  remedy: 'Mend the key or the word that is marked.',
  bad: '{ "dialect": "viommu", "boards": [{ "path": "board.dts" }] }',
  good: '{ "dialect": "viommu-v3", "boards": [{ "path": "board.dts" }] }',
  sources: ['docs/project-file.md'],
};

const KNOWN = new Set(['$schema', 'dialect', 'extraKeys', 'boards', 'guests', 'includeRoots']);

/** Reads a project file. A file that is no JSON gives an empty project and one problem. */
export function readProject(path: string, text: string): Project {
  const problems: Problem[] = [];
  const report = (word: string, message: string, advice: string): void => {
    const start = Math.max(0, text.indexOf(`"${word}"`));
    problems.push({ id: PROJECT_FILE.id, level: PROJECT_FILE.level, message, advice, range: { file: path, start, end: start + (start === 0 ? 0 : word.length + 2) } });
  };
  const value = parseJson(text);
  if (!isRecord(value)) {
    report('', 'This project file is not a JSON object.', 'Write { "boards": [ { "path": "board.dts" } ], "guests": [ ... ] }.');
    return { path, dialect: undefined, extraKeys: [], boards: [], guests: [], problems };
  }
  for (const key of Object.keys(value)) {
    if (!KNOWN.has(key)) report(key, `"${key}" is not a key of a project file.`, `Use ${[...KNOWN].slice(1).join(', ')}.`);
  }
  const roots = stringsIn(value['includeRoots']);
  const boards = recordsIn(value['boards']).flatMap((board) => boardOf(board, roots));
  const guests = recordsIn(value['guests']).map(guestOf);
  const word = value['dialect'];
  const dialect = typeof word === 'string' ? dialectByName(word) : undefined;
  if (word !== undefined && dialect === undefined) {
    report('dialect', `"${String(word)}" is not a dialect.`, `Use one of ${XL_DIALECTS.map((one) => one.name).join(', ')}.`);
  }
  return { path, dialect, extraKeys: stringsIn(value['extraKeys']), boards, guests, problems };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordsIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function stringsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function boardOf(board: Record<string, unknown>, roots: readonly string[]): ProjectBoard[] {
  const { path, defines } = board;
  if (typeof path !== 'string') return [];
  const names = isRecord(defines) ? Object.entries(defines).map(([name, text]) => [name, String(text)] as const) : [];
  return [{ path, includeRoots: [...stringsIn(board['includeRoots']), ...roots], defines: Object.fromEntries(names) }];
}

function guestOf(guest: Record<string, unknown>): ProjectGuest {
  const text = (key: string): string | undefined => (typeof guest[key] === 'string' ? guest[key] : undefined);
  return { config: text('config'), partial: text('partial'), domain: text('domain'), board: text('board') };
}
