/**
 * The values of a step that conditions and log messages may use: `sid`, `ssid`, `address` of the
 * transaction around it, and every field of the command, the event or the structure of the step by its
 * own name, so that `sid == 8` and `ASID == 1` mean what they seem to mean.
 */
import type { U64 } from '../../emulator/bits/u64.ts';
import { commandOf } from '../../emulator/fields/commands.ts';
import { eventOf } from '../../emulator/fields/events.ts';
import { decode, type Layout } from '../../emulator/fields/layout.ts';
import { PRI_RECORD } from '../../emulator/fields/pri.ts';
import { STRUCTURE_LAYOUTS } from '../../emulator/fields/structures.ts';
import type { TransactionStep } from '../../emulator/steps/step.ts';
import { registerAt } from '../../emulator/fields/registers.ts';
import { numberValue, stringValue, type ExpressionValue } from '../expression/value.ts';
import { FrameNode, type FrameTree } from './frames.ts';
import type { TraceStep } from './traceStep.ts';

/** Short names for fields that several layouts have. */
const SHORT: ReadonlyMap<string, string> = new Map([['StreamID', 'sid'], ['SubstreamID', 'ssid'], ['InputAddr', 'address']]);

function layoutOf(step: TraceStep): Layout | undefined {
  switch (step.kind) {
    case 'event': return eventOf(step.words)?.layout;
    case 'command': return commandOf(step.words)?.layout;
    case 'fetch': return STRUCTURE_LAYOUTS[step.structure];
    case 'page request': return PRI_RECORD;
    default: return undefined;
  }
}

/** The transaction that a step belongs to. */
export function transactionOf(tree: FrameTree, steps: readonly TraceStep[], step: number): TransactionStep | undefined {
  let node: FrameNode | undefined = tree.owner[step - 1];
  while (node !== undefined && node.kind !== 'transaction') node = node.parent;
  const head = node?.items[0];
  const found = typeof head === 'number' ? steps[head - 1] : undefined;
  return found?.kind === 'transaction' ? found : undefined;
}

/** The values of a step, with those of the transaction around it. */
export function stepValues(step: TraceStep, around: TransactionStep | undefined): Map<string, ExpressionValue> {
  const values = new Map<string, ExpressionValue>();
  if (around !== undefined) {
    values.set('sid', numberValue(around.sid));
    if (around.ssid !== undefined) values.set('ssid', numberValue(around.ssid));
    values.set('address', numberValue(around.address));
    values.set('access', numberValue(around.access));
  }
  for (const [name, value] of Object.entries(step)) {
    if (typeof value === 'number') values.set(name, numberValue(value >>> 0));
    else if (typeof value === 'string') values.set(name, stringValue(value));
    else if (isU64(value)) values.set(name, numberValue(value));
  }
  if (step.kind === 'register') values.set('register', stringValue(registerAt(step.offset)?.name ?? ''));
  const layout = layoutOf(step);
  if (layout === undefined || !('words' in step) || step.words.length === 0) return values;
  for (const { field, value } of decode(layout, step.words)) {
    values.set(field.name, numberValue(value));
    const short = SHORT.get(field.name);
    if (short !== undefined) values.set(short, numberValue(value));
  }
  return values;
}

function isU64(value: unknown): value is U64 {
  return typeof value === 'object' && value !== null && 'hi' in value && 'lo' in value;
}
