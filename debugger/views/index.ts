/** The views of the debugger by their names. What took work to compare is kept here. */
import type { Comparison } from './compare.ts';
import { guestHostView } from './guestHost.ts';
import type { ViewAnswer, ViewMaker, ViewSource, ViewWork } from './page.ts';
import { compareMemory, pageTablesView } from './pageTables.ts';
import { queuesView } from './queues.ts';
import { timelineView } from './timeline.ts';
import { walkView } from './walk.ts';

/** A view that is little work. */
function inOneGo(make: (source: ViewSource) => ViewAnswer): ViewMaker {
  return function* (source): ViewWork {
    yield;
    return make(source);
  };
}

/** The views of one session. */
export class DebuggerViews {
  readonly #compared = compareMemory();
  /** What the timeline was compared with last. */
  comparison: Comparison | undefined;
  readonly #makers: ReadonlyMap<string, ViewMaker> = new Map<string, ViewMaker>([
    ['walk', walkView],
    ['timeline', (source) => timelineView(source, this.comparison)],
    ['queues', inOneGo(queuesView)],
    ['pageTables', (source) => pageTablesView(source, this.#compared)],
    ['guestHost', inOneGo(guestHostView)],
  ]);

  /** A view at the present moment; undefined where there is none of that name. */
  view(name: string, source: ViewSource): ViewWork | undefined {
    return this.#makers.get(name)?.(source);
  }
}
