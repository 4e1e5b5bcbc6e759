/**
 * The strings block as dtc fills it: a name is stored once, and a name that ends one stored
 * before is found in its tail, at the first place where it ends.
 */
import { ByteWriter } from './byteWriter.ts';

/** Tails up to this length are looked up, longer ones searched for: real names are shorter. */
const INDEXED = 64;

/** Property names and their offsets. */
export class StringTable {
  readonly writer = new ByteWriter();
  private readonly tails = new Map<string, number>();
  private readonly long: { name: string; offset: number }[] = [];

  /** The offset of a name, which is added where it is not there yet. */
  offsetOf(name: string): number {
    const found = name.length <= INDEXED ? this.tails.get(name) : this.search(name);
    if (found !== undefined) return found;
    const offset = this.writer.length;
    this.writer.string(name);
    if (name.length > INDEXED) this.long.push({ name, offset });
    for (let length = Math.min(name.length, INDEXED); length >= 0; length--) {
      const tail = name.slice(name.length - length);
      if (!this.tails.has(tail)) this.tails.set(tail, offset + name.length - length);
    }
    return offset;
  }

  private search(name: string): number | undefined {
    const holder = this.long.find((l) => l.name.endsWith(name));
    return holder === undefined ? undefined : holder.offset + holder.name.length - name.length;
  }
}
