/**
 * What one of dtc's checks looks like here: its words, and a function that yields findings over a
 * whole tree. `defineCheck` makes a `Rule` of it, and adds what all have in common: the id, the
 * level, and where in the user's files a finding belongs. Unlike dtc, a check runs even where one
 * that it builds upon has failed elsewhere in the tree: a person wants to hear of both.
 */
import type { Problem, QuickFix, Related, SourceRange, TextEdit } from '../../problem.ts';
import type { Rule, RuleText } from '../../rule.ts';
import type { LabelSyntax, Span } from '../syntax/ast.ts';
import type { DtNode, DtProperty } from '../tree/tree.ts';
import type { CheckTree } from './view.ts';

/** A node, a property or a piece of one: something with a place. */
export interface Place {
  readonly node: DtNode;
  readonly property?: DtProperty | undefined;
  readonly span?: Span | undefined;
}

/** A change that mends a finding for certain; it is offered where no macro wrote the text. */
export interface CheckFix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

/** One finding of a check; `node` is the node that dtc names. */
export interface Finding extends Place {
  readonly message: string;
  readonly advice?: string;
  readonly fix?: CheckFix | undefined;
  readonly related?: readonly (Place & { readonly message: string })[];
}

/** What a check yields: findings, and now and then nothing, as a chance to pause. */
export type Findings = Iterable<Finding | undefined>;

/** How usual it is to hear of a check: see `LEVELS` below. */
export type Usage = 'error' | 'warning' | 'quiet' | 'asked' | 'strict';

/**
 * dtc's ERROR is an error and its WARNING a warning; a warning that the kernel's build switches
 * off or on with `W=1` is information, and a check that both leave off is a hint.
 */
const LEVELS = { error: 'error', warning: 'warning', quiet: 'information', asked: 'information', strict: 'hint' } as const;

const USAGE_NOTES: Record<Usage, string> = {
  error: 'dtc reports this as an error and writes no blob.',
  warning: 'dtc reports this as a warning.',
  quiet: 'dtc reports this as a warning, but the kernel\'s build switches it off unless `W=1` is given; here it is information.',
  asked: 'dtc reports this only when asked with `-W`, as the kernel\'s build does at `W=1`; here it is information.',
  strict: 'dtc reports this only when asked with `-W`; here it is a hint.',
};

/** The words of a check and dtc's name for it. */
export interface CheckWords extends Omit<RuleText, 'sources'> {
  /** As in `dtc -W`: `reg_format`. */
  readonly name: string;
  readonly usage: Usage;
  readonly sources?: readonly string[];
}

/** A check as the product runs it: a rule that can also be asked for its plain findings. */
export interface DtcCheck extends Rule<CheckTree> {
  find(tree: CheckTree): Findings;
  /** As `check`, with chances to pause: each step does a small piece of the work. */
  steps(tree: CheckTree): Iterable<Problem | undefined>;
}

/** The rule's id, level and full text for the words of a check. */
export function describeCheck(words: CheckWords): Omit<DtcCheck, 'find' | 'check' | 'steps'> {
  const { name, usage, sources = [], ...text } = words;
  return {
    ...text,
    explanation: `${text.explanation} ${USAGE_NOTES[usage]}`,
    id: `dtc-${name.replaceAll('_', '-')}`,
    level: LEVELS[usage],
    sources: [`dtc, check \`${name}\``, ...sources],
  };
}

/** A check with its words. */
export function defineCheck(words: CheckWords, find: (tree: CheckTree) => Findings): DtcCheck {
  const rule = describeCheck(words);
  return {
    ...rule,
    find,
    *check(tree) {
      for (const finding of find(tree)) if (finding !== undefined) yield problem(rule, finding, tree);
    },
    *steps(tree) {
      for (const finding of find(tree)) yield finding && problem(rule, finding, tree);
    },
  };
}

function problem(rule: Pick<DtcCheck, 'id' | 'level'>, finding: Finding, tree: CheckTree): Problem {
  const related = finding.related?.map((r): Related => ({ range: rangeOf(r, tree), message: r.message }));
  return {
    id: rule.id,
    level: rule.level,
    message: finding.message,
    ...(finding.advice === undefined ? {} : { advice: finding.advice }),
    range: rangeOf(finding, tree),
    ...(related === undefined ? {} : { related }),
    ...fixesOf(finding, tree),
  };
}

function fixesOf({ fix }: Finding, tree: CheckTree): { fixes?: readonly QuickFix[] } {
  if (fix === undefined) return {};
  const edits: TextEdit[] = [];
  for (const { span, text } of fix.edits) {
    const origin = tree.text.origin(span.start, span.end);
    if (origin.expansion !== undefined) return {};
    edits.push({ range: origin.range, text });
  }
  return { fixes: [{ title: fix.title, edits, preferred: true }] };
}

function rangeOf(place: Place, tree: CheckTree): SourceRange {
  const span: Span = place.span ?? place.property?.syntax.nameSpan ?? nodeSpan(place.node);
  return tree.text.origin(span.start, span.end).range;
}

/** The name in the statement that created a node, with a label before it left out. */
function nodeSpan(node: DtNode): Span {
  return node.definitions[0]?.target ?? node.labels[0] ?? NOWHERE;
}

const NOWHERE: LabelSyntax = { name: '', start: 0, end: 0 };
