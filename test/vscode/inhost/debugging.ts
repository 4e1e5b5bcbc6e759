/** A debug session through VS Code's API: what the adapter says, as an extension beside ours would ask for it. */
import { equal, match, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, example, type HostTest, open } from './host.ts';

const FIRST = 'scenarios/first-translation.smmu';
const TYPE = 'vsmmu';

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly body?: { readonly reason?: string; readonly threadId?: number };
}

interface Frame {
  readonly id: number;
  readonly name: string;
  readonly line: number;
}

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly variablesReference: number;
}

/** One session, followed from its start to its end. */
class Followed implements vscode.Disposable {
  readonly #registration: vscode.Disposable;
  readonly #stops: string[] = [];
  /** What stopped last: a device or the host. */
  #thread: number | undefined;
  #ended = false;
  #session: vscode.DebugSession | undefined;

  constructor() {
    this.#registration = vscode.debug.registerDebugAdapterTrackerFactory(TYPE, {
      createDebugAdapterTracker: (session) => {
        this.#session = session;
        return {
          onDidSendMessage: ({ type, event, body }: Message) => {
            if (type !== 'event') return;
            if (event === 'stopped') this.#stops.push(body?.reason ?? '');
            if (event === 'stopped') this.#thread = body?.threadId;
            if (event === 'terminated') this.#ended = true;
          },
        };
      },
    });
  }

  /** The session that was started. */
  get session(): vscode.DebugSession {
    if (this.#session === undefined) throw new Error('no session was started');
    return this.#session;
  }

  /** Why the session stops next. */
  stop(): Promise<string> {
    return eventually('the session stops', () => this.#stops.shift());
  }

  /** The session is over. */
  async end(): Promise<void> {
    await eventually('the session ends', () => (this.#ended ? true : undefined));
    await eventually('VS Code has no session', () => (vscode.debug.activeDebugSession === undefined ? true : undefined));
  }

  /** Sends a request about what stopped last. */
  request(command: string): Thenable<unknown> {
    return this.session.customRequest(command, { threadId: this.#thread });
  }

  /** Sends a request that moves the session, and answers why it stops. */
  async move(command: string): Promise<string> {
    await this.request(command);
    return this.stop();
  }

  async stack(): Promise<readonly Frame[]> {
    return ((await this.request('stackTrace')) as { stackFrames: readonly Frame[] }).stackFrames;
  }

  async variables(reference: number): Promise<readonly Variable[]> {
    return ((await this.session.customRequest('variables', { variablesReference: reference })) as { variables: readonly Variable[] }).variables;
  }

  /** All that the scopes of the innermost frame show at their top, by name. */
  async scopes(): Promise<ReadonlyMap<string, readonly Variable[]>> {
    const [frame] = await this.stack();
    const { scopes } = (await this.session.customRequest('scopes', { frameId: frame?.id })) as { scopes: readonly Variable[] };
    return new Map(await Promise.all(scopes.map(async ({ name, variablesReference }) => [name, await this.variables(variablesReference)] as const)));
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

export const debugging: readonly HostTest[] = [
  {
    name: 'in-host: debugs a scenario: stop, stack, variables, step, step back, continue to a fault and to the end',
    async run() {
      const { document, at } = await open(FIRST, 'dma eth0 write');
      const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(document.uri, at));
      const followed = new Followed();
      try {
        vscode.debug.addBreakpoints([breakpoint]);
        ok(await vscode.debug.startDebugging(undefined, { type: TYPE, request: 'launch', name: 'First', program: example(FIRST).fsPath, stopOnEntry: false, stopOnEnd: false }));
        equal(await followed.stop(), 'breakpoint');
        equal((await followed.stack())[0]?.line, at.line + 1);
        equal(await followed.move('stepIn'), 'step');
        match((await followed.stack())[0]?.name ?? '', /write of 0x10000040/);
        for (let n = 0; n < 2; n++) await followed.move('stepIn');
        match((await followed.stack())[0]?.name ?? '', /^STE/);
        const ste = [...await followed.scopes()].find(([name]) => name.startsWith('STE'))?.[1] ?? [];
        match(ste.find(({ name }) => name.startsWith('Config'))?.value ?? '', /5/);
        await followed.move('stepBack');
        match((await followed.stack())[0]?.name ?? '', /L1STD/);
        equal(await followed.move('continue'), 'exception');
        match((await followed.stack())[0]?.name ?? '', /F_TRANSLATION/);
        await followed.request('continue');
        await followed.end();
      } finally {
        vscode.debug.removeBreakpoints([breakpoint]);
        await vscode.debug.stopDebugging();
        followed.dispose();
      }
    },
  },
];
