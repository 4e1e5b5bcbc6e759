/**
 * One analysed board as the features see it: expanded text, syntax, merged tree and platform, and
 * the way from a place in a file to what stands there. Built anew for each analysis; everything
 * that not every request needs is computed when first asked for.
 */
import type { SourceRange } from '../../model/problem.ts';
import type { ExpandedText } from '../../model/devicetree/source/origin.ts';
import type { DtsSyntax, NodeSyntax, Span } from '../../model/devicetree/syntax/ast.ts';
import type { DtNode, DtProperty, DtTree } from '../../model/devicetree/tree/tree.ts';
import type { PlatformContext } from '../../model/platform/context.ts';
import { locate, type Spot } from './locate.ts';
import { RawDocument } from './raw/document.ts';

/** What a board is made of. */
export interface BoardParts {
  readonly text: ExpandedText;
  readonly syntax: DtsSyntax;
  readonly tree: DtTree;
  readonly platform: PlatformContext;
  readonly macros: MacroView;
}

/** One macro as it is defined. */
export interface MacroInfo {
  /** `(a, b)`, or nothing for an object-like macro. */
  readonly parameters: string;
  readonly body: string;
  /** The name in the `#define`; undefined for built-in macros and those of the settings. */
  readonly range: SourceRange | undefined;
  /** Of an object-like macro that is a number or an expression of numbers. */
  readonly value: number | bigint | undefined;
}

/** The macros of a board. */
export interface MacroView {
  names(): Iterable<string>;
  get(name: string): MacroInfo | undefined;
  /** What the name at a place of a file stands for there: further down it may be defined anew. */
  at(file: string, offset: number): MacroInfo | undefined;
}

/** One analysed board. */
export class Board {
  readonly text: ExpandedText;
  readonly syntax: DtsSyntax;
  readonly tree: DtTree;
  readonly platform: PlatformContext;
  private readonly macros: MacroView;
  private definitions: Map<NodeSyntax, DtNode> | undefined;
  private readonly documents = new Map<string, RawDocument>();

  constructor(parts: BoardParts) {
    this.text = parts.text;
    this.syntax = parts.syntax;
    this.tree = parts.tree;
    this.platform = parts.platform;
    this.macros = parts.macros;
  }

  isMacro(name: string): boolean {
    return this.macros.get(name) !== undefined;
  }

  macro(name: string): MacroInfo | undefined {
    return this.macros.get(name);
  }

  /** The macro that a name at a place of a file stands for, else what the name stands for at the end of the board. */
  macroAt(file: string, offset: number, name: string): MacroInfo | undefined {
    return this.macros.at(file, offset) ?? this.macros.get(name);
  }

  macroNames(): Iterable<string> {
    return this.macros.names();
  }

  /** The file that the include at an offset of `file` led to. */
  includedAt(file: string, offset: number): string | undefined {
    const found = this.text.inclusions.find(({ directive }) =>
      directive?.file === file && offset >= directive.start && offset <= directive.end);
    return found?.file.path;
  }

  /** The text of a file as this board was compiled from it. */
  document(path: string): RawDocument | undefined {
    const file = this.text.files.get(path);
    if (file === undefined) return undefined;
    const known = this.documents.get(path);
    if (known !== undefined) return known;
    const document = new RawDocument(path, file.text);
    this.documents.set(path, document);
    return document;
  }

  /** The syntax at an offset of a file, undefined where the board does not compile that place. */
  spotAt(file: string, offset: number): Spot | undefined {
    const expanded = this.text.offsetsOf(file, offset)[0] ?? (offset > 0 ? this.text.offsetsOf(file, offset - 1)[0] : undefined);
    return expanded === undefined ? undefined : locate(this.syntax, expanded);
  }

  /** The merged node that a statement contributes to, undefined where it was deleted. */
  nodeOf(syntax: NodeSyntax | undefined): DtNode | undefined {
    return syntax === undefined ? undefined : this.definitionMap().get(syntax);
  }

  /** Where a span of expanded text was written: the outermost macro invocation, or the text itself. */
  range(span: Span): SourceRange {
    return this.text.origin(span.start, span.end).range;
  }

  /** Every live node, parents first. */
  nodes(): Iterable<DtNode> {
    return walk(this.tree.root);
  }

  private definitionMap(): Map<NodeSyntax, DtNode> {
    if (this.definitions !== undefined) return this.definitions;
    const map = new Map<NodeSyntax, DtNode>();
    for (const node of walk(this.tree.root)) for (const syntax of node.definitions) map.set(syntax, node);
    return (this.definitions = map);
  }
}

function* walk(root: DtNode): Generator<DtNode> {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    pending.push(...[...node.children.values()].reverse());
  }
}

/** The absolute path of a node. */
export function pathOf(node: DtNode): string {
  const parts: string[] = [];
  for (let at: DtNode | undefined = node; at?.parent !== undefined; at = at.parent) parts.push(at.name);
  return `/${parts.reverse().join('/')}`;
}

/** The property in force that a statement set or that replaced it. */
export function propertyOf(node: DtNode | undefined, name: string): DtProperty | undefined {
  return node?.properties.get(name);
}
