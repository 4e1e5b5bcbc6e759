/**
 * Nodes and their members. The open nodes stand on a stack of this file's own, so that depth is
 * counted, nothing recurses, and the work can stop between any two members.
 */
import type { LabelSyntax, MemberSyntax, NodeSyntax, NodeTarget, PropertySyntax, Span, ValueSyntax } from './ast.ts';
import { NO_VALUES, type ParserState, TOKENS_A_SLICE } from './state.ts';
import { Mode, Token } from './token.ts';
import { parseValues, takeReferences, takeValueLabels } from './values.ts';

const NO_LABELS: readonly LabelSyntax[] = [];

/** A node whose members are still being read. */
export interface OpenNode extends NodeSyntax {
  end: number;
  close: number;
  readonly members: MemberSyntax[];
}

/** dtc's parser keeps all earlier siblings, at every level, and three words a level on a stack of 10,000. */
const DTC_STACK = 9993;

/** Reads members of nodes. */
export class NodeParser {
  readonly open: OpenNode[] = [];
  nodes = 0;
  private labels: LabelSyntax[] = [];
  private omit: Span | undefined;
  private statementStart = -1;
  /** For each open node how many subnodes and deletions of nodes dtc's parser holds for it and above. */
  private readonly held: number[] = [];
  /** Said once for each statement of the top. */
  stackReported = false;
  /** How many braces of a body that is not read are open. */
  private refused = 0;
  /** The property whose value is being read. */
  private pending: { readonly node: OpenNode; readonly name: string; readonly nameSpan: Span } | undefined;
  /** Offsets of members before which a missing `}` is assumed. */
  readonly closedBefore = new Set<number>();

  /** `unclosed` is called where nodes are open that should not be. */
  constructor(private readonly p: ParserState, private readonly unclosed: () => void) {}

  /** Opens a node at the current `{`. False where a cap forbids it: the body is skipped. */
  enter(target: NodeTarget, start: number, labels: readonly LabelSyntax[]): OpenNode | undefined {
    const { p } = this;
    const { lexer, limits } = p;
    if (this.open.length >= limits.nodeDepth) return this.refuse('limit-node-depth', `nodes are nested more than ${limits.nodeDepth} deep; the rest is not read`);
    if (this.nodes >= limits.nodes) return this.refuse('limit-nodes', `there are more than ${limits.nodes} nodes; the rest is not read`);
    this.nodes++;
    const node: OpenNode = {
      kind: 'node', start, end: lexer.end, labels, target,
      omitIfNoRef: this.omit !== undefined, open: lexer.start, close: -1, members: [],
    };
    this.omit = undefined;
    this.hold();
    this.open.push(node);
    p.panic = false;
    lexer.advance();
    return node;
  }

  private hold(): void {
    const { p } = this;
    const above = this.open.length === 0 ? 0 : this.held[this.open.length - 1] ?? 0;
    this.held[this.open.length] = above;
    if (above + 3 * (this.open.length + 1) <= DTC_STACK || this.stackReported) return;
    this.stackReported = true;
    p.report({
      id: 'dts-parser-stack', level: 'warning', start: p.lexer.start, end: p.lexer.end,
      message: 'dtc cannot read this far: its parser has room for some 9,980 sibling nodes',
    });
  }

  private holdOne(): void {
    this.held[this.open.length - 1] = (this.held[this.open.length - 1] ?? 0) + 1;
  }

  private refuse(id: string, message: string): undefined {
    const { lexer } = this.p;
    this.p.report({ id, level: 'error', message, start: lexer.start, end: lexer.end });
    this.omit = undefined;
    this.refused = 1;
    lexer.advance();
  }

  /** A body that was refused is not skipped to its end yet. */
  get isRefusing(): boolean {
    return this.refused > 0;
  }

  /** Skips a piece of a body that was refused; false where there is none. */
  skipRefused(): boolean {
    const { lexer } = this.p;
    if (this.refused === 0) return false;
    for (let count = 0; count < TOKENS_A_SLICE && this.refused > 0 && lexer.kind !== Token.End; count++) {
      if (lexer.kind === Token.OpenBrace) this.refused++;
      else if (lexer.kind === Token.CloseBrace) this.refused--;
      lexer.advance();
    }
    if (lexer.kind === Token.End) this.refused = 0;
    else if (this.refused === 0 && lexer.kind === Token.Semicolon) lexer.advance();
    return true;
  }

  /** Reads one member of the innermost open node, or its end, or a piece of one. */
  member(node: OpenNode): void {
    const { lexer } = this.p;
    if (this.pending !== undefined) return this.propertyValue(this.pending);
    if (this.statementStart < 0) this.statementStart = lexer.start;
    if (this.closedBefore.size > 0 && this.closedBefore.delete(lexer.start)) return this.assumeClosed(node);
    switch (lexer.kind) {
      case Token.Name: return this.nameFirst(node);
      case Token.Label:
        this.labels.push(this.p.label());
        return;
      case Token.CloseBrace: return this.closeNode(node);
      case Token.DeleteProperty: return this.deleteProperty(node);
      case Token.DeleteNode: return this.deleteNode(node);
      case Token.OmitIfNoRef:
        this.omit = { start: lexer.start, end: lexer.end };
        lexer.advance();
        return;
      default: return this.odd();
    }
  }

