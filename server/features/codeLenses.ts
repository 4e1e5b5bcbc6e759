/**
 * Code lenses: on an IOMMU the number of masters and conflicts, leading to the places where they
 * name it; on a node that boards or other files change, the number of those places.
 */
import type { SourceRange } from '../../model/problem.ts';
import type { Iommu } from '../../model/platform/types.ts';
import { meetings } from '../../model/platform/sharing.ts';
import type { Board } from './board.ts';
import { count } from './markdown.ts';
import type { RawDocument } from './raw/document.ts';

/** A line above a range; `places` is what it leads to. */
export interface Lens {
  readonly start: number;
  readonly end: number;
  readonly title: string;
  /** `streams`: leads to the stream table; `places`: to a list of places; `dma`: debugs an access of the device. */
  readonly action: 'streams' | 'places' | 'dma';
  readonly places: readonly SourceRange[];
  /** The path of the device, for `dma`. */
  readonly device?: string;
}

/** Places that one lens leads to, and IOMMUs that get one. */
const MAX_PLACES = 500;
const MAX_IOMMUS = 500;

/** The lenses of a file. */
export function codeLenses(board: Board, document: RawDocument): Lens[] {
  return board.platform.platform.iommus.slice(0, MAX_IOMMUS).flatMap((iommu) => iommuLenses(board, document, iommu));
}

function iommuLenses(board: Board, document: RawDocument, iommu: Iommu): Lens[] {
  const range = iommu.node.definitions.map((syntax) => board.range(syntax.target)).find((place) => place.file === document.path);
  if (range === undefined) return [];
  const { start, end } = range;
  const uses = board.platform.usesOf(iommu);
  const masters = new Set(uses.map((use) => use.master));
  const off = [...masters].filter((master) => !master.enabled).length;
  const title = masters.size === 0 ? 'no masters' : `${count(masters.size, 'master')}${off === 0 ? '' : ` (${off} disabled)`}`;
  const lenses: Lens[] = [{ start, end, title, action: 'places', places: uses.slice(0, MAX_PLACES).map((use) => board.range(use.span)) }];
  const shared = meetings(uses);
  if (shared.length > 0) {
    const places = shared.slice(0, MAX_PLACES).flatMap((meeting) => [board.range(meeting.first.idSpan), board.range(meeting.second.idSpan)]);
    lenses.push({ start, end, title: count(shared.length, 'shared StreamID'), action: 'places', places });
  }
  if (masters.size > 0) lenses.push({ start, end, title: 'stream table', action: 'streams', places: [] });
  return lenses;
}
