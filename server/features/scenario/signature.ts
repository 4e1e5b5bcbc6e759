/** Signature help: the shape of the action of a line, with the part that is being typed. */
import { shapeOfBracketed, shapeOfParameter, wordsOf } from '../../../debugger/scenario/catalog.ts';
import { boundLineAt, isInComment, type ScenarioDocument } from './document.ts';

/** The shape of an action in parts. */
export interface ScenarioSignature {
  readonly label: string;
  readonly documentation: string;
  readonly parts: readonly { readonly label: string; readonly documentation: string }[];
  /** Index of the part that the cursor is in; undefined behind the last. */
  readonly active: number | undefined;
}

/** The signature at a cursor, undefined outside lines with an action. */
export function scenarioSignature(document: ScenarioDocument, offset: number): ScenarioSignature | undefined {
  const bound = boundLineAt(document, offset, offset);
  const { verb, line, verbEnd } = bound;
  if (verb === undefined || offset <= verbEnd || isInComment(bound, offset)) return undefined;
  const parts = [
    ...verb.parameters.map((one) => ({ name: one.name, label: shapeOfParameter(one), documentation: one.text })),
    ...verb.options.map((one) => ({ name: one.name, label: shapeOfBracketed(one), documentation: one.text })),
  ];
  const slot = bound.slots.find((one) => one.start < offset && offset <= one.end);
  const about = line.chunks.at(-1)?.end === offset ? slot?.parameter ?? slot?.option : verb.parameters[bound.next];
  const active = parts.findIndex((part) => part.name === about?.name);
  return {
    label: [...wordsOf(verb), ...parts.map((part) => part.label)].join(' '), documentation: verb.text,
    parts: parts.map(({ label, documentation }) => ({ label, documentation })), active: active < 0 ? undefined : active,
  };
}
