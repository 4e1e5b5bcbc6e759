import { beforeEach, describe, expect, it } from 'vitest';
import { Refresh } from '../../../server/lsp/refresh.ts';
import type { Session } from '../../../server/lsp/session.ts';

const ALL = { inlayHint: { refreshSupport: true }, codeLens: { refreshSupport: true }, semanticTokens: { refreshSupport: true } };

/** A session of which only what a refresh touches exists; `later` is what waits for the clock. */
function stage(documents: number, workspace: object): { refresh: Refresh; asked: string[]; elapse: () => void } {
  const asked: string[] = [];
  let later: (() => void) | undefined;
  const session = {
    documents: { count: documents },
    capabilities: { workspace },
    log: () => undefined,
    host: {
      connection: { sendRequest: (request: string) => { asked.push(request); return Promise.resolve(); } },
      clock: { after: (_: number, action: () => void) => { later = action; return { cancel: () => { later = undefined; } }; } },
    },
  } as unknown as Session;
  return { refresh: new Refresh(session), asked, elapse: () => later?.() };
}

describe('a refresh', () => {
  let s: ReturnType<typeof stage>;
  beforeEach(() => { s = stage(1, ALL); });

  it('is not asked for while a single document is typed in', () => {
    s.refresh.analysed();
    s.elapse();
    expect(s.asked).toEqual([]);
  });

  it('is asked for once after another board has been analysed', () => {
    s.refresh.contextChanged();
    s.refresh.analysed();
    s.refresh.analysed();
    s.elapse();
    expect(s.asked).toEqual(['workspace/inlayHint/refresh', 'workspace/codeLens/refresh', 'workspace/semanticTokens/refresh']);
  });

  it('is asked for where other documents are open', () => {
    s = stage(2, ALL);
    s.refresh.analysed();
    s.elapse();
    expect(s.asked).toHaveLength(3);
  });

  it('asks for nothing that the editor does not take', () => {
    s = stage(2, { codeLens: { refreshSupport: true } });
    s.refresh.analysed();
    s.elapse();
    expect(s.asked).toEqual(['workspace/codeLens/refresh']);
  });
});
