/**
 * The merge: statements of the syntax tree applied one after the other, in dtc's order and with
 * dtc's rules. A body that makes a node is taken as it is (what stands twice in it stays twice);
 * a body for a node that exists is applied member by member. It runs anew on every change.
 */
import type {
  DeleteNodeSyntax, DtsSyntax, LabelSyntax, NodeSyntax, OmitNodeSyntax, ReferenceSyntax, TopLevelItem,
} from '../syntax/ast.ts';
import type { SyntaxProblem } from '../syntax/problem.ts';
import { fragmentOf } from './fragment.ts';
import { MergedNode } from './node.ts';
import { finishSteps } from './finish.ts';
import { ProblemList } from './problemList.ts';
import { suggest } from './suggest.ts';
import { MergedTree } from './mergedTree.ts';
import type { DtTree } from './tree.ts';

/** Options of a merge. */
export interface MergeOptions {
  /** dtc's `-@`: `/omit-if-no-ref/` nodes with labels stay. */
  readonly symbols?: boolean;
}

/** A merged tree and what is wrong with it. */
export interface Merged {
  readonly tree: DtTree;
  readonly problems: readonly SyntaxProblem[];
}

/** Merges in slices: each `next` does a piece of the work. */
export function* mergeSteps(syntax: DtsSyntax, options: MergeOptions = {}): Generator<void, Merged> {
  const merge = new Merge(syntax.plugin, options.symbols === true);
  for (const item of syntax.items) {
    merge.apply(item);
    if (merge.pause()) yield;
  }
  yield* finishSteps(merge.tree, merge.problems);
  return { tree: merge.tree, problems: merge.problems.found };
}

/** Merges in one go. */
export function mergeDts(syntax: DtsSyntax, options: MergeOptions = {}): Merged {
  const steps = mergeSteps(syntax, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Nodes merged between two pauses. */
const SLICE = 1000;

class Merge {
  readonly tree: MergedTree;
  readonly problems = new ProblemList();
  private fragments = 0;
  private hasRoot = false;
  private work = 0;

  constructor(plugin: boolean, symbols: boolean) {
    this.tree = new MergedTree(plugin, symbols);
  }

  pause(): boolean {
    if (this.work < SLICE) return false;
    this.work = 0;
    return true;
  }

  apply(item: TopLevelItem): void {
    switch (item.kind) {
      case 'node': return this.node(item);
      case 'delete-node': return this.deleteTarget(item);
      case 'omit-node': return this.omitTarget(item);
      default: this.tree.memReserves.push(item);
    }
  }

  private node(item: NodeSyntax): void {
    const { target } = item;
    const { root } = this.tree;
    if (target.kind === 'name') {
      if (this.hasRoot) this.extend(root, item);
      else this.fill(root, item);
      this.hasRoot = true;
      return;
    }
    // In an overlay a path always means the tree that it is laid over; a labelled statement never does.
    const isForeign = this.tree.plugin && item.labels.length === 0;
    const found = this.hasRoot && !(isForeign && target.path !== undefined) ? this.tree.resolve(target) : undefined;
    this.hasRoot = true;
    if (found !== undefined) {
      for (const label of item.labels) this.label(found, label);
      this.extend(found, item);
    } else if (isForeign) this.fragment(item, target);
    else this.unknown(target);
  }

  private fragment(item: NodeSyntax, target: ReferenceSyntax): void {
    const fragment = fragmentOf(item, target, this.fragments++);
    const node = new MergedNode(fragment.name, undefined, this.tree, 0);
    node.defineBy(item);
    node.addProperty(fragment.property);
    const overlay = new MergedNode('__overlay__', node, this.tree, 0);
    this.tree.root.addChild(node);
    node.addChild(overlay);
    this.fill(overlay, item);
  }

  /** Fills a new node with the members of the body that makes it. */
  private fill(node: MergedNode, syntax: NodeSyntax): void {
    this.work++;
    node.defineBy(syntax);
    node.omitIfNoRef = syntax.omitIfNoRef;
    for (let i = syntax.labels.length - 1; i >= 0; i--) this.label(node, syntax.labels[i] as LabelSyntax);
    for (const member of syntax.members) {
      switch (member.kind) {
        case 'property': node.addProperty(member); break;
        case 'node': this.create(node, member); break;
        case 'delete-property': node.addDeletedProperty(member.name, member); break;
        default: this.deletedTrace(node, member);
      }
    }
  }

  private create(parent: MergedNode, syntax: NodeSyntax): void {
    if (syntax.target.kind !== 'name') return;
    const node = new MergedNode(syntax.target.name, parent, this.tree, 0);
    parent.addChild(node);
    this.fill(node, syntax);
  }

  private deletedTrace(node: MergedNode, by: DeleteNodeSyntax): void {
    if (by.target.kind !== 'name') return;
    const trace = new MergedNode(by.target.name, node, this.tree, 0);
    trace.deleted = true;
    trace.trace = by;
    node.addChild(trace);
  }

  /** Applies a body to a node that exists. */
  private extend(node: MergedNode, syntax: NodeSyntax): void {
    this.work++;
    node.deleted = false;
    node.defineBy(syntax);
    for (const member of syntax.members) {
      switch (member.kind) {
        case 'property': {
          const old = node.properties.get(member.name);
          if (old === undefined) node.addProperty(member);
          else if (old.deleted) node.reviveProperty(member, old);
          else old.override(member);
          break;
        }
        case 'node': this.child(node, member); break;
        case 'delete-property': {
          const property = node.properties.get(member.name);
          if (property !== undefined) node.deleteProperty(property, member);
          break;
        }
        default: this.deleteChild(node, member);
      }
    }
  }

  private child(parent: MergedNode, syntax: NodeSyntax): void {
    if (syntax.target.kind !== 'name') return;
    const node = parent.children.get(syntax.target.name);
    if (node === undefined) return this.create(parent, syntax);
    if (node.deleted) node.definitions = [];
    for (const label of syntax.labels) this.label(node, label);
    this.extend(node, syntax);
  }

  private deleteChild(parent: MergedNode, by: DeleteNodeSyntax): void {
    if (by.target.kind !== 'name') return;
    const node = parent.children.get(by.target.name);
    if (node !== undefined && !node.deleted) this.delete(node, by);
  }

  private delete(node: MergedNode, by: DeleteNodeSyntax): void {
    this.tree.deletedNodes.push({ node, by, definitions: node.definitions });
    node.delete(by);
  }

  private label(node: MergedNode, label: LabelSyntax): void {
    if (node.addLabel(label)) this.tree.addLabelled(label.name, node);
  }

  private deleteTarget(item: DeleteNodeSyntax): void {
    const { target } = item;
    if (target.kind !== 'reference') return;
    const node = this.tree.resolve(target);
    if (node === undefined) this.unknown(target);
    else this.delete(node, item);
  }

  private omitTarget(item: OmitNodeSyntax): void {
    const node = this.tree.resolve(item.target);
    if (node === undefined) this.unknown(item.target);
    else node.omitIfNoRef = true;
  }

  private unknown(target: ReferenceSyntax): void {
    this.problems.add(suggest(this.tree, target, {
      id: 'dts-unknown-target', level: 'error', start: target.start, end: target.end,
      message: `no node before this statement has the ${target.label === undefined ? 'path' : 'label'} \`${target.label ?? target.path ?? ''}\``,
    }));
  }
}
