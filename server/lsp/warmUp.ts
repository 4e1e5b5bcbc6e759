/**
 * How V8 compiles during the first seconds. A fresh server runs each function a few times before
 * the first diagnostics are out; optimizing them at that point costs more than all the rest, on
 * one or two cores twice the time. So the optimizer starts when the first board is done.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-opt');

let waiting = true;

/** The first board is analysed: from here on, speed at the long run counts. */
export function startOptimizing(): void {
  if (waiting) setFlagsFromString('--opt');
  waiting = false;
}
