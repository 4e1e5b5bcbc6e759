/**
 * The setup of a scenario as a description of a machine: what boards and guests say, with the
 * declarations of the scenario over it, in the order written.
 */
import type { Problem } from '../../model/problem.ts';
import { POLICIES, type PolicyName } from '../../emulator/tlb/policy.ts';
import { Pace } from '../scenario/pace.ts';
import type { Action, Program, ScenarioFiles } from '../scenario/program.ts';
import { setupProblem } from './base.ts';
import type { Description } from './description.ts';
import type { Draft, Reader } from './draft.ts';
import { DEFAULT_MEMORY } from './places.ts';
import { SetupLine } from './setupLine.ts';
import { DECLARED_READERS } from './sources/declared.ts';
import { createdLater, domainsOf } from './sources/domains.ts';
import { FILE_READERS } from './sources/files.ts';

/** What a setup came to. */
export interface Described {
  /** Undefined where something makes a machine impossible. */
  readonly description: Description | undefined;
  /** `limit steps=`. */
  readonly limit: number | undefined;
  readonly problems: readonly Problem[];
  /** False where the board includes or refers to what is not there. */
  readonly isWhole: boolean;
}

const READERS: Readonly<Record<string, Reader>> = {
  ...DECLARED_READERS, ...FILE_READERS,
  hypervisor: (draft, line) => {
    draft.hypervisor = { kind: (line.word('kind') ?? 'none') as Description['hypervisor']['kind'], profile: line.word('profile'), at: line.action.at };
    const viommu = line.word('viommu');
    draft.hasVsmmus = viommu === undefined ? undefined : viommu === 'smmuv3';
  },
  cache: (draft, line) => {
    const policy = line.word('policy') ?? '';
    if (policy in POLICIES) draft.cache = policy as PolicyName;
  },
  limit: (draft, line) => {
    draft.limit = line.number('steps', 2 ** 53);
  },
};

function emptyDraft(): Draft {
  return {
    smmus: [], devices: [], memory: [], reserved: [], hypervisor: { kind: 'none', profile: undefined, at: undefined }, hasVsmmus: undefined,
    cache: 'architecture', image: undefined, limit: undefined, host: undefined, project: undefined, dialect: undefined, guests: [], problems: [],
  };
}

/** Whether some action has a verb. */
function uses(actions: readonly Action[], verb: string): boolean {
  return actions.some((action) => action.verb === verb || uses(action.body, verb));
}

/** Devices of guests of which iommufd makes no virtual device: it takes those with one StreamID only. */
function severalStreams(devices: Description['devices'], domains: Description['domains']): Problem[] {
  return domains.flatMap(({ name, at }) => devices.filter((one) => one.domain === name && one.sids.length > 1).map(({ name: device, sids }): Problem => ({
    ...setupProblem(`${device} has ${sids.length} StreamIDs, and iommufd makes a virtual device of one with a single StreamID only: what ${name} configures for it is refused.`, at), level: 'warning',
  })));
}

/** Reads the setup of a program, in slices. */
export function* describeSteps(program: Program, files: ScenarioFiles): Generator<void, Described> {
  const draft = emptyDraft();
  const pace = new Pace();
  for (const action of program.setup) {
    if (pace.isDue(action.at.end - action.at.start)) yield;
    const steps = READERS[action.verb]?.(draft, new SetupLine(action, files, draft.problems));
    if (steps !== undefined) yield* steps;
  }
  if (draft.memory.length === 0) draft.memory.push(DEFAULT_MEMORY);
  draft.guests.push(...yield* createdLater(program, draft));
  const { devices, domains } = yield* domainsOf(draft);
  const { smmus, memory, reserved, hypervisor, cache, image, limit, problems } = draft;
  const isWhole = draft.host?.isWhole !== false;
  if (hypervisor.kind === 'iommufd') problems.push(...severalStreams(devices, domains));
  if (problems.some((p) => p.level === 'error')) return { description: undefined, limit, problems, isWhole };
  // Hypervisors poll for what they have asked for and let nothing happen meanwhile, so their SMMUs do all at once.
  const isBare = hypervisor.kind === 'none';
  const holdsCommands = isBare && uses(program.actions, 'consume');
  const isSlow = isBare && uses(program.actions, 'settle');
  return { description: { smmus, devices, memory, reserved, domains, hypervisor, cache, image, holdsCommands, isSlow }, limit, problems, isWhole };
}
