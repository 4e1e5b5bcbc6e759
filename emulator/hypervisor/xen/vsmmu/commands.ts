/**
 * What the emulation does for each guest command (fact sheet 1.4), as a table by opcode. Commands that
 * are not in the table are unknown. An ideal vSMMU accepts exactly what the ID registers promise.
 */
import type { FieldInput } from '../../../fields/layout.ts';

/** What a command may ask of the emulation. */
export interface CommandActions {
  /** Reads a guest entry anew and applies it. */
  readonly configure: (vsid: number) => void;
  /** The same for a range of virtual streams that exist. */
  readonly configureRange: (first: number, count: number) => void;
  /** Sends a CD invalidation to the hardware. */
  readonly invalidateCd: (vsid: number, command: 'CFGI_CD' | 'CFGI_CD_ALL') => void;
  /** Removes translations: the named command with its values for an ideal vSMMU, all of them else. */
  readonly invalidateTlb: (command: string, values: FieldInput) => void;
  /** Everything before is complete; an interrupt may be asked for. */
  readonly sync: (isSignalled: boolean) => void;
}

type Words = readonly number[];

/** How one opcode is carried out. */
export interface VirtualCommand {
  readonly name: string;
  /** The posted code knows it. */
  readonly isPosted: boolean;
  readonly run: (actions: CommandActions, words: Words) => void;
}

const ALL = 2 ** 32;
const nothing = (): void => undefined;

function tlbi(name: string, values: (words: Words) => FieldInput): VirtualCommand['run'] {
  return (actions, words) => actions.invalidateTlb(name, values(words));
}

function asidOf(words: Words): number {
  return (words[1] ?? 0) >>> 16;
}

function addressOf(words: Words): FieldInput {
  return { Address: { hi: words[3] ?? 0, lo: ((words[2] ?? 0) & -4096) >>> 0 }, Leaf: (words[2] ?? 0) & 1 };
}

function range(actions: CommandActions, words: Words): void {
  const log2 = (words[2] ?? 0) & 31;
  const count = log2 === 31 ? ALL : 2 ** (log2 + 1);
  const sid = words[1] ?? 0;
  actions.configureRange(sid - (sid % count), count);
}

/** The commands by opcode. */
export const VIRTUAL_COMMANDS: ReadonlyMap<number, VirtualCommand> = new Map<number, VirtualCommand>([
  [0x01, { name: 'PREFETCH_CONFIG', isPosted: true, run: nothing }],
  [0x02, { name: 'PREFETCH_ADDR', isPosted: false, run: nothing }],
  [0x03, { name: 'CFGI_STE', isPosted: true, run: (actions, words) => actions.configure(words[1] ?? 0) }],
  [0x04, { name: 'CFGI_STE_RANGE', isPosted: true, run: range }],
  [0x05, { name: 'CFGI_CD', isPosted: true, run: (actions, words) => actions.invalidateCd(words[1] ?? 0, 'CFGI_CD') }],
  [0x06, { name: 'CFGI_CD_ALL', isPosted: true, run: (actions, words) => actions.invalidateCd(words[1] ?? 0, 'CFGI_CD_ALL') }],
  [0x10, { name: 'TLBI_NH_ALL', isPosted: false, run: tlbi('TLBI_NH_ALL', () => ({})) }],
  [0x11, { name: 'TLBI_NH_ASID', isPosted: true, run: tlbi('TLBI_NH_ASID', (words) => ({ ASID: asidOf(words) })) }],
  [0x12, { name: 'TLBI_NH_VA', isPosted: true, run: tlbi('TLBI_NH_VA', (words) => ({ ASID: asidOf(words), ...addressOf(words) })) }],
  [0x13, { name: 'TLBI_NH_VAA', isPosted: false, run: tlbi('TLBI_NH_VAA', addressOf) }],
  [0x30, { name: 'TLBI_NSNH_ALL', isPosted: true, run: tlbi('TLBI_NH_ALL', () => ({})) }],
  [0x46, { name: 'SYNC', isPosted: true, run: (actions, words) => actions.sync(((words[0] ?? 0) & 0x3000) === 0x1000) }],
]);
