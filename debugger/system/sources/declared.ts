/** Machines declared in the scenario itself: SMMUs, devices, memory. */
import type { IdRegisters } from '../../../emulator/idr/features.ts';
import { PRESETS } from '../../../emulator/idr/presets.ts';
import type { Draft, Reader } from '../draft.ts';
import type { SetupLine } from '../setupLine.ts';

const ADDRESS_SPACE = 2 ** 52;
const FRAME = 0x1_0000;
const ID_NAMES: readonly (keyof IdRegisters)[] = ['IDR0', 'IDR1', 'IDR3', 'IDR5', 'AIDR', 'IIDR'];
/** The two pages of registers, on all of which a machine answers. */
const REGISTERS_SIZE = 0x2_0000;
const DEFAULT_MODEL = 'v3.3-full';

function idsOf(line: SetupLine, base: IdRegisters): IdRegisters {
  const given = line.fields('registers');
  const known = ID_NAMES.flatMap((name) => {
    const value = given.get(name);
    if (value !== undefined && value.hi !== 0) line.problem(`${name} has 32 bits.`, 'Give less than 2^32.');
    return value === undefined ? [] : [[name, value.lo] as const];
  });
  return { ...base, ...Object.fromEntries(known) };
}

function presetOf(line: SetupLine): IdRegisters | undefined {
  const model = line.word('model');
  const found = Object.entries(PRESETS).find(([name]) => name === model);
  return found?.[1];
}

/** SMMUs that a scenario may declare: each has its caches and registers, and the machine is made at once. */
const MOST_SMMUS = 100;

const smmu: Reader = (draft, line) => {
  const name = line.word('name') ?? '';
  const old = draft.smmus.find((s) => s.name === name || s.aliases.includes(name));
  if (old === undefined && draft.smmus.length >= MOST_SMMUS) return line.problem(`A scenario may declare ${MOST_SMMUS} SMMUs at most.`, 'Declare fewer.');
  const ids = idsOf(line, presetOf(line) ?? old?.ids ?? PRESETS[DEFAULT_MODEL]);
  const base = line.number('base') ?? old?.base;
  if (base !== undefined && base % FRAME !== 0) line.problem('The registers of an SMMU begin at a multiple of 64K.', 'Correct the base.');
  if (base !== undefined) checkOverlap(draft, line, { name: old?.name ?? name, base, size: REGISTERS_SIZE });
  const described = { name: old?.name ?? name, aliases: old?.aliases ?? [], base, ids, at: old?.at ?? line.action.at };
  draft.smmus = old === undefined ? [...draft.smmus, described] : draft.smmus.map((s) => (s === old ? described : s));
};

const device: Reader = (draft, line) => {
  const name = line.word('name') ?? '';
  const smmuName = line.word('smmu');
  const found = draft.smmus.findIndex((s) => s.name === smmuName || s.aliases.includes(smmuName ?? ''));
  if (smmuName !== undefined && found < 0) line.problem(`There is no SMMU ${smmuName}.`, 'Declare it in a line above.');
  const sids = line.numbers('sid', 2 ** 32);
  if (sids.length > 0 && smmuName === undefined) sayWhichSmmu(draft, line, name);
  // A device without StreamIDs has no SMMU in front of it.
  const index = smmuName === undefined ? (draft.smmus.length > 0 ? 0 : -1) : found;
  const isBehind = sids.length > 0 && index >= 0;
  draft.devices.push({
    name, aliases: [], smmu: isBehind ? index : undefined, sids, requesters: [], domain: domainName(line.word('domain')), at: line.action.at, node: line.action.at,
  });
};

/** Problems of a device that has streams and names no SMMU: there must be one that it can be behind. */
function sayWhichSmmu({ smmus, host }: Draft, line: SetupLine, name: string): void {
  const [first, second] = smmus;
  if (second !== undefined) line.problem(`There are several SMMUs, and the line does not say behind which of them ${name} is.`, `Add smmu=${first?.name ?? ''} or another.`);
  // A board without SMMUs says itself that there are none.
  else if (first === undefined && host === undefined) line.problem('No SMMU stands above this line that the device could be behind.', 'Declare the SMMU, or name the board, in a line above.');
}

function domainName(word: string | undefined): string | undefined {
  return word === 'host' ? undefined : word;
}

const memory: Reader = (draft, line) => {
  const [base, size] = [line.number('base'), line.number('size', ADDRESS_SPACE + 1)];
  if (base === undefined || size === undefined) return;
  if (size === 0 || base % 4096 !== 0 || size % 4096 !== 0) return line.problem('Memory begins and ends at multiples of 4K.');
  if (base + size > ADDRESS_SPACE) return line.problem('This memory goes beyond the 52 bits of physical addresses.');
  checkOverlap(draft, line, { name: '', base, size });
  draft.memory.push({ name: line.word('name') ?? 'ram', base, size, owner: domainName(line.word('owner')) });
};

/** Two things at one address: which of them answers is nobody's guess. */
function checkOverlap(draft: Draft, line: SetupLine, own: { readonly name: string; readonly base: number; readonly size: number }): void {
  const smmus = draft.smmus.flatMap(({ name, base }) => (base === undefined || name === own.name ? [] : [{ name: `the registers of ${name}`, base, size: REGISTERS_SIZE }]));
  const other = [...draft.memory, ...smmus].find(({ base, size }) => base < own.base + own.size && own.base < base + size);
  if (other !== undefined) line.problem(`This overlaps ${other.name} at 0x${other.base.toString(16)}.`, 'Give one of the two another place.');
}

/** The readers of declarations. */
export const DECLARED_READERS: Readonly<Record<string, Reader>> = { smmu, device, memory };
