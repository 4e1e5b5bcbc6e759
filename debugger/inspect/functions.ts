/** What the functions of expressions compute while a machine is looked at. Their words are in debugger/expression/functions.ts. */
import { hex, toNumber, u64, type U64 } from '../../emulator/bits/u64.ts';
import { requestOf } from '../../emulator/machine/machine.ts';
import { CD } from '../../emulator/fields/cd.ts';
import { EVENTS } from '../../emulator/fields/events.ts';
import { STE } from '../../emulator/fields/ste.ts';
import type { Step } from '../../emulator/steps/step.ts';
import { PRIVILEGED, READ, WRITE, INSTRUCTION } from '../../emulator/walk/access.ts';
import { failure, type ScopeFailure } from '../expression/evaluate.ts';
import { asNumber, booleanValue, listValue, numberValue, recordValue, stringValue, type ExpressionValue } from '../expression/value.ts';
import { smmuArgument, streamArguments, TOO_MANY } from './arguments.ts';
import { tlbRow, type CacheView } from './caches.ts';
import type { InspectContext } from './context.ts';
import { deviceNamed, smmuName, smmuNamed } from './machineNames.ts';
import { readBytes } from './memory.ts';
import type { QueueName } from './queues.ts';
import { queueValue } from './queueValue.ts';
import { listRanges, spaceOf, type Stage } from './ranges.ts';
import { registerStructure, shownRegister } from './registers.ts';
import { readCd, readSte } from './streams.ts';
import { structureValue } from './structure.ts';
import type { SymbolTable } from './symbols.ts';
import { descriptorStructure, fetchStructure, lastTransaction, tableOrder } from './transaction.ts';
import type { System } from '../system/system.ts';
import { deviceValue, smmuValue } from './systemValues.ts';

/** What functions look at. */
export interface Surroundings {
  readonly system: System;
  readonly context: InspectContext;
  readonly symbols: SymbolTable;
  readonly caches: (smmu: number) => CacheView | undefined;
}

/** Computes a function. */
export type Run = (around: Surroundings, args: readonly ExpressionValue[]) => ExpressionValue | ScopeFailure;

/** A physical address as an argument. */
function addressOf(value: ExpressionValue | undefined): number | undefined {
  const number = value === undefined ? undefined : asNumber(value);
  return number === undefined || number.hi >>> 20 !== 0 ? undefined : toNumber(number);
}

const NO_ADDRESS = failure('a physical address (below 2^52) is needed here');

function memory(bits: 8 | 16 | 32 | 64): Run {
  return ({ system }, args) => {
    const address = addressOf(args[0]);
    if (address === undefined) return NO_ADDRESS;
    const bytes = readBytes(system.machine, address, bits / 8);
    if (bytes === undefined) return failure(`no memory answers at 0x${address.toString(16)}`);
    const word = (at: number): number => [0, 1, 2, 3].reduce((sum, i) => sum + (bytes[at + i] ?? 0) * 2 ** (8 * i), 0);
    return numberValue(u64(word(4), word(0)));
  };
}

function ste({ system }: Surroundings, args: readonly ExpressionValue[]): ExpressionValue | ScopeFailure {
  const stream = streamArguments(system, args);
  if (stream.kind === 'failure') return stream;
  if (stream.rest.length > 0) return failure(TOO_MANY);
  const found = readSte(system.machine, stream.smmu, stream.sid);
  if (found.words === undefined || found.address === undefined) return failure(found.problem ?? 'the STE cannot be read');
  return structureValue({ layout: STE, words: found.words, place: { kind: 'memory', address: found.address } });
}

function cd({ system }: Surroundings, args: readonly ExpressionValue[]): ExpressionValue | ScopeFailure {
  const stream = streamArguments(system, args);
  if (stream.kind === 'failure') return stream;
  const [ssid] = stream.rest;
  if (stream.rest.length > 1) return failure(TOO_MANY);
  const index = ssid === undefined ? 0 : asNumber(ssid)?.lo;
  if (index === undefined) return failure('a SubstreamID is a number');
  const found = readCd(system.machine, stream, index);
  if (found.words === undefined || found.address === undefined) return failure(found.problem ?? 'the CD cannot be read');
  return structureValue({ layout: CD, words: found.words, place: { kind: 'memory', address: found.address } });
}

