/**
 * How V8 compiles during the first seconds. A fresh server runs each function a few times before
 * the first diagnostics are out; optimizing them at that point costs more than all the rest, and on
 * a busy machine it costs it twice. So the optimizer starts when the first board is done, and then
 * takes only what stays hot, so that the first keystrokes do not pay for all of it at once. The
 * heap is told to collect before it has grown to several times what is alive: each keystroke leaves
 * the board before it behind. In Electron the flags may be frozen, so there nothing is changed.
 */
import { setFlagsFromString } from 'node:v8';

/** Bytecode that a function runs before it is looked at; V8's own figure is a tenth of this. Later V8s count otherwise. */
const INTERRUPT_BUDGET = 700_000;
const LAST_V8_WITH_BUDGET = 11;

/** The heap may grow by this many percent of what was alive before it is collected. */
const HEAP_GROWTH = 30;

const isElectron = process.versions['electron'] !== undefined;

/** While bytecode is made at build time, all stays as it is at a start: bytecode belongs to its flags. */
let isWaiting = !isElectron && process.env['VSMMU_WRITE_CODE_CACHE'] === undefined;

if (!isElectron) {
  setFlagsFromString('--no-opt');
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
}

/** The first board is analysed: from here on, speed at the long run counts. */
export function startOptimizing(): void {
  if (!isWaiting) return;
  isWaiting = false;
  setFlagsFromString('--opt');
  if (Number.parseInt(process.versions.v8, 10) <= LAST_V8_WITH_BUDGET) setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}
