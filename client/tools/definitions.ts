/**
 * What a language model may ask of the workbench, as calls of the `vsmmu` command: the shape of the
 * input and the arguments that it becomes. All of it only reads. Knows nothing of VS Code; what the
 * tools are called and described as is in package.json.
 */
import { nullable, object, type Shape, text } from '../views/shape.ts';

/** One call of the command. */
export interface Call {
  readonly args: readonly string[];
  /** Standard input. */
  readonly input: string;
}

/** Turns a path that the model names into an absolute one inside the workspace; undefined where it is outside. */
export type Inside = (path: string) => string | undefined;

/** The call that an input becomes, or what is wrong with it. */
export type Tool = (input: unknown, inside: Inside) => Call | string;

const WRONG = 'The input does not have the shape that the tool asks for.';
const OUTSIDE = 'The path is not inside the workspace.';

/** A tool whose one input is a path. */
function onPath<K extends string>(name: K, args: (path: string) => readonly string[]): Tool {
  const shape: Shape<Readonly<Record<K, string>>> = object({ [name]: text } as Record<K, typeof text>) as Shape<Readonly<Record<K, string>>>;
  return (input, inside) => {
    if (!shape(input)) return WRONG;
    const path = inside(input[name]);
    return path === undefined ? OUTSIDE : { args: args(path), input: '' };
  };
}

const DECODE = object({ text });
const BOARD = object({ board: nullable(text) });
const EXPLAIN = object({ rule: text });

function decode(input: unknown, inside: Inside): Call | string {
  if (!DECODE(input)) return WRONG;
  const named = BOARD(input) ? input.board : null;
  const board = named === null ? undefined : inside(named);
  if (named !== null && board === undefined) return OUTSIDE;
  return { args: ['decode', ...(board === undefined ? [] : ['--board', board])], input: input.text };
}

function explain(input: unknown): Call | string {
  // An id of a rule, and no option of the command.
  return EXPLAIN(input) && /^[a-z][a-z0-9-]*$/.test(input.rule) ? { args: ['explain', input.rule], input: '' } : WRONG;
}

/** The tools by the names that package.json gives them. */
export const TOOLS: ReadonlyMap<string, Tool> = new Map([
  ['vsmmu_check', onPath('path', (path) => ['check', '--format', 'json', path])],
  ['vsmmu_streams', onPath('board', (path) => ['streams', '--json', path])],
  ['vsmmu_decode', decode],
  ['vsmmu_explain', explain],
]);
