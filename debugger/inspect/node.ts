/**
 * What the variables view shows: a tree of plain nodes whose children are made when they are asked for.
 * A node holds for one moment of the machine; after it moved, new ones are made.
 */
import type { SourceRange } from '../../model/problem.ts';
import type { EditResult } from './edit.ts';

/** State whose change can be watched for; with a mask, only those bits of the 32-bit word. Sizes in bytes. */
export type WatchPlace =
  | { readonly kind: 'memory'; readonly address: number; readonly size: number; readonly mask?: number }
  /** `offset` without the 0x10000 of page 1. */
  | { readonly kind: 'register'; readonly smmu: number; readonly offset: number; readonly size: number; readonly mask?: number };

/** One line of the view. */
export interface VariableNode {
  readonly name: string;
  readonly value: string;
  /** What it is, in words. */
  readonly type?: string;
  /** An expression that gives the same. */
  readonly expression?: string;
  /** Physical address, for the memory view. */
  readonly memory?: number;
  /** What a data breakpoint on it watches. */
  readonly watch?: WatchPlace;
  /** What the user wrote that it came from. */
  readonly from?: SourceRange;
  /** Computing the children takes long: only when asked for. */
  readonly isLazy?: boolean;
  /** How many children there are, where they are numbered and may be many. */
  readonly count?: number;
  /** Children `start` to `start + count`; all of them without numbers. */
  readonly children?: (start?: number, count?: number) => readonly VariableNode[];
  /** What to change so that it gets a value as a person writes it. */
  readonly set?: (text: string) => EditResult;
}

/** What a node may have beside name and value. */
export type NodeExtras = Omit<VariableNode, 'name' | 'value' | 'children' | 'count'>;

/** A node without children. */
export function leaf(name: string, value: string, extras: NodeExtras = {}): VariableNode {
  return { name, value, ...extras };
}

/** A node with a few children. */
export function group(name: string, value: string, children: () => readonly VariableNode[], extras: NodeExtras = {}): VariableNode {
  let made: readonly VariableNode[] | undefined;
  return { name, value, ...extras, children: () => (made ??= children()) };
}

/** A node with many numbered children, made one by one. */
export function paged(name: string, value: string, rows: { readonly count: number; readonly at: (index: number) => VariableNode }, extras: NodeExtras = {}): VariableNode {
  const { count, at } = rows;
  const children = (start = 0, most = count): readonly VariableNode[] => {
    const first = Math.max(0, Math.min(start, count));
    return Array.from({ length: Math.max(0, Math.min(most, count - first)) }, (_, i) => at(first + i));
  };
  return { name, value, ...extras, count, children };
}

/** The child of a node by its name; that of a numbered one is found without making the others, where its number says where it is. */
export function childNamed(node: VariableNode, name: string): VariableNode | undefined {
  const index = node.count === undefined ? undefined : /^\[(\d+)\]$/.exec(name)?.[1];
  const direct = index === undefined ? undefined : node.children?.(Number(index), 1)[0];
  return direct?.name === name ? direct : node.children?.().find((child) => child.name === name);
}
