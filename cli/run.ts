/**
 * From an argument list to an exit code: finds the subcommand, parses its options, prints help,
 * and turns failures into exit codes (2 for a usage error, 3 for an error of ours).
 */
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { commands } from './commands.ts';
import { type Arguments, type Command, type CommandOption, EXIT, type Io, UsageError } from './command.ts';

const HELP: CommandOption = { type: 'boolean', short: 'h', text: 'show this help' };

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
}

function overview(): string {
  const rows = commands.map((c): [string, string] => [c.name, c.summary]);
  return `vsmmu ${packageJson.version}: author and debug virtualized Arm SMMUv3 setups\n\n`
    + `Usage: vsmmu COMMAND [ARGUMENTS]\n\nCommands:\n${columns(rows)}\n`
    + 'vsmmu COMMAND --help explains one command. Exit codes: 0 clean, 1 findings, 2 usage, 3 internal error.\n';
}

function optionRow([name, option]: [string, CommandOption]): [string, string] {
  const value = option.value === undefined ? '' : ` ${option.value}`;
  return [`${option.short === undefined ? '    ' : `-${option.short}, `}--${name}${value}`, option.text];
}

function help(command: Command): string {
  const rows = Object.entries({ ...command.options, help: HELP }).map(optionRow);
  return `Usage: vsmmu ${command.name} ${command.usage}\n\n${command.summary}\n\nOptions:\n${columns(rows)}`;
}

function isParseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function parse(command: Command, args: readonly string[]): Arguments {
  const options = Object.fromEntries(Object.entries({ ...command.options, help: HELP }).map(([name, o]) => [name, {
    type: o.type,
    ...(o.short === undefined ? {} : { short: o.short }),
    ...(o.multiple === undefined ? {} : { multiple: o.multiple }),
  }]));
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (isParseError(error)) throw new UsageError(error.message.replace(/\. To specify[\s\S]*/, ''));
    throw error;
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError('which command?');
  if (name === 'help' && rest.length > 0) return await dispatch([...rest, '--help'], io);
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(overview());
    return EXIT.clean;
  }
  if (name === '--version' || name === '-V') {
    io.stdout.write(`${packageJson.version}\n`);
    return EXIT.clean;
  }
  const command = commands.find((c) => c.name === name);
  if (command === undefined) throw new UsageError(`no command '${name}'`);
  const input = parse(command, rest);
  if (input.values['help'] === true) {
    io.stdout.write(help(command));
    return EXIT.clean;
  }
  return await command.run(input, io);
}

/** Runs `vsmmu` with the arguments after its name. Never throws. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    if (error instanceof UsageError) {
      const about = commands.some((c) => c.name === args[0]) ? `${args[0]} ` : '';
      io.stderr.write(`vsmmu: ${error.message}\nTry: vsmmu ${about}--help\n`);
      return EXIT.usage;
    }
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    io.stderr.write(`vsmmu: internal error, please report it with the input: ${text}\n`);
    return EXIT.internal;
  }
}
