/**
 * The variable store: gives the nodes of the inspector numbers that the client can come back with.
 * Numbers hold until the machine moves, and none is given twice in a session, so that a late request
 * is refused and never answered with something else.
 */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { SourceRange } from '../../model/problem.ts';
import { childNamed, type VariableNode } from '../inspect/node.ts';
import type { Client } from './client.ts';

/** How many children of a list a client is given that asked for all of them. */
const MOST_CHILDREN = 10_000;
/** A number at the start of a value that stands alone or before its meaning. */
const DECIMAL = /^(\d{1,15})(?=$| \()/;

/** What all that carries a value has in common. */
export interface Rendered {
  readonly value: string;
  readonly type?: string;
  readonly variablesReference: number;
  readonly indexedVariables?: number;
  readonly memoryReference?: string;
  readonly valueLocationReference?: number;
  readonly declarationLocationReference?: number;
}

/** An address as memory references are written. */
export function addressText(address: number): string {
  return `0x${address.toString(16)}`;
}

/** The address of a memory reference; undefined where it is none. */
export function addressOf(reference: unknown): number | undefined {
  if (typeof reference !== 'string' || !/^(?:0x[0-9a-f]{1,14}|\d{1,16})$/i.test(reference)) return undefined;
  const address = Number(reference);
  return Number.isSafeInteger(address) ? address : undefined;
}

/** The nodes that the client has seen since the last stop. */
export class VariableStore {
  readonly #client: Client;
  #nodes = new Map<number, VariableNode>();
  #places = new Map<number, SourceRange>();
  #next = 1;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Forgets all nodes: the machine moved. */
  clear(): void {
    this.#nodes = new Map();
    this.#places = new Map();
  }

  /** The node of a number. */
  node(reference: number): VariableNode | undefined {
    return this.#nodes.get(reference);
  }

  /** The child of a node by its name. */
  child(reference: number, name: string): VariableNode | undefined {
    const node = this.#nodes.get(reference);
    return node === undefined ? undefined : childNamed(node, name);
  }

  /** A number for a node with children; 0 for one without. */
  reference(node: VariableNode): number {
    if (node.children === undefined) return 0;
    this.#nodes.set(this.#next, node);
    return this.#next++;
  }

  /** The place behind the number of a location. */
  location(reference: number): SourceRange | undefined {
    return this.#places.get(reference);
  }

  /** A node as any answer carries it. */
  render(node: VariableNode, format?: P.ValueFormat): Rendered {
    return {
      value: format?.hex === true ? node.value.replace(DECIMAL, (digits) => `0x${Number(digits).toString(16)}`) : node.value,
      variablesReference: this.reference(node),
      ...(node.type !== undefined && this.#client.can('supportsVariableType') ? { type: node.type } : {}),
      ...(node.count === undefined ? {} : { indexedVariables: node.count }),
      ...(node.memory === undefined ? {} : { memoryReference: addressText(node.memory) }),
      ...(node.from === undefined ? {} : { valueLocationReference: this.#place(node.from) }),
    };
  }

  /** The children of a node. */
  children(node: VariableNode, args: Pick<P.VariablesArguments, 'filter' | 'start' | 'count' | 'format'>): P.Variable[] {
    const { filter, start = 0, count = 0, format } = args;
    const isIndexed = node.count !== undefined;
    if (filter !== undefined && (filter === 'indexed') !== isIndexed) return [];
    const most = count > 0 ? count : MOST_CHILDREN;
    const nodes = isIndexed ? node.children?.(start, Math.min(most, node.count)) : node.children?.().slice(start, start + most);
    return (nodes ?? []).map((child) => this.#variable(child, format));
  }

  #variable(node: VariableNode, format: P.ValueFormat | undefined): P.Variable {
    return {
      name: node.name,
      ...this.render(node, format),
      ...(node.expression === undefined ? {} : { evaluateName: node.expression }),
      presentationHint: { ...(node.isLazy === true ? { lazy: true } : {}), ...(node.set === undefined ? { attributes: ['readOnly'] } : {}) },
    };
  }

  #place(range: SourceRange): number {
    this.#places.set(this.#next, range);
    return this.#next++;
  }
}
