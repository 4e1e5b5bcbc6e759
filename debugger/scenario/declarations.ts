/**
 * What the lines of a scenario declare: which machine it has, and names of SMMUs, devices, guests,
 * memory and variables. Reads lines as they are bound, so a half-written one declares what it can.
 */
import { PRESETS } from '../../emulator/idr/presets.ts';
import { registerFields } from '../../emulator/idr/features.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { BoundLine } from './bind/line.ts';
import { type BoardNames, findNamed, indexSteps, type MachineNames, type Named, type NamedDevice, type NamedDomain, type NamedSmmu } from './machine.ts';
import { Pace } from './pace.ts';
import type { ScenarioReading } from './read.ts';

/** A line with the file that it stands in. */
export interface PlacedLine {
  readonly file: string;
  readonly bound: BoundLine;
}

/** A file that the setup names. */
export interface SourceFile {
  /** As written, and where it leads. */
  readonly text: string;
  readonly path: string;
  readonly at: SourceRange;
}

/** Where the machine of a scenario comes from. */
export interface Sources {
  readonly board: SourceFile | undefined;
  readonly project: SourceFile | undefined;
  readonly image: SourceFile | undefined;
  readonly guests: readonly SourceFile[];
  /** It has lines that describe a machine at all: a file without any is made to be included. */
  readonly hasSetup: boolean;
}

/** All lines of a scenario and what it includes, each once. */
export function* linesOf({ files }: ScenarioReading): Generator<PlacedLine> {
  for (const { path, bound } of files.values()) for (const line of bound.values()) yield { file: path, bound: line };
}

/** Which files the machine is made from, in slices. */
export function* sourcesOfSteps(reading: ScenarioReading, resolve: (from: string, name: string) => string): Generator<void, Sources> {
  const found = new Map<string, SourceFile[]>();
  const pace = new Pace();
  let hasSetup = false;
  for (const { bound } of linesOf(reading)) {
    if (pace.isDue()) yield;
    const { verb, values } = bound;
    if (verb?.group !== 'setup' || verb.name === 'include') continue;
    hasSetup = true;
    const value = values.get('file');
    if (value?.kind !== 'text') continue;
    const list = found.get(verb.name) ?? [];
    found.set(verb.name, list);
    list.push({ text: value.text, path: resolve(value.at.file, value.text), at: value.at });
  }
  const first = (verb: string): SourceFile | undefined => found.get(verb)?.[0];
  return { board: first('board'), project: first('project'), image: first('image'), guests: found.get('guest') ?? [], hasSetup };
}

/** Lines that declare something, by their action, each with the name that it declares. */
interface Declaration {
  readonly line: PlacedLine;
  readonly named: Named;
}

type Declared = ReadonlyMap<string, readonly Declaration[]>;

const DECLARING: ReadonlySet<string> = new Set(['smmu', 'device', 'guest', 'create', 'memory', 'let', 'repeat']);

function* declaredIn(reading: ScenarioReading): Generator<void, Declared> {
  const found = new Map<string, Declaration[]>();
  const pace = new Pace();
  for (const line of linesOf(reading)) {
    if (pace.isDue()) yield;
    const verb = line.bound.verb?.name ?? '';
    const value = DECLARING.has(verb) ? line.bound.values.get('name') : undefined;
    if (value?.kind !== 'word') continue;
    const list = found.get(verb) ?? [];
    found.set(verb, list);
    list.push({ line, named: { name: value.text, aliases: [], at: value.at } });
  }
  return found;
}

function wordOf({ bound }: PlacedLine, name: string): string | undefined {
  const value = bound.values.get(name);
  return value?.kind === 'word' || value?.kind === 'text' ? value.text : undefined;
}

