/**
 * What the platform rules read, and how they report: a platform together with the expanded text
 * that leads its spans back to the user's files. Derived views that several rules share are
 * computed once, when first asked for.
 */
import type { Level, Problem, QuickFix, Related, SourceRange, TextEdit } from '../problem.ts';
import type { Rule } from '../rule.ts';
import type { ExpandedText } from '../devicetree/source/origin.ts';
import type { Span } from '../devicetree/syntax/ast.ts';
import type { DtNode, DtTree } from '../devicetree/tree/tree.ts';
import { StreamIndex } from './streams.ts';
import type { Iommu, Platform, StreamUse } from './types.ts';

/** The input of every platform rule. */
export class PlatformContext {
  readonly platform: Platform;
  readonly text: ExpandedText;
  #uses: Map<Iommu, StreamUse[]> | undefined;
  readonly #indices = new Map<Iommu, StreamIndex>();

  constructor(platform: Platform, text: ExpandedText) {
    this.platform = platform;
    this.text = text;
  }

  /** The streams of one IOMMU in tree order. */
  usesOf(iommu: Iommu): readonly StreamUse[] {
    return this.#grouped().get(iommu) ?? [];
  }

  /** The users of one IOMMU by StreamID. */
  indexOf(iommu: Iommu): StreamIndex {
    let index = this.#indices.get(iommu);
    if (index === undefined) this.#indices.set(iommu, (index = new StreamIndex(this.usesOf(iommu))));
    return index;
  }

  /** Where a span was written: the outermost macro invocation where a macro produced it. */
  range(span: Span): SourceRange {
    return this.text.origin(span.start, span.end).range;
  }

  /** The range of a span that can be edited in place, undefined where a macro produced it. */
  editable(span: Span): SourceRange | undefined {
    const origin = this.text.origin(span.start, span.end);
    return origin.expansion === undefined ? origin.range : undefined;
  }

  #grouped(): Map<Iommu, StreamUse[]> {
    if (this.#uses !== undefined) return this.#uses;
    const groups = new Map<Iommu, StreamUse[]>();
    for (const master of this.platform.masters) {
      for (const use of master.uses) {
        const group = groups.get(use.iommu);
        if (group === undefined) groups.set(use.iommu, [use]);
        else group.push(use);
      }
    }
    return (this.#uses = groups);
  }
}

/** What a rule says about one place. */
export interface Finding {
  readonly at: Span;
  readonly message: string;
  readonly advice?: string;
  readonly level?: Level;
  readonly related?: readonly { readonly at: Span; readonly message: string }[];
  readonly fixes?: readonly (QuickFix | undefined)[];
}

/** Turns a finding into a problem of a rule. */
export function report(rule: Rule<PlatformContext>, context: PlatformContext, finding: Finding): Problem {
  const related: Related[] = (finding.related ?? []).map(({ at, message }) => ({ range: context.range(at), message }));
  const fixes = (finding.fixes ?? []).filter((fix) => fix !== undefined);
  return {
    id: rule.id,
    level: finding.level ?? rule.level,
    message: finding.message,
    range: context.range(finding.at),
    ...(finding.advice === undefined ? {} : { advice: finding.advice }),
    ...(related.length === 0 ? {} : { related }),
    ...(fixes.length === 0 ? {} : { fixes }),
  };
}

/** A fix of one replacement, or none where the text came from a macro. */
export function replace(context: PlatformContext, span: Span, fix: { title: string; text: string; preferred?: boolean }): QuickFix | undefined {
  const range = context.editable(span);
  if (range === undefined) return undefined;
  const edits: TextEdit[] = [{ range, text: fix.text }];
  return { title: fix.title, edits, ...(fix.preferred === true ? { preferred: true } : {}) };
}

/** Whether a tree describes devices to a Xen guest: its phandles are those of the host, so an unknown one is nothing to report. */
export function isPartialTree(tree: DtTree): boolean {
  const { children } = tree.root;
  return children.has('passthrough') && !children.has('cpus');
}

/** Whether a node is the body of an overlay fragment, of which the tree below it shows only a part. */
export function isOverlayBody(node: DtNode): boolean {
  return node.name === '__overlay__';
}

/** Where a node is introduced: the name in the statement that created it. */
export function nameSpan(node: DtNode): Span {
  const first = node.definitions[0];
  return first === undefined ? { start: 0, end: 0 } : { start: first.target.start, end: first.target.end };
}

/** Where a property is set, or the node's name where it has none of that name. */
export function propertySpan(node: DtNode, name: string): Span {
  return node.properties.get(name)?.syntax.nameSpan ?? nameSpan(node);
}
