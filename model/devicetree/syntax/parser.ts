/**
 * The statements of the top: tags, reservations, nodes, deletions. One call of `step` reads one
 * piece, so that a caller may stop in between. What dtc's grammar demands of their order is
 * reported, not enforced.
 */
import type { LabelSyntax, MemReserveSyntax, ReferenceSyntax, TopLevelItem } from './ast.ts';
import { parsePrimary } from './expression.ts';
import { NodeParser, type OpenNode } from './nodes.ts';
import type { SyntaxProblem } from './problem.ts';
import { ParserState, type ReadBinary, TOKENS_A_SLICE } from './state.ts';
import { Mode, Token } from './token.ts';
import { findUnclosed } from './unclosed.ts';
import type { Limits } from '../source/files.ts';

/** A finished statement with what was wrong in it: the unit of reuse after an edit. */
export interface ParsedItem {
  /** Undefined for tags and for what could not be read. */
  readonly item: TopLevelItem | undefined;
  readonly tag: 'dts' | 'plugin' | undefined;
  readonly end: number;
  /** Text up to here decided how it is read. */
  readonly seen: number;
  readonly nodes: number;
  readonly problems: readonly SyntaxProblem[];
  /** What follows may be wrong because of what is wrong here, and is not reported. */
  readonly panic: boolean;
  /** It read a file with `/incbin/`, which may have changed. */
  readonly binary: boolean;
}

/** So often a statement is read again, which bounds the time for hostile text. */
const MAX_RETRIES = 4;
const NONE: readonly SyntaxProblem[] = [];
const NO_LABELS: readonly LabelSyntax[] = [];

/** Reads a source from an offset between two statements of the top. */
export class Parser {
  readonly parsed: ParsedItem[] = [];
  private readonly p: ParserState;
  private readonly nodes: NodeParser;
  private labels: LabelSyntax[] = [];
  private current: OpenNode | undefined;
  private skipping: { depth: number; first: boolean } | undefined;
  /** The statement that was read again, and how often. */
  private retried = -1;
  private retries = 0;
  /** Members before which a `}` seems to be missing. */
  private readonly assumed = new Set<number>();

  constructor(text: string, limits: Limits, readBinary: ReadBinary) {
    this.p = new ParserState(text, limits, readBinary);
    this.nodes = new NodeParser(this.p, () => this.unclosed());
  }

  /** Starts to read after statements that are taken over. */
  begin(reused: readonly ParsedItem[]): void {
    for (const item of reused) {
      this.parsed.push(item);
      this.p.reported += item.problems.length;
    }
    const last = reused.at(-1);
    this.p.panic = last?.panic ?? false;
    this.p.lexer.seen = last?.seen ?? 0;
    this.p.lexer.restart(last?.end ?? 0, Mode.Names);
    this.p.lexer.previousEnd = last?.end ?? 0;
  }

  /** How many tokens were read. */
  get tokens(): number {
    return this.p.lexer.tokens;
  }

  /** Reads one piece; false at the end of the source. */
  step(): boolean {
    const node = this.nodes.open.at(-1);
    if (this.nodes.skipRefused()) {
      if (node === undefined && !this.nodes.isRefusing) this.finish(undefined);
      return true;
    }
    if (this.skipMore()) return true;
    if (node !== undefined) this.nodes.member(node);
    else if (this.current !== undefined) this.finishNode(this.current);
    else if (this.p.lexer.kind === Token.End) {
      this.dropLabels();
      if (this.p.problems.length > 0) this.finish(undefined);
      return false;
    } else this.top();
    return true;
  }

  /** Nodes are open where none may be: reads the statement again with a `}` where it seems to be missing, or closes them here. */
  private unclosed(): void {
    const { p, nodes } = this;
    const node = this.current;
    if (node !== undefined && node.start !== this.retried) {
      this.retried = node.start;
      this.retries = 0;
    }
    const missing = node === undefined || this.retries >= MAX_RETRIES ? undefined : findUnclosed(p.lexer.text, node);
    if (node === undefined || missing === undefined || this.assumed.has(missing)) return nodes.closeAll();
    this.retries++;
    this.assumed.add(missing);
    for (const offset of this.assumed) if (offset >= node.start) nodes.closedBefore.add(offset);
    nodes.abandon();
    p.reported -= p.problems.length;
    p.problems = [];
    nodes.nodes = 0;
    this.current = undefined;
    p.lexer.restart(node.start, Mode.Names);
  }

  private finishNode(node: OpenNode): void {
    this.current = undefined;
    this.finish(node);
  }

  private finish(item: TopLevelItem | undefined, tag?: 'dts' | 'plugin'): void {
    const { p } = this;
    this.parsed.push({
      item, tag, end: p.lexer.previousEnd, seen: Math.max(p.lexer.previousEnd, p.lexer.seen), nodes: this.nodes.nodes,
      problems: p.problems.length > 0 ? p.problems : NONE, panic: p.panic, binary: p.binaries > 0,
    });
    if (p.problems.length > 0) p.problems = [];
    p.binaries = 0;
    this.nodes.nodes = 0;
    this.nodes.stackReported = false;
  }

  private top(): void {
    const { lexer } = this.p;
    switch (lexer.kind) {
      case Token.DtsV1: return this.tag('dts');
      case Token.Plugin: return this.tag('plugin');
      case Token.MemReserve: return this.memReserve();
      case Token.Label:
        this.labels.push(this.p.label());
        return;
      case Token.Slash: return this.root();
      case Token.LabelReference: case Token.PathReference: return this.extend();
      case Token.DeleteNode: return this.byReference('delete-node');
      case Token.OmitIfNoRef: return this.byReference('omit-node');
      case Token.Name: return this.outside();
      default: return this.odd();
    }
  }

