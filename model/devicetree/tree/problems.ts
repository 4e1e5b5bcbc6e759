/** The words of the problems that the merge reports and dtc's checks do not name: those are in checks/. */
import type { RuleInfo } from '../../rule.ts';

/** Problems of the merge, for their pages. */
export const TREE_PROBLEMS: readonly RuleInfo[] = [
  {
    id: 'dts-unknown-target', level: 'error', title: 'Statement for a node that does not exist',
    explanation: '`&label { ... };`, `/delete-node/ &label;` and `/omit-if-no-ref/ &label;` need a node that stands before them and was not deleted in between. In an overlay `&label { ... };` may name a node of the tree that it is laid over.',
    remedy: 'Correct the label, include the file that has the node, or move the statement below it. For an overlay write `/plugin/;` after `/dts-v1/;`.',
    bad: '/dts-v1/;\n/ { smmu: iommu { }; };\n&smuu { status = "okay"; };', good: '/dts-v1/;\n/ { smmu: iommu { }; };\n&smmu { status = "okay"; };',
    sources: ['dtc, dtc-parser.y: "Label or path ... not found"'],
  },
  {
    id: 'dts-foreign-path', level: 'warning', title: 'Path in an overlay that the overlay does not have',
    explanation: 'A phandle in an overlay refers by path to a node that is not in the overlay. The format of fixups has only labels for that: dtc 1.6 writes an entry that no loader resolves, dtc 1.8 refuses.',
    remedy: 'Refer to a label of the tree that the overlay is laid over.',
    bad: '/dts-v1/;\n/plugin/;\n&bus { dev { clocks = <&{/clk}>; }; };', good: '/dts-v1/;\n/plugin/;\n&bus { dev { clocks = <&clk>; }; };',
    sources: ['dtc 1.8, livetree.c: "Can\'t generate fixup for reference to path"'],
  },
];
