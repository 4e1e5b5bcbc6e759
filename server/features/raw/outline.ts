/**
 * The nesting of nodes and properties in one file as it is written, from raw tokens: enough for
 * symbols, folding, selection and "where is the cursor". Both branches of an `#if` are read, each
 * from the nesting at the `#if`. It knows nothing of includes, macros or merging.
 */
import { Raw, type RawTokens } from './tokens.ts';

/** Deeper nodes than this become siblings, so that nobody who walks the outline needs much stack. */
const MAX_DEPTH = 200;

/** One node or property as written. Offsets are into the file. */
export interface OutlineItem {
  readonly kind: 'node' | 'property' | 'directive' | 'command';
  /** The index of the token that names it: a name, a reference, a directive or a keyword. */
  readonly nameToken: number;
  readonly labels: readonly string[];
  readonly start: number;
  end: number;
  /** The offsets of `{` and of the matching `}`; -1 where missing or where there is none. */
  open: number;
  close: number;
  readonly parent: OutlineItem | undefined;
  readonly children: OutlineItem[];
}

/** Reads the nesting of a file. */
export function outlineOf(tokens: RawTokens): OutlineItem[] {
  return new OutlineReader(tokens).read();
}

/** The innermost item around `offset`, of those that `items` hold. */
export function itemAt(items: readonly OutlineItem[], offset: number): OutlineItem | undefined {
  let found: OutlineItem | undefined;
  for (let level = items; ;) {
    const inner = findContaining(level, offset);
    if (inner === undefined) return found;
    found = inner;
    level = inner.children;
  }
}

/** Items are in order and do not overlap: a binary search finds the one around an offset. */
function findContaining(items: readonly OutlineItem[], offset: number): OutlineItem | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const item = items[low - 1];
  return item !== undefined && offset <= item.end ? item : undefined;
}

/** The node that `item` lies in, itself where it is one. */
export function enclosingNode(item: OutlineItem | undefined): OutlineItem | undefined {
  return item === undefined || item.kind === 'node' ? item : enclosingNode(item.parent);
}

/** The node name as written: `serial@1000`, `&label`, `/`. */
export function nameOf(tokens: RawTokens, item: OutlineItem): string {
  return tokens.textOf(item.nameToken);
}

class OutlineReader {
  private readonly top: OutlineItem[] = [];
  private readonly branches: { readonly node: OutlineItem | undefined; readonly depth: number }[] = [];
  private node: OutlineItem | undefined;
  private depth = 0;
  private at = 0;

  constructor(private readonly tokens: RawTokens) {}

  read(): OutlineItem[] {
    while (this.at < this.tokens.length) this.statement();
    const end = this.tokens.text.length;
    for (let node = this.node; node !== undefined; node = node.parent) node.end = end;
    return this.top;
  }

  private statement(): void {
    const { tokens } = this;
    const kind = tokens.kind(this.at);
    if (kind === Raw.Directive) this.directive();
    else if (tokens.is(this.at, '}')) this.closeNode();
    else if (kind === Raw.Comment || kind === Raw.Junk || kind === Raw.Punct) this.at += 1;
    else this.named();
  }

