/** What systems add to a board's own actions and lenses: passing a device to a guest, and who owns it already. */
import { type CodeLens, type Location } from 'vscode-languageserver/node';
import { nodePath } from '../../model/devicetree/tree/values.ts';
import type { Action } from '../features/codeActions.ts';
import { Raw } from '../features/raw/tokens.ts';
import { ownerLenses } from '../features/xl/navigation.ts';
import { passDevice } from '../features/xl/passDevice.ts';
import { toLocation, toRange } from './convert.ts';
import type { Session, Subject } from './session.ts';

/** Offers the node whose name is at `offset` to the guests of its system. */
export function passActions(session: Session, { path, document, board }: Subject, offset: number): Action[] {
  const system = session.guests.systemOf(path);
  const token = document.tokens.touching(offset);
  const kind = document.tokens.kind(token);
  const isHead = (kind === Raw.Name || kind === Raw.Reference) && document.tokens.is(token + 1, '{');
  if (system?.host === undefined || board === undefined || !isHead) return [];
  const node = board.nodeOf(board.spotAt(path, document.tokens.start(token))?.nodes.at(-1));
  const inHost = node === undefined ? undefined : system.host.tree.byPath(nodePath(node));
  return inHost === undefined ? [] : passDevice(system, inHost);
}

/** Lines above the nodes that guests own. */
export function guestLenses(session: Session, { path, document }: Subject, uri: string): CodeLens[] {
  const system = session.guests.systemOf(path);
  if (system === undefined) return [];
  return ownerLenses(system, path).map((lens) => {
    const range = toRange(document, lens.start, lens.end);
    const places: Location[] = lens.places.map((place) => toLocation(session.places, place));
    return { range, command: { title: lens.title, command: 'vsmmu.showReferences', arguments: [uri, range.start, places] } };
  });
}
