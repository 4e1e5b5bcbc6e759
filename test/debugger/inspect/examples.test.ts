import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../emulator/index.ts';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import type { VariableNode } from '../../../debugger/inspect/node.ts';
import { play, prepare } from '../run/support.ts';

const FOLDER = resolve('examples/scenarios');

function open(nodes: readonly VariableNode[], depth: number): void {
  for (const node of nodes) {
    expect(node.name).not.toBe('');
    expect(`${node.name}: ${node.value}`).not.toMatch(/undefined|NaN|\[object/);
    if (depth > 1) open(node.children?.(0, 10) ?? [], depth - 1);
  }
}

describe('the examples', () => {
  it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.smmu')))('%s can be looked at, and its faults explained', (name) => {
    const path = resolve(FOLDER, name);
    const run = prepare(readFileSync(path, 'utf8'), {}, path);
    const steps: Step[] = [];
    run.system.observe({ step: (step) => steps.push(step) });
    play(run);
    run.system.observe(null);
    const { machine } = run.system;
    const before = machine.hash;
    const inspector = new Inspector(run.system, { steps, last: run.runner.state.last });
    open(inspector.scopes(), 5);
    for (const step of steps.filter((s) => s.kind === 'event').slice(0, 4)) {
      const { title, causes, sentence } = inspector.explainFault({ smmu: step.smmu, record: step.words });
      expect(title).toMatch(/^[CFE]_\w+, stream 0x/);
      expect(`${sentence} ${causes.map((c) => c.text).join(' ')}`).not.toMatch(/undefined|NaN|\[object/);
    }
    expect(machine.hash).toBe(before);
  });
});
