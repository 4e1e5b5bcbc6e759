/** Answers that take long are made in slices, so that no other request waits for all of one. */
import { setImmediate } from 'node:timers/promises';
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';

/** Time after which a slice ends, in ms. */
const SLICE = 5;

/** Answers that are being made. */
let answers = 0;

/** Runs work to its end, unless the client no longer wants it. */
export async function inSlices<T>(steps: Generator<void, T>, token: CancellationToken): Promise<T> {
  answers += 1;
  try {
    for (let end = performance.now() + SLICE; ;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      if (performance.now() < end) continue;
      await setImmediate();
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
      end = performance.now() + SLICE;
    }
  } finally {
    answers -= 1;
  }
}

/** For how long other work waits for answers, in ms: an editor may ask without end, or read nothing any more. */
const PATIENCE = 100;

/** Whether somebody waits for an answer: one is being made, or is on its way through a pipe that takes little at a time. */
function isAnswering(): boolean {
  return answers > 0 || process.stdout.writableLength > 0;
}

/** Does something after the events that wait now, and after answers. */
export function afterAnswers(action: () => void, since = performance.now()): void {
  void setImmediate().then(() => (isAnswering() && performance.now() - since < PATIENCE ? afterAnswers(action, since) : action()));
}
