/** Looking at a machine without leaving a trace: no observer hears of it, and whatever changed is undone. */
import type { Machine } from '../../emulator/machine/machine.ts';
import type { Step } from '../../emulator/steps/step.ts';

/** Runs something and undoes all of it. With `steps`, those that it made are added there. Must not be nested. */
export function quietly<T>(machine: Machine, run: () => T, steps?: Step[]): T {
  const { observer } = machine;
  machine.observer = steps === undefined ? null : { step: (step) => steps.push(step) };
  const result = machine.history.speculate(run);
  machine.observer = observer;
  return result;
}
