/**
 * The end of a merge: what is deleted leaves the tree, references are resolved,
 * `/omit-if-no-ref/` nodes without one are left out, and names that stand twice are reported.
 */
import type { LabelSyntax, ReferenceSyntax } from '../syntax/ast.ts';
import type { SyntaxProblem } from '../syntax/problem.ts';
import type { MergedTree } from './mergedTree.ts';
import type { MergedNode, MergedProperty } from './node.ts';
import type { ProblemList } from './problemList.ts';
import { suggest } from './suggest.ts';
import { bytes, nodePath } from './values.ts';

/** Nodes finished between two pauses. */
const SLICE = 2000;
/** Unknown references for which a near name is looked up: looking is slow, and after these it is not the name that is wrong. */
const SUGGESTED = 20;

/** Finishes a tree in slices. */
export function* finishSteps(tree: MergedTree, problems: ProblemList): Generator<void, void> {
  tree.bootCpu = bootCpu(tree);
  const finish = new Finish(tree, problems);
  const pending: MergedNode[] = [tree.root];
  let count = 0;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield* finish.visit(node);
    const children = [...node.children.values()];
    for (let i = children.length - 1; i >= 0; i--) pending.push(children[i] as MergedNode);
    if (++count % SLICE === 0) yield;
  }
  yield* finish.labelsTwice();
  finish.leaveOut();
  yield* finish.nameLabels();
}

/** dtc guesses it before anything is left out, from the first child of /cpus, deleted or not. */
function bootCpu(tree: MergedTree): number {
  const cpus = tree.root.children.get('cpus');
  if (cpus === undefined || cpus.deleted) return 0;
  const [first] = cpus.children.values();
  const reg = first?.properties.get('reg');
  if (reg === undefined || reg.deleted) return 0;
  const { data } = bytes(reg);
  return data.length === 4 ? new DataView(data.buffer).getUint32(0) : 0;
}

const NOTHING: readonly void[] = [];

type Bearer = MergedNode | MergedProperty;

class Finish {
  private readonly omittable: MergedNode[] = [];
  private readonly innerLabels: { label: LabelSyntax; bearer: MergedProperty }[] = [];
  private unknown = 0;

  constructor(private readonly tree: MergedTree, private readonly problems: ProblemList) {}

  visit(node: MergedNode): Iterable<void> {
    node.settle();
    if (node.omitIfNoRef) this.omittable.push(node);
    if (node.spareChildren.length > 0 || node.spareProperties.length > 0) this.duplicates(node);
    if (node.properties.size > SLICE) return this.visitMany(node);
    for (const property of node.properties.values()) this.property(property);
    return NOTHING;
  }

  private *visitMany(node: MergedNode): Generator<void, void> {
    let count = 0;
    for (const property of node.properties.values()) {
      if (++count % SLICE === 0) yield;
      this.property(property);
    }
  }

  private property(property: MergedProperty): void {
    const { references, labels, valueLabels } = property.syntax;
    if (references.length > 0) this.references(property);
    // The same label twice on one property is one label.
    const own = labels.length > 1 ? new Map(labels.map((l) => [l.name, l])).values() : labels;
    for (const label of own) this.innerLabels.push({ label, bearer: property });
    for (const label of valueLabels) this.innerLabels.push({ label, bearer: property });
  }

  private references(property: MergedProperty): void {
    for (const value of property.syntax.values) {
      if (value.kind === 'reference') this.pathReference(value);
      else if (value.kind === 'cells') {
        for (const cell of value.elements) if (cell.kind === 'reference') this.phandleReference(cell);
      }
    }
  }

  private pathReference(reference: ReferenceSyntax): void {
    const target = this.tree.resolve(reference);
    if (target === undefined) this.unresolved('dtc-path-references', reference);
    else target.referenced = true;
  }

  private phandleReference(reference: ReferenceSyntax): void {
    const target = this.tree.resolve(reference);
    if (target === undefined) {
      // An overlay refers to labels of the tree that it is laid over; a path in its place cannot be resolved there.
      if (!this.tree.plugin || (reference.path !== undefined && reference.label !== undefined)) this.unresolved('dtc-phandle-references', reference);
      else if (reference.path !== undefined) this.foreignPath(reference);
      return;
    }
    target.referenced = true;
    if (target.phandleReferenced) return;
    target.phandleReferenced = true;
    this.tree.phandleOrder.push(target);
  }

