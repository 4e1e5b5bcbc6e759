/**
 * What a language model may ask of the workbench, as calls of the `vsmmu` command: the shape of the
 * input and the arguments that it becomes. All of it only reads. Knows nothing of VS Code; what the
 * tools are called and described as is in package.json.
 */
import { nullable, number, object, oneOf, type Shape, text } from '../views/shape.ts';

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
const WALK = object({ path: text, device: text, address: text });
const ACCESS = object({ access: nullable(oneOf('read', 'write')) });
const SUBSTREAM = object({ ssid: nullable(number) });
const ADDRESS = /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i;

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

function walk(input: unknown, inside: Inside): Call | string {
  const options = { access: null, ssid: null, ...(typeof input === 'object' ? input : null) };
  if (!WALK(input) || !ACCESS(options) || !SUBSTREAM(options) || !ADDRESS.test(input.address)) return WRONG;
  const path = inside(input.path);
  if (path === undefined) return OUTSIDE;
  const name = path.endsWith('.smmu') ? 'device' : 'sid';
  const more = [...(options.access === 'write' ? ['--write'] : []), ...(options.ssid === null ? [] : [`--ssid=${options.ssid}`])];
  return { args: ['walk', path, `--${name}=${input.device}`, `--iova=${input.address}`, ...more], input: '' };
}

/** The tools by the names that package.json gives them. */
export const TOOLS: ReadonlyMap<string, Tool> = new Map([
  ['vsmmu_check', onPath('path', (path) => ['check', '--format', 'json', path])],
  ['vsmmu_streams', onPath('board', (path) => ['streams', '--json', path])],
  ['vsmmu_walk', walk],
  ['vsmmu_decode', decode],
  ['vsmmu_explain', explain],
]);
