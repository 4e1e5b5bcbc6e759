/**
 * Xen's driver of one physical SMMU: the physical stream table, command queue and event queue. Each
 * sync is a physical CFGI_STE and CMD_SYNC that is waited for (fact sheet 1.7).
 */
import { u64 } from '../../bits/u64.ts';
import { commandOf, encodeCommand } from '../../fields/commands.ts';
import type { FieldInput } from '../../fields/layout.ts';
import { featuresOf, type Features } from '../../idr/features.ts';
import type { Smmu } from '../../smmu/smmu.ts';
import { SmmuDriver } from '../driver/driver.ts';
import { physicalPort } from '../driver/port.ts';
import type { Runtime } from '../hypervisor.ts';
import { storeWords, viewOf, type MemoryView } from '../memoryView.ts';
import type { PagePool } from '../pages.ts';

/** One physical SMMU as Xen drives it. */
export class HostSmmu {
  readonly index: number;
  readonly features: Features;
  readonly driver: SmmuDriver;
  readonly #runtime: Runtime;
  readonly #memory: MemoryView;

  constructor(runtime: Runtime, smmu: Smmu, options: { readonly index: number; readonly pages: PagePool }) {
    const { machine } = runtime;
    this.index = options.index;
    this.features = featuresOf(smmu.ids);
    this.#runtime = runtime;
    this.#memory = viewOf(machine.memory, undefined, runtime.stores('xen'));
    this.driver = new SmmuDriver({
      history: machine.history, name: `xen.smmu${options.index}`, port: physicalPort(smmu), memory: this.#memory, pages: options.pages,
      onCommand: (words) => this.#count(words), withoutAts: true,
    });
  }

  #count(words: Uint32Array): void {
    const name = commandOf(words)?.name ?? 'unknown';
    this.#runtime.note(`xen.smmu${this.index}`, 'command', `CMD_${name}`, 'commands');
    if (name === 'SYNC') this.#runtime.costs.count('syncs');
    if (/^(CFGI|TLBI|ATC)/.test(name)) this.#runtime.costs.count('invalidations');
  }

  /** Sends a command by name and waits for it. */
  send(name: string, values: FieldInput): void {
    const words = encodeCommand(name, values);
    if (words !== undefined) this.driver.queue.submit([words]);
  }

  /** The physical STE of a stream; zeros where there is none. */
  entryWords(sid: number): Uint32Array {
    return this.driver.streams.words(sid) ?? new Uint32Array(16);
  }

  /** Takes a live entry out of use, so that it can be rewritten. */
  invalidateEntry(sid: number): void {
    const at = this.driver.streams.entry(sid);
    if (at === undefined) return;
    this.#memory.store(at, u64(0, 0));
    this.#sync(sid);
  }

  /** Writes an entry: everything but word 0, sync, word 0, sync. */
  writeEntry(sid: number, words: Uint32Array): void {
    const at = this.driver.streams.entry(sid);
    if (at === undefined) return;
    const isSimple = ((words[0] ?? 0) & 0xe) <= 8;
    this.#runtime.note('xen', 'entry write', `physical STE of stream ${sid} of smmu${this.index}`, 'entryWrites');
    if (isSimple) {
      // Abort and bypass take effect at once; the rest of the entry is cleared behind it.
      this.#memory.store(at, u64(words[1] ?? 0, words[0] ?? 0));
      storeWords(this.#memory, at + 8, words.subarray(2));
      this.#sync(sid);
      return;
    }
    storeWords(this.#memory, at + 8, words.subarray(2));
    this.#sync(sid);
    this.#memory.store(at, u64(words[1] ?? 0, words[0] ?? 0));
    this.#sync(sid);
    this.send('PREFETCH_CONFIG', { StreamID: sid });
  }

  #sync(sid: number): void {
    this.send('CFGI_STE', { StreamID: sid, Leaf: 1 });
  }
}
