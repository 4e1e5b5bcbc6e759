/**
 * The syntax tree of a device-tree source after preprocessing. All offsets are into the expanded
 * text (`ExpandedText`); ask that for the origin in the user's files. The parser fills in what it
 * could read: a half-typed file gives a tree in which the broken part is missing, and problems.
 */

/** A range of expanded text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A whole compilation unit: the statements of the root file and of all it includes, in order. */
export interface DtsSyntax extends Span {
  /** `/dts-v1/;` stands at the top. */
  readonly versionTag: boolean;
  /** `/plugin/;` follows it: an overlay. */
  readonly plugin: boolean;
  readonly items: readonly TopLevelItem[];
}

/** What may stand at the top of a device-tree source. */
export type TopLevelItem = NodeSyntax | MemReserveSyntax | DeleteNodeSyntax | OmitNodeSyntax;

/** `/memreserve/ ADDRESS LENGTH;` or `/memreserve/ START-END` as dtc reads it. */
export interface MemReserveSyntax extends Span {
  readonly kind: 'memreserve';
  readonly labels: readonly LabelSyntax[];
  readonly address: bigint;
  readonly size: bigint;
}

/** A label definition, without its colon in `name`. */
export interface LabelSyntax extends Span {
  readonly name: string;
}

/** How a node statement names its node. */
export type NodeTarget =
  | ({ readonly kind: 'name'; readonly name: string } & Span)
  | ReferenceSyntax;

/** `&label`, or `&{/path}`, also as `label` alone in `/delete-node/ &label`. */
export interface ReferenceSyntax extends Span {
  readonly kind: 'reference';
  /** `label`, or undefined where it is a path. */
  readonly label: string | undefined;
  /** `/a/b`, or undefined where it is a label. Both are set for `&{label/a/b}`. */
  readonly path: string | undefined;
}

/** `[label:] [/omit-if-no-ref/] name { ... };` or `&label { ... };`. Root is a name of `/`. */
export interface NodeSyntax extends Span {
  readonly kind: 'node';
  readonly labels: readonly LabelSyntax[];
  readonly target: NodeTarget;
  readonly omitIfNoRef: boolean;
  /** The offsets of `{` and `}`; `close` is -1 where it is missing. */
  readonly open: number;
  readonly close: number;
  readonly members: readonly MemberSyntax[];
}

/** What may stand in a node. */
export type MemberSyntax = NodeSyntax | PropertySyntax | DeleteNodeSyntax | DeletePropertySyntax;

/** `/delete-node/ name;` in a node, `/delete-node/ &label;` at the top. */
export interface DeleteNodeSyntax extends Span {
  readonly kind: 'delete-node';
  readonly target: NodeTarget;
}

/** `/omit-if-no-ref/ &label;` at the top. */
export interface OmitNodeSyntax extends Span {
  readonly kind: 'omit-node';
  readonly target: ReferenceSyntax;
}

/** `/delete-property/ name;`. */
export interface DeletePropertySyntax extends Span {
  readonly kind: 'delete-property';
  readonly name: string;
  readonly nameSpan: Span;
}

/** `[label:] name [= value];`. No values and no `=` is a boolean property. */
export interface PropertySyntax extends Span {
  readonly kind: 'property';
  readonly labels: readonly LabelSyntax[];
  readonly name: string;
  readonly nameSpan: Span;
  readonly hasValue: boolean;
  readonly values: readonly ValueSyntax[];
  /** Every reference in the value, phandles and paths, in order. */
  readonly references: readonly ReferenceSyntax[];
  /** Every label inside the value, in order. */
  readonly valueLabels: readonly LabelSyntax[];
}

/** One of the comma-separated parts of a property's value; labels between them are in `valueLabels`. */
export type ValueSyntax = CellsSyntax | StringSyntax | BytesSyntax | IncbinSyntax | ReferenceSyntax;

/** `<...>` with its element width, set by `/bits/` before it (8, 16, 32 or 64). */
export interface CellsSyntax extends Span {
  readonly kind: 'cells';
  readonly bits: number;
  readonly elements: readonly CellSyntax[];
  /** The labels inside. */
  readonly labels: readonly LabelSyntax[];
}

/** One element of `<...>`: a number, an expression, a character, or a reference (a phandle). */
export type CellSyntax = NumberCellSyntax | ReferenceSyntax;

/** A number, character literal or parenthesised expression with its value, truncated to the element's width as dtc does. */
export interface NumberCellSyntax extends Span {
  readonly kind: 'number';
  /** The value where it fits in 53 bits, otherwise only `big` is exact. */
  readonly value: number;
  readonly big: bigint | undefined;
}

/** A string literal; `bytes` has no terminating NUL. */
export interface StringSyntax extends Span {
  readonly kind: 'string';
  /** The decoded value, one character a byte (Latin-1), escapes resolved. */
  readonly value: string;
}

/** `[00 11 22]`. */
export interface BytesSyntax extends Span {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  readonly labels: readonly LabelSyntax[];
}

/** `/incbin/("file"[, offset, length])`; `bytes` is empty where the file could not be read. */
export interface IncbinSyntax extends Span {
  readonly kind: 'incbin';
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly labels: readonly LabelSyntax[];
}
