/** Completion of include paths: the one completion that lists folders. */
import type { Proposal, Proposals } from '../features/completion.ts';
import type { RawDocument } from '../features/raw/document.ts';
import { parentFolder } from '../workspace/includeGraph.ts';
import { isFilePath } from '../workspace/uris.ts';
import type { Session } from './session.ts';

const TYPED = /(?:#[ \t]*include[ \t]*([<"])|\/include\/[ \t]*("))([^>"\n]*)$/;
const INCLUDABLE = /\.(?:dts|dtsi|h)$/;
const MAX_ENTRIES = 500;

/** Files and folders for the include path being typed at `offset`; undefined where none is. */
export function includeProposals(session: Session, document: RawDocument, offset: number): Proposals | undefined {
  const lineStart = document.text.lastIndexOf('\n', offset - 1) + 1;
  const match = TYPED.exec(document.text.slice(lineStart, offset));
  if (match === null || !isFilePath(document.path)) return undefined;
  const typed = match[3] ?? '';
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const own = match[1] === '<' ? [] : [parentFolder(document.path)];
  const items = new Map<string, Proposal>();
  for (const root of [...own, ...session.includePaths.rootsFor(document.path)]) {
    for (const item of entries(session, `${root}/${folder}`)) if (items.size < MAX_ENTRIES && !items.has(item.label)) items.set(item.label, item);
  }
  return { start: offset - (typed.length - folder.length), end: offset, items: [...items.values()], incomplete: items.size >= MAX_ENTRIES };
}

function entries(session: Session, folder: string): Proposal[] {
  if (!session.files.mayList(folder)) return [];
  return (session.disk.list(folder) ?? []).flatMap((entry): Proposal[] => {
    if (!entry.name.includes('.')) return [{ label: `${entry.name}/`, kind: 'folder' }];
    return INCLUDABLE.test(entry.name) ? [{ label: entry.name, kind: 'file' }] : [];
  });
}
