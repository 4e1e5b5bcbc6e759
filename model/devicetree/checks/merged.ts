/**
 * The words of those of dtc's checks that this product makes while it merges the tree: by the
 * time there is a tree, two nodes of one name are one, and a reference leads somewhere or is gone.
 */
import type { RuleInfo } from '../../rule.ts';
import { type CheckWords, describeCheck } from './check.ts';

const WORDS: readonly CheckWords[] = [
  {
    name: 'duplicate_node_names',
    usage: 'error',
    title: 'Two nodes in one block have the same name',
    explanation: 'A node may be opened again in a later statement, but not twice in the block that creates its parent: dtc keeps both, and a blob cannot hold two nodes of one name.',
    remedy: 'Rename one node, or merge the two.',
    bad: '/ {\n\tled {\n\t};\n\tled {\n\t};\n};',
    good: '/ {\n\tled {\n\t};\n};\n/ {\n\tled {\n\t\tlabel = "power";\n\t};\n};',
  },
  {
    name: 'duplicate_property_names',
    usage: 'error',
    title: 'A property is written twice in one block',
    explanation: 'A later statement may override a property, but the block that creates a node may not set it twice.',
    remedy: 'Remove one of the two.',
    bad: '/ {\n\tmodel = "a";\n\tmodel = "b";\n};',
    good: '/ {\n\tmodel = "a";\n};\n/ {\n\tmodel = "b";\n};',
  },
  {
    name: 'duplicate_label',
    usage: 'error',
    title: 'A label is used twice',
    explanation: 'A label names one node or one place in a property. With two of the same name, a reference could mean either.',
    remedy: 'Rename one label. A board file refers to a node as `&label { ... };` and does not label it anew.',
    bad: '/ {\n\tuart: serial {\n\t};\n\tuart: console {\n\t};\n};',
    good: '/ {\n\tuart0: serial {\n\t};\n\tuart1: console {\n\t};\n};',
  },
  {
    name: 'phandle_references',
    usage: 'error',
    title: 'A reference leads to no node',
    explanation: 'No node has this label or path: it is misspelt, it was deleted with `/delete-node/`, or the file that defines it is not included.',
    remedy: 'Correct the reference, or include the file that defines the node. In an overlay (`/plugin/`) references into the base are fine.',
    bad: '/ {\n\tdevice {\n\t\tclocks = <&missing>;\n\t};\n};',
    good: '/ {\n\tosc: oscillator {\n\t\t#clock-cells = <0>;\n\t};\n\tdevice {\n\t\tclocks = <&osc>;\n\t};\n};',
  },
  {
    name: 'path_references',
    usage: 'error',
    title: 'A path reference leads to no node',
    explanation: 'Outside `<...>` a reference stands for the path of a node as a string. No node has this label or path.',
    remedy: 'Correct the reference, or include the file that defines the node.',
    bad: '/ {\n\taliases {\n\t\tserial0 = &missing;\n\t};\n};',
    good: '/ {\n\taliases {\n\t\tserial0 = &uart;\n\t};\n\tuart: serial {\n\t};\n};',
  },
];

/** Rules without a check of their own; the merge reports them under these ids. */
export const MERGED_CHECKS: readonly RuleInfo[] = WORDS.map(describeCheck);
