/**
 * Where the interpreter is in a program: plain immutable data that JSON can hold, so that any earlier
 * place can be returned to. Blocks are entered and left here and are no units of their own; what the
 * lines do is not known here.
 */
import type { Action } from '../scenario/program.ts';

/** A place in a list of actions, and in the block that stands there. */
export interface Place {
  readonly at: number;
  readonly inside?: Inside;
}

type Inside =
  | { readonly kind: 'in'; readonly domain: string; readonly place: Place }
  | { readonly kind: 'repeat'; readonly round: number; readonly count: number; readonly place: Place }
  | { readonly kind: 'parallel'; readonly turn: number; readonly lanes: readonly Place[] };

/** The line to be carried out next. */
export interface Leaf {
  readonly action: Action;
  /** The innermost `in` block. */
  readonly domain: string | undefined;
  /** Counters of the `repeat` blocks around it, outermost first, and those that have a name. */
  readonly iterations: readonly number[];
  readonly loops: ReadonlyMap<string, number>;
  /** Why a block cannot be entered; the action is then the block. */
  readonly problem: string | undefined;
}

/** What blocks need to know of the world. */
export interface BlockWorld {
  /** How often a `repeat` runs, or why that cannot be said. */
  readonly count: (action: Action, around: Around) => number | string;
  /** How many rounds that do nothing may follow each other, of all `repeat` blocks together, before these count as endless. */
  readonly idle: { left: number };
}

/** What surrounds a line. */
export type Around = Pick<Leaf, 'domain' | 'iterations' | 'loops'>;

/** A leaf and the place of it. */
export interface Settled {
  readonly place: Place;
  readonly leaf: Leaf;
}

/** Rounds that do nothing, one after the other, before `repeat` blocks count as endless. */
export const MOST_IDLE = 10_000;

/** Lines of a `parallel` block: every moment that is remembered has a place in each of them. */
const MOST_LANES = 256;

const OUTSIDE: Around = { domain: undefined, iterations: [], loops: new Map() };

/** Field by field: what is copied and then gets more fields costs the engine a microsecond each, and this is done for every line. */
function leafOf(action: Action, { domain, iterations, loops }: Around, problem?: string): Leaf {
  return { action, domain, iterations, loops, problem };
}

/** The first line at or behind a place; undefined at the end. */
export function settle(actions: readonly Action[], place: Place, world: BlockWorld, around: Around = OUTSIDE): Settled | undefined {
  let { at, inside } = place;
  for (; at < actions.length; at++) {
    const action = actions[at];
    if (action === undefined) return undefined;
    if (!isBlock(action)) return { place: { at }, leaf: leafOf(action, around) };
    const entered = inside ?? enter(action, world, around);
    inside = undefined;
    if (typeof entered === 'string') return { place: { at }, leaf: leafOf(action, around, entered) };
    const found = settleInside(action, entered, world, around);
    if (found !== undefined) return { place: { at, inside: found.inside }, leaf: found.leaf };
  }
  return undefined;
}

/** The place right behind the line at a settled place. */
export function advance(place: Place): Place {
  const { at, inside } = place;
  if (inside === undefined) return { at: at + 1 };
  if (inside.kind !== 'parallel') return { at, inside: { ...inside, place: advance(inside.place) } };
  const lanes = inside.lanes.map((lane, i) => (i === inside.turn ? advance(lane) : lane));
  return { at, inside: { ...inside, lanes, turn: (inside.turn + 1) % lanes.length } };
}

function isBlock({ verb }: Action): boolean {
  return verb === 'in' || verb === 'repeat' || verb === 'parallel';
}

function word(action: Action, name: string): string | undefined {
  const value = action.values.get(name);
  return value?.kind === 'word' ? value.text : undefined;
}

function enter(action: Action, world: BlockWorld, around: Around): Inside | string {
  if (action.verb === 'in') return { kind: 'in', domain: word(action, 'domain') ?? '', place: { at: 0 } };
  if (action.verb === 'parallel' && action.body.length > MOST_LANES) return `a \`parallel\` block may have ${MOST_LANES} lines at most`;
  if (action.verb === 'parallel') return { kind: 'parallel', turn: 0, lanes: action.body.map(() => ({ at: 0 })) };
  const count = world.count(action, around);
  return typeof count === 'string' ? count : { kind: 'repeat', round: 0, count, place: { at: 0 } };
}

type Found = { readonly inside: Inside; readonly leaf: Leaf } | undefined;

function settleInside(action: Action, inside: Inside, world: BlockWorld, around: Around): Found {
  if (inside.kind === 'parallel') return settleParallel(action, inside, world, around);
  if (inside.kind === 'repeat') return settleRepeat(action, inside, world, around);
  const found = settle(action.body, inside.place, world, { ...around, domain: inside.domain });
  return found === undefined ? undefined : { inside: { ...inside, place: found.place }, leaf: found.leaf };
}

function settleRepeat(action: Action, inside: Inside & { kind: 'repeat' }, world: BlockWorld, around: Around): Found {
  const name = word(action, 'name');
  for (let { round, place } = inside; round < inside.count; round++, place = { at: 0 }) {
    if (world.idle.left-- <= 0) return { inside, leaf: leafOf(action, around, `the block has done nothing for ${MOST_IDLE} rounds`) };
    const loops = name === undefined ? around.loops : new Map(around.loops).set(name, round);
    const found = settle(action.body, place, world, { ...around, iterations: [...around.iterations, round], loops });
    if (found !== undefined) return { inside: { ...inside, round, place: found.place }, leaf: found.leaf };
  }
  return undefined;
}

function settleParallel(action: Action, inside: Inside & { kind: 'parallel' }, world: BlockWorld, around: Around): Found {
  for (let i = 0; i < inside.lanes.length; i++) {
    const turn = (inside.turn + i) % inside.lanes.length;
    const lane = inside.lanes[turn] ?? { at: 0 };
    const found = settle(action.body.slice(turn, turn + 1), lane, world, around);
    if (found !== undefined) return { inside: { ...inside, turn, lanes: inside.lanes.map((l, k) => (k === turn ? found.place : l)) }, leaf: found.leaf };
  }
  return undefined;
}