const ACCESS_WORDS: Readonly<Record<string, number>> = { read: READ, write: WRITE, privileged: PRIVILEGED, instruction: INSTRUCTION | READ };

/** `"write privileged"` as bits; a plain read without words. */
function accessArgument(value: ExpressionValue | undefined): number | undefined {
  if (value === undefined) return READ;
  if (value.kind !== 'string') return undefined;
  const words = value.text.split(/\s+/).filter((w) => w !== '');
  if (!words.every((w) => Object.hasOwn(ACCESS_WORDS, w))) return undefined;
  const bits = words.reduce((all, w) => all | (ACCESS_WORDS[w] ?? 0), 0);
  return (bits & (READ | WRITE)) === 0 ? bits | READ : bits;
}

function walk({ system }: Surroundings, args: readonly ExpressionValue[]): ExpressionValue | ScopeFailure {
  const stream = streamArguments(system, args);
  if (stream.kind === 'failure') return stream;
  const address = stream.rest[0] === undefined ? undefined : asNumber(stream.rest[0]);
  const numbers = stream.rest.slice(1).flatMap((v) => asNumber(v)?.lo ?? []);
  const access = accessArgument(stream.rest.slice(1).find((v) => v.kind === 'string'));
  if (address === undefined) return failure('`walk` needs an address');
  if (access === undefined) return failure('the access is made of the words read, write, privileged and instruction');
  const smmu = system.machine.smmus[stream.smmu];
  if (smmu === undefined) return failure('there is no such SMMU');
  const explained = system.machine.explain(smmu, requestOf({ sid: stream.sid, ssid: numbers[0], address, access }));
  return walkValue(explained.steps, explained.sentence);
}

/** The steps of a transaction as a value: how it ended, and what was read on the way. */
function walkValue(steps: readonly Step[], sentence: string): ExpressionValue {
  const own = lastTransaction(steps).steps;
  const order = tableOrder(own);
  const result = own.findLast((s) => s.kind === 'result');
  const event = own.findLast((s) => s.kind === 'event');
  const type = event === undefined ? undefined : EVENTS.find((e) => e.code === ((event.words[0] ?? 0) & 0xff));
  const fetched = own.flatMap((s) => (s.kind === 'fetch' && !s.isAborted ? [[s.structure.toLowerCase(), structureValue(fetchStructure(s))] as const] : []));
  return recordValue('Walk', {
    status: result?.status ?? 'none', event: numberValue((event?.words[0] ?? 0) & 0xff, type?.name ?? 'none'),
    ...(result?.address === undefined ? {} : { pa: result.address, attributes: result.attributes }), sentence,
    ...Object.fromEntries(fetched),
    levels: listValue(own.flatMap((s) => (s.kind === 'descriptor' ? structureValue(descriptorStructure(s, order)) : []))),
    hits: listValue(own.flatMap((s) => (s.kind === 'hit' ? recordValue('Hit', { cache: s.cache, input: s.input, output: s.output }) : []))),
  });
}

const STAGES: Readonly<Record<string, Stage>> = { '1': 'stage 1', '2': 'stage 2', 'stage 1': 'stage 1', 'stage 2': 'stage 2', combined: 'combined', both: 'combined' };
const MOST_RANGES = 1000;

function ranges({ system }: Surroundings, args: readonly ExpressionValue[]): ExpressionValue | ScopeFailure {
  const stream = streamArguments(system, args);
  if (stream.kind === 'failure') return stream;
  const word = stream.rest.find((v) => v.kind === 'string');
  const ssid = stream.rest.flatMap((v) => asNumber(v)?.lo ?? [])[0];
  const where = { smmu: stream.smmu, sid: stream.sid, ssid };
  const stages: readonly Stage[] = word === undefined ? ['combined', 'stage 1', 'stage 2'] : Object.hasOwn(STAGES, word.text) ? [STAGES[word.text] ?? 'combined'] : [];
  if (stages.length === 0) return failure('the stage is "stage 1", "stage 2" or "combined"');
  const spaces = stages.map((stage) => spaceOf(system.machine, where, stage));
  const space = spaces.find((s) => typeof s !== 'string');
  if (space === undefined) return failure(spaces.find((s) => typeof s === 'string') ?? 'there are no tables');
  const { ranges: list, next } = listRanges(space, 0, MOST_RANGES);
  const rows = list.map((r) => recordValue('Range', {
    input: big(space.base + BigInt(r.input)), size: big(BigInt(r.size)), permissions: r.permissions, attributes: r.attributes, owner: r.owner ?? '', descriptor: r.descriptor,
    ...(r.output === undefined ? {} : { output: r.output }), ...(r.problem === undefined ? {} : { problem: r.problem }),
  }));
  return recordValue('Ranges', { stage: space.stage, complete: booleanValue(next === undefined), ranges: listValue(rows) });
}

