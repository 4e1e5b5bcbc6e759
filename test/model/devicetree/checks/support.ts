/** A checked tree from a source without preprocessor directives, whose offsets are its own. */
import type { DtcCheck, Finding } from '../../../../model/devicetree/checks/check.ts';
import { CheckTree } from '../../../../model/devicetree/checks/view.ts';
import type { ExpandedText, Inclusion } from '../../../../model/devicetree/source/origin.ts';
import { parseDts } from '../../../../model/devicetree/syntax/parse.ts';
import { mergeSteps, type Merged } from '../../../../model/devicetree/tree/merge.ts';

export const FILE = '/board.dts';

/** Text that stands in one file as it is. */
export function plainText(text: string): ExpandedText {
  const file = { path: FILE, text };
  const root: Inclusion = { file, parent: undefined, directive: undefined };
  return {
    text,
    root,
    files: new Map([[FILE, file]]),
    inclusions: [root],
    origin: (start, end) => {
      const range = { file: FILE, start, end };
      return { inclusion: root, spelling: range, range, expansion: undefined };
    },
    offsetsOf: (_, offset) => [offset],
  };
}

/** Parses and merges; the version line is put in front where the source has none. */
export function mergeSource(source: string): Merged & { text: string } {
  const text = source.includes('/dts-v1/') ? source : `/dts-v1/;\n${source}`;
  const steps = mergeSteps(parseDts(text).syntax);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { ...step.value, text };
  }
}

/** The findings of a check without its pauses. */
export function findingsOf(rule: DtcCheck, tree: CheckTree): Finding[] {
  return [...rule.find(tree)].filter((finding) => finding !== undefined);
}

export function checkTree(source: string): CheckTree {
  const { tree, text } = mergeSource(source);
  return new CheckTree(tree, plainText(text));
}
