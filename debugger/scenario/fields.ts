/** The fields that a line may name: those of its structure, command or event, registers, or values of an operation. */
import { CD } from '../../emulator/fields/cd.ts';
import { S1_LEAF, S1_TABLE, S2_LEAF, S2_TABLE } from '../../emulator/fields/descriptors.ts';
import { eventNamed } from '../../emulator/fields/events.ts';
import type { Field, Layout } from '../../emulator/fields/layout.ts';
import { registerNamed } from '../../emulator/fields/registers.ts';
import { STE } from '../../emulator/fields/ste.ts';
import type { BoundLine } from './bind/line.ts';
import type { FieldsOf } from './catalog.ts';
import type { MachineNames } from './machine.ts';
import { commandLayout, operationNamed } from './names.ts';

/** A field that may be named. */
export interface KnownField {
  readonly name: string;
  /** Its bits, or what else there is to say in a few words. */
  readonly detail: string;
  readonly text: string;
  /** Where it lies; undefined for a register or a value of an operation. */
  readonly field: Field | undefined;
}

/** The fields of a place, and what they are fields of. */
export interface KnownFields {
  /** For messages: `STE`. */
  readonly of: string;
  readonly fields: readonly KnownField[];
}

const ID_REGISTERS = ['IDR0', 'IDR1', 'IDR3', 'IDR5', 'AIDR', 'IIDR'] as const;

type Maker = (line: BoundLine, machine: MachineNames) => KnownFields | undefined;

const MAKERS: Readonly<Record<FieldsOf, Maker>> = {
  STE: () => ofLayouts('STE', [STE]),
  CD: () => ofLayouts('CD', [CD]),
  descriptor: (line) => {
    const level = wordOf(line, 'level') ?? '3';
    const [table, leaf] = wordOf(line, 'stage') === '2' ? [S2_TABLE, S2_LEAF] : [S1_TABLE, S1_LEAF];
    return ofLayouts('descriptor', level === '3' ? [leaf] : [leaf, table]);
  },
  command: (line) => {
    const layout = commandLayout(wordOf(line, 'command') ?? '')?.layout;
    return layout === undefined ? undefined : ofLayouts(layout.name, [{ ...layout, fields: layout.fields.filter((one) => one.name !== 'Opcode') }]);
  },
  event: (line) => {
    const name = wordOf(line, 'event') ?? '';
    const layout = eventNamed(name)?.layout;
    if (name === 'none') return { of: '`none`', fields: [] };
    return layout === undefined ? undefined : ofLayouts(name, [layout]);
  },
  operation: (line, { hypervisor }) => {
    const name = wordOf(line, 'operation') ?? '';
    const operation = operationNamed(hypervisor, name);
    return operation === undefined ? undefined : { of: name, fields: operation.parameters.map((one) => ({ name: one, detail: `value of ${name}`, text: operation.text, field: undefined })) };
  },
  'id registers': () => ({
    of: 'SMMU', fields: ID_REGISTERS.map((name) => ({ name, detail: 'ID register', text: registerNamed(name)?.layout.text ?? '', field: undefined })),
  }),
};

/** The fields that a line may name; undefined where they cannot be known. */
export function fieldsFor(of: FieldsOf, line: BoundLine, machine: MachineNames): KnownFields | undefined {
  return MAKERS[of](line, machine);
}

function wordOf(line: BoundLine, name: string): string | undefined {
  const value = line.values.get(name);
  return value?.kind === 'word' ? value.text : undefined;
}

function ofLayouts(of: string, layouts: readonly Layout[]): KnownFields {
  const seen = new Set<string>();
  const fields = layouts.flatMap((layout) => layout.fields).filter(({ name }) => !seen.has(name) && seen.add(name));
  return { of, fields: fields.map((field) => ({ name: field.name, detail: bitsOf(field), text: field.text, field })) };
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
