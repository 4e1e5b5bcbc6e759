/** Answers that take long are made in slices, so that no other request waits for all of one. */
import { setImmediate } from 'node:timers/promises';
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';

/** Time after which a slice ends, in ms. */
const SLICE = 5;

/** Runs work to its end, unless the client no longer wants it. */
export async function inSlices<T>(steps: Generator<void, T>, token: CancellationToken): Promise<T> {
  for (let end = performance.now() + SLICE; ;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (performance.now() < end) continue;
    await setImmediate();
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    end = performance.now() + SLICE;
  }
}
