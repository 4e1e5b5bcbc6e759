/**
 * `vsmmu replay CASES.jsonl`: runs machine-level cases and prints one JSON line for each. A line that
 * is no case is reported with its number, and answered with an error in its place; the others run.
 */
import { parseCase } from '../emulator/replay/case.ts';
import { replay as replayCase } from '../emulator/replay/engine.ts';
import { POLICIES, type PolicyName } from '../emulator/tlb/policy.ts';
import { choice, type Command, EXIT, type Io, UsageError } from './command.ts';
import { parseJson, readInput } from './input.ts';

const FLUSH_CHARS = 1 << 16;

/** One line of answers; a string is what is wrong with the line. */
function answer(line: string, policy: PolicyName): object | string {
  const parsed = parseJson(line);
  if ('error' in parsed) return `not JSON: ${parsed.error}`;
  const input = parseCase(parsed.value);
  return typeof input === 'string' ? input : replayCase(input, { policy });
}

function run(text: string, where: string, policy: PolicyName, io: Io): number {
  let pending = '';
  let wrong = 0;
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const given = answer(line, policy);
    if (typeof given === 'string') {
      wrong++;
      io.stderr.write(`${where}:${i + 1}: ${given}\n`);
    }
    pending += `${JSON.stringify(typeof given === 'string' ? { line: i + 1, error: given } : given)}\n`;
    if (pending.length > FLUSH_CHARS) {
      io.stdout.write(pending);
      pending = '';
    }
  }
  io.stdout.write(pending);
  return wrong === 0 ? EXIT.clean : EXIT.findings;
}

/** The `replay` subcommand. */
export const replay: Command = {
  name: 'replay',
  summary: 'run machine-level SMMU test cases, one JSON object a line',
  usage: '[--cache POLICY] CASES.jsonl',
  options: {
    cache: { type: 'string', value: 'POLICY', text: `what the SMMU caches: ${Object.keys(POLICIES).join(', ')} (none)` },
  },
  async run(input, io) {
    const [path, ...more] = input.positionals;
    if (path === undefined || more.length > 0) throw new UsageError('replay takes one file of cases, or - for standard input');
    const policy = choice(input, 'cache', ['none', 'architecture', 'bounded']);
    return run(await readInput(path, io), path, policy, io);
  },
};
