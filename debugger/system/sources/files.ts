/** What the setup takes from files: boards, project files, guest configurations, images. */
import { readBlob } from '../../../model/devicetree/blob/read.ts';
import { printBlob } from '../../../model/devicetree/blob/print.ts';
import { assemble } from '../../../model/platform/guests/assemble.ts';
import { readProject, type Project } from '../../../model/platform/guests/project.ts';
import { systemOf } from '../../../model/platform/guests/system.ts';
import type { HostTree } from '../../../model/platform/guests/types.ts';
import { guestOf, type XlGuest } from '../../../model/xl/guestConfig.ts';
import { parseXl } from '../../../model/xl/parser.ts';
import { PRESETS } from '../../../emulator/idr/presets.ts';
import { parseImage } from '../../../emulator/replay/image.ts';
import type { ScenarioFiles } from '../../scenario/program.ts';
import { MOST_GUESTS, type Draft, type Reader } from '../draft.ts';
import type { SetupLine } from '../setupLine.ts';
import { boardOf, compileTreeSteps, type TreeOptions } from './board.ts';

/** The path that a line names; a missing file is a problem. */
function pathOf(line: SetupLine): string | undefined {
  const name = line.word('file');
  if (name === undefined) return undefined;
  const path = line.files.resolve(line.action.at.file, name);
  if (line.files.readBytes(path) !== undefined) return path;
  const value = line.action.values.get('file');
  line.problem(`There is no file ${name}.`, 'Correct the path; it is relative to the scenario.', value?.at);
  return undefined;
}

/** The files, with blobs as the source that they are equal to. */
function withBlobs(files: ScenarioFiles): ScenarioFiles {
  const isBlob = (path: string): boolean => path.endsWith('.dtb') || path.endsWith('.dtbo');
  return {
    ...files, resolve: (from, name) => files.resolve(from, name), readBytes: (path) => files.readBytes(path),
    readText: (path) => {
      const bytes = isBlob(path) ? files.readBytes(path) : undefined;
      return bytes === undefined ? files.readText(path) : [...printBlob(readBlob(bytes))].join('');
    },
  };
}

function* takeTree(draft: Draft, line: SetupLine, path: string, options?: TreeOptions): Generator<void, HostTree> {
  const { tree, problems } = yield* compileTreeSteps(path, withBlobs(line.files), options);
  for (const found of problems) draft.problems.push({ ...found, level: 'warning' });
  return tree;
}

function takeBoard(draft: Draft, line: SetupLine, host: HostTree): void {
  const board = boardOf(host);
  if (draft.host !== undefined) return line.problem('There is a board already.', 'Keep one `board` or `project` line.');
  draft.host = host;
  draft.smmus = [...board.smmus, ...draft.smmus];
  const shift = board.smmus.length;
  const declared = draft.devices.map((d) => (d.smmu === undefined ? d : { ...d, smmu: d.smmu + shift }));
  draft.devices = [...board.devices, ...declared];
  draft.memory.push(...board.memory);
  draft.reserved.push(...board.reserved);
}

function* board(draft: Draft, line: SetupLine): Generator<void, void> {
  const path = pathOf(line);
  if (path !== undefined) takeBoard(draft, line, yield* takeTree(draft, line, path));
}

/** The configurations of a project's guests; a missing file is a problem. */
function configsOf(found: Project, line: SetupLine, within: (name: string) => string): Map<string, XlGuest> {
  const configs = new Map<string, XlGuest>();
  for (const { config } of found.guests) {
    const text = config === undefined ? undefined : line.files.readText(within(config));
    if (config === undefined) continue;
    if (text === undefined) line.problem(`The project names ${config}, and there is no such file.`, 'Correct the path in the project file.');
    else configs.set(config, guestOf(parseXl(within(config), text), { dialect: found.dialect, extraKeys: found.extraKeys }));
  }
  return configs;
}

function* project(draft: Draft, line: SetupLine): Generator<void, void> {
  const path = pathOf(line);
  if (path === undefined) return;
  const found = readProject(path, line.files.readText(path) ?? '');
  draft.problems.push(...found.problems);
  const [first] = found.boards;
  if (first === undefined) return line.problem('The project has no board.', 'Name one in its "boards".');
  const within = (name: string): string => line.files.resolve(path, name);
  const host = yield* takeTree(draft, line, within(first.path), { includeRoots: first.includeRoots.map(within), defines: first.defines });
  const guests = found.guests.filter((guest) => (guest.board ?? first.path) === first.path);
  const configs = configsOf({ ...found, guests }, line, within);
  const partial: HostTree[] = [];
  for (const { partial: tree } of guests) if (tree !== undefined) partial.push(yield* takeTree(draft, line, within(tree)));
  const stated = guests.flatMap(({ config, partial: tree }): [string, string][] => (config === undefined || tree === undefined ? [] : [[within(config), within(tree)]]));
  takeBoard(draft, line, host);
  draft.dialect = found.dialect;
  draft.project = systemOf(assemble({
    trees: [host, ...partial], configs: guests.flatMap(({ config }) => configs.get(config ?? '') ?? []), association: 'stated', dialect: found.dialect,
    partials: new Map(stated),
  }));
}

const guest: Reader = (draft, line) => {
  const name = line.word('name') ?? '';
  if (draft.guests.some((g) => g.name === name)) return line.problem(`There is a guest ${name} already.`, 'Give it another name.');
  if (draft.guests.length >= MOST_GUESTS) return line.problem(`A scenario may have ${MOST_GUESTS} guests at most.`, 'Declare fewer.');
  const path = line.action.values.has('file') ? pathOf(line) : undefined;
  const viommu = line.word('viommu');
  draft.guests.push({
    name, at: line.action.at, config: path === undefined ? undefined : guestOf(parseXl(path, line.files.readText(path) ?? '')),
    hasVsmmu: viommu === undefined ? undefined : viommu === 'smmuv3', memory: line.number('memory'), devices: wordsOf(line.word('devices')), kind: 'xl', isLater: false,
  });
};

/** Words separated by blanks. */
export function wordsOf(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((word) => word !== '');
}

const image: Reader = (draft, line) => {
  const path = pathOf(line);
  if (path === undefined) return;
  const parsed = parseImage(parseJson(line.files.readText(path) ?? ''));
  if (typeof parsed === 'string') line.problem(`This is no image: ${parsed}.`, path.endsWith('.gz') ? 'Unpack it: scenarios read plain JSON.' : 'Make it with the tools that docs/cli.md names.', line.action.values.get('file')?.at);
  else {
    draft.image = parsed;
    // The SMMU of the snapshot; its ID registers are in there.
    draft.smmus.push({ name: 'smmu0', aliases: ['smmu'], base: undefined, ids: PRESETS['v3.3-full'], at: line.action.at });
  }
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The readers of lines that name files. */
export const FILE_READERS: Readonly<Record<string, Reader>> = { board, project, guest, image };