/** Puts together what a board has and what the lines declare, in slices. */
export function* machineNamesSteps(reading: ScenarioReading, board: BoardNames, sources: Sources): Generator<void, MachineNames> {
  const declared = yield* declaredIn(reading);
  const every = (verb: string): readonly Declaration[] => declared.get(verb) ?? [];
  const usesBoard = sources.board !== undefined || sources.project !== undefined;
  const configs = new Map(board.domains.flatMap((one) => (one.config === undefined ? [] : [[one.config, one] as const])));
  const paths = new Map(sources.guests.map(({ at, path }) => [placeKey(at), path]));
  const configOf = ({ bound }: PlacedLine): NamedDomain | undefined => configs.get(paths.get(placeKey(bound.values.get('file')?.at)) ?? '');
  const guests = yield* mapSteps([...every('guest'), ...every('create')], ({ line, named }) => domainOf(line, named, configOf(line)));
  // A guest goes by the name that the scenario gives it, not by that of its configuration.
  const renamed = new Set(sources.guests.map((guest) => guest.path));
  const names: MachineNames = {
    isComplete: sources.image === undefined && (usesBoard ? board.isComplete : every('smmu').length > 0),
    smmus: merged(board.smmus, yield* mapSteps(every('smmu'), smmuOf)),
    devices: merged(board.devices, yield* mapSteps(every('device'), deviceOf)),
    domains: merged(board.domains.filter((one) => !renamed.has(one.config ?? '')), guests),
    memory: every('memory').map(({ named }) => named),
    variables: [...every('let'), ...every('repeat')].map(({ named }) => named),
    hypervisor: hypervisorOf(reading),
    hasNode: (name) => board.hasNode(name),
  };
  for (const list of [names.smmus, names.devices, names.domains, names.memory, names.variables]) yield* indexSteps(list);
  return names;
}

function* mapSteps<T>(declarations: readonly Declaration[], make: (one: Declaration) => T): Generator<void, T[]> {
  const made: T[] = [];
  const pace = new Pace();
  for (const one of declarations) {
    made.push(make(one));
    const { start, end } = one.line.bound.line;
    if (pace.isDue(end - start)) yield;
  }
  return made;
}

function placeKey(at: SourceRange | undefined): string {
  return `${at?.start} ${at?.file}`;
}

function hypervisorOf(reading: ScenarioReading): string {
  for (const line of linesOf(reading)) if (line.bound.verb?.name === 'hypervisor') return wordOf(line, 'kind') ?? 'none';
  return 'none';
}

/** Declared ones that change one of the board are that one. */
function merged<T extends Named>(board: readonly T[], own: readonly T[]): T[] {
  return [...board, ...own.filter((one) => findNamed(board, one.name) === undefined)];
}

function domainOf(line: PlacedLine, named: Named, configured: NamedDomain | undefined): NamedDomain {
  const own = (wordOf(line, 'devices') ?? '').split(/\s+/).filter((name) => name !== '');
  return { ...named, devices: [...configured?.devices ?? [], ...own], config: configured?.config };
}

const PRESET_NAMED: ReadonlyMap<string, (typeof PRESETS)[keyof typeof PRESETS]> = new Map(Object.entries(PRESETS));

function smmuOf({ line, named }: Declaration): NamedSmmu {
  const model = wordOf(line, 'model');
  const preset = PRESET_NAMED.get(model ?? '');
  const registers = line.bound.values.get('registers');
  const idr1 = registers?.kind === 'fields' ? registers.fields.findLast((one) => one.name === 'IDR1')?.value : undefined;
  const value = idr1 === undefined ? preset?.IDR1 : idr1.kind === 'number' ? idr1.lo : undefined;
  return { ...named, sidBits: value === undefined ? undefined : registerFields('IDR1', value)['SIDSIZE'], detail: model ?? 'declared here' };
}

function deviceOf({ line, named }: Declaration): NamedDevice {
  const sids = line.bound.values.get('sid');
  const numbers = sids?.kind === 'numbers' ? sids.expressions : [];
  const streams = numbers.flatMap((one) => (one.kind === 'number' && one.hi === 0 ? [{ first: one.lo, count: 1 }] : []));
  return { ...named, smmu: wordOf(line, 'smmu'), streams, streamsAt: sids?.at, isRootComplex: false };
}
