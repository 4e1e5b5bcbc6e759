/**
 * Commands of 16 bytes: one layout per opcode, all built from the shared field positions. Secure
 * and DPT commands are listed by name only (the Non-secure queue rejects them) and so have no
 * parameters here.
 */
import { encode, field, getField, layout, type Field, type FieldInput, type Layout } from './layout.ts';
import { MEMATTR, SHAREABILITY, TG_TLBI } from './values.ts';

const OPCODE = field('Opcode', [0, 7, 0], 'Which command.');
const SSEC = field('SSec', [0, 10], 'Secure stream; must be 0 on the Non-secure queue.');
const SSV = field('SSV', [0, 11], 'SubstreamID is valid.');
const SSID = field('SubstreamID', [0, 31, 12], 'Substream.');
const SID = field('StreamID', [0, 63, 32], 'Stream.');
const VMID = field('VMID', [0, 47, 32], 'Virtual machine.');
const ASID = field('ASID', [0, 63, 48], 'Address space.');
const LEAF = field('Leaf', [1, 0], 'Only last-level entries need go.');
const NUM = field('NUM', [0, 16, 12], 'Range: (NUM+1) * 2^SCALE granules.');
const SCALE = field('SCALE', [0, 25, 20], 'Range: (NUM+1) * 2^SCALE granules; 5 bits without DS.');
const TTL = field('TTL', [1, 9, 8], 'Level of the leaf; 0 is any.');
const TG = field('TG', [1, 11, 10], 'Granule of the range.', { values: TG_TLBI });
const VA = field('Address', [1, 63, 12], 'Virtual address.', { address: true });
const IPA = field('Address', [1, 55, 12], 'Intermediate physical address.', { address: true });

const STREAM: readonly Field[] = [SSEC, SID];
const RANGE: readonly Field[] = [NUM, SCALE, LEAF, TTL, TG];

/** One command: opcode, parameters, and what of the ID registers it needs. */
export interface Command {
  readonly opcode: number;
  readonly name: string;
  readonly layout: Layout;
  /** The feature without which the command is illegal; `never` for the Non-secure queue at large. */
  readonly needs: 'always' | 'S1P' | 'S2P' | 'Hyp' | 'ATS' | 'PRI' | 'stall' | 'never';
}

function command(opcode: number, name: string, needs: Command['needs'], fields: readonly Field[]): Command {
  return { opcode, name, needs, layout: layout(`CMD_${name}`, 4, `CMD_${name}`, [OPCODE, ...fields]) };
}

