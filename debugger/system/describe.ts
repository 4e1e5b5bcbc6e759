/**
 * The setup of a scenario as a description of a machine: what boards and guests say, with the
 * declarations of the scenario over it, in the order written.
 */
import type { Problem, SourceRange } from '../../model/problem.ts';
import { PRESETS } from '../../emulator/idr/presets.ts';
import type { IdRegisters } from '../../emulator/idr/features.ts';
import { toNumber, type U64 } from '../../emulator/bits/u64.ts';
import { POLICIES, type PolicyName } from '../../emulator/tlb/policy.ts';
import { evaluate } from '../expression/evaluate.ts';
import { asNumber } from '../expression/value.ts';
import type { Expression } from '../expression/ast.ts';
import type { Action, Program, ScenarioFiles } from '../scenario/program.ts';
import type { DescribedDevice, DescribedMemory, DescribedSmmu, Description } from './description.ts';
import { DEFAULT_MEMORY } from './places.ts';

/** What a setup came to. */
export interface Described {
  /** Undefined where something makes a machine impossible. */
  readonly description: Description | undefined;
  /** `limit steps=`. */
  readonly limit: number | undefined;
  readonly problems: readonly Problem[];
}

/** A description in the making. */
export interface Draft {
  smmus: DescribedSmmu[];
  devices: DescribedDevice[];
  memory: DescribedMemory[];
  reserved: { readonly base: number; readonly size: number }[];
  domains: Description['domains'];
  hypervisor: Description['hypervisor'];
  cache: PolicyName;
  image: Description['image'];
  holdsCommands: boolean;
  isSlow: boolean;
  limit: number | undefined;
  problems: Problem[];
}

/** Reads one line of the setup into the draft. */
type Reader = (draft: Draft, line: SetupLine) => void;

/** Where memory and devices can lie. */
const ADDRESS_SPACE = 2 ** 52;

/** The arguments of a line of the setup. */
export class SetupLine {
  readonly action: Action;
  readonly files: ScenarioFiles;
  readonly #problems: Problem[];

  constructor(action: Action, files: ScenarioFiles, problems: Problem[]) {
    this.action = action;
    this.files = files;
    this.#problems = problems;
  }

  /** Says what is wrong with the line. */
  problem(message: string, advice?: string, range: SourceRange = this.action.at): void {
    this.#problems.push({ id: 'scenario-setup', level: 'error', message, range, ...(advice === undefined ? {} : { advice }) });
  }

  /** A word or text. */
  word(name: string): string | undefined {
    const value = this.action.values.get(name);
    return value?.kind === 'word' || value?.kind === 'text' ? value.text : undefined;
  }

  /** A number below a limit; a wrong one is a problem and absent. */
  number(name: string, limit = ADDRESS_SPACE): number | undefined {
    const value = this.action.values.get(name);
    if (value?.kind !== 'number') return undefined;
    const wide = this.compute(value.expression, value.at);
    if (wide === undefined) return undefined;
    const number = toNumber(wide);
    if (number < limit) return number;
    this.problem(`${name} is too large.`, `Give less than 0x${limit.toString(16)}.`, value.at);
    return undefined;
  }

  /** A list of numbers. */
  numbers(name: string, limit: number): number[] {
    const value = this.action.values.get(name);
    if (value?.kind === 'number') return [this.number(name, limit) ?? 0];
    if (value?.kind !== 'numbers') return [];
    return value.expressions.map((expression) => toNumber(this.compute(expression, value.at) ?? { hi: 0, lo: 0 })).filter((n) => n < limit);
  }

  /** The pairs of a parameter, computed. */
  fields(name: string): Map<string, U64> {
    const value = this.action.values.get(name);
    if (value?.kind !== 'fields') return new Map();
    return new Map(value.fields.flatMap((f) => {
      const wide = this.compute(f.value, f.at);
      return wide === undefined ? [] : [[f.name, wide] as const];
    }));
  }

  /** A constant expression. */
  compute(expression: Expression, at: SourceRange): U64 | undefined {
    const result = evaluate(expression);
    const wide = result.ok ? asNumber(result.value) : undefined;
    if (wide === undefined) this.problem(result.ok ? 'This is not a number.' : `This has no value: ${result.message}.`, undefined, at);
    return wide;
  }
}

