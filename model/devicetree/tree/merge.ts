/**
 * The merge: statements of the syntax tree applied one after the other, in dtc's order and with
 * dtc's rules. A body that makes a node is taken as it is (what stands twice in it stays twice);
 * a body for a node that exists is applied member by member. It runs anew on every change.
 */
import type {
  DeleteNodeSyntax, DtsSyntax, LabelSyntax, MemberSyntax, NodeSyntax, OmitNodeSyntax, PropertySyntax, ReferenceSyntax, TopLevelItem,
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
    for (let count = 1; merge.member(); count++) if (count % SLICE === 0) yield;
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

/** Members merged between two pauses, and statements of the top. */
const SLICE = 2000;

/** A body that is being merged: its members are taken one after the other. */
interface Body {
  readonly node: MergedNode;
  readonly members: readonly MemberSyntax[];
  next: number;
  /** The body that makes the node: nothing in it is joined with anything. */
  readonly isNew: boolean;
}

class Merge {
  readonly tree: MergedTree;
  readonly problems = new ProblemList();
  private fragments = 0;
  private hasRoot = false;
  private work = 0;
  private readonly open: Body[] = [];

  constructor(plugin: boolean, symbols: boolean) {
    this.tree = new MergedTree(plugin, symbols);
  }

  pause(): boolean {
    if (++this.work < SLICE) return false;
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

  /** Merges one member of the innermost open body; false where none is open. */
  member(): boolean {
    const body = this.open.at(-1);
    if (body === undefined) return false;
    const member = body.members[body.next++];
    if (member === undefined) this.open.pop();
    else if (body.isNew) this.addMember(body.node, member);
    else this.applyMember(body.node, member);
    return true;
  }

  /** Opens the body that makes a node. */
  private fill(node: MergedNode, syntax: NodeSyntax): void {
    node.defineBy(syntax);
    node.omitIfNoRef = syntax.omitIfNoRef;
    for (let i = syntax.labels.length - 1; i >= 0; i--) this.label(node, syntax.labels[i] as LabelSyntax);
    this.open.push({ node, members: syntax.members, next: 0, isNew: true });
  }

  private addMember(node: MergedNode, member: MemberSyntax): void {
    switch (member.kind) {
      case 'property': return node.addProperty(member);
      case 'node': return this.create(node, member);
      case 'delete-property': return node.addDeletedProperty(member.name, member);
      default: this.deletedTrace(node, member);
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

  /** Opens a body for a node that exists. */
  private extend(node: MergedNode, syntax: NodeSyntax): void {
    node.deleted = false;
    node.defineBy(syntax);
    this.open.push({ node, members: syntax.members, next: 0, isNew: false });
  }

  private applyMember(node: MergedNode, member: MemberSyntax): void {
    switch (member.kind) {
      case 'property': return setProperty(node, member);
      case 'node': return this.child(node, member);
      case 'delete-property': {
        const property = node.properties.get(member.name);
        if (property !== undefined) node.deleteProperty(property, member);
        return;
      }
      default: this.deleteChild(node, member);
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

function setProperty(node: MergedNode, syntax: PropertySyntax): void {
  const old = node.properties.get(syntax.name);
  if (old === undefined) node.addProperty(syntax);
  else if (old.deleted) node.reviveProperty(syntax, old);
  else old.override(syntax);
}
