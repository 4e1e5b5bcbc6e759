/**
 * `vsmmu decode`: explains log lines and raw words. Reads its arguments, or standard input where
 * there are none; the decoding itself is emulator/decode, this prints it.
 */
import { hex } from '../emulator/bits/u64.ts';
import { decodeText } from '../emulator/decode/decode.ts';
import type { Finding, FindingField, RecordKind } from '../emulator/decode/finding.ts';
import { streamNames, type StreamNames } from './board.ts';
import { type Arguments, choice, type Command, COMPILE_OPTIONS, definitions, EXIT, type Io, string, strings, UsageError } from './command.ts';
import { Compiler } from './compiler.ts';
import { painter, textWidth, wrap, type Painter } from './paint.ts';
import { absolute } from './paths.ts';

const KINDS: Readonly<Record<string, RecordKind>> = { event: 'event', cmd: 'command', pri: 'pri', ste: 'ste', cd: 'cd', desc: 'desc' };

/** Reads all of standard input as text. */
export async function stdinText(io: Io): Promise<string> {
  if (io.stdin === undefined) throw new UsageError('nothing to read: give arguments or standard input');
  return new TextDecoder('utf-8').decode(await io.stdin());
}

/** One finding as a program reads it. */
function json(finding: Finding, names: StreamNames | undefined): unknown {
  const devices = names === undefined || finding.sid === undefined ? undefined : names(finding.sid, finding.smmu);
  return { ...finding, dwords: finding.dwords.map((d) => hex(d, 16)), devices };
}

/** The board's say on a finding's StreamID. */
function deviceLines(finding: Finding, names: StreamNames | undefined, width: number): string[] {
  if (names === undefined || finding.sid === undefined) return [];
  const found = names(finding.sid, finding.smmu);
  if (found.length === 0) return wrap('No device of the board uses this StreamID.', width, '  ', '  ');
  return found.flatMap((name) => wrap(`Device: ${name}`, width, '  ', '    '));
}

function boardOf(input: Arguments, io: Io): StreamNames | undefined {
  const given = string(input, 'board');
  if (given === undefined) return undefined;
  const path = absolute(given, io.cwd);
  if (io.files.readText(path) === undefined) throw new UsageError(`no such file: ${given}`);
  const includeRoots = strings(input, 'include').map((folder) => absolute(folder, io.cwd));
  return streamNames(path, new Compiler({ includeRoots, defines: definitions(input) }, io.files));
}

function isZero(field: FindingField): boolean {
  return /^(?:0x)?0+$/.test(field.value) && field.name !== 'Config';
}

function fieldLines(fields: readonly FindingField[], width: number, paint: Painter): string[] {
  const set = fields.filter((f) => !isZero(f));
  const names = Math.max(0, ...set.map((f) => f.name.length));
  const values = Math.max(0, ...set.map((f) => f.value.length));
  const lines = set.map((f) => `    ${f.name.padEnd(names)}  ${f.value.padEnd(values)}  ${paint.dim(f.meaning ?? '')}`.trimEnd());
  const zero = fields.filter(isZero).map((f) => f.name);
  return zero.length === 0 ? lines : [...lines, ...wrap(`zero: ${zero.join(', ')}`, width, '    ', '      ').map(paint.dim)];
}

function heading(finding: Finding): string {
  const lines = finding.line === finding.endLine ? `line ${finding.line}` : `lines ${finding.line} to ${finding.endLine}`;
  const who = [finding.source === 'raw' ? '' : finding.source, finding.smmu ?? '', finding.client === undefined ? '' : `device ${finding.client}`];
  return [lines, ...who.filter((w) => w !== '')].join(', ');
}

/** One finding as a person reads it. */
function text(finding: Finding, names: StreamNames | undefined, width: number, paint: Painter): string {
  const causes = finding.causes.flatMap((cause, i) => wrap(`${cause.text}${cause.seen ? '' : ' (deduced)'}`, width, `    ${i + 1}. `, '       '));
  const list = (title: string, items: readonly string[]): string[] => (items.length === 0 ? [] : [`  ${paint.bold(title)}`, ...items]);
  const lines = [
    paint.dim(heading(finding)),
    ...wrap(finding.title, width, '', '  ').map(paint.bold),
    ...(finding.meaning === '' ? [] : wrap(finding.meaning, width, '  ', '  ')),
    ...deviceLines(finding, names, width).map(paint.cyan),
    ...list('Fields', fieldLines(finding.fields, width, paint)),
    ...list('Likely causes, most frequent first', causes),
    ...list('Check', finding.checks.flatMap((c) => wrap(c, width, '    - ', '      '))),
    ...finding.notes.flatMap((n) => wrap(`Note: ${n}`, width, '  ', '    ')).map(paint.yellow),
  ];
  return `${lines.join('\n')}\n`;
}

/** The `decode` subcommand. */
export const decode: Command = {
  name: 'decode',
  summary: 'explain SMMU log lines, events, commands, STEs, CDs and descriptors',
  usage: '[--as KIND] [--board BOARD.dts] [--json] [WORDS...]',
  options: {
    as: { type: 'string', value: 'KIND', text: 'what raw words are: event, cmd, pri, ste, cd, desc (guessed otherwise)' },
    board: { type: 'string', value: 'FILE', text: 'name the device behind each StreamID by this device tree' },
    ...COMPILE_OPTIONS,
    json: { type: 'boolean', text: 'print one JSON array' },
  },
  async run(input, io) {
    const as = input.values['as'] === undefined ? undefined : KINDS[choice(input, 'as', ['event', 'cmd', 'pri', 'ste', 'cd', 'desc'])];
    const source = input.positionals.length > 0 ? input.positionals.join(' ') : await stdinText(io);
    const found = decodeText(source, as === undefined ? {} : { as });
    const names = boardOf(input, io);
    if (input.values['json'] === true) {
      io.stdout.write(`${JSON.stringify(found.map((f) => json(f, names)), null, 2)}\n`);
      return EXIT.clean;
    }
    if (found.length === 0) {
      io.stderr.write('vsmmu: nothing here is about an SMMU\n');
      return EXIT.findings;
    }
    const paint = painter(io);
    io.stdout.write(found.map((f) => text(f, names, textWidth(io), paint)).join('\n'));
    return EXIT.clean;
  },
};