/** Every command of the architecture up to v3.3, in opcode order. */
export const COMMANDS: readonly Command[] = [
  command(0x01, 'PREFETCH_CONFIG', 'always', [...STREAM, SSV, SSID]),
  command(0x02, 'PREFETCH_ADDR', 'always', [...STREAM, SSV, SSID, field('Size', [1, 4, 0], 'log2 of the number of pages.'), field('Stride', [1, 9, 5], 'log2 of the stride.'), VA]),
  command(0x03, 'CFGI_STE', 'always', [...STREAM, LEAF]),
  command(0x04, 'CFGI_STE_RANGE', 'always', [...STREAM, field('Range', [1, 4, 0], '2^(Range+1) streams, aligned; 31 is all (CFGI_ALL).')]),
  command(0x05, 'CFGI_CD', 'S1P', [...STREAM, SSID, LEAF]),
  command(0x06, 'CFGI_CD_ALL', 'S1P', STREAM),
  command(0x07, 'CFGI_VMS_PIDM', 'never', [SSEC, VMID]),
  command(0x10, 'TLBI_NH_ALL', 'S1P', [VMID]),
  command(0x11, 'TLBI_NH_ASID', 'S1P', [VMID, ASID]),
  command(0x12, 'TLBI_NH_VA', 'S1P', [VMID, ASID, VA, ...RANGE]),
  command(0x13, 'TLBI_NH_VAA', 'S1P', [VMID, VA, ...RANGE]),
  command(0x18, 'TLBI_EL3_ALL', 'never', []),
  command(0x1a, 'TLBI_EL3_VA', 'never', [VA, ...RANGE]),
  command(0x20, 'TLBI_EL2_ALL', 'Hyp', []),
  command(0x21, 'TLBI_EL2_ASID', 'Hyp', [ASID]),
  command(0x22, 'TLBI_EL2_VA', 'Hyp', [ASID, VA, ...RANGE]),
  command(0x23, 'TLBI_EL2_VAA', 'Hyp', [VA, ...RANGE]),
  command(0x28, 'TLBI_S12_VMALL', 'S2P', [VMID]),
  command(0x2a, 'TLBI_S2_IPA', 'S2P', [VMID, IPA, ...RANGE]),
  command(0x30, 'TLBI_NSNH_ALL', 'always', []),
  command(0x40, 'ATC_INV', 'ATS', [SSV, SSID, SID, field('Global', [0, 9], 'All SubstreamIDs.'), field('Size', [1, 5, 0], 'log2 of the number of 4K pages; 52 is all.'), VA]),
  command(0x41, 'PRI_RESP', 'PRI', [SSV, SSID, SID, field('PRGIndex', [1, 8, 0], 'Page request group.'), field('Resp', [1, 13, 12], 'Answer.', { values: { 0: 'failure', 1: 'invalid request', 2: 'success', 3: 'illegal' } })]),
  command(0x44, 'RESUME', 'stall', [...STREAM, field('Ac', [0, 12], 'Retry.'), field('Ab', [0, 13], 'Abort when not retried; 0 reads as zero and ignores writes.'), field('STAG', [1, 15, 0], 'Which stall.')]),
  command(0x45, 'STALL_TERM', 'stall', STREAM),
  command(0x46, 'SYNC', 'always', [
    field('CS', [0, 13, 12], 'Completion signal.', { values: { 0: 'none', 1: 'interrupt', 2: 'event (SEV)', 3: 'illegal' } }),
    field('MSH', [0, 23, 22], 'Shareability of the MSI.', { values: SHAREABILITY }),
    field('MSIAttr', [0, 27, 24], 'Memory type of the MSI.', { values: MEMATTR }),
    field('MSIData', [0, 63, 32], 'Data of the MSI.'),
    field('MSIAddress', [1, 55, 2], 'Address of the MSI; 0 is none.', { address: true }),
  ]),
  command(0x50, 'TLBI_S_EL2_ALL', 'never', []),
  command(0x51, 'TLBI_S_EL2_ASID', 'never', [ASID]),
  command(0x52, 'TLBI_S_EL2_VA', 'never', [ASID, VA, ...RANGE]),
  command(0x53, 'TLBI_S_EL2_VAA', 'never', [VA, ...RANGE]),
  command(0x58, 'TLBI_S_S12_VMALL', 'never', [VMID]),
  command(0x5a, 'TLBI_S_S2_IPA', 'never', [VMID, IPA, ...RANGE]),
  command(0x60, 'TLBI_SNH_ALL', 'never', []),
  command(0x70, 'DPTI_ALL', 'never', []),
  command(0x73, 'DPTI_PA', 'never', []),
];

const BY_OPCODE: ReadonlyMap<number, Command> = new Map(COMMANDS.map((c) => [c.opcode, c]));
const BY_NAME: ReadonlyMap<string, Command> = new Map(COMMANDS.map((c) => [c.name, c]));

/** The command of the words' opcode, or undefined for a reserved or implementation-defined one. */
export function commandOf(words: ArrayLike<number>): Command | undefined {
  return BY_OPCODE.get(getField(words, OPCODE).lo);
}

/** The command of a name without `CMD_`, or undefined. */
export function commandNamed(name: string): Command | undefined {
  return BY_NAME.get(name);
}

/** The words of a command by name, or undefined for an unknown name. */
export function encodeCommand(name: string, values: FieldInput): Uint32Array | undefined {
  const found = BY_NAME.get(name);
  return found === undefined ? undefined : encode(found.layout, { ...values, Opcode: found.opcode });
}