const ID_NAMES: readonly (keyof IdRegisters)[] = ['IDR0', 'IDR1', 'IDR3', 'IDR5', 'AIDR', 'IIDR'];
const DEFAULT_MODEL = 'v3.3-full';

function idsOf(line: SetupLine, base: IdRegisters): IdRegisters {
  const given = line.fields('registers');
  const known = ID_NAMES.flatMap((name) => {
    const value = given.get(name);
    return value === undefined ? [] : [[name, value.lo] as const];
  });
  return { ...base, ...Object.fromEntries(known) };
}

function presetOf(line: SetupLine): IdRegisters | undefined {
  const model = line.word('model');
  const found = Object.entries(PRESETS).find(([name]) => name === model);
  return found?.[1];
}

const smmu: Reader = (draft, line) => {
  const name = line.word('name') ?? '';
  const old = draft.smmus.find((s) => s.name === name || s.aliases.includes(name));
  const ids = idsOf(line, presetOf(line) ?? old?.ids ?? PRESETS[DEFAULT_MODEL]);
  const base = line.number('base') ?? old?.base;
  const described = { name: old?.name ?? name, aliases: old?.aliases ?? [], base, ids, at: old?.at ?? line.action.at };
  draft.smmus = old === undefined ? [...draft.smmus, described] : draft.smmus.map((s) => (s === old ? described : s));
};

const device: Reader = (draft, line) => {
  const name = line.word('name') ?? '';
  const smmuName = line.word('smmu');
  const found = draft.smmus.findIndex((s) => s.name === smmuName || s.aliases.includes(smmuName ?? ''));
  if (smmuName !== undefined && found < 0) line.problem(`There is no SMMU ${smmuName}.`, 'Declare it in a line above.');
  const sids = line.numbers('sid', 2 ** 32);
  // A device without StreamIDs has no SMMU in front of it.
  const index = smmuName === undefined ? (draft.smmus.length > 0 ? 0 : -1) : found;
  const isBehind = sids.length > 0 && index >= 0;
  draft.devices.push({
    name, aliases: [], smmu: isBehind ? index : undefined, sids, requesters: [], domain: domainName(line.word('domain')), at: line.action.at, node: line.action.at,
  });
};

function domainName(word: string | undefined): string | undefined {
  return word === 'host' ? undefined : word;
}

const memory: Reader = (draft, line) => {
  const [base, size] = [line.number('base'), line.number('size', ADDRESS_SPACE + 1)];
  if (base === undefined || size === undefined) return;
  if (size === 0 || base % 4096 !== 0 || size % 4096 !== 0) return line.problem('Memory begins and ends at multiples of 4K.');
  if (base + size > ADDRESS_SPACE) return line.problem('This memory goes beyond the 52 bits of physical addresses.');
  draft.memory.push({ name: line.word('name') ?? 'ram', base, size, owner: domainName(line.word('owner')) });
};

const READERS: Readonly<Record<string, Reader>> = {
  smmu, device, memory,
  hypervisor: (draft, line) => {
    draft.hypervisor = { kind: (line.word('kind') ?? 'none') as Description['hypervisor']['kind'], profile: line.word('profile'), at: line.action.at };
  },
  cache: (draft, line) => {
    const policy = line.word('policy') ?? '';
    if (policy in POLICIES) draft.cache = policy as PolicyName;
  },
  limit: (draft, line) => {
    draft.limit = line.number('steps', 2 ** 53);
  },
};

/** Whether some action has a verb. */
function uses(actions: readonly Action[], verb: string): boolean {
  return actions.some((action) => action.verb === verb || uses(action.body, verb));
}

/** Reads the setup of a program. */
export function describe(program: Program, files: ScenarioFiles): Described {
  const draft: Draft = {
    smmus: [], devices: [], memory: [], reserved: [], domains: [], hypervisor: { kind: 'none', profile: undefined, at: undefined }, cache: 'architecture',
    image: undefined, holdsCommands: uses(program.actions, 'consume'), isSlow: uses(program.actions, 'settle'), limit: undefined, problems: [],
  };
  for (const action of program.setup) READERS[action.verb]?.(draft, new SetupLine(action, files, draft.problems));
  if (draft.memory.length === 0) draft.memory.push(DEFAULT_MEMORY);
  const { limit, problems, ...description } = draft;
  return { description: problems.some((p) => p.level === 'error') ? undefined : description, limit, problems };
}
