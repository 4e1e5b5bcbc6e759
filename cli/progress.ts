/** A progress bar on the terminal's last line; nothing where no one watches. */
import type { Io } from './command.ts';

const BAR = 24;

export class Progress {
  #done = 0;
  #drawn = 0;

  constructor(readonly total: number, readonly io: Io) {}

  /** One more is done. */
  advance(found: number): void {
    this.#done += 1;
    // Drawing every one of a thousand boards costs more than checking some of them.
    if (!this.io.isTTY || (this.#done % 4 !== 0 && this.#done !== this.total)) return;
    const filled = Math.round((this.#done / this.total) * BAR);
    const text = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${this.#done}/${this.total}  ${found} found`.slice(0, this.io.columns - 1);
    this.io.stderr.write(`\r${text.padEnd(this.#drawn)}`);
    this.#drawn = text.length;
  }

  /** Removes the bar. */
  clear(): void {
    if (this.#drawn > 0) this.io.stderr.write(`\r${' '.repeat(this.#drawn)}\r`);
    this.#drawn = 0;
  }
}
