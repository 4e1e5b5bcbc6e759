/**
 * The includes of a file by a fast scan of its lines: no preprocessing, no conditions, comments
 * only where they begin a line. Good enough to find which boards may include a file.
 */
import type { IncludeEdge } from './includeGraph.ts';

const INCLUDE = /^[ \t]*(?:#[ \t]*include(?:_next)?[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)|\/include\/[ \t]*"([^"\n]+)")/gm;

/** More includes than any source has. */
const MAX_EDGES = 2000;

/** Every include that a file may have. */
export function scanIncludes(text: string): IncludeEdge[] {
  const edges: IncludeEdge[] = [];
  for (const match of text.matchAll(INCLUDE)) {
    if (edges.length >= MAX_EDGES) break;
    const quoted = match[1] ?? match[3];
    edges.push({ path: quoted ?? match[2] ?? '', quoted: quoted !== undefined });
  }
  return edges;
}
