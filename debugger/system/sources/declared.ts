/** Machines declared in the scenario itself: SMMUs, devices, memory. */
import type { IdRegisters } from '../../../emulator/idr/features.ts';
import { PRESETS } from '../../../emulator/idr/presets.ts';
import type { Reader } from '../draft.ts';
import type { SetupLine } from '../setupLine.ts';

const ADDRESS_SPACE = 2 ** 52;
const FRAME = 0x1_0000;
const ID_NAMES: readonly (keyof IdRegisters)[] = ['IDR0', 'IDR1', 'IDR3', 'IDR5', 'AIDR', 'IIDR'];
const DEFAULT_MODEL = 'v3.3-full';

function idsOf(line: SetupLine, base: IdRegisters): IdRegisters {
  const given = line.fields('registers');
  const known = ID_NAMES.flatMap((name) => {
    const value = given.get(name);
    return value === undefined ? [] : [[name, value.lo] as const];
  });
  return { ...base, ...Object.fromEntries(known) };
}

function presetOf(line: SetupLine): IdRegisters | undefined {
  const model = line.word('model');
  const found = Object.entries(PRESETS).find(([name]) => name === model);
  return found?.[1];
}

const smmu: Reader = (draft, line) => {
  const name = line.word('name') ?? '';
  const old = draft.smmus.find((s) => s.name === name || s.aliases.includes(name));
  const ids = idsOf(line, presetOf(line) ?? old?.ids ?? PRESETS[DEFAULT_MODEL]);
  const base = line.number('base') ?? old?.base;
  if (base !== undefined && base % FRAME !== 0) line.problem('The registers of an SMMU begin at a multiple of 64K.', 'Correct the base.');
  const described = { name: old?.name ?? name, aliases: old?.aliases ?? [], base, ids, at: old?.at ?? line.action.at };
  draft.smmus = old === undefined ? [...draft.smmus, described] : draft.smmus.map((s) => (s === old ? described : s));
};

const device: Reader = (draft, line) => {
  const name = line.word('name') ?? '';
  const smmuName = line.word('smmu');
  const found = draft.smmus.findIndex((s) => s.name === smmuName || s.aliases.includes(smmuName ?? ''));
  if (smmuName !== undefined && found < 0) line.problem(`There is no SMMU ${smmuName}.`, 'Declare it in a line above.');
  const sids = line.numbers('sid', 2 ** 32);
  // A device without StreamIDs has no SMMU in front of it.
  const index = smmuName === undefined ? (draft.smmus.length > 0 ? 0 : -1) : found;
  const isBehind = sids.length > 0 && index >= 0;
  draft.devices.push({
    name, aliases: [], smmu: isBehind ? index : undefined, sids, requesters: [], domain: domainName(line.word('domain')), at: line.action.at, node: line.action.at,
  });
};

function domainName(word: string | undefined): string | undefined {
  return word === 'host' ? undefined : word;
}

const memory: Reader = (draft, line) => {
  const [base, size] = [line.number('base'), line.number('size', ADDRESS_SPACE + 1)];
  if (base === undefined || size === undefined) return;
  if (size === 0 || base % 4096 !== 0 || size % 4096 !== 0) return line.problem('Memory begins and ends at multiples of 4K.');
  if (base + size > ADDRESS_SPACE) return line.problem('This memory goes beyond the 52 bits of physical addresses.');
  draft.memory.push({ name: line.word('name') ?? 'ram', base, size, owner: domainName(line.word('owner')) });
};

/** The readers of declarations. */
export const DECLARED_READERS: Readonly<Record<string, Reader>> = { smmu, device, memory };
