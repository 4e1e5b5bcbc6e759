/** Inlay hints: the StreamIDs of each device, behind the name of its node. */
import type { Board } from './board.ts';
import type { RawDocument } from './raw/document.ts';
import { called, idText } from './streamText.ts';
import type { Master } from '../../model/platform/types.ts';

/** A hint that stands at an offset of the file. */
export interface InlayText {
  readonly offset: number;
  readonly text: string;
  readonly tooltip: string;
}

/** Streams that one hint names before it says how many more there are. */
const MAX_NAMED = 3;

/** An editor asks for what it shows; a hostile board must not answer with all it has. */
const MAX_HINTS = 2000;

/** The hints of `[start, end)` of a file. */
export function inlayHints(board: Board, document: RawDocument, start: number, end: number): InlayText[] {
  const hints: InlayText[] = [];
  for (const master of board.platform.platform.masters) {
    if (master.uses.length === 0) continue;
    for (const syntax of master.node.definitions) {
      const range = board.range(syntax.target);
      if (range.file !== document.path || range.end < start || range.end > end || hints.length >= MAX_HINTS) continue;
      hints.push({ offset: range.end, text: hintText(master), tooltip: `StreamIDs of ${master.path}` });
    }
  }
  return hints.sort((a, b) => a.offset - b.offset);
}

/** `smmu: 0x1c, 0x20 …`, grouped by IOMMU. */
function hintText(master: Master): string {
  const groups = new Map<string, string[]>();
  for (const use of master.uses) {
    const name = called(use.iommu.node);
    const list = groups.get(name) ?? [];
    groups.set(name, list);
    list.push(use.id === undefined ? 'attached' : idText(use));
  }
  const shown = [...groups].slice(0, MAX_NAMED).map(([name, ids]) => {
    const more = ids.length > MAX_NAMED ? ` +${ids.length - MAX_NAMED}` : '';
    return `${name}: ${[...new Set(ids)].slice(0, MAX_NAMED).join(', ')}${more}`;
  });
  return shown.join('; ') + (groups.size > MAX_NAMED ? ` +${groups.size - MAX_NAMED}` : '');
}
