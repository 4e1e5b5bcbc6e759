/**
 * What a monitor does with each command of a guest: some go to the kernel as they are, some it
 * carries out itself, the rest is illegal for a virtual SMMU with stage 1 only. A table by name.
 */
import { fieldNamed, getField } from '../../../fields/layout.ts';
import { commandOf } from '../../../fields/commands.ts';
import { CERROR } from '../../../smmu/commands.ts';
import { FORWARDED_COMMANDS } from '../guestCommands.ts';

/** What commands act upon. */
export interface CommandTarget {
  /** Takes over the STEs of virtual StreamIDs first..last; false where the kernel refused one. */
  readonly refresh: (first: number, last: number) => boolean;
  /** Passes a command on; false where the kernel refused it. */
  readonly forward: (words: Uint32Array) => boolean;
  /** Signals the completion of a CMD_SYNC. */
  readonly signal: () => void;
}

type Handler = (words: Uint32Array, target: CommandTarget) => boolean;

function value(words: Uint32Array, name: string): number {
  const found = fieldNamed(commandOf(words)?.layout ?? { name: '', text: '', words: 0, fields: [] }, name);
  return found === undefined ? 0 : getField(words, found).lo;
}

const ALL_STREAMS = 31;
const SIGNAL_INTERRUPT = 1;

function range(words: Uint32Array, target: CommandTarget): boolean {
  const log2 = value(words, 'Range');
  if (log2 === ALL_STREAMS) return target.refresh(0, 0xffff_ffff);
  const count = 2 ** (log2 + 1);
  const sid = value(words, 'StreamID');
  const first = sid - (sid % count);
  return target.refresh(first, first + count - 1);
}

function sync(words: Uint32Array, target: CommandTarget): boolean {
  if (value(words, 'CS') === SIGNAL_INTERRUPT) target.signal();
  return true;
}

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['CFGI_STE', (words, target) => target.refresh(value(words, 'StreamID'), value(words, 'StreamID'))],
  ['CFGI_STE_RANGE', range],
  ['SYNC', sync],
  ['PREFETCH_CONFIG', () => true], ['PREFETCH_ADDR', () => true],
  ...FORWARDED_COMMANDS.map((name): [string, Handler] => [name, (words, target) => target.forward(words)]),
]);

/** Carries out a command; gives a CERROR code. */
export function executeGuestCommand(words: Uint32Array, target: CommandTarget): number {
  const handler = HANDLERS.get(commandOf(words)?.name ?? '');
  return handler?.(words, target) === true ? CERROR.none : CERROR.illegal;
}