  private assumeClosed(node: OpenNode): void {
    const { p } = this;
    p.panic = false;
    p.expectedAfter('};', { start: node.start, end: node.open, message: 'this node is not closed, to judge by the indentation' });
    p.panic = false;
    node.end = p.lexer.previousEnd;
    this.open.pop();
    this.drop();
    if (this.open.length > 0) this.holdOne();
  }

  /** Forgets the nodes that are open, to read them again. */
  abandon(): void {
    this.open.length = 0;
    this.drop();
  }

  /** Closes every node that is still open, because a statement of the top or the end follows. */
  closeAll(): void {
    const { p } = this;
    const innermost = this.open.at(-1);
    if (innermost === undefined) return;
    p.panic = false;
    const related = this.open.slice(-3).toReversed().map((n) => ({ start: n.start, end: n.open, message: '`{` opens here' }));
    const end = p.lexer.previousEnd;
    const count = this.open.length;
    p.report({
      id: 'dts-syntax', level: 'error', start: Math.max(0, end - 1), end, related,
      message: count === 1 ? 'expected `};` here: a node is not closed' : `expected \`};\` here: ${count} nodes are not closed`,
      fixes: [{ title: 'Add `};`', start: end, end, text: `\n${'};'.repeat(Math.min(count, 16))}` }],
    });
    for (const node of this.open) node.end = end;
    this.open.length = 0;
    this.drop();
  }

  private drop(): void {
    if (this.labels.length > 0) this.labels = [];
    this.omit = undefined;
    this.statementStart = -1;
  }

  private takeLabels(): readonly LabelSyntax[] {
    const { labels } = this;
    if (labels.length === 0) return NO_LABELS;
    this.labels = [];
    return labels;
  }

  private takeStart(): number {
    const start = this.statementStart;
    this.statementStart = -1;
    return start;
  }

  private nameFirst(node: OpenNode): void {
    const { p } = this;
    const { lexer } = p;
    const nameStart = lexer.text.charCodeAt(lexer.start) === 0x5c ? lexer.start + 1 : lexer.start;
    const name = lexer.text.slice(nameStart, lexer.end);
    const nameSpan = { start: lexer.start, end: lexer.end };
    lexer.advance();
    if (lexer.kind === Token.OpenBrace) {
      const child = this.enter({ kind: 'name', name, start: nameSpan.start, end: nameSpan.end }, this.takeStart(), this.takeLabels());
      if (child !== undefined) node.members.push(child);
      return;
    }
    this.property(node, name, nameSpan);
  }

  private property(node: OpenNode, name: string, nameSpan: Span): void {
    const { p } = this;
    const { lexer } = p;
    if (this.omit !== undefined) this.misplacedOmit();
    p.panic = false;
    if (lexer.kind === Token.Equals) {
      lexer.advance();
      return this.propertyValue({ node, name, nameSpan });
    }
    if (lexer.kind === Token.Semicolon) this.endStatement();
    else this.halfProperty(name);
    this.addProperty({ node, name, nameSpan }, undefined);
  }

  private propertyValue(of: { readonly node: OpenNode; readonly name: string; readonly nameSpan: Span }): void {
    const values = parseValues(this.p);
    this.pending = values === undefined ? of : undefined;
    if (values === undefined) return;
    this.endStatement();
    this.addProperty(of, values);
  }

  private addProperty({ node, name, nameSpan }: { readonly node: OpenNode; readonly name: string; readonly nameSpan: Span }, values: ValueSyntax[] | undefined): void {
    const { p } = this;
    const last = node.members.at(-1);
    if (last !== undefined && (last.kind === 'node' || last.kind === 'delete-node')) this.afterNode(nameSpan);
    const property: PropertySyntax = {
      kind: 'property', start: this.takeStart(), end: p.lexer.previousEnd, labels: this.takeLabels(), name, nameSpan,
      hasValue: values !== undefined, values: values ?? NO_VALUES, references: takeReferences(p), valueLabels: takeValueLabels(p),
    };
    node.members.push(property);
  }

  private halfProperty(name: string): void {
    const { p } = this;
    p.expectedAfter(';');
    const last = p.problems.at(-1);
    if (last !== undefined && last.end === p.lexer.previousEnd) {
      p.problems[p.problems.length - 1] = { ...last, message: `expected \`=\`, \`;\` or \`{\` after \`${name}\`` };
    }
    p.lexer.restart(p.lexer.start, Mode.Names);
  }

