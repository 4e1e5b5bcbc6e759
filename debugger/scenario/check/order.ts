/** What the order of lines makes impossible: actions without a machine, drivers of nobody, expectations about nothing. */
import type { Problem } from '../../../model/problem.ts';
import { verbNamed } from '../catalog.ts';
import { problem } from '../problem.ts';
import type { Action } from '../program.ts';
import type { CheckInput } from './check.ts';

/** What must have happened before an expectation makes sense. */
const ABOUT: ReadonlyMap<string, 'action' | 'transfer' | 'DMA'> = new Map([
  ['expect.ok', 'action'], ['expect.refused', 'action'], ['expect.data', 'transfer'],
  ['expect.pa', 'DMA'], ['expect.fault', 'DMA'], ['expect.stall', 'DMA'],
]);

const DMA: ReadonlySet<string> = new Set(['dma', 'ats', 'resume']);

/** Checks a whole program. */
export function* checkOrder(input: CheckInput): Generator<Problem> {
  const { reading, sources, machine } = input;
  const { program } = reading;
  // A file without any setup is made to be included: what it stands on is not known here.
  if (!sources.hasSetup) return;
  const [first] = program.actions;
  // Grants need no SMMU.
  const hasMachine = sources.board !== undefined || sources.project !== undefined || sources.image !== undefined || machine.smmus.length > 0 || machine.hypervisor === 'grant-dma';
  if (first !== undefined && !hasMachine) yield problem('scenario-no-machine', first.at, 'The scenario has no machine to do this on.', 'Begin with `board "FILE"`, or declare SMMUs and devices.');
  const walk = new Walk(machine.domains.length);
  walk.actions(program.actions, false);
  yield* walk.problems.values();
}

class Walk {
  /** By place: a file that is included twice says it once. */
  readonly problems = new Map<string, Problem>();
  readonly #seen = new Set<'action' | 'transfer' | 'DMA'>();

  constructor(readonly guests: number) {}

  actions(list: readonly Action[], isInDomain: boolean): void {
    for (const action of list) {
      this.#one(action, isInDomain);
      this.actions(action.body, isInDomain || action.verb === 'in');
    }
  }

  #one(action: Action, isInDomain: boolean): void {
    const { verb, at } = action;
    const group = verbNamed(verb)?.group;
    if (group === 'driver' && !isInDomain && this.guests > 1) {
      this.#report(problem('scenario-needs-domain', at, `There are several domains, and \`${verb}\` does not say whose driver acts.`, 'Put the line below `in DOMAIN`.'));
    }
    const about = ABOUT.get(verb);
    if (about !== undefined && !this.#seen.has(about)) {
      const what = about === 'action' ? 'action' : about === 'DMA' ? 'DMA' : 'DMA or register read';
      this.#report(problem('scenario-nothing-before', at, `There is no ${what} before this line that it could be about.`, 'Move it below the action that it is about.'));
    }
    if (group === 'test' || group === 'block' || group === 'other') return;
    this.#seen.add('action');
    if (DMA.has(verb)) this.#seen.add('DMA').add('transfer');
    if (verb === 'read') this.#seen.add('transfer');
  }

  #report(found: Problem): void {
    const key = `${found.range.file}\0${found.range.start}`;
    if (!this.problems.has(key)) this.problems.set(key, found);
  }
}