  private foreignPath({ path, start, end }: ReferenceSyntax): void {
    this.problems.add({
      id: 'dts-foreign-path', level: 'warning', start, end,
      message: `\`${path ?? ''}\` is not in this overlay: newer dtc refuses it, and no loader resolves it`,
      advice: 'Refer to a label of the tree that the overlay is laid over.',
    });
  }

  private unresolved(id: string, reference: ReferenceSyntax): void {
    const { label, path, start, end } = reference;
    const below = label !== undefined && path !== undefined ? ` with \`${path}\` below it` : '';
    const message = `no node has the ${label === undefined ? 'path' : 'label'} \`${label ?? path ?? ''}\`${below}`;
    const problem: SyntaxProblem = { id, level: 'error', start, end, message };
    this.problems.add(this.unknown++ < SUGGESTED ? suggest(this.tree, reference, problem) : problem);
  }

  /** dtc compares each live child with all that follow it, deleted ones too; of properties only live ones. */
  private duplicates(node: MergedNode): void {
    for (const spare of node.spareChildren) {
      const first = node.children.get(spare.name);
      const here = spare.definitions[0]?.target ?? spare.trace?.target;
      if (first === undefined || here === undefined || first === spare || first.order > spare.order) continue;
      const what = spare.trace === undefined ? 'stands twice in this body' : 'cannot be deleted in the body that makes it';
      this.twice('dtc-duplicate-node-names', `node \`${spare.name}\` ${what}`, here, first.definitions[0]?.target);
    }
    for (const spare of node.spareProperties) {
      const first = node.properties.get(spare.name);
      if (spare.deleted || first === undefined || first === spare) continue;
      this.twice('dtc-duplicate-property-names', `property \`${spare.name}\` stands twice in this body`, spare.syntax.nameSpan, first.syntax.nameSpan);
    }
  }

  private twice(id: string, message: string, at: { start: number; end: number }, first: { start: number; end: number } | undefined): void {
    const related = first === undefined ? [] : [{ start: first.start, end: first.end, message: 'first here' }];
    this.problems.add({ id, level: 'error', message, start: at.start, end: at.end, related });
  }

  /** Reports labels that stand on two things. */
  *labelsTwice(): Generator<void, void> {
    const inner = new Map<string, { label: LabelSyntax; bearer: Bearer }>();
    let count = 0;
    for (const name of this.tree.knownLabels()) {
      if (++count % SLICE === 0) yield;
      const [first, ...others] = this.tree.withLabel(name);
      if (first === undefined) continue;
      for (const other of others) this.labelTwice(labelOn(other, name), first, labelOn(first, name));
    }
    for (const { label, bearer } of this.innerLabels) {
      if (++count % SLICE === 0) yield;
      const [node] = this.tree.withLabel(label.name);
      const other = node === undefined ? inner.get(label.name) : { label: labelOn(node, label.name), bearer: node };
      if (other !== undefined) this.labelTwice(label, other.bearer, other.label);
      else inner.set(label.name, { label, bearer });
    }
  }

  /** Leaves out what nothing refers to, parents first. */
  leaveOut(): void {
    const { symbols, omittedNodes } = this.tree;
    for (const node of this.omittable) {
      if (node.referenced || node.leftOut || (symbols && node.everLabelled)) continue;
      omittedNodes.push(node);
      node.leaveOut();
    }
  }

  /** Says which node each label means. */
  *nameLabels(): Generator<void, void> {
    let count = 0;
    for (const name of this.tree.knownLabels()) {
      if (++count % SLICE === 0) yield;
      const node = this.tree.withLabel(name).find((n) => !n.leftOut);
      if (node !== undefined) this.tree.labels.set(name, node);
    }
  }

  private labelTwice(label: LabelSyntax, bearer: Bearer, first: LabelSyntax): void {
    const where = 'node' in bearer ? `\`${bearer.name}\` of ${nodePath(bearer.node)}` : nodePath(bearer);
    this.twice('dtc-duplicate-label', `label \`${label.name}\` stands on ${where} already`, label, first);
  }
}

function labelOn(node: MergedNode, name: string): LabelSyntax {
  return node.labels.find((l) => l.name === name) ?? { name, start: 0, end: 0 };
}