  private afterNode(nameSpan: Span): void {
    this.p.report({
      id: 'dts-property-after-node', level: 'error', ...nameSpan,
      message: 'properties must stand before subnodes', advice: 'Move this property above the first subnode.',
    });
  }

  private misplacedOmit(): void {
    this.p.report({ id: 'dts-syntax', level: 'error', message: '`/omit-if-no-ref/` must stand before a node', ...(this.omit ?? { start: 0, end: 0 }) });
    this.omit = undefined;
  }

  /** Takes the `;` that ends a statement, or says that it is missing and goes on as if it were there. */
  endStatement(): void {
    const { p } = this;
    p.skipCells = false;
    if (p.lexer.kind === Token.Semicolon) {
      p.panic = false;
      p.lexer.advance();
      return;
    }
    p.expectedAfter(';');
    p.lexer.restart(p.lexer.start, Mode.Names);
  }

  private closeNode(node: OpenNode): void {
    const { lexer } = this.p;
    if (this.labels.length > 0 || this.omit !== undefined) this.p.expected('a property or a node after a label');
    node.close = lexer.start;
    this.p.panic = false;
    lexer.advance();
    this.drop();
    this.endStatement();
    node.end = lexer.previousEnd;
    this.open.pop();
    if (this.open.length > 0) this.holdOne();
  }

  private deleteProperty(node: OpenNode): void {
    const { p } = this;
    const { lexer } = p;
    lexer.advance();
    if (lexer.kind !== Token.Name) return this.odd('a property name after `/delete-property/`');
    const nameSpan = { start: lexer.start, end: lexer.end };
    const name = lexer.slice().replace(/^\\/, '');
    lexer.advance();
    this.endStatement();
    const last = node.members.at(-1);
    if (last !== undefined && (last.kind === 'node' || last.kind === 'delete-node')) this.afterNode(nameSpan);
    node.members.push({ kind: 'delete-property', start: this.takeStart(), end: lexer.previousEnd, name, nameSpan });
  }

  private deleteNode(node: OpenNode): void {
    const { p } = this;
    const { lexer } = p;
    lexer.advance();
    if (lexer.kind === Token.LabelReference || lexer.kind === Token.PathReference) {
      p.report({
        id: 'dts-syntax', level: 'error', start: lexer.start, end: lexer.end,
        message: 'inside a node `/delete-node/` takes the name of a subnode', advice: 'Move the statement outside of all nodes, or name the subnode.',
      });
      p.reference();
      this.endStatement();
      return this.drop();
    }
    if (lexer.kind !== Token.Name) return this.odd('a node name after `/delete-node/`');
    const { start, end } = lexer;
    const name = lexer.slice().replace(/^\\/, '');
    lexer.advance();
    this.endStatement();
    this.holdOne();
    node.members.push({ kind: 'delete-node', start: this.takeStart(), end: lexer.previousEnd, target: { kind: 'name', name, start, end } });
  }

  /** Something that begins no member: reported once, skipped up to where a member may begin. */
  private odd(missing?: string): void {
    const { p } = this;
    const { lexer } = p;
    if (this.isTop()) return this.unclosed();
    this.drop();
    if (lexer.kind === Token.LabelReference && lexer.peek() === 0x7b) return this.nestedReference();
    if (missing === undefined) p.expected('a property, a node or `}`');
    else p.expectedNext(missing);
    if (lexer.kind === Token.Unknown) return lexer.advance();
    for (let count = 0; count < TOKENS_A_SLICE && lexer.kind !== Token.End && lexer.kind !== Token.CloseBrace; count++) {
      const isEnd = lexer.kind === Token.Semicolon;
      if (lexer.kind === Token.OpenBrace) {
        this.enter({ kind: 'name', name: '', start: lexer.start, end: lexer.start }, lexer.start, NO_LABELS);
        return;
      }
      lexer.advance();
      if (isEnd) return;
      if (!p.afterLineEnd()) continue;
      lexer.restart(lexer.start, Mode.Names);
      if (lexer.kind === Token.Name || lexer.kind === Token.Label || this.isTop()) return;
    }
  }

  /** The current token can only begin a statement of the top. */
  private isTop(): boolean {
    const { lexer } = this.p;
    switch (lexer.kind) {
      case Token.DtsV1: case Token.MemReserve: case Token.End: return true;
      case Token.Slash: return lexer.peek() === 0x7b;
      case Token.LabelReference: case Token.PathReference:
        return lexer.peek() === 0x7b && (lexer.start === 0 || lexer.text.charAt(lexer.start - 1) === '\n');
      default: return false;
    }
  }

  /** `&label { ... };` inside a node: its members are read, and belong to nothing. */
  private nestedReference(): void {
    const { p } = this;
    const { start, end } = p.lexer;
    p.report({
      id: 'dts-syntax', level: 'error', message: 'a reference to a node must stand outside of all nodes', start, end,
      advice: 'Close the nodes around it first, or write the name of a subnode.',
    });
    const target = p.reference();
    this.enter(target, start, NO_LABELS);
  }
}
