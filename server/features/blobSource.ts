/**
 * A device-tree blob as source to read: what `vsmmu dts` prints, below a comment that says what it was
 * read from and what is wrong with it. The language features work in it as in any board.
 */
import { printBlob, unprintable } from '../../model/devicetree/blob/print.ts';
import { readBlob } from '../../model/devicetree/blob/read.ts';

/** More faults than anybody reads. */
const MAX_FAULTS = 20;

/** The source of the blob in the file `name`. */
export function blobSource(data: Uint8Array, name: string): string {
  const blob = readBlob(data);
  const faults = [...blob.problems.map(({ offset, message }) => `at 0x${offset.toString(16)}: ${message}`), ...(blob.root === undefined ? [] : unprintable(blob))];
  const comment = [
    `Read from ${name}, ${data.length} bytes. This text cannot be edited; phandles are numbers, as in the blob.`,
    ...faults.slice(0, MAX_FAULTS),
    ...(faults.length > MAX_FAULTS ? [`and ${faults.length - MAX_FAULTS} more faults`] : []),
  ];
  const [first = '', ...rest] = (blob.root === undefined ? '/dts-v1/;\n' : printBlob(blob)).split('\n');
  return [first, ...comment.map(commented), ...rest].join('\n');
}

/** One line of a comment, whatever is in it. */
function commented(text: string): string {
  return `// ${text.replaceAll(/\s+/g, ' ').replaceAll('\\', '/')}`;
}
