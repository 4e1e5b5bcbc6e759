/** Trees as text: every line within the width, and box lines only where they lead to something. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { painter } from '../../../cli/paint.ts';
import { drawTree } from '../../../cli/walk/print.ts';
import type { TreeNode } from '../../../debugger/trace/tree.ts';

const PLAIN = painter({ isTTY: false, env: {} });

function node(label: string, detail = '', children: TreeNode[] = []): TreeNode {
  return { label, detail, tone: 'plain', children };
}

function lines(root: TreeNode, width: number): string[] {
  return drawTree(root, width, PLAIN).trimEnd().split('\n');
}

describe('a tree', () => {
  it('breaks a long root under its own text, without a box line beside it', () => {
    const root = node('unprivileged read of 0x10001000 by StreamID 0x120', 'Type=16 StreamID=0x120 RnW=1 CLASS=2', [node('STE'), node('aborted')]);
    expect(lines(root, 30)).toEqual([
      'unprivileged read of', '  0x10001000 by StreamID 0x120', '  Type=16 StreamID=0x120 RnW=1', '  CLASS=2', '├─ STE', '└─ aborted',
    ]);
  });

  it('leads past the broken lines of a child that has children', () => {
    expect(lines(node('root', '', [node('stage 1 walk of 0x1000', '', [node('level 0')]), node('end')]), 20)).toEqual([
      'root', '├─ stage 1 walk', '│  │  of 0x1000', '│  └─ level 0', '└─ end',
    ]);
  });

  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const text = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '));
  const tree = (depth: number): fc.Arbitrary<TreeNode> => fc.record({
    label: text, detail: fc.oneof(fc.constant(''), text), tone: fc.constant('plain' as const),
    children: depth === 0 ? fc.constant([]) : fc.array(tree(depth - 1), { maxLength: 3 }),
  });

  it('keeps to the width, loses no word, and draws no line that ends nowhere', () => {
    fc.assert(fc.property(tree(3), (root) => {
      const drawn = lines(root, 60);
      const words = (n: TreeNode): string[] => [...n.label.split(' '), ...(n.detail === '' ? [] : n.detail.split(' ')), ...n.children.flatMap(words)];
      expect(drawn.join(' ').split(/[\s│├└─]+/).filter((w) => w !== '')).toEqual(words(root));
      drawn.forEach((line, i) => {
        expect(line.length).toBeLessThanOrEqual(60);
        for (const [column, sign] of [...line].entries()) {
          if (sign === '│' || sign === '├') expect('│├└').toContain(drawn[i + 1]?.[column]);
        }
      });
    }));
  });
});
