import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READ, WRITE, type Step } from '../../../emulator/index.ts';
import { FrameNode, frameTree, type FrameTree } from '../../../debugger/trace/frames.ts';
import { openAt, outBackward, outForward, overBackward, overForward, pathAt, phaseBackward, phaseForward, targetsAt } from '../../../debugger/trace/navigate.ts';
import { frameTitle, traceTree, type TreeNode } from '../../../debugger/trace/tree.ts';
import { DATA, Rig, S1, S2 } from '../../emulator/rig.ts';

const VA = 0x12_3456_7000;

function nestedRig(): Rig {
  const rig = new Rig({ policy: 'none' });
  rig.nested(1);
  rig.identity();
  rig.map(S1, VA, DATA);
  rig.map(S2, DATA, DATA);
  return rig;
}

function stepsOf(rig: Rig, act: () => void): Step[] {
  const steps = rig.watch();
  act();
  rig.machine.observer = null;
  return [...steps];
}

/** The frames as indented titles, with how many steps stand in each directly. */
function outline(tree: FrameTree, steps: readonly Step[]): string[] {
  const lines: string[] = [];
  const visit = (node: FrameNode): void => {
    const own = node.items.filter((i) => typeof i === 'number').length;
    lines.push(`${'  '.repeat(node.depth)}${node.kind}: ${frameTitle(node, steps)} (${own})`);
    for (const item of node.items) if (item instanceof FrameNode) visit(item);
  };
  visit(tree.root);
  return lines;
}

describe('frames', () => {
  it('put each stage-2 walk under the access that it is for', () => {
    const rig = nestedRig();
    const steps = stepsOf(rig, () => rig.dma(1, VA));
    const tree = frameTree(steps);
    const kinds = outline(tree, steps).filter((l) => !/level [0-9]/.test(l) || /^ {6}level/.test(l));
    expect(kinds).toEqual([
      'unit: unit (0)',
      '  transaction: unprivileged read of 0x1234567000 by StreamID 0x1 (2)',
      '    configuration: configuration of the stream (0)',
      '      fetch: fetch of the STE (1)',
      '      fetch: fetch of the CD (1)',
      '        stage 2: stage 2 walk of 0x44001000 (0)',
      '    stage 1: stage 1 walk of 0x1234567000 (0)',
      ...[0, 1, 2, 3].flatMap((level) => [
        `      level: level ${level} (${level === 3 ? 2 : 1})`,
        expect.stringMatching(/^ {8}stage 2: stage 2 walk of 0x[0-9a-f]+ \(0\)$/) as string,
      ]),
      `    stage 2: stage 2 walk of 0x${DATA.toString(16)} (0)`,
      ...[0, 1, 2, 3].map((level) => `      level: level ${level} (${level === 3 ? 2 : 1})`),
    ]);
  });

  it('end where stage 2 of the CD faults', () => {
    const rig = new Rig({ policy: 'none' });
    rig.nested(1);
    const steps = stepsOf(rig, () => rig.dma(1, VA));
    const tree = frameTree(steps);
    const last = steps.findLastIndex((s) => s.kind === 'descriptor');
    const kinds: string[] = [];
    for (let node: FrameNode | undefined = tree.owner[last]; node !== undefined; node = node.parent) kinds.push(node.kind);
    expect(kinds.filter((k) => k !== 'level')).toEqual(['stage 2', 'fetch', 'configuration', 'transaction', 'unit']);
  });

  it('put commands under the register write that sets them off', () => {
    const rig = new Rig();
    const steps = stepsOf(rig, () => rig.cmd('SYNC', { CS: 1, MSIAddress: 0x4500_0000, MSIData: 5 }));
    expect(outline(frameTree(steps), steps)).toEqual([
      'unit: unit (0)', '  register write: write to CMDQ_PROD (2)', '    command: CMD_SYNC (1)',
    ]);
  });

  it('put a stalled transaction that runs again under its CMD_RESUME', () => {
    const rig = new Rig();
    rig.stage1(5, { S: 1 });
    rig.dma(5, VA);
    const steps = stepsOf(rig, () => rig.cmd('RESUME', { StreamID: 5, STAG: 0, Ac: 1 }));
    const lines = outline(frameTree(steps), steps).map((l) => l.replace(/:.*/, ''));
    expect(lines.slice(0, 4)).toEqual(['unit', '  register write', '    command', '      transaction']);
  });

  it('nest operations of a hypervisor, and end with them', () => {
    const h = (action: 'operation' | 'result' | 'log', text: string): Step => ({ kind: 'hypervisor', actor: 'xen', action, text, depth: 0, smmu: -1, position: 0 });
    const steps = [h('operation', 'a'), h('log', 'x'), h('operation', 'b'), h('result', 'done'), h('result', 'done'), h('log', 'y')];
    expect(outline(frameTree(steps), steps)).toEqual(['unit: unit (1)', '  operation: xen: a (3)', '    operation: xen: b (2)']);
  });
});

/** All kinds of work, in any order. */
const WORK: readonly ((rig: Rig) => void)[] = [
  (rig) => { rig.dma(1, VA); },
  (rig) => { rig.dma(1, VA + 0x10_0000, WRITE); },
  (rig) => { rig.dma(2, VA, READ); },
  (rig) => { rig.dma(9, VA, READ, 3); },
  (rig) => { rig.dma(5, VA + 0x5000); },
  (rig) => { rig.cmd('RESUME', { StreamID: 5, STAG: 0, Ac: 1 }); },
  (rig) => { rig.cmd('CFGI_STE_RANGE', { Range: 31 }); },
  (rig) => { rig.rawCmd([0, 0, 0, 0]); rig.reg(0x64, rig.get(0x60)); },
  (rig) => { rig.reg(0x20, 0xc); rig.reg(0x20, 0xd); },
];

