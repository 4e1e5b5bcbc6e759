/** Progress of what takes longer than a moment, for clients that show it; it can be cancelled there. */
import type { Client } from './client.ts';
import type { ProgressWatcher } from './execution.ts';

/** Tells the client how a long motion goes. */
export class Progress implements ProgressWatcher {
  readonly #client: Client;
  readonly #send: (event: string, body: object) => void;
  /** Requests that can still be cancelled, and how. */
  readonly #pending = new Map<number, () => void>();
  #count = 0;
  #startedAt = 0;

  constructor(client: Client, send: (event: string, body: object) => void) {
    this.#client = client;
    this.#send = send;
  }

  /** The name of the present progress. */
  get id(): string {
    return `run-${this.#count}`;
  }

  started(): void {
    this.#count += 1;
    this.#startedAt = performance.now();
    this.#tell('progressStart', { title: 'Running the scenario', cancellable: true });
  }

  moved(): void {
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    this.#tell('progressUpdate', { message: `${seconds} s` });
  }

  ended(): void {
    this.#tell('progressEnd', {});
  }

  /** Makes a request cancellable until it is answered. */
  cancellable(request: number, cancel: () => void): void {
    this.#pending.set(request, cancel);
  }

  /** Cancels a request that is still worked on. */
  cancel(request: number): void {
    this.#pending.get(request)?.();
  }

  /** A request was answered. */
  forget(request: number): void {
    this.#pending.delete(request);
  }

  #tell(event: string, body: object): void {
    if (this.#client.can('supportsProgressReporting')) this.#send(event, { progressId: this.id, ...body });
  }
}
