/** Example scenarios at some moment, and views of them as text. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import { createRun } from '../../../debugger/run/index.ts';
import { readScenario } from '../../../debugger/scenario/read.ts';
import { Session } from '../../../debugger/session/session.ts';
import { DebuggerViews } from '../../../debugger/views/index.ts';
import type { Table, ViewAnswer, ViewPage, ViewWork } from '../../../debugger/views/page.ts';
import { scenarioFiles } from '../run/support.ts';

/** A scenario that is looked at. */
export class Scene {
  readonly session: Session;
  readonly text: string;
  readonly #path: string;
  readonly views = new DebuggerViews();

  constructor(name: string, text = readFileSync(resolve('examples/scenarios', name), 'utf8')) {
    this.text = text;
    const path = resolve('examples/scenarios', name);
    this.#path = path;
    const host = scenarioFiles({ [path]: text });
    this.session = new Session({
      boot: () => {
        const program = readScenario(path, host);
        const run = createRun(program, host);
        if (!('runner' in run)) throw new Error(run.problems.map((p) => p.message).join('\n'));
        return { program, system: run.system, runner: run.runner };
      },
      readText: (file) => host.readText(file),
    });
  }

  /** Goes to the first time that the line with a text is about to run. */
  toLine(part: string): this {
    const at = this.text.indexOf(part);
    if (at < 0) throw new Error(`no ${part}`);
    this.session.run({ kind: 'to line', file: this.#path, line: this.text.slice(0, at).split('\n').length - 1 });
    return this;
  }

  over(times = 1): this {
    for (let i = 0; i < times; i++) this.session.run({ kind: 'step', how: 'over', direction: 'forward', granularity: 'statement' });
    return this;
  }

  /** Some single steps into what comes next. */
  into(times: number): this {
    for (let i = 0; i < times; i++) this.session.run({ kind: 'step', how: 'in', direction: 'forward', granularity: 'instruction' });
    return this;
  }

  toEnd(): this {
    this.session.run({ kind: 'continue', direction: 'forward' });
    return this;
  }

  /** The making of a view. */
  work(view: string, options: Readonly<Record<string, string>> = {}): ViewWork {
    const { session } = this;
    session.settle();
    const inspector = new Inspector(session.system, { steps: session.trace?.steps.slice(0, session.moment.step).filter((s) => s.kind !== 'outcome') ?? [] });
    const place = (at: { readonly file: string; readonly start: number }): { uri: string; line: number } => ({ uri: `file://${at.file}`, line: this.text.slice(0, at.start).split('\n').length });
    const work = this.views.view(view, { session, inspector, options: new Map(Object.entries(options)), place });
    if (work === undefined) throw new Error(`no view ${view}`);
    return work;
  }

  /** A view, made to its end; wherever it pauses the machine must stand where the session does. */
  answer(view: string, options: Readonly<Record<string, string>> = {}): ViewAnswer {
    const { session } = this;
    const work = this.work(view, options);
    const position = session.timeline.position(session.moment);
    for (;;) {
      const step = work.next();
      if (step.done === true) {
        session.settle();
        return step.value;
      }
      if (session.system.machine.history.position !== position) throw new Error(`${view} pauses at another moment`);
    }
  }

  page(view: string, options: Readonly<Record<string, string>> = {}): ViewPage {
    const answer = this.answer(view, options);
    if (answer.kind !== 'show') throw new Error(`nothing to show: ${JSON.stringify(answer)}`);
    return answer.data;
  }
}

/** A row in one line. */
export function rowText(row: Table['rows'][number]): string {
  return `${row.cells.map(({ parts }) => parts.map(({ text }) => text).join(' ')).join(' | ')}${row.note === '' ? '' : ` (${row.note})`}`;
}

/** The rows of a table or a tree of a page. */
export function rowsOf({ tables, trees }: ViewPage, id: string): string[] {
  return [...tables, ...trees].find((table) => table.id === id)?.rows.map(rowText) ?? [];
}
