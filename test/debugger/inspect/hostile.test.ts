import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromNumber, u64 } from '../../../emulator/index.ts';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import type { VariableNode } from '../../../debugger/inspect/node.ts';
import { CDT, DATA, Rig, S1, S2, STRTAB } from '../../emulator/rig.ts';
import { rigSystem, shown } from './support.ts';

/** Opens a tree as a person would who clicks everything, to a depth, some children of each. */
function open(nodes: readonly VariableNode[], depth: number): number {
  let count = 0;
  for (const node of nodes.slice(0, 12)) {
    count++;
    node.set?.('1');
    if (depth > 1) count += open(node.children?.(0, 6) ?? [], depth - 1);
  }
  return count;
}

/** Reads of memory while everything is opened: each listing has a budget of its own. */
const MOST_LOADS = 1_500_000;

/** Counts reads of memory from now on. */
function countLoads(rig: Rig): () => number {
  const { memory } = rig.machine;
  const load = memory.load.bind(memory);
  let count = 0;
  memory.load = (hi, lo) => {
    count++;
    return load(hi, lo);
  };
  return () => count;
}

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 3, 0xffff_ffff, 0x8000_0000),
  // What leads somewhere: tables, structures, data.
  fc.tuple(fc.constantFrom(S1, S2, STRTAB, CDT, DATA), fc.constantFrom(0, 1, 3, 0x7ff, 0xf43, 0x9, 0xb, 0xd, 0xf)).map(([at, low]) => at | low),
);
const writes = fc.array(fc.tuple(fc.constantFrom(STRTAB, STRTAB + 512, CDT, S1, S2, DATA, 0x7000_0000), fc.nat(15), word, word), { maxLength: 60 });
const registers = fc.array(fc.tuple(fc.integer({ min: 8, max: 0x3f }), word), { maxLength: 12 });

const EXPRESSIONS: readonly string[] = [
  'ste(8)', 'cd(8)', 'cd(8, 3)', 'walk(8, 0x1000)', 'walk(8, 0, 5, "write")', 'ranges(8)', 'ranges(8, "stage 2")', 'tlb', 'evtq', 'cmdq[3]', 'priq.waiting', 'smmu0', 'symbol(0x50000000)', 'ste(0xffffffff)',
];

describe('random memory and registers', () => {
  it('never break an inspector, change the machine, or take long', () => {
    let most = 0;
    fc.assert(fc.property(writes, registers, fc.nat(2 ** 32), fc.constantFrom(0, 0, S1, S2), (memory, values, address, loop) => {
      const rig = new Rig();
      rig.ste(8, { Config: 7, S1ContextPtr: CDT, S2T0SZ: 16, S2SL0: 2, S2PS: 5, S2AA64: 1, S2TTB: S2 });
      rig.cd(CDT);
      rig.identity();
      rig.at(8, 0x1000);
      // A table whose every entry leads to itself.
      for (let i = 0; loop !== 0 && i < 512; i++) rig.store(loop + i * 8, loop + 3);
      for (const [at, index, hi, lo] of memory) rig.machine.memory.store(fromNumber(at + index * 8), u64(hi, lo));
      for (const [index, value] of values) rig.smmu.parts.registers.set(index * 4, value);
      const before = rig.machine.hash;
      const loads = countLoads(rig);
      const inspector = new Inspector(rigSystem(rig, { devices: [{ name: 'eth0' }] }));
      open(inspector.scopes(), 4);
      for (const text of EXPRESSIONS) shown(inspector, text);
      inspector.disassemble(address, -5, 20);
      inspector.readMemory(address, 256);
      inspector.explainFault({ smmu: 0, record: Uint32Array.of(0x10, 8, 0, 8, address, 0, 0, 0) });
      most = Math.max(most, loads());
      expect(rig.machine.hash).toBe(before);
      expect(rig.machine.observer).toBeNull();
    }), { numRuns: 60 });
    // No table, however it lies, makes the work grow without end.
    expect(most).toBeLessThan(MOST_LOADS);
  });
});

describe('expressions from anybody', () => {
  const inspector = new Inspector(rigSystem(new Rig(), { devices: [{ name: 'eth0' }, { name: '__proto__' }] }));
  const piece = fc.constantFrom('ste', 'cd', 'walk', 'tlb', 'evtq', 'mem64', '(', ')', '[', ']', ',', '8', '0x1000', '"smmu0"', 'smmu0', '.', 'CR0', 'where', '==', '+', 'eth0', '__proto__', 'constructor', '1 << 63', 'last', ' ');

  it('have a value or a message; help never fails', () => {
    fc.assert(fc.property(fc.array(piece, { maxLength: 14 }), fc.nat(60), (pieces, at) => {
      const text = pieces.join('');
      const offset = Math.min(at, text.length);
      expect(shown(inspector, text)).toEqual(expect.any(String));
      for (const item of inspector.complete(text, offset)) expect(item.start <= item.end && item.end <= text.length).toBe(true);
      const hover = inspector.hover(text, offset);
      if (hover !== undefined) expect(hover.start <= offset && offset <= hover.end).toBe(true);
      inspector.assign(text, '1');
      inspector.watch(text);
    }), { numRuns: 400 });
  });

  it('find names that objects have by themselves only where somebody gave them', () => {
    expect(shown(inspector, '__proto__.sid')).toBe('8');
    expect(shown(inspector, 'constructor')).toBe('there is no name `constructor` @constructor');
    expect(shown(inspector, 'smmu0.constructor')).toContain('has no field');
    expect(shown(inspector, 'toString()')).toContain('there is no function');
  });
});
