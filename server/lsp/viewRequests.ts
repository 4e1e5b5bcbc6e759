/**
 * Requests of our own client's views: the streams of a board, its topology, who owns what, the source
 * of a blob. An answer is what to show, or why there is nothing and what to do about it.
 * `vsmmu/modelChanged` tells the client, after each analysis, that a view may be out of date.
 */
import type { PlatformContext } from '../../model/platform/context.ts';
import type { System } from '../../model/platform/guests/types.ts';
import type { SourceRange } from '../../model/problem.ts';
import { blobSource } from '../features/blobSource.ts';
import { ownershipTables } from '../features/views/ownershipTables.ts';
import { streamTables } from '../features/views/streamTables.ts';
import type { Place } from '../features/views/table.ts';
import { topology, type Topology } from '../features/views/topology.ts';
import type { RequestTable } from './requests.ts';
import type { Session, Subject } from './session.ts';

/** How long a view waits for a system that is being analysed, in ms. */
const PATIENCE = 1500;

/** What a view is told. */
type ViewAnswer = { readonly kind: 'show'; readonly data: unknown } | { readonly kind: 'empty'; readonly text: string; readonly advice: string | null };

interface ViewParams {
  readonly uri: string;
}

/** Handlers of the views' requests. */
export const VIEW_REQUESTS: RequestTable = {
  'vsmmu/streams': (session, { uri }: ViewParams): Promise<ViewAnswer> => ofBoard(session, uri, ({ board, path }) => {
    const root = session.workspace.contextOf(path)?.root ?? path;
    return streamTables(board.platform, session.label(root), ({ file, line }) => ({ uri: session.uris.toEditor(file), line }));
  }),
  'vsmmu/topology': async (session, { uri }: ViewParams): Promise<ViewAnswer> => {
    const system = await session.guests.demand(session.uris.fromEditor(uri), PATIENCE);
    const host = session.guests.isOpen(session.uris.fromEditor(uri)) ? system?.host : undefined;
    if (host !== undefined) return { kind: 'show', data: topologyOf(session, host.context, host.path, system) };
    return ofBoard(session, uri, ({ board, path }) => {
      const root = session.workspace.contextOf(path)?.root ?? path;
      return topologyOf(session, board.platform, root, system?.host?.path === root ? system : undefined);
    });
  },
  'vsmmu/ownership': async (session, { uri }: ViewParams): Promise<ViewAnswer> => {
    const system = await session.guests.demand(session.uris.fromEditor(uri), PATIENCE);
    if (system === undefined || system.domains.length === 0) {
      return { kind: 'empty', text: 'No guests are known for this file.', advice: 'A project file, vsmmu.json, names a board and its guests; guests in the folder of the board are found without one.' };
    }
    return { kind: 'show', data: ownershipTables(system, { label: (file) => session.label(file), place: (range) => placeOf(session, range) }) };
  },
  'vsmmu/blobSource': (_, { name, data }: { name: string; data: string }): { text: string } => ({ text: blobSource(Buffer.from(data, 'base64'), name) }),
};

async function ofBoard(session: Session, uri: string, make: (subject: Subject & { board: NonNullable<Subject['board']> }) => unknown): Promise<ViewAnswer> {
  const subject = await session.subject(uri, true);
  const board = subject?.board;
  if (subject === undefined || board === undefined) {
    return { kind: 'empty', text: 'No board explains this file.', advice: 'Open a board (.dts) that includes it, or choose one with vSMMU: Select Board.' };
  }
  return { kind: 'show', data: make({ ...subject, board }) };
}

function topologyOf(session: Session, context: PlatformContext, root: string, system: System | undefined): Topology {
  return topology(context, { name: session.label(root), system, place: (range) => placeOf(session, range) });
}

/** Where something was written, for the editor. */
function placeOf(session: Session, { file, start }: SourceRange): Place | null {
  const document = session.places.document(file);
  return document === undefined ? null : { uri: session.uris.toEditor(file), line: document.lines.positionAt(start).line + 1 };
}
