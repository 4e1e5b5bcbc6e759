/** `vsmmu dts`: reads a blob, whole or damaged, and prints it as source that compiles to the same blob. */
import { printBlob, unprintable } from '../model/devicetree/blob/print.ts';
import { readBlob } from '../model/devicetree/blob/read.ts';
import { type Arguments, type Command, EXIT, type Io, string, UsageError } from './command.ts';
import { onlyFile, writeOutput } from './dtb.ts';
import { absolute } from './paths.ts';

function run(input: Arguments, io: Io): number {
  const given = onlyFile(input, 'blob');
  const data = io.files.readBytes(absolute(given, io.cwd));
  if (data === undefined) throw new UsageError(`no such file: ${given}`);
  const blob = readBlob(data);
  for (const { offset, message, id } of blob.problems) {
    io.stderr.write(`${given}: at 0x${offset.toString(16)}: ${message} [${id}]\n`);
  }
  const names = [...unprintable(blob)];
  for (const message of names) io.stderr.write(`${given}: ${message}\n`);
  if (blob.root !== undefined) writeOutput(string(input, 'output') ?? '-', printBlob(blob), io);
  return blob.problems.length + names.length > 0 ? EXIT.findings : EXIT.clean;
}

/** The subcommand. */
export const dts: Command = {
  name: 'dts',
  summary: 'print a device-tree blob as source',
  usage: 'IN.dtb [-o OUT.dts]',
  options: { output: { type: 'string', short: 'o', value: 'FILE', text: 'write there instead of standard output' } },
  run,
};
