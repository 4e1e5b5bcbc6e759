/** What the order of lines makes impossible: actions without a machine, drivers of nobody, expectations about nothing. */
import type { Problem } from '../../../model/problem.ts';
import { verbNamed } from '../catalog.ts';
import { Pace } from '../pace.ts';
import { problem } from '../problem.ts';
import type { Action } from '../program.ts';
import type { CheckInput } from './check.ts';

/** What must have happened before an expectation makes sense. */
const ABOUT: ReadonlyMap<string, 'action' | 'transfer' | 'DMA'> = new Map([
  ['expect.ok', 'action'], ['expect.refused', 'action'], ['expect.data', 'transfer'],
  ['expect.pa', 'DMA'], ['expect.fault', 'DMA'], ['expect.stall', 'DMA'],
]);

const DMA: ReadonlySet<string> = new Set(['dma', 'ats', 'resume']);

/** Checks a whole program, with pauses. */
export function* checkOrder(input: CheckInput): Generator<Problem | undefined> {
  const { reading, sources, machine } = input;
  const { program } = reading;
  // A file without any setup is made to be included: what it stands on is not known here.
  if (!sources.hasSetup) return;
  const [first] = program.actions;
  // Grants need no SMMU.
  const hasMachine = sources.board !== undefined || sources.project !== undefined || sources.image !== undefined || machine.smmus.length > 0 || machine.hypervisor === 'grant-dma';
  if (first !== undefined && !hasMachine) yield problem('scenario-no-machine', first.at, 'The scenario has no machine to do this on.', 'Begin with `board "FILE"`, or declare SMMUs and devices.');
  yield* new Walk(machine.domains.length).actions(program.actions, false);
}

class Walk {
  /** Places that are reported: a file that is included twice says it once. */
  readonly #reported = new Set<string>();
  readonly #pace = new Pace();
  readonly #seen = new Set<'action' | 'transfer' | 'DMA'>();

  constructor(readonly guests: number) {}

  *actions(list: readonly Action[], isInDomain: boolean): Generator<Problem | undefined> {
    for (const action of list) {
      yield* this.#one(action, isInDomain);
      if (this.#pace.isDue()) yield undefined;
      yield* this.actions(action.body, isInDomain || action.verb === 'in');
    }
  }

  *#one(action: Action, isInDomain: boolean): Generator<Problem> {
    const { verb, at } = action;
    const group = verbNamed(verb)?.group;
    if (group === 'driver' && !isInDomain && this.guests > 1) {
      yield* this.#report(problem('scenario-needs-domain', at, `There are several domains, and \`${verb}\` does not say whose driver acts.`, 'Put the line below `in DOMAIN`.'));
    }
    const about = ABOUT.get(verb);
    if (about !== undefined && !this.#seen.has(about)) {
      const what = about === 'action' ? 'action' : about === 'DMA' ? 'DMA' : 'DMA or register read';
      yield* this.#report(problem('scenario-nothing-before', at, `There is no ${what} before this line that it could be about.`, 'Move it below the action that it is about.'));
    }
    if (group === 'test' || group === 'block' || group === 'other') return;
    this.#seen.add('action');
    if (DMA.has(verb)) this.#seen.add('DMA').add('transfer');
    if (verb === 'read') this.#seen.add('transfer');
  }

  *#report(found: Problem): Generator<Problem> {
    const key = `${found.range.file}\0${found.range.start}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    yield found;
  }
}
