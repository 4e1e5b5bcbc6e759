/** Cases about commands, events, errors and the interrupt: X05 to X08, X19 to X23, X29, X34. */
import { encodeCommand } from '../../../fields/commands.ts';
import { outcomes, type XenCase } from './case.ts';
import type { Scene } from './scene.ts';

const NOWHERE = 0x3f00_0000;
const CERRORS = ['', 'CERROR_ILL', 'CERROR_ABT'];

/** log2 of the queue of X06. The sheet's queue of 2^19 entries gives 1,048,575 flushes by the same rule, 2^(n+1) - 1. */
const FLOOD_LOG2 = 8;

function errorOf(scene: Scene): string {
  const isActive = (((scene.get(0x60) ?? 0) ^ (scene.get(0x64) ?? 0)) & 1) !== 0;
  return isActive ? (CERRORS[((scene.get(0x9c) ?? 0) >>> 24) & 0x7f] ?? '?') : 'silence';
}

function opcode(scene: Scene, code: number): string {
  const { runtime } = scene.xen;
  const before = runtime.costs.get('invalidations');
  scene.raw(Uint32Array.of(code, 0, 0, 0));
  const error = errorOf(scene);
  if (error !== 'silence') {
    // A guest has to replace the command before it acknowledges, or it meets it again.
    scene.fill(encodeCommand('SYNC', {}) ?? new Uint32Array(4), 16);
    scene.set(0x64, scene.get(0x60) ?? 0);
  }
  const done = runtime.costs.get('invalidations') > before ? 'done' : error;
  return `0x${code.toString(16)} ${done}`;
}

