/** The words of the problems that reading a blob reports. */
import type { RuleInfo } from '../../rule.ts';

const SOURCES = ['Devicetree Specification 0.4, chapter 5 (flattened devicetree format)'];
const REMEDY = 'Take the blob anew from where it came. One that a boot loader changed is best dumped on the board: `/sys/firmware/fdt`.';
const GOOD = 'vsmmu dtb board.dts -o board.dtb\nvsmmu dts board.dtb';

/** All problems of blobs, for their pages. */
export const BLOB_PROBLEMS: readonly RuleInfo[] = [
  {
    id: 'dtb-header', level: 'error', title: 'Blob whose header is wrong',
    explanation: 'The header says where the blocks of a blob lie and how long they are. Here it has another magic number or version, or a block lies outside of the file; most often the file is cut short or is no device tree at all.',
    remedy: REMEDY, bad: 'head -c 1000 board.dtb > cut.dtb\nvsmmu dts cut.dtb', good: GOOD, sources: SOURCES,
  },
  {
    id: 'dtb-structure', level: 'error', title: 'Blob whose structure block is damaged',
    explanation: 'The nodes and properties of a blob are a sequence of tokens. Here one is unknown, a node is not ended, or a property is longer than the block. What stands before it is shown.',
    remedy: REMEDY, bad: 'vsmmu dts damaged.dtb', good: GOOD, sources: SOURCES,
  },
  {
    id: 'dtb-strings', level: 'error', title: 'Property of a blob without a name',
    explanation: 'A property says where in the strings block its name stands. Here that is outside of the block, or the name does not end.',
    remedy: REMEDY, bad: 'vsmmu dts damaged.dtb', good: GOOD, sources: SOURCES,
  },
];