function randomSteps(picks: readonly number[], policy: 'none' | 'architecture'): Step[] {
  const rig = new Rig({ policy });
  rig.nested(1);
  rig.identity();
  rig.map(S1, VA, DATA);
  rig.map(S2, DATA, DATA);
  rig.stage2(2);
  rig.stage1(5, { S: 1 });
  return stepsOf(rig, () => { for (const pick of picks) WORK[pick % WORK.length]!(rig); });
}

describe('navigation', () => {
  const anySteps = fc.tuple(fc.array(fc.nat(WORK.length - 1), { maxLength: 6 }), fc.constantFrom('none' as const, 'architecture' as const));

  it('frames hold contiguous runs of steps, every step once', () => {
    fc.assert(fc.property(anySteps, ([picks, policy]) => {
      const steps = randomSteps(picks, policy);
      const { root, owner } = frameTree(steps);
      expect(owner).toHaveLength(steps.length);
      const seen: number[] = [];
      const visit = (node: FrameNode): void => {
        const start = seen.length;
        for (const item of node.items) {
          if (item instanceof FrameNode) {
            expect(item.parent).toBe(node);
            visit(item);
          } else {
            seen.push(item);
            expect(owner[item - 1]).toBe(node);
          }
        }
        expect([node.first, node.last]).toEqual([start + 1, seen.length]);
      };
      visit(root);
      expect(seen).toEqual(steps.map((_, i) => i + 1));
    }), { numRuns: 60 });
  });

  it('steps over and out never enter a frame, come to an end, and go back the same way', () => {
    fc.assert(fc.property(anySteps, fc.nat(), ([picks, policy], at) => {
      const steps = randomSteps(picks, policy);
      const tree = frameTree(steps);
      const { last } = tree.root;
      const k = last === 0 ? 0 : at % (last + 1);
      const over = overForward(tree, k);
      expect(over === undefined).toBe(k === last);
      if (over !== undefined) {
        expect(over).toBeGreaterThan(k);
        // Whatever is open there was open before.
        const open = openAt(tree, over);
        for (let node = open; node !== undefined && node !== tree.root; node = node.parent) expect(node.first).toBeLessThanOrEqual(k);
        expect(overBackward(tree, over)).toBeLessThanOrEqual(k);
        const back = overBackward(tree, over);
        expect(phaseForward(tree, k)).toBeGreaterThan(k);
        expect(back).toBeGreaterThanOrEqual(0);
      }
      const under = overBackward(tree, k);
      expect(under === undefined).toBe(k === 0);
      if (under !== undefined) expect(overForward(tree, under)).toBeGreaterThanOrEqual(k);
      const out = outForward(tree, k);
      if (out !== undefined) expect([out > k, openAt(tree, out) === openAt(tree, k)]).toEqual([true, false]);
      const outBack = outBackward(tree, k);
      if (outBack !== undefined) expect(outBack).toBeLessThan(k);
      const path = pathAt(tree, k);
      expect(path.at(-1)).toBe(k === 0 ? undefined : tree.root);
      path.slice(1).forEach((node, i) => expect(path[i]!.parent).toBe(node));
    }), { numRuns: 300 });
  });

  it('phases forward and backward have the same ends', () => {
    const steps = randomSteps([0, 2, 6, 1], 'none');
    const tree = frameTree(steps);
    const forward: number[] = [];
    for (let k: number | undefined = 0; k !== undefined; k = phaseForward(tree, k)) forward.push(k);
    const backward: number[] = [];
    for (let k: number | undefined = steps.length; k !== undefined; k = phaseBackward(tree, k)) backward.push(k);
    expect(backward.toReversed()).toEqual(forward);
    expect(forward.length).toBeLessThan(steps.length);
  });

  it('offers the nested walks that lie ahead, and none behind', () => {
    const rig = nestedRig();
    const steps = stepsOf(rig, () => rig.dma(1, VA));
    const tree = frameTree(steps);
    const titles = targetsAt(tree, 0, 100).map((n) => frameTitle(n, steps));
    expect(titles.filter((t) => t.startsWith('stage 2'))).toHaveLength(6);
    const inStage1 = tree.root.items.flatMap((i) => (i instanceof FrameNode ? i.items : [])).find((i) => i instanceof FrameNode && i.kind === 'stage 1') as FrameNode;
    expect(targetsAt(tree, inStage1.last, 100).map((n) => n.kind)).not.toContain('stage 1');
    expect(targetsAt(tree, 0, 3)).toHaveLength(3);
    expect(targetsAt(tree, steps.length, 100)).toEqual([]);
  });
});

describe('trees of lines', () => {
  it('show every step once', () => {
    const steps = randomSteps([0, 1, 2, 3, 4, 5, 6, 7, 8], 'none');
    const count = (nodes: readonly TreeNode[]): number => nodes.reduce((n, node) => n + 1 + count(node.children), 0);
    const own = new Set(frameTree(steps).owner.filter((n) => n.kind === 'stage 1' || n.kind === 'stage 2' || n.kind === 'level'));
    const walks = new Set([...own].flatMap((n) => [n, n.parent]).filter((n) => n?.kind === 'stage 1' || n?.kind === 'stage 2'));
    expect(count(traceTree(steps))).toBe(steps.length + walks.size);
  });
});
