/**
 * What all handlers share: the client, the scenario being debugged, and the collaborators that know one
 * matter each. Tells the client about stops, output and the end; what led there is the handlers' matter.
 */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { SourceRange } from '../../model/problem.ts';
import type { Edit } from '../inspect/edit.ts';
import type { ScenarioFiles } from '../scenario/program.ts';
import type { Command, Stop } from '../session/types.ts';
import { Breakpoints } from './breakpoints.ts';
import { Client } from './client.ts';
import type { Debuggee } from './debuggee.ts';
import { Execution } from './execution.ts';
import { Frames } from './frames.ts';
import { Progress } from './progress.ts';
import { type LaunchArguments, Refusal } from './protocol.ts';
import { Sources } from './sources.ts';
import { stoppedBody } from './stops.ts';
import { addressText, VariableStore } from './variables.ts';

/** What a client is told while the scenario runs; DAP's own word for it. */
export const RUNNING = new Refusal('notStopped');
const NOTHING = new Refusal('No scenario has been launched.');

/** Where output goes: the client's console, or the streams of the scenario. */
export type OutputCategory = 'console' | 'stdout' | 'stderr' | 'important';

/** Which lines of output look how, where the client shows colours. What is important becomes a notification too, which shows none. */
const STYLES: Readonly<Record<string, string>> = { stderr: '\x1b[31m' };

/** The state of one connection. */
export class Context {
  readonly files: ScenarioFiles;
  readonly client = new Client();
  readonly sources: Sources;
  readonly variables = new VariableStore(this.client);
  readonly frames = new Frames();
  readonly breakpoints = new Breakpoints();
  readonly progress: Progress;
  readonly execution: Execution<Stop>;
  /** What the launch configuration said. */
  launch: LaunchArguments = {};
  readonly #send: (event: string, body?: object) => void;
  #debuggee: Debuggee | undefined;
  #stop: Stop | undefined;
  #afterwards: (() => void)[] = [];
  #isEnded = false;

  constructor(files: ScenarioFiles, send: (event: string, body?: object) => void) {
    this.files = files;
    this.#send = send;
    this.sources = new Sources(this.client, (path) => files.readText(path));
    this.progress = new Progress(this.client, send);
    this.execution = new Execution<Stop>(() => this.#interrupted(), this.progress);
  }

  /** The scenario being debugged, whether it runs or not. */
  get debuggee(): Debuggee | undefined {
    return this.#debuggee;
  }

  /** The present stop. */
  get stop(): Stop | undefined {
    return this.#stop;
  }

  /** The scenario standing still, or why it cannot be asked. */
  get standing(): Debuggee | Refusal {
    if (this.#debuggee === undefined || this.#isEnded) return NOTHING;
    return this.execution.isRunning || this.#stop === undefined ? RUNNING : this.#debuggee;
  }

  /** Begins with a scenario, in place of any other. */
  adopt(debuggee: Debuggee): void {
    this.execution.abandon();
    this.#debuggee = debuggee;
    this.#stop = undefined;
    this.#isEnded = false;
    this.#forget();
  }

  /** Does something once the present request has been answered. */
  after(task: () => void): void {
    this.#afterwards.push(task);
  }

  /** A request has been answered: called by the connection. */
  answered(request: P.Request): void {
    this.progress.forget(request.seq);
    const tasks = this.#afterwards;
    this.#afterwards = [];
    for (const task of tasks) task();
  }

  /** Tells the client of something. */
  send(event: string, body?: object): void {
    this.#send(event, body);
  }

  /** Sets the scenario in motion once the present request has been answered. */
  move({ session, isAtEnd }: Debuggee, command: Command): void {
    this.#stop = undefined;
    this.#forget();
    // A step that comes to the end stands there, so that one can still go back; what goes on from there ends.
    const endsAtEnd = isAtEnd || (command.kind === 'continue' && this.launch.stopOnEnd !== true);
    this.after(() => this.execution.start(session.perform(command), (stop) => (stop.reason === 'end' && endsAtEnd ? this.end() : this.arrive(stop))));
  }

  /** The scenario stands: tells the client. */
  arrive(stop: Stop): void {
    this.#stop = stop;
    this.#send('stopped', stoppedBody(stop, this.breakpoints));
    this.tellTime();
  }

  /** Changes the machine by hand: values that the client holds are no longer so. The stack is, since all up to here happens again. */
  edit(debuggee: Debuggee, edits: readonly Edit[]): void {
    this.#stop = debuggee.edit(edits);
    this.variables.clear();
    this.after(() => {
      if (this.client.can('supportsMemoryEvent')) {
        for (const edit of edits) if (edit.kind === 'memory') this.#send('memory', { memoryReference: addressText(edit.address), offset: 0, count: edit.bytes.length });
      }
      if (this.client.can('supportsInvalidatedEvent')) this.#send('invalidated', { areas: ['variables'] });
      this.tellTime();
    });
  }

  /** Tells our own client where in time we are. */
  tellTime(): void {
    const debuggee = this.#debuggee;
    if (debuggee !== undefined) this.#send('vsmmu/time', { isPast: debuggee.session.isPast, text: debuggee.timeText });
  }

  /** Writes to the console; `at` is the line that it is about. */
  output(text: string, category: OutputCategory, at?: SourceRange): void {
    const style = this.client.can('supportsANSIStyling') ? STYLES[category] : undefined;
    const place = at === undefined ? undefined : this.sources.place(at);
    const line = style === undefined ? text : `${style}${text}\x1b[0m`;
    this.#send('output', { category, output: `${line}\n`, ...(place === undefined ? {} : { source: place.source, line: place.line, column: place.column }) });
  }

  /** The scenario is over. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.execution.abandon();
    const outcomes = this.#debuggee?.outcomes;
    for (const outcome of outcomes?.byLine ?? []) this.#send('vsmmu/line', outcome);
    if (this.#debuggee?.isAtEnd === true && outcomes !== undefined) this.output(outcomes.summary, outcomes.hasFailed ? 'important' : 'console');
    this.#send('exited', { exitCode: outcomes?.hasFailed === true ? 1 : 0 });
    this.#send('terminated', {});
  }

  /** The client is gone. */
  close(): void {
    this.#isEnded = true;
    this.execution.abandon();
  }

  #interrupted(): Stop {
    if (this.#debuggee === undefined) throw new Error('nothing runs');
    return this.#debuggee.session.interrupted();
  }

  #forget(): void {
    this.variables.clear();
    this.frames.clear();
  }
}
