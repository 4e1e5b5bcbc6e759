/**
 * What the kernel makes of a guest's invalidation commands (IOMMU_HWPT_INVALIDATE on a vIOMMU): the
 * commands it takes, with the VMID or the StreamID put in its place. All other bits pass unchecked,
 * as they do in the kernel.
 */
import { commandNamed, commandOf } from '../../fields/commands.ts';
import { fieldNamed, getField, setField } from '../../fields/layout.ts';
import { given, refused, type Result } from './result.ts';

/** Whose commands they are. */
export interface CommandOwner {
  readonly vmid: number;
  /** The physical StreamID of a guest's StreamID; undefined without a vDEVICE. */
  readonly physicalSid: (virtual: number) => number | undefined;
}

type Rewrite = (words: Uint32Array, owner: CommandOwner) => string | undefined;

function put(words: Uint32Array, name: string, value: number): void {
  const of = commandOf(words);
  const found = of === undefined ? undefined : fieldNamed(of.layout, name);
  if (found !== undefined) setField(words, found, { hi: 0, lo: value });
}

const withVmid: Rewrite = (words, { vmid }) => {
  put(words, 'VMID', vmid);
  return undefined;
};

/** A guest's "everything of EL1" means everything of its own VMID. */
const narrowed: Rewrite = (words, owner) => {
  words.fill(0);
  words[0] = commandNamed('TLBI_NH_ALL')?.opcode ?? 0;
  return withVmid(words, owner);
};

const withSid: Rewrite = (words, owner) => {
  const virtual = (words[1] ?? 0) >>> 0;
  const physical = owner.physicalSid(virtual);
  if (physical === undefined) return `no vDEVICE has the virtual StreamID 0x${virtual.toString(16)}`;
  put(words, 'StreamID', physical);
  return undefined;
};

const ACCEPTED: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  ['TLBI_NSNH_ALL', narrowed],
  ['TLBI_NH_ALL', withVmid], ['TLBI_NH_ASID', withVmid], ['TLBI_NH_VA', withVmid], ['TLBI_NH_VAA', withVmid],
  ['CFGI_CD', withSid], ['CFGI_CD_ALL', withSid], ['ATC_INV', withSid],
]);

/** Names of the commands that the kernel takes from guests; a monitor must carry out all others. */
export const FORWARDED_COMMANDS: readonly string[] = [...ACCEPTED.keys()];

/** The command that goes to hardware for a command of four words of a guest. */
export function convertCommand(command: ArrayLike<number>, owner: CommandOwner): Result<Uint32Array> {
  const words = Uint32Array.from({ length: 4 }, (_, i) => command[i] ?? 0);
  const name = commandOf(words)?.name;
  const rewrite = name === undefined ? undefined : ACCEPTED.get(name);
  if (rewrite === undefined) return refused('-EIO', `a guest may not send ${name ?? `opcode 0x${((words[0] ?? 0) & 0xff).toString(16)}`}`);
  const problem = rewrite(words, owner);
  return problem === undefined ? given(words) : refused('-EIO', problem);
}

/** How the array of guest commands is described to the kernel. */
export interface InvalidateHeader {
  /** Bytes of one entry; 16 for these commands. */
  readonly entryLength: number;
  readonly isNull?: boolean;
  /** A reserved field of the call is not zero. */
  readonly hasReserved?: boolean;
}

/** A call's outcome: how many commands were carried out before the first bad one. */
export interface InvalidateResult {
  readonly processed: number;
  readonly error: Result<never> | undefined;
  /** The commands for hardware, without the syncs that close each batch. */
  readonly commands: readonly Uint32Array[];
  readonly batches: number;
}

const PAGE = 4096;
const MOST = 0xffff_ffff;
/** Commands between two syncs of the kernel. */
export const BATCH = 63;

function headerProblem(header: InvalidateHeader, count: number): Result<never> | undefined {
  if (header.hasReserved === true) return refused('-EOPNOTSUPP', 'a reserved field is not zero');
  if (header.entryLength > PAGE) return refused('-EINVAL', 'an entry is longer than a page');
  if (count > MOST) return refused('-EINVAL', 'too many entries');
  if (count > 0 && header.isNull === true) return refused('-EINVAL', 'no array was given');
  return header.entryLength === 16 ? undefined : refused('-EINVAL', 'entries of SMMUv3 commands have 16 bytes');
}

/** Converts an array of guest commands up to the first bad one. */
export function convertCommands(commands: readonly ArrayLike<number>[], owner: CommandOwner, header: InvalidateHeader = { entryLength: 16 }): InvalidateResult {
  let error = headerProblem(header, commands.length);
  const converted: Uint32Array[] = [];
  for (const command of error === undefined ? commands : []) {
    const result = convertCommand(command, owner);
    if (result.ok) converted.push(result.value);
    else {
      error = result;
      break;
    }
  }
  return { processed: converted.length, error, commands: converted, batches: Math.ceil(converted.length / BATCH) };
}

/** The StreamID field of a command of a guest, for commands that a monitor carries out itself. */
export function streamOf(words: ArrayLike<number>): number {
  const found = fieldNamed(commandNamed('CFGI_STE')?.layout ?? { name: '', text: '', words: 4, fields: [] }, 'StreamID');
  return found === undefined ? 0 : getField(words, found).lo;
}
