/**
 * What the nodes of a board are called in scenarios: by label, by node name and by path, the ones that
 * people use first. The editor, which knows names only, and the debugger's machine both go by this, so
 * that what one offers the other takes.
 */
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import { nodePath } from '../../model/devicetree/tree/values.ts';

/** A name for people, and every other one. */
export interface NodeNames {
  readonly name: string;
  readonly aliases: readonly string[];
}

/** The names of a node: labels, node name, and the path as the last. A suffix tells one of several things of it from the others. */
export function namesOf(node: DtNode, suffix = ''): NodeNames {
  const [name = node.name, ...aliases] = [...node.labels.map((label) => label.name), node.name, nodePath(node)].map((each) => `${each}${suffix}`);
  return { name, aliases };
}

/** A name that two nodes have, such as that of nodes on different buses, stands for neither. Paths stay, and are the last alias still. */
export function unambiguous<T extends NodeNames>(things: readonly T[]): T[] {
  const uses = new Map<string, number>();
  for (const { name, aliases } of things) for (const each of new Set([name, ...aliases])) uses.set(each, (uses.get(each) ?? 0) + 1);
  return things.map((thing) => {
    const own = [thing.name, ...thing.aliases].filter((name) => uses.get(name) === 1);
    return { ...thing, name: own[0] ?? thing.name, aliases: own.length > 1 ? own.slice(1) : own };
  });
}

/** The names to offer for a thing, the best first: paths are long, and whoever wants one writes it. */
export function offeredNames({ name, aliases }: NodeNames): string[] {
  return [...new Set([name, ...aliases.filter((alias) => !alias.startsWith('/'))])];
}
