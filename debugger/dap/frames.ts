/**
 * Numbers for stack frames and for places to go to, good until the machine moves. As with variables,
 * none is given twice.
 */
import type { Frame, Command } from '../session/types.ts';

/** Things that the client can name by number until the next stop. */
class Numbered<Thing> {
  #things = new Map<number, Thing>();
  #next = 1;

  add(thing: Thing): number {
    this.#things.set(this.#next, thing);
    return this.#next++;
  }

  get(id: number): Thing | undefined {
    return this.#things.get(id);
  }

  clear(): void {
    this.#things = new Map();
  }
}

/** What the client was told of the present stop. */
export class Frames {
  readonly #frames = new Numbered<Frame>();
  readonly #targets = new Numbered<Command>();
  #byThread = new Map<string, number>();

  /** The number of a frame of a thread: the same each time that it is asked for. */
  id(thread: number, frame: Frame): number {
    const key = `${thread}:${frame.id}`;
    const known = this.#byThread.get(key);
    if (known !== undefined) return known;
    const id = this.#frames.add(frame);
    this.#byThread.set(key, id);
    return id;
  }

  frame(id: number): Frame | undefined {
    return this.#frames.get(id);
  }

  /** A number for a way to go. */
  target(command: Command): number {
    return this.#targets.add(command);
  }

  command(target: number): Command | undefined {
    return this.#targets.get(target);
  }

  clear(): void {
    this.#frames.clear();
    this.#targets.clear();
    this.#byThread = new Map();
  }
}
