/**
 * The SMMUs that a domain sees, as it sees them: registers read the way its kernel reads them, and queues
 * in its own memory. Reading traps into the hypervisor, so all of it is undone again; nothing can be set.
 */
import { u64, type U64 } from '../../emulator/bits/u64.ts';
import { loadWords } from '../../emulator/hypervisor/memoryView.ts';
import { entries, ringOf, slotAddress } from '../../emulator/queues/ring.ts';
import type { SmmuAccess, System } from '../system/system.ts';
import { group, leaf, paged, type VariableNode } from './node.ts';
import { quietly } from './quiet.ts';
import { entryLayout, entryText, type QueueName } from './queues.ts';
import { SHOWN_REGISTERS, shownRegister } from './registers.ts';
import { fieldNodes, summary, type NumberReader } from './structure.ts';

/** The largest queue that the architecture has. */
const MOST_LOG2 = 19;

/** The SMMUs of a domain that stand between it and the hardware. */
export function virtualSmmuNodes(system: System, domain: string, read: NumberReader): VariableNode[] {
  if (system.hypervisor === undefined) return [];
  return system.smmusOf(domain).map((access) => group(access.name, `the SMMU that ${domain} sees`, () => [
    group('registers', 'as a read of the domain gives them', () => registerNodes(system, access, read), { isLazy: true }),
    ...(['cmdq', 'evtq'] as const).map((name) => queueNode(system, access, name, read)),
  ]));
}

/** A register as the domain reads it; undefined where the access aborts. */
function readRegister(system: System, access: SmmuAccess, name: string): U64 | undefined {
  const register = shownRegister(name);
  if (register === undefined) return undefined;
  return quietly(system.machine, () => access.port.read(register.offset, register.width === 64 ? 8 : 4));
}

function registerNodes(system: System, access: SmmuAccess, read: NumberReader): VariableNode[] {
  return SHOWN_REGISTERS.flatMap((register) => {
    const value = readRegister(system, access, register.name);
    if (value === undefined) return leaf(register.name, 'data abort', { type: register.layout.text });
    const structure = { layout: register.layout, words: [value.lo, value.hi] };
    const number = `0x${value.hi === 0 ? value.lo.toString(16) : `${value.hi.toString(16)}${value.lo.toString(16).padStart(8, '0')}`}`;
    return group(register.name, `${number} ${summary(structure)}`.trimEnd(), () => fieldNodes(structure, read), { type: register.layout.text });
  });
}

const QUEUES = { cmdq: { title: 'Command queue', prefix: 'CMDQ', entry: 16 }, evtq: { title: 'Event queue', prefix: 'EVENTQ', entry: 32 } } as const;

function queueNode(system: System, access: SmmuAccess, name: QueueName & keyof typeof QUEUES, read: NumberReader): VariableNode {
  const { title, prefix, entry } = QUEUES[name];
  const value = (register: string): U64 => readRegister(system, access, `${prefix}_${register}`) ?? u64(0, 0);
  const base = value('BASE');
  const ring = ringOf(base.hi, base.lo, { maxLog2: MOST_LOG2, entry });
  const [prod, cons] = [value('PROD').lo, value('CONS').lo];
  const waiting = Math.min(entries(ring, prod, cons), 2 ** ring.log2);
  const marks = (slot: number): string => [slot === (cons & (2 ** ring.log2 - 1)) ? 'CONS' : '', slot === (prod & (2 ** ring.log2 - 1)) ? 'PROD' : ''].filter((m) => m !== '').join(' ');
  const at = (slot: number): VariableNode => {
    const words = quietly(system.machine, () => loadWords(access.memory, slotAddress(ring, slot), entry / 4));
    const mark = marks(slot) === '' ? '' : `<- ${marks(slot)} `;
    if (words === undefined) return leaf(`[${slot}]`, `${mark}nothing is there`);
    const structure = { layout: entryLayout(name, words), words };
    return group(`[${slot}]`, mark + entryText(structure), () => fieldNodes(structure, read));
  };
  return paged(title, `${waiting} of ${2 ** ring.log2} waiting, at 0x${ring.base.toString(16)} of the domain`, { count: 2 ** ring.log2, at });
}
