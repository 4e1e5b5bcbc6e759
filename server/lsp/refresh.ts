/**
 * Asks the editor to fetch anew what it shows beside the text: hints, lenses, colours and, where it asks for them, problems. An editor
 * does so by itself only for the document that was typed in; what a header or another board changes
 * elsewhere it cannot know. Waits until no analysis has come for a moment.
 */
import type { Clock } from '../workspace/scheduler.ts';
import type { Session } from './session.ts';

const QUIET_MS = 300;

/** The requests, each with the capability that says whether the editor takes it. */
const VIEWS = [
  { name: 'inlayHint', request: 'workspace/inlayHint/refresh' },
  { name: 'codeLens', request: 'workspace/codeLens/refresh' },
  { name: 'semanticTokens', request: 'workspace/semanticTokens/refresh' },
  { name: 'diagnostics', request: 'workspace/diagnostic/refresh' },
] as const;

/** One connection's refreshes. */
export class Refresh {
  private hasNewBoard = false;
  private timer: ReturnType<Clock['after']> | undefined;

  constructor(private readonly session: Session) {}

  /** Another board is in force for an open document: all that is shown of it is out of date. */
  contextChanged(): void {
    this.hasNewBoard = true;
  }

  /** A board was analysed: other open documents than the one typed in may show it. */
  analysed(): void {
    if (!this.hasNewBoard && this.session.documents.count < 2) return;
    this.timer?.cancel();
    this.timer = this.session.host.clock.after(QUIET_MS, () => this.ask());
  }

  private ask(): void {
    this.hasNewBoard = false;
    const workspace = this.session.capabilities.workspace ?? {};
    for (const { name, request } of VIEWS) {
      if (workspace[name]?.refreshSupport !== true) continue;
      this.session.host.connection.sendRequest(request).catch((error: unknown) => this.session.log(error));
    }
  }
}