  private directive(): void {
    const { tokens } = this;
    const text = tokens.text.slice(tokens.start(this.at), tokens.start(this.at) + 24);
    if (/^#\s*if/.test(text)) this.branches.push({ node: this.node, depth: this.depth });
    else if (/^#\s*el/.test(text)) this.resume();
    else if (/^#\s*endif/.test(text)) this.branches.pop();
    this.add('directive', this.at, []);
    this.at += 1;
  }

  /** `#else`: the nesting is again that of the `#if`. */
  private resume(): void {
    const branch = this.branches.at(-1);
    if (branch === undefined) return;
    for (let node = this.node; node !== undefined && node !== branch.node; node = node.parent) node.end = this.tokens.start(this.at);
    this.node = branch.node;
    this.depth = branch.depth;
  }

  private closeNode(): void {
    const { tokens, node } = this;
    const semicolon = tokens.is(this.at + 1, ';');
    if (node !== undefined) {
      node.close = tokens.start(this.at);
      node.end = tokens.end(semicolon ? this.at + 1 : this.at);
    }
    this.depth = Math.max(0, this.depth - 1);
    if (this.depth < MAX_DEPTH) this.node = node?.parent;
    this.at += semicolon ? 2 : 1;
  }

  private named(): void {
    const { tokens } = this;
    const labels: string[] = [];
    const first = this.at;
    for (; tokens.kind(this.at) === Raw.Label; this.at += tokens.is(this.at + 1, ':') ? 2 : 1) labels.push(tokens.textOf(this.at));
    let name = this.at;
    const omitted = tokens.kind(name) === Raw.Keyword && tokens.textOf(name) === '/omit-if-no-ref/';
    if (omitted && tokens.kind(name + 1) !== Raw.Reference) name += 1;
    this.at = Math.max(name, first) + 1;
    const isName = this.mayName(name);
    this.skipArguments();
    if (isName && tokens.is(this.at, '{')) this.openNode(first, name, labels);
    else if (tokens.kind(name) === Raw.Keyword && tokens.textOf(name) === '/include/') this.include(name);
    else this.property(first, name, labels);
  }

  /** A macro in place of a name may have arguments, and text right after them. */
  private skipArguments(): void {
    const { tokens } = this;
    if (!tokens.is(this.at, '(')) return;
    let depth = 0;
    for (; this.at < tokens.length && !tokens.is(this.at, ';') && !tokens.is(this.at, '{'); this.at += 1) {
      if (tokens.is(this.at, '(')) depth += 1;
      else if (tokens.is(this.at, ')') && --depth === 0) break;
    }
    if (tokens.is(this.at, ')')) this.at += 1;
  }

  private openNode(first: number, name: number, labels: readonly string[]): void {
    const item = this.add('node', name, labels, first);
    item.open = this.tokens.start(this.at);
    item.end = this.tokens.end(this.at);
    this.at += 1;
    this.depth += 1;
    if (this.depth < MAX_DEPTH) this.node = item;
  }

  /** `/include/ "file"` is the one statement without a semicolon. */
  private include(name: number): void {
    const item = this.add('command', name, []);
    if (this.tokens.kind(this.at) === Raw.String) this.at += 1;
    item.end = this.tokens.end(this.at - 1);
  }

  /** To the semicolon, or to where a new statement must have begun because one is missing. */
  private property(first: number, name: number, labels: readonly string[]): void {
    const { tokens } = this;
    const command = tokens.kind(name) === Raw.Keyword;
    const item = this.add(command ? 'command' : 'property', name, labels, first);
    while (this.at < tokens.length && !tokens.is(this.at, ';') && !tokens.is(this.at, '}') && !tokens.is(this.at, '{')) {
      const kind = tokens.kind(this.at);
      const isNext = (kind === Raw.Label && tokens.is(this.at + 1, ':')) || (this.mayName(this.at) && tokens.is(this.at + 1, '{'));
      if (kind === Raw.Directive || (isNext && this.at > name && this.startsLine(this.at))) break;
      this.at += 1;
    }
    if (tokens.is(this.at, ';')) this.at += 1;
    item.end = tokens.end(this.at - 1);
  }

  /** After a statement without its semicolon a node's name is lexed as part of a value. */
  private mayName(index: number): boolean {
    const kind = this.tokens.kind(index);
    return kind === Raw.Name || kind === Raw.Reference || (kind === Raw.Word && this.tokens.is(index + 1, '{'));
  }

  private startsLine(index: number): boolean {
    const { tokens } = this;
    return tokens.text.slice(tokens.end(index - 1), tokens.start(index)).includes('\n')
      && !tokens.is(index - 1, ',') && !tokens.is(index - 1, '<') && !tokens.is(index - 1, '=');
  }

  private add(kind: OutlineItem['kind'], name: number, labels: readonly string[], first = name): OutlineItem {
    const item: OutlineItem = {
      kind, nameToken: name, labels, start: this.tokens.start(first), end: this.tokens.end(name),
      open: -1, close: -1, parent: this.node, children: [],
    };
    (this.node?.children ?? this.top).push(item);
    return item;
  }
}