function big(value: bigint): U64 {
  return u64(Number((value >> 32n) & 0xffff_ffffn), Number(value & 0xffff_ffffn));
}

function reg({ system }: Surroundings, args: readonly ExpressionValue[]): ExpressionValue | ScopeFailure {
  const chosen = smmuArgument(system, args, 1);
  if (chosen.kind === 'failure') return chosen;
  const [name] = chosen.rest;
  const register = name?.kind === 'string' ? shownRegister(name.text) : undefined;
  const structure = register === undefined ? undefined : registerStructure(system, chosen.smmu, register);
  return structure === undefined ? failure(`there is no register ${name?.kind === 'string' ? `\`${name.text}\`` : 'of that name'}`) : structureValue(structure);
}

function tlb({ system, caches }: Surroundings, args: readonly ExpressionValue[]): ExpressionValue | ScopeFailure {
  if (args.length === 0) return listValue([...system.machine.smmus.keys()].flatMap((i) => caches(i)?.tlb.map(tlbRow) ?? []));
  const chosen = smmuArgument(system, args, 0);
  return chosen.kind === 'failure' ? chosen : listValue(caches(chosen.smmu)?.tlb.map(tlbRow) ?? []);
}

function queue(name: QueueName): Run {
  return ({ system }, args) => {
    const chosen = smmuArgument(system, args, 0);
    return chosen.kind === 'failure' ? chosen : queueValue(system, chosen.smmu, name);
  };
}

const owner: Run = ({ system }, args) => {
  const address = addressOf(args[0]);
  return address === undefined ? NO_ADDRESS : stringValue(system.machine.owners.at(address) ?? 'nobody');
};

const who: Run = ({ context }, args) => {
  const address = addressOf(args[0]);
  if (address === undefined) return NO_ADDRESS;
  if (context.who === undefined) return failure('`who` needs a debug session');
  const writer = context.who(address);
  if (writer === undefined) return failure(`nobody has written ${hex(u64(Math.floor(address / 2 ** 32), address))}`);
  return recordValue('Writer', { text: writer.text, ...(writer.line === undefined ? {} : { line: writer.line }), ...(writer.step === undefined ? {} : { step: writer.step }) });
};

const symbol: Run = ({ symbols }, args) => {
  const address = addressOf(args[0]);
  return address === undefined ? NO_ADDRESS : stringValue(symbols.name(address) ?? 'nothing known');
};

const device: Run = ({ system }, [name]) => {
  const found = name?.kind === 'string' ? deviceNamed(system, name.text) : undefined;
  return found === undefined ? failure('there is no such device') : deviceValue(system, found);
};

const smmu: Run = ({ system }, [name]) => {
  const found = name?.kind === 'string' ? smmuNamed(system, name.text) : undefined;
  return found === undefined ? failure(`the SMMUs are ${system.smmus.map((s) => smmuName(system, s.index)).join(', ')}`) : smmuValue(system, found.index);
};

/** What each function computes, by the names of debugger/expression/functions.ts; `count` is the evaluator's own. */
export const RUNS: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['ste', ste], ['cd', cd], ['walk', walk], ['ranges', ranges], ['tlb', tlb], ['cmdq', queue('cmdq')], ['evtq', queue('evtq')], ['priq', queue('priq')],
  ['mem8', memory(8)], ['mem16', memory(16)], ['mem32', memory(32)], ['mem64', memory(64)], ['reg', reg],
  ['owner', owner], ['who', who], ['symbol', symbol], ['device', device], ['smmu', smmu],
]);