/** The cases. */
export const QUEUE_CASES: readonly XenCase[] = [
  {
    id: 'X05', title: 'CMDQ_BASE in unmapped memory', source: '1.4 (Luca)',
    run: (make) => {
      const scene = make();
      scene.setup({ cmdqBase: NOWHERE });
      scene.set(0x98, 2);
      return scene.outcome(`CONS ${(scene.get(0x9c) ?? 0) & 0xffff}, ${errorOf(scene)}`);
    },
    expected: outcomes('CONS 0, silence', 'CONS 1, silence', 'CONS 0, CERROR_ABT'),
  },
  {
    id: 'X06', title: 'A full lap of TLB invalidations in one write', source: '1.4 (Julien)',
    run: (make) => {
      const scene = make();
      scene.setup({ queueLog2: FLOOD_LOG2 });
      scene.fill(encodeCommand('TLBI_NSNH_ALL', {}) ?? new Uint32Array(4), 2 ** FLOOD_LOG2);
      const { costs } = scene.xen.runtime;
      const before = costs.get('guestCommands');
      scene.set(0x98, 2 ** (FLOOD_LOG2 + 1) - 1);
      const inTrap = costs.get('guestCommands') - before;
      while (scene.xen.runTasklets() > 0);
      return scene.outcome(`${inTrap} in the trap, ${costs.get('guestCommands') - before - inTrap} later`);
    },
    expected: outcomes('511 in the trap, 0 later', '511 in the trap, 0 later', '64 in the trap, 447 later'),
  },
  {
    id: 'X07', title: 'Opcodes 0x40, 0x10 and 0xff', source: '1.4 (Julien)',
    run: (make) => {
      const scene = make();
      scene.setup();
      return scene.outcome([0x40, 0x10, 0xff].map((code) => opcode(scene, code)).join(', '));
    },
    expected: outcomes('0x40 silence, 0x10 silence, 0xff silence', '0x40 silence, 0x10 silence, 0xff silence', '0x40 CERROR_ILL, 0x10 done, 0xff CERROR_ILL'),
  },
  {
    id: 'X08', title: 'CMD_SYNC that asks for an interrupt', source: '1.4',
    run: (make) => {
      const scene = make();
      scene.setup();
      const before = scene.xen.runtime.costs.get('interrupts');
      scene.command('SYNC', { CS: 1 });
      return scene.outcome(scene.xen.runtime.costs.get('interrupts') > before ? 'interrupt' : 'no signal');
    },
    expected: outcomes('no signal', 'no signal', 'no signal', 'interrupt'),
  },
  {
    id: 'X19', title: 'A stage-1 fault of the hardware', source: '1.8 (Luca; own)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.nest(0, 5);
      scene.dma('/nic', 0x9000);
      return scene.outcome(scene.events().join(' ') || 'lost');
    },
    expected: outcomes('lost', 'F_TRANSLATION(0x10)', 'F_TRANSLATION(0x0)'),
  },
  {
    id: 'X20', title: 'A stage-2 fault by a bad address of the guest', source: '1.8',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.nest(0, 0x900);
      const access = scene.dma('/nic', 0x1000);
      return scene.outcome(`${access}; guest: ${scene.events().join(' ') || 'nothing'}; Xen: ${scene.xen.runtime.log.at(-1)?.text ?? ''}`);
    },
    expected: outcomes(
      'F_TRANSLATION; guest: nothing; Xen: event 0x10 received: F_TRANSLATION of stream 0x10',
      'F_TRANSLATION; guest: nothing; Xen: event 0x10 received: F_TRANSLATION of stream 0x10',
      'F_TRANSLATION; guest: nothing; Xen: event 0x10 received: F_TRANSLATION of stream 0x10',
    ),
  },
  {
    id: 'X21', title: 'The event queue is full', source: '1.8, 1.9 (own)',
    run: (make) => {
      const scene = make();
      scene.setup({ queueLog2: 1 });
      for (let i = 0; i < 3; i++) scene.configure(7, { Config: 4 });
      const isLost = ((scene.get(0x100a8) ?? 0) >>> 31) === 1;
      const error = ((scene.get(0x60) ?? 0) & 4) !== 0;
      scene.set(0x64, scene.get(0x60) ?? 0);
      const isStuck = (scene.get(0x60) ?? 0) !== (scene.get(0x64) ?? 0);
      return scene.outcome([isLost ? 'OVFLG' : '', error ? 'EVTQ_ABT_ERR' : '', isStuck ? 'for ever' : ''].filter((t) => t !== '').join(' '));
    },
    expected: outcomes('EVTQ_ABT_ERR for ever', 'EVTQ_ABT_ERR', 'OVFLG'),
  },
  {
    id: 'X22', title: 'The guest writes GERRORN', source: '1.9 (own)',
    run: (make) => {
      const scene = make();
      scene.setup({ evtqBase: NOWHERE });
      scene.configure(7, { Config: 4 });
      const error = scene.get(0x60) ?? 0;
      scene.set(0x64, error);
      return scene.outcome(`GERROR ${error}, then GERRORN ${scene.get(0x64) ?? 0}`);
    },
    expected: outcomes('GERROR 4, then GERRORN 0', 'GERROR 4, then GERRORN 4', 'GERROR 4, then GERRORN 4'),
  },
  {
    id: 'X23', title: 'An event while IRQ_CTRL is 0', source: '1.9 (Luca)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.set(0x50, 0);
      const before = scene.xen.runtime.costs.get('interrupts');
      scene.configure(7, { Config: 4 });
      return scene.outcome(scene.xen.runtime.costs.get('interrupts') > before ? 'interrupt' : 'none');
    },
    expected: outcomes('interrupt', 'none', 'none'),
  },
  {
    id: 'X29', title: 'EVTQ_CONS on page 1 is written while the queue is on', source: '1.3 (own)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.set(0x100ac, 1);
      return scene.outcome(scene.get(0x100ac) === 1 ? 'accepted' : 'ignored');
    },
    expected: outcomes('accepted', 'ignored', 'accepted'),
  },
  {
    id: 'X34', title: 'A guest that floods faults and reads none', source: '3.1 (design document, 6)',
    run: (make) => {
      const scene = make();
      scene.setup({ queueLog2: 8 });
      scene.nest(0, 5);
      for (let i = 0; i < 100; i++) scene.dma('/nic', 0x10_0000 + i * 4096);
      return scene.outcome(`${scene.events().length} of 100 forwarded`);
    },
    expected: outcomes('0 of 100 forwarded', '100 of 100 forwarded', '32 of 100 forwarded'),
  },
];
