/**
 * `vsmmu walk`: one transaction step by step as a tree, against a snapshot of an SMMU (or a batch of
 * them as JSON lines), or after the last line of a scenario.
 */
import { hex, parseU64, toNumber } from '../emulator/bits/u64.ts';
import { type LoadedImage, loadImage, parseImage } from '../emulator/replay/image.ts';
import { answerProbe, type Probe, type ProbeOutcome, tryProbe } from '../emulator/replay/probe.ts';
import type { Step } from '../emulator/steps/step.ts';
import { type Arguments, type Command, EXIT, type Io, string, UsageError } from './command.ts';
import { parseJson, readInput } from './input.ts';
import { painter, textWidth } from './paint.ts';
import { drawTree } from './walk/print.ts';
import { type Access, walkInScenario } from './walk/scenario.ts';
import { walkTree } from '../debugger/trace/tree.ts';

function json(text: string, path: string): unknown {
  const parsed = parseJson(text);
  if ('error' in parsed) throw new UsageError(`${path}: not JSON: ${parsed.error}`);
  return parsed.value;
}

async function load(path: string, io: Io): Promise<LoadedImage> {
  const image = parseImage(json(await readInput(path, io), path));
  if (typeof image === 'string') throw new UsageError(`${path}: ${image}`);
  return loadImage(image);
}

function numberOption(input: Arguments, name: string, limit: number): number | undefined {
  const text = string(input, name);
  if (text === undefined) return undefined;
  const value = parseU64(text);
  if (value === undefined || toNumber(value) >= limit) throw new UsageError(`--${name} takes a number below 0x${limit.toString(16)}; not '${text}'`);
  return toNumber(value);
}

/** What the device does; `needs` is said where the address is missing. */
function accessOf(input: Arguments, needs: string): Access {
  const iova = parseU64(string(input, 'iova') ?? '');
  if (iova === undefined) throw new UsageError(needs);
  const isWrite = input.values['write'] === true;
  if (isWrite && input.values['read'] === true) throw new UsageError('--read or --write, not both');
  if (isWrite && input.values['exec'] === true) throw new UsageError('--exec is about reads; writes are always data');
  return {
    ssid: numberOption(input, 'ssid', 2 ** 20), iova, isWrite,
    isPrivileged: input.values['priv'] === true, isInstruction: input.values['exec'] === true,
  };
}

function probeOf(input: Arguments): Probe {
  if (input.values['device'] !== undefined) throw new UsageError('--device is for scenarios; an image knows StreamIDs: --sid N');
  const sid = numberOption(input, 'sid', 2 ** 32);
  const needs = 'walk needs --sid N and --iova X (or --batch PROBES.json)';
  if (sid === undefined) throw new UsageError(needs);
  return { sid, ...accessOf(input, needs) };
}

function inScenario(path: string, input: Arguments, io: Io): number {
  const wrong = ['sid', 'batch', 'json'].find((name) => input.values[name] !== undefined);
  if (wrong !== undefined) throw new UsageError(`--${wrong} is for images`);
  const device = string(input, 'device');
  const needs = 'walk in a scenario needs --device NAME and --iova X';
  if (device === undefined) throw new UsageError(needs);
  return walkInScenario(path, { device, ...accessOf(input, needs) }, io);
}

/** A step as JSON has it: 64-bit values as hexadecimal text, words as a list of such. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint32Array, (w) => `0x${(w >>> 0).toString(16)}`);
  if (typeof value !== 'object' || value === null) return value;
  const { hi, lo } = value as { hi?: unknown; lo?: unknown };
  if (typeof hi === 'number' && typeof lo === 'number') return hex({ hi, lo });
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function outcomeJson(probe: Probe, outcome: ProbeOutcome): string {
  const { status, pa, perm, event } = outcome;
  const result = pa === undefined ? { abort: status !== 'stall', ...(event === undefined ? {} : { event }) } : { pa: hex(pa), perm: `0x${perm}` };
  const steps = outcome.steps.map((s: Step) => {
    const { smmu: _smmu, position: _position, ...body } = s;
    return plain(body);
  });
  const asked = { sid: probe.sid, ...(probe.ssid === undefined ? {} : { ssid: probe.ssid }), iova: hex(probe.iova), rw: probe.isWrite ? 'w' : 'r' };
  return `${JSON.stringify({ ...asked, status, ...result, steps }, null, 2)}\n`;
}

async function batch(loaded: LoadedImage, path: string, io: Io): Promise<number> {
  const file = json(await readInput(path, io), path);
  const probes: unknown = Array.isArray(file) ? file : (file as { probes?: unknown } | null)?.probes;
  if (!Array.isArray(probes)) throw new UsageError(`${path}: neither a list of probes nor an object with 'probes'`);
  let wrong = 0;
  const lines = probes.map((raw: unknown, i) => {
    const given = answerProbe(loaded, raw);
    if (typeof given !== 'string') return JSON.stringify(given);
    wrong++;
    io.stderr.write(`${path}: probe ${i}: ${given}\n`);
    return JSON.stringify({ probe: i, error: given });
  });
  io.stdout.write(lines.map((l) => `${l}\n`).join(''));
  return wrong === 0 ? EXIT.clean : EXIT.findings;
}

/** The `walk` subcommand. */
export const walk: Command = {
  name: 'walk',
  summary: 'show how an SMMU of a memory image or a scenario translates an address, step by step',
  usage: 'IMAGE.json[.gz] --sid N --iova X [OPTIONS] | SCENARIO.smmu --device NAME --iova X [OPTIONS] | IMAGE.json --batch PROBES.json --json',
  options: {
    sid: { type: 'string', value: 'N', text: 'StreamID, in an image' },
    device: { type: 'string', value: 'NAME', text: 'the device that asks when the scenario has run to its end' },
    ssid: { type: 'string', value: 'N', text: 'SubstreamID; none otherwise' },
    iova: { type: 'string', value: 'X', text: 'address that the device uses' },
    read: { type: 'boolean', text: 'the device reads (the default)' },
    write: { type: 'boolean', text: 'the device writes' },
    priv: { type: 'boolean', text: 'the access is privileged' },
    exec: { type: 'boolean', text: 'the read is an instruction fetch' },
    batch: { type: 'string', value: 'FILE', text: 'answer the probes of a file, each with cold caches' },
    json: { type: 'boolean', text: 'print JSON' },
  },
  async run(input, io) {
    const [path, ...more] = input.positionals;
    if (path === undefined || more.length > 0) throw new UsageError('walk takes one image or scenario');
    if (path.endsWith('.smmu')) return inScenario(path, input, io);
    const probes = string(input, 'batch');
    if (probes !== undefined) {
      if (input.values['sid'] !== undefined || input.values['iova'] !== undefined) throw new UsageError('--batch brings its own StreamIDs and addresses');
      return await batch(await load(path, io), probes, io);
    }
    const probe = probeOf(input);
    const outcome = tryProbe(await load(path, io), probe);
    if (input.values['json'] === true) io.stdout.write(outcomeJson(probe, outcome));
    else io.stdout.write(drawTree(walkTree(outcome.steps), textWidth(io), painter(io)));
    return EXIT.clean;
  },
};
