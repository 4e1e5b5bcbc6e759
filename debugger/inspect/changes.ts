/** What a step changed, with names: the field of a structure, the bits of a register, or a plain word of memory. */
import { hex, u64, type U64 } from '../../emulator/bits/u64.ts';
import { descriptorLayout } from '../../emulator/fields/descriptors.ts';
import { decode, type Layout } from '../../emulator/fields/layout.ts';
import { REGISTERS } from '../../emulator/fields/registers.ts';
import { STRUCTURE_LAYOUTS } from '../../emulator/fields/structures.ts';
import type { System } from '../system/system.ts';
import type { MachineChange } from './context.ts';
import { smmuName } from './machineNames.ts';
import { leaf, group, type VariableNode } from './node.ts';
import { entryLayout, entryText, type QueueName } from './queues.ts';
import { fieldName, fieldText, type Structure } from './structure.ts';
import type { Content, MemorySymbol, SymbolTable } from './symbols.ts';
import { swap32 } from './tableEntries.ts';

const STRUCTURES: Readonly<Record<string, Layout>> = STRUCTURE_LAYOUTS;

/** The table of what lies in memory, where words of it can be told apart alone. */
function layoutOf(content: Content, low: number): Layout | undefined {
  return typeof content === 'string' ? STRUCTURES[content] : descriptorLayout(content.stage, content.level, low);
}

/** The fields that differ between two values of one 64-bit word. */
function fieldChanges(layout: Layout, dword: number, before: U64, after: U64): VariableNode[] {
  const words = (value: U64): Uint32Array => {
    const all = new Uint32Array(Math.max(layout.words, 2));
    all[dword * 2] = value.lo;
    all[dword * 2 + 1] = value.hi;
    return all;
  };
  const [old, now] = [decode(layout, words(before)), decode(layout, words(after))];
  return now.flatMap((v, i) => {
    const was = old[i];
    if (was === undefined || (was.value.hi === v.value.hi && was.value.lo === v.value.lo)) return [];
    return leaf(fieldName(v.field), `${fieldText(was)} -> ${fieldText(v)}`, { type: v.field.text });
  });
}

function swapped({ hi, lo }: U64): U64 {
  return u64(swap32(lo), swap32(hi));
}

const QUEUE_OF: Readonly<Record<string, QueueName>> = { command: 'cmdq', event: 'evtq', 'page request': 'priq' };

/** The entry of a queue that an address lies in, as it is now. */
function queueEntryAt(system: System, symbol: MemorySymbol, address: number): Structure | undefined {
  const queue = typeof symbol.content === 'string' ? QUEUE_OF[symbol.content] : undefined;
  if (queue === undefined) return undefined;
  const start = address - ((address - symbol.base) % symbol.entry);
  const bytes = system.machine.memory.read(start, symbol.entry);
  if (bytes === undefined) return undefined;
  const words = new Uint32Array(bytes.buffer);
  return { layout: entryLayout(queue, words), words };
}

function memoryNode(system: System, symbols: SymbolTable, change: MachineChange & { kind: 'memory' }): VariableNode {
  const { address } = change;
  const symbol = symbols.at(address);
  const isBigEndian = typeof symbol?.content === 'object' && symbol.content.isBigEndian;
  const [before, after] = isBigEndian ? [swapped(change.before), swapped(change.after)] : [change.before, change.after];
  const place = `0x${address.toString(16)}`;
  // Inside of mere memory an address says more than the distance from where it begins.
  const name = symbol === undefined ? place : symbol.content === 'data' ? `${place} (${symbol.name})` : (symbols.name(address) ?? place);
  const entry = symbol === undefined ? undefined : queueEntryAt(system, symbol, address);
  const layout = symbol === undefined ? undefined : (entry?.layout ?? layoutOf(symbol.content, after.lo));
  const dword = symbol === undefined || layout === undefined || symbol.entry === 0 ? 0 : ((address - symbol.base) % symbol.entry) / 8;
  const value = `${hex(before)} -> ${hex(after)}${entry === undefined ? '' : `: ${entryText(entry)}`}`;
  const children = layout === undefined || !Number.isInteger(dword) ? [] : fieldChanges(layout, dword, before, after);
  const extras = { memory: address, type: place };
  return children.length === 0 ? leaf(name, value, extras) : group(name, value, () => children, extras);
}

function registerNode(system: System, change: MachineChange & { kind: 'register' }): VariableNode {
  const { smmu, offset, before, after } = change;
  const register = REGISTERS.find((r) => (r.offset & 0xffff) <= offset && offset < (r.offset & 0xffff) + r.width / 8);
  const values = `${hex(u64(0, before))} -> ${hex(u64(0, after))}`;
  if (register === undefined) return leaf(`${smmuName(system, smmu)}+0x${offset.toString(16)}`, values);
  const isHigh = offset !== (register.offset & 0xffff);
  const wide = (value: number): U64 => (isHigh ? u64(value, 0) : u64(0, value));
  const name = `${smmuName(system, smmu)}.${register.name}${isHigh ? ' (upper half)' : ''}`;
  return group(name, values, () => fieldChanges(register.layout, 0, wide(before), wide(after)), { type: register.layout.text });
}

/** The changes as nodes. */
export function changeNodes(system: System, symbols: SymbolTable, changes: readonly MachineChange[]): VariableNode[] {
  return changes.map((change) => {
    if (change.kind === 'memory') return memoryNode(system, symbols, change);
    return change.kind === 'register' ? registerNode(system, change) : leaf(change.name, `${change.before} -> ${change.after}`);
  });
}
