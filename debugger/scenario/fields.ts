/**
 * The structures of the architecture as the language names their parts: the fields that a line may set
 * or ask for, what may stand behind a dot, and each with its bits and words.
 */
import { CD } from '../../emulator/fields/cd.ts';
import { S1_LEAF, S1_TABLE, S2_LEAF, S2_TABLE } from '../../emulator/fields/descriptors.ts';
import { eventNamed } from '../../emulator/fields/events.ts';
import type { Field, Layout } from '../../emulator/fields/layout.ts';
import { REGISTERS, registerNamed } from '../../emulator/fields/registers.ts';
import { STE } from '../../emulator/fields/ste.ts';
import type { Expression } from '../expression/ast.ts';
import type { BoundLine } from './bind/line.ts';
import type { FieldsOf } from './catalog.ts';
import type { MachineNames } from './machine.ts';
import { commandLayout, hex, operationNamed, smmuNamed } from './names.ts';

/** A field that may be named. */
export interface KnownField {
  readonly name: string;
  /** Its bits, or what else there is to say in a few words. */
  readonly detail: string;
  readonly text: string;
  /** Where it lies; undefined for a register or a value of an operation. */
  readonly field: Field | undefined;
}

/** A structure, register, command or record with its fields. */
export interface Structure {
  /** As messages name it: `STE`. */
  readonly of: string;
  /** What it is, in one line. */
  readonly detail: string;
  readonly fields: readonly KnownField[];
}

const ID_REGISTERS = ['IDR0', 'IDR1', 'IDR3', 'IDR5', 'AIDR', 'IIDR'] as const;

const STE_STRUCTURE = structure({ of: 'STE', detail: STE.text }, [STE]);
const CD_STRUCTURE = structure({ of: 'CD', detail: CD.text }, [CD]);

type Maker = (line: BoundLine, machine: MachineNames) => Structure | undefined;

const MAKERS: Readonly<Record<FieldsOf, Maker>> = {
  STE: () => STE_STRUCTURE,
  CD: () => CD_STRUCTURE,
  descriptor: (line) => {
    const level = wordOf(line, 'level') ?? '3';
    const [table, leaf] = wordOf(line, 'stage') === '2' ? [S2_TABLE, S2_LEAF] : [S1_TABLE, S1_LEAF];
    return structure({ of: 'descriptor', detail: '' }, level === '3' ? [leaf] : [leaf, table]);
  },
  command: (line) => {
    const layout = commandLayout(wordOf(line, 'command') ?? '')?.layout;
    return layout === undefined ? undefined : structure({ of: layout.name, detail: '' }, [{ ...layout, fields: layout.fields.filter((one) => one.name !== 'Opcode') }]);
  },
  event: (line) => {
    const name = wordOf(line, 'event') ?? '';
    const layout = eventNamed(name)?.layout;
    if (name === 'none') return { of: '`none`', detail: '', fields: [] };
    return layout === undefined ? undefined : structure({ of: name, detail: '' }, [layout]);
  },
  operation: (line, { hypervisor }) => {
    const name = wordOf(line, 'operation') ?? '';
    const operation = operationNamed(hypervisor, name);
    return operation === undefined ? undefined : { of: name, detail: operation.text, fields: operation.parameters.map((one) => ({ name: one, detail: `value of ${name}`, text: operation.text, field: undefined })) };
  },
  'id registers': () => ({
    of: 'SMMU', detail: '', fields: ID_REGISTERS.map((name) => ({ name, detail: 'ID register', text: registerNamed(name)?.layout.text ?? '', field: undefined })),
  }),
};

/** The fields that a line may name; undefined where they cannot be known. */
export function fieldsFor(of: FieldsOf, line: BoundLine, machine: MachineNames): Structure | undefined {
  return MAKERS[of](line, machine);
}

function wordOf(line: BoundLine, name: string): string | undefined {
  const value = line.values.get(name);
  return value?.kind === 'word' ? value.text : undefined;
}

function structure(about: Pick<Structure, 'of' | 'detail'>, layouts: readonly Layout[]): Structure {
  const seen = new Set<string>();
  const fields = layouts.flatMap((layout) => layout.fields).filter(({ name }) => !seen.has(name) && seen.add(name));
  return { ...about, fields: fields.map((field) => ({ name: field.name, detail: bitsOf(field), text: field.text, field })) };
}

/** The bits of a field, counted over the whole structure: `[3:1]` in the first 64 bits, `1[31:30]` in the second. */
export function bitsOf({ dword, msb, lsb }: Field): string {
  const bits = msb === lsb ? `[${msb}]` : `[${msb}:${lsb}]`;
  return dword === 0 ? bits : `doubleword ${dword} ${bits}`;
}

/** The meanings of the values of a field, as lines of Markdown. */
export function valuesOf({ values }: Field): readonly string[] {
  return Object.entries(values).map(([value, meaning]) => `${value}: ${meaning}`);
}

/** A register, command or event by its name, with its fields. */
export function structureNamed(of: 'register' | 'command' | 'event', name: string): Structure | undefined {
  if (of === 'register') {
    const register = registerNamed(name);
    return register === undefined ? undefined : structure({ of: name, detail: `offset ${hex(register.offset)}, ${register.width} bits, ${register.access}. ${register.layout.text}` }, [register.layout]);
  }
  if (of === 'command') {
    const command = commandLayout(name);
    return command === undefined ? undefined : structure({ of: `CMD_${command.name}`, detail: `opcode ${hex(command.opcode)}` }, [command.layout]);
  }
  const event = eventNamed(name);
  return event === undefined ? undefined : structure({ of: name, detail: `event ${hex(event.code)}. ${event.layout.text}` }, [event.layout]);
}

/** A field of a register as `expect register` names it: `CR0.SMMUEN`; undefined where the word has no dot. */
export function registerField(word: string): { readonly register: string; readonly name: string; readonly structure: Structure | undefined } | undefined {
  const dot = word.indexOf('.');
  if (dot < 0) return undefined;
  const register = word.slice(0, dot);
  return { register, name: word.slice(dot + 1), structure: structureNamed('register', register) };
}

const REGISTER_FIELDS: Structure = {
  of: 'SMMUv3', detail: '',
  fields: REGISTERS.map(({ name, offset, width, layout }) => ({ name, detail: `register at ${hex(offset)}, ${width} bits`, text: layout.text, field: undefined })),
};

/** What may stand behind the dot of an expression; undefined where that is not known before it is computed. */
export function membersOf(of: Expression, machine: MachineNames): Structure | undefined {
  if (of.kind === 'call') return of.name === 'ste' ? STE_STRUCTURE : of.name === 'cd' ? CD_STRUCTURE : undefined;
  if (of.kind === 'name') return smmuNamed(machine, of.name) === undefined ? undefined : REGISTER_FIELDS;
  if (of.kind !== 'member' || of.of.kind !== 'name' || smmuNamed(machine, of.of.name) === undefined) return undefined;
  return structureNamed('register', of.name);
}
