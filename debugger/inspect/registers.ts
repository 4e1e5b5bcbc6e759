/**
 * Registers by groups, with their fields. ID registers are fixed; ATOS registers are not modelled and
 * not shown. A register is changed as a debugger probe would: the value is there afterwards, and no
 * guard or effect of a software write applies.
 */
import { REGISTERS, registerNamed, type Register } from '../../emulator/fields/registers.ts';
import { hex, u64 } from '../../emulator/bits/u64.ts';
import type { Smmu } from '../../emulator/smmu/smmu.ts';
import type { System } from '../system/system.ts';
import { nameExpression, smmuName } from './machineNames.ts';
import { group, type VariableNode } from './node.ts';
import { setWhole, structureNode, summary, type NumberReader, type Structure } from './structure.ts';

/** A group of registers. */
interface RegisterGroup {
  readonly name: string;
  readonly of: RegExp;
}

const GROUPS: readonly RegisterGroup[] = [
  { name: 'Control', of: /^(CR[012]|CR0ACK|GBPA|STATUSR)$/ },
  { name: 'Stream table', of: /^STRTAB_/ },
  { name: 'Command queue', of: /^CMDQ_/ },
  { name: 'Event queue', of: /^EVENTQ_(BASE|PROD|CONS)$/ },
  { name: 'PRI queue', of: /^PRIQ_(BASE|PROD|CONS)$/ },
  { name: 'Errors and interrupts', of: /^(GERROR|IRQ_CTRL)|_IRQ_CFG/ },
  { name: 'Identification', of: /^(IDR\d|IIDR|AIDR)$/ },
];

const FIRST_STORED = 0x20;

/** The registers that the emulator has. */
export const SHOWN_REGISTERS: readonly Register[] = REGISTERS.filter((r) => GROUPS.some((g) => g.of.test(r.name)));

/** The present value of a register. */
export function registerStructure(system: System, index: number, register: Register): Structure | undefined {
  const smmu = system.machine.smmus[index];
  if (smmu === undefined) return undefined;
  const { offset, layout } = register;
  return { layout, words: wordsOf(smmu, register), place: offset < FIRST_STORED ? undefined : { kind: 'register', smmu: index, offset } };
}

function wordsOf(smmu: Smmu, register: Register): number[] {
  if (register.offset < FIRST_STORED) return [smmu.readRegister(register.offset, 4).lo];
  const { registers } = smmu.parts;
  const at = register.offset & 0xffff;
  return register.width === 64 ? [registers.get(at) >>> 0, registers.get(at + 4) >>> 0] : [registers.get(at) >>> 0];
}

/** A register as a node. */
export function registerNode(system: System, index: number, register: Register, read: NumberReader): VariableNode | undefined {
  const structure = registerStructure(system, index, register);
  if (structure === undefined) return undefined;
  const { words, layout, place } = structure;
  const number = hex(u64(words[1] ?? 0, words[0] ?? 0), register.width / 4);
  const text = summary(structure);
  const expression = `${nameExpression(smmuName(system, index), 'smmu')}.${register.name}`;
  return structureNode(register.name, structure, read, {
    value: text === '' ? number : `${number} ${text}`, type: `${layout.text} Offset 0x${register.offset.toString(16)}, ${register.access}.`, expression,
    ...(place === undefined ? {} : { set: (value: string) => setWhole(structure, value, read) }),
  });
}

/** All registers of an SMMU, by groups. */
export function registerGroups(system: System, index: number, read: NumberReader): VariableNode[] {
  return GROUPS.map(({ name, of }) => {
    const members = SHOWN_REGISTERS.filter((r) => of.test(r.name));
    return group(name, members.map((r) => r.name).slice(0, 4).join(', '), () => members.flatMap((r) => registerNode(system, index, r, read) ?? []));
  });
}

/** The register of a name, whatever its case, if the emulator has it. */
export function shownRegister(name: string): Register | undefined {
  const register = registerNamed(name.replace(/^SMMU_/i, '').toUpperCase());
  return register !== undefined && SHOWN_REGISTERS.includes(register) ? register : undefined;
}
