/** A workspace that is on no disk: the editor reads its files, and everything works as if it were. */
import { afterEach, describe, expect, it } from 'vitest';
import { BOARD } from '../boards.ts';
import { filesOf } from '../check.ts';
import type { Client } from '../client.ts';
import { connect } from './build.ts';

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

const TOP = 'memfs://box/my%20work';
const FILES = filesOf(BOARD);

interface Session { readonly client: Client; readonly files: Map<string, string>; readonly asked: string[]; readonly uri: (name: string) => string }
interface Options { readonly readsVirtual?: boolean; readonly trusted?: boolean; readonly capabilities?: object; readonly reads?: Promise<void> }

/** A session on a virtual folder; the client answers for its files once it `reads`, and notes what it was asked. */
async function session(settings: object = {}, { capabilities = {}, reads, ...options }: Options = {}): Promise<Session> {
  const files = new Map(Object.entries(FILES).map(([name, text]) => [`${TOP}${name}`, text]));
  const asked: string[] = [];
  const client = await connect({ folder: TOP, capabilities, initializationOptions: { settings, readsVirtual: true, ...options } });
  clients.push(client);
  const entryOf = (uri: string): object | null => {
    asked.push(uri);
    const text = files.get(uri);
    if (text !== undefined) return { data: Buffer.from(text).toString('base64') };
    const names = [...files.keys()].filter((name) => name.startsWith(`${uri}/`)).map((name) => name.slice(uri.length + 1));
    if (names.length === 0) return null;
    return { entries: [...new Set(names.map((name) => name.split('/')[0] ?? ''))].map((name) => ({ name, folder: names.some((one) => one.startsWith(`${name}/`)) })) };
  };
  client.answers.set('vsmmu/readVirtual', async ({ uris }: { uris: string[] }) => {
    await reads;
    return { entries: uris.map(entryOf) };
  });
  return { client, files, asked, uri: (name) => `${TOP}/${name}` };
}

const SETTINGS = { includeRoots: ['include'] };

/** Waits until the problems of a file are these. */
async function untilProblems(client: Client, uri: string, isRight: (codes: readonly string[]) => boolean): Promise<void> {
  await client.until(() => {
    const last = client.published.findLast((one) => one.uri === uri);
    return last !== undefined && isRight(last.diagnostics.map(({ code }) => code)) ? true : undefined;
  }, `the right problems of ${uri}`);
}

/** An editor that asks for problems by itself, and again when it is told to. */
const PULLS = { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } };

/** Asks for the problems of a file as an editor does, again only when it is told to, until they are right. */
function editor(client: Client, uri: string): (isRight: (codes: readonly string[]) => boolean) => Promise<void> {
  let [refreshes, seen] = [1, 0];
  client.answers.set('workspace/diagnostic/refresh', () => void (refreshes += 1));
  let codes: readonly string[] = [];
  return async (isRight) => {
    for (;;) {
      await client.until(() => refreshes > seen || undefined, `a refresh after ${codes.join()}`);
      seen = refreshes;
      codes = await pull(client, uri);
      if (isRight(codes)) return;
    }
  };
}

/** The ids of the problems that the server answers with, asked again while it is not ready. */
async function pull(client: Client, uri: string): Promise<readonly string[]> {
  for (;;) {
    const report = await client.request('textDocument/diagnostic', { textDocument: { uri } }).catch(() => undefined) as { items: { code: string }[] } | undefined;
    if (report !== undefined) return report.items.map(({ code }) => code);
  }
}

describe('a virtual workspace', () => {
  it('is compiled with its includes, which the editor reads', async () => {
    const { client, uri, asked } = await session(SETTINGS);
    client.open(uri('board.dts'), FILES['/board.dts'] ?? '');
    await untilProblems(client, uri('board.dts'), (codes) => !codes.includes('include-not-found') && !codes.includes('dts-unknown-target'));
    const answer = await client.request('vsmmu/streams', { uri: uri('board.dts') }) as { data: { title: string; tables: { rows: { cells: { parts: { text: string; place: { uri: string } | null }[] }[] }[] }[] } };
    expect(answer.data.title).toBe('Streams of board.dts');
    const [smmu] = answer.data.tables[0]?.rows[0]?.cells[0]?.parts ?? [];
    expect(smmu).toEqual({ text: 'smmu', place: { uri: uri('soc.dtsi'), line: 21 } });
    expect(asked).toContain(uri('include/sid.h'));
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('finds the board of a shared file', async () => {
    const { client, uri } = await session(SETTINGS);
    client.open(uri('soc.dtsi'), FILES['/soc.dtsi'] ?? '');
    await client.until(() => client.notifications.some(({ method, params }) => method === 'vsmmu/contextChanged' && (params as { context: { label: string } | null }).context?.label === 'board.dts') || undefined, 'the board');
  });

  it('follows a file that changes', async () => {
    const { client, uri, files } = await session(SETTINGS);
    client.open(uri('board.dts'), FILES['/board.dts'] ?? '');
    await untilProblems(client, uri('board.dts'), (codes) => !codes.includes('include-not-found'));
    files.set(uri('soc.dtsi'), (FILES['/soc.dtsi'] ?? '').replace('uart: serial@', 'other: serial@'));
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('soc.dtsi'), type: 2 }] });
    await untilProblems(client, uri('board.dts'), (codes) => codes.includes('dts-unknown-target'));
  });

  it('has an editor that asks for problems ask again once its includes are there', async () => {
    let read = (): void => {};
    const reads = new Promise<void>((resolve) => (read = resolve));
    const { client, uri } = await session(SETTINGS, { reads, capabilities: PULLS });
    const shown = editor(client, uri('board.dts'));
    client.open(uri('board.dts'), FILES['/board.dts'] ?? '');
    await shown((codes) => codes.includes('include-not-found'));
    // Once more, as the editor is told of the board that the file has now.
    await shown((codes) => codes.includes('include-not-found'));
    read();
    await shown((codes) => !codes.includes('include-not-found'));
  });

  it('has an editor that asks for problems ask again when a file changes that is not open', async () => {
    const { client, uri, files } = await session(SETTINGS, { capabilities: PULLS });
    const shown = editor(client, uri('board.dts'));
    client.open(uri('board.dts'), FILES['/board.dts'] ?? '');
    await shown((codes) => !codes.includes('include-not-found') && !codes.includes('dts-unknown-target'));
    files.set(uri('soc.dtsi'), (FILES['/soc.dtsi'] ?? '').replace('uart: serial@', 'other: serial@'));
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('soc.dtsi'), type: 2 }] });
    await shown((codes) => codes.includes('dts-unknown-target'));
  });

  it('asks nothing of an editor that cannot read it, and checks the file alone', async () => {
    const { client, uri, asked } = await session(SETTINGS, { readsVirtual: false });
    client.open(uri('board.dts'), FILES['/board.dts'] ?? '');
    await untilProblems(client, uri('board.dts'), (codes) => codes.includes('include-not-found'));
    expect(asked).toEqual([]);
  });

  it('is read in a workspace that is not trusted too, and nothing outside of it', async () => {
    const { client, uri, asked } = await session({}, { trusted: false });
    client.open(uri('board.dts'), `${FILES['/board.dts'] ?? ''}\n#include "../outside.dtsi"\n#include "/etc/passwd"\n`);
    await untilProblems(client, uri('board.dts'), (codes) => codes.includes('include-not-found'));
    await client.request('vsmmu/streams', { uri: uri('board.dts') });
    expect(asked.filter((one) => !one.startsWith(TOP))).toEqual([]);
  });
});
