import { describe, expect, it } from 'vitest';
import { traceTree, type TreeNode } from '../../../debugger/trace/tree.ts';
import { prepare, stepsOf } from '../run/support.ts';

const MACHINE = 'smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=8\nmemory ram 0x80000000 256M\n';

function labels(nodes: readonly TreeNode[]): string[] {
  return nodes.flatMap((node) => [node.label, ...labels(node.children)]);
}

describe('the tree of a trace', () => {
  const pkvm = labels(traceTree(stepsOf(prepare(`${MACHINE}hypervisor pkvm profile=v7\nin host\n  probe\n  write smmu0 CR1 0\nexpect crash\n`))));

  it('tells of a crash once, and the values that were written', () => {
    expect(pkvm.filter((label) => label.includes('EL2 panics'))).toHaveLength(1);
    expect(pkvm).toContain('smmu0: the host writes 0x0 to CR1');
  });

  it('leaves out results that say no more than that it was done', () => {
    expect(pkvm.filter((label) => label.endsWith(': done'))).toEqual([]);
  });

  it('shows both ends of a long run of stores', () => {
    const native = traceTree(stepsOf(prepare(`${MACHINE}in host\n  probe\n  attach eth0\n`)));
    const runs = native.filter((node) => /^\d+ stores?$/.test(node.label));
    expect(Math.max(...runs.map((node) => node.children.length))).toBe(9);
    const cut = runs.find((node) => node.children.length === 9);
    expect(cut?.children[4]?.label).toBe(`${Number.parseInt(cut?.label ?? '', 10) - 8} more`);
    expect(native.map((node) => node.label).filter((label) => label === '1 stores')).toEqual([]);
  });
});
