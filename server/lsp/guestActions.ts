/** What systems add to a board's own actions and lenses: passing a device to a guest, and who owns it already. */
import { type CodeLens, type Location } from 'vscode-languageserver/node';
import { folderOf } from '../../model/devicetree/source/paths.ts';
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import { isFragment } from '../../model/platform/guests/fragment.ts';
import { nodePath } from '../../model/devicetree/tree/values.ts';
import type { Action } from '../features/codeActions.ts';
import { Raw } from '../features/raw/tokens.ts';
import { ownerLenses } from '../features/xl/navigation.ts';
import { partialTree, passDevice } from '../features/xl/passDevice.ts';
import { toLocation, toRange } from './convert.ts';
import type { Session, Subject } from './session.ts';

/** The node of the board whose statement begins with a token: its name, or a reference to it. */
function nodeAtHead({ path, document, board }: Subject, token: number): DtNode | undefined {
  const kind = document.tokens.kind(token);
  const isHead = (kind === Raw.Name || kind === Raw.Reference) && document.tokens.is(token + 1, '{');
  return isHead ? board?.nodeOf(board.spotAt(path, document.tokens.start(token))?.nodes.at(-1)) : undefined;
}

/** Offers the node whose name is at `offset` to the guests of its system. */
export function passActions(session: Session, subject: Subject, offset: number): Action[] {
  const system = session.guests.systemOf(subject.path);
  const node = nodeAtHead(subject, subject.document.tokens.touching(offset));
  if (system?.host === undefined || node === undefined) return [];
  const inHost = system.host.tree.byPath(nodePath(node));
  return inHost === undefined ? [] : passDevice(system, inHost);
}

/** More nodes than a guest is given by one selection. */
const MAX_NODES = 200;

/** Offers a new partial device tree of the devices whose statements begin in a selection. */
export function partialTreeActions(session: Session, subject: Subject, start: number, end: number): Action[] {
  const { path, document, board } = subject;
  const canCreate = session.capabilities.workspace?.workspaceEdit?.resourceOperations?.includes('create') === true;
  if (!canCreate || board === undefined || isFragment(board.tree)) return [];
  const { tokens } = document;
  const nodes = new Set<DtNode>();
  for (let token = Math.max(0, tokens.indexAt(start)); token < tokens.length && tokens.start(token) <= end && nodes.size < MAX_NODES; token += 1) {
    const node = tokens.end(token) < start ? undefined : nodeAtHead(subject, token);
    if (node?.properties.has('reg') === true && node.properties.has('interrupts')) nodes.add(node);
  }
  const [first] = nodes;
  if (first === undefined) return [];
  const creates = `${folderOf(path)}/passthrough-${first.name.replace(/@.*/, '')}.dts`;
  if (session.files.readText(creates) !== undefined) return [];
  const host = { path, tree: board.tree, text: board.text, context: board.platform, isWhole: true };
  const text = partialTree(host, [...nodes], { kind: 'xl', vsmmu: undefined });
  const edits = [{ range: { file: creates, start: 0, end: 0 }, text }];
  const what = nodes.size === 1 ? first.name : `${nodes.size} nodes`;
  return [{ title: `Generate a partial device tree of ${what}`, kind: 'refactor.rewrite', edits, preferred: false, problem: undefined, creates }];
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
