/**
 * What a data breakpoint watches, as the text that the client keeps for it. A client may bring back one
 * of an earlier session, or anything at all, so reading checks all of it.
 */
import type { DataTarget } from '../session/types.ts';
import type { Context } from './context.ts';
import type { Debuggee } from './debuggee.ts';

/** The text for a target. */
export function dataIdOf(target: DataTarget): string {
  switch (target.kind) {
    case 'memory': return ['memory', hex(target.address), target.size, hex(target.mask)].join(' ').trim();
    case 'register': return ['register', target.smmu, hex(target.offset), target.size, hex(target.mask)].join(' ').trim();
    case 'state': return ['state', ...[target.name, target.field ?? ''].map(encodeURIComponent)].join(' ').trim();
  }
}

function hex(value: number | undefined): string {
  return value === undefined ? '' : `0x${(value >= 0 ? value : value >>> 0).toString(16)}`;
}

/** The target of a text; undefined where it is none. */
export function targetOfId(text: unknown): DataTarget | undefined {
  if (typeof text !== 'string') return undefined;
  const [kind, ...words] = text.split(' ');
  if (kind === 'state') return state(words);
  const numbers = words.map(Number);
  if (!numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) return undefined;
  if (kind === 'memory') {
    const [address, size, mask] = numbers;
    return address === undefined || size === undefined || size === 0 ? undefined : { kind, address, size, ...(mask === undefined ? {} : { mask }) };
  }
  if (kind !== 'register') return undefined;
  const [smmu, offset, size, mask] = numbers;
  return smmu === undefined || offset === undefined || size === undefined ? undefined : { kind, smmu, offset, size, ...(mask === undefined ? {} : { mask }) };
}

function state([name = '', field = '']: readonly string[]): DataTarget | undefined {
  try {
    return name === '' ? undefined : { kind: 'state', name: decodeURIComponent(name), ...(field === '' ? {} : { field: decodeURIComponent(field) }) };
  } catch {
    return undefined;
  }
}

/** What a row of the Variables view, or an expression, watches; a sentence where it cannot be watched. */
export function watched({ variables }: Context, { inspector }: Debuggee, row: { readonly variablesReference?: number; readonly name?: string; readonly expression?: string }): DataTarget | string {
  const { variablesReference = 0, name = '', expression } = row;
  const node = variablesReference > 0 ? variables.child(variablesReference, name) : undefined;
  return node?.watch ?? inspector.watch(node?.expression ?? expression ?? name);
}