  private tag(tag: 'dts' | 'plugin'): void {
    this.dropLabels();
    this.p.panic = false;
    this.p.lexer.advance();
    this.nodes.endStatement();
    this.finish(undefined, tag);
  }

  private takeLabels(): readonly LabelSyntax[] {
    const { labels } = this;
    if (labels.length === 0) return NO_LABELS;
    this.labels = [];
    return labels;
  }

  private dropLabels(): void {
    const [label] = this.takeLabels();
    if (label === undefined) return;
    this.p.report({ id: 'dts-syntax', level: 'error', message: `nothing that can bear the label \`${label.name}\` follows it`, start: label.start, end: label.end });
  }

  private memReserve(): void {
    const { p } = this;
    const { lexer } = p;
    const labels = this.takeLabels();
    const start = labels[0]?.start ?? lexer.start;
    p.panic = false;
    lexer.advance();
    const address = BigInt(parsePrimary(p, 0));
    const size = p.panic ? 0n : BigInt(parsePrimary(p, 0));
    this.nodes.endStatement();
    const item: MemReserveSyntax = { kind: 'memreserve', start, end: lexer.previousEnd, labels, address, size };
    this.finish(item);
  }

  private root(): void {
    const { lexer } = this.p;
    const { start, end } = lexer;
    if (lexer.peek() !== 0x7b) return this.odd('`{` after `/`');
    if (this.labels.length > 0) {
      this.p.report({ id: 'dts-syntax', level: 'error', message: 'dtc takes no label on the root node', start: this.labels[0]?.start ?? start, end });
    }
    const labels = this.takeLabels();
    lexer.advance();
    this.current = this.nodes.enter({ kind: 'name', name: '/', start, end }, labels[0]?.start ?? start, labels);
  }

  private extend(): void {
    const { p } = this;
    const { lexer } = p;
    if (lexer.peek() !== 0x7b) {
      const reference = p.reference();
      p.expectedNext(`\`{\` after \`${lexer.text.slice(reference.start, reference.end)}\``);
      return this.skip(false);
    }
    const labels = this.takeLabels();
    const start = labels[0]?.start ?? lexer.start;
    const target = p.reference();
    this.current = this.nodes.enter(target, start, labels);
  }

  private byReference(kind: 'delete-node' | 'omit-node'): void {
    const { p } = this;
    const { lexer } = p;
    this.dropLabels();
    const { start } = lexer;
    p.panic = false;
    lexer.advance();
    if (lexer.kind !== Token.LabelReference && lexer.kind !== Token.PathReference) {
      p.expectedNext('`&label` or `&{/path}`');
      return this.skip(false);
    }
    const target: ReferenceSyntax = p.reference();
    this.nodes.endStatement();
    this.finish({ kind, start, end: lexer.previousEnd, target });
  }

  /** A member outside of every node: most likely a `}` too many stands before it. */
  private outside(): void {
    const { p } = this;
    const { lexer } = p;
    this.labels.length = 0;
    const before = this.parsed.at(-1);
    const item = before?.item;
    const isMember = '{=;'.includes(String.fromCharCode(lexer.peek()));
    p.expected('`/ {`, `&label {` or the end: this stands outside of every node');
    if (before === undefined || item?.kind !== 'node' || item.close < 0 || !isMember) return this.skip();
    const problem = p.problems.at(-1);
    const node = item as OpenNode;
    const related = [{ start: node.close, end: node.close + 1, message: 'the node before it is closed here' }];
    this.parsed.pop();
    p.problems = [...before.problems, ...p.problems.slice(0, -1), ...(problem === undefined ? [] : [{ ...problem, related }])];
    this.nodes.nodes = before.nodes;
    this.nodes.open.push(node);
    this.current = node;
    p.panic = false;
    lexer.restart(lexer.start, Mode.Names);
  }

  private odd(what = '`/ {`, `&label {` or another statement'): void {
    this.dropLabels();
    this.p.expected(what);
    this.skip();
  }

  /** Skips to where a statement of the top may begin, at least one token unless `takeOne` is false. */
  private skip(takeOne = true): void {
    this.skipping = { depth: 0, first: takeOne };
  }

  /** Skips a piece; false where there is nothing to skip. */
  private skipMore(): boolean {
    const { skipping } = this;
    const { lexer } = this.p;
    if (skipping === undefined) return false;
    for (let count = 0; count < TOKENS_A_SLICE; count++) {
      const { depth, first } = skipping;
      const ended = lexer.kind === Token.End || (!first && depth === 0 && this.beginsTop());
      const last = !ended && depth === 0 && lexer.kind === Token.Semicolon;
      if (lexer.kind === Token.OpenBrace) skipping.depth++;
      else if (lexer.kind === Token.CloseBrace && depth > 0) skipping.depth--;
      if (!ended) lexer.advance();
      skipping.first = false;
      if (ended || last) return this.skipped();
    }
    return true;
  }

  private skipped(): true {
    const { p } = this;
    this.skipping = undefined;
    p.panic = false;
    p.lexer.restart(p.lexer.start, Mode.Names);
    this.finish(undefined);
    return true;
  }

  private beginsTop(): boolean {
    const { lexer } = this.p;
    switch (lexer.kind) {
      case Token.DtsV1: case Token.Plugin: case Token.MemReserve: case Token.DeleteNode: case Token.OmitIfNoRef: return true;
      case Token.Slash: case Token.LabelReference: case Token.PathReference: return lexer.peek() === 0x7b;
      default: return false;
    }
  }
}
