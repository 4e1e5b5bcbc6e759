/**
 * Where to look for the cause of an expectation that did not hold: the line that took a mapping away
 * without telling the SMMU, or the place that says which streams the device has.
 */
import type { Machine } from '../../emulator/machine/machine.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { Act } from './act.ts';

/** What was expected of the last DMA: that it passes, or that it faults. */
export type Wish = 'passes' | 'faults';

/** The likely cause, where one is known. */
export function likelyCause(act: Act, wish: Wish): SourceRange | undefined {
  const { system, memo } = act;
  // Looking through the caches takes time; it is worth it where a line is known that may have left something there.
  if (memo.uninvalidated !== undefined && isStale(system.machine)) return memo.uninvalidated;
  return wish === 'passes' ? memo.dmaDevice : undefined;
}

/** Whether a cache holds what memory no longer says. Looking is no step of the scenario. */
function isStale(machine: Machine): boolean {
  const { observer } = machine;
  machine.observer = null;
  const found = machine.smmus.some((smmu) => {
    const { translations, config } = smmu.stale();
    return translations.length > 0 || config.length > 0;
  });
  machine.observer = observer;
  return found;
}
