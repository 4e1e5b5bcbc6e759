/**
 * What the machine shows about a failed access, one detective after the other. Each looks at the state
 * as it is now and says something only where it found something.
 */
import { hex, toNumber, type U64 } from '../../emulator/bits/u64.ts';
import { F_PERMISSION } from '../../emulator/walk/fault.ts';
import { requestOf } from '../../emulator/machine/machine.ts';
import { CR0 } from '../../emulator/registers/store.ts';
import { ATS_REQUEST, Response, TRANSLATED, UNSUPPORTED_TYPE, UNTRANSLATED } from '../../emulator/smmu/request.ts';
import type { DescriptorStep, FetchStep, Step } from '../../emulator/steps/step.ts';
import type { SourceRange } from '../../model/problem.ts';
import { deviceOf } from '../system/names.ts';
import type { System } from '../system/system.ts';
import type { InspectContext, InspectedStream } from './context.ts';
import type { FaultCause, FaultSurroundings } from './fault.ts';
import { guestFinding, steFinding } from './faultStream.ts';
import { streamText } from './machineNames.ts';
import { quietly } from './quiet.ts';
import { listRanges, spaceOf } from './ranges.ts';
import { readSte, streamTable } from './streams.ts';
import { inputText, rangeText } from './tableNodes.ts';

/** The access that failed. `code` is its event, 0 for none. */
export interface FailedAccess {
  readonly stream: InspectedStream;
  readonly address: U64 | undefined;
  readonly access: number;
  readonly code: number;
}

interface Evidence extends FailedAccess {
  readonly around: FaultSurroundings;
  readonly system: System;
  /** The steps of the access without caches. */
  readonly cold: readonly Step[];
  /** Whether the access ends in the same way without caches. */
  readonly isSame: boolean;
}

type Detective = (e: Evidence) => readonly FaultCause[];

function cause(text: string, at?: SourceRange): FaultCause {
  return { text, isFound: true, at };
}

/** What is found, and the sentence of the procedure when the access is made again now. */
export function findings(around: FaultSurroundings, failed: FailedAccess): { readonly causes: readonly FaultCause[]; readonly sentence: string } {
  const { system } = around;
  const { stream, address, access } = failed;
  const smmu = system.machine.smmus[stream.smmu];
  if (smmu === undefined) return { causes: [], sentence: '' };
  const request = requestOf({ sid: stream.sid, ssid: stream.ssid, address: address ?? { hi: 0, lo: 0 }, access });
  request.kind = KINDS[failed.code] ?? UNTRANSLATED;
  const response = new Response();
  const warm: Step[] = [];
  const cold: Step[] = [];
  quietly(system.machine, () => smmu.translate(request, response), warm);
  const isSame = quietly(system.machine, () => smmu.uncached.procedure.run(request, new Response()), cold) === failed.code;
  const evidence = { ...failed, around, system, cold, isSame };
  const result = warm.findLast((s) => s.kind === 'result');
  // What happens to the access now says nothing about the record where it is something else.
  return { causes: DETECTIVES.flatMap((look) => look(evidence)), sentence: response.event === failed.code ? (result?.sentence ?? '') : '' };
}

/** Events that only certain kinds of transactions meet. */
const KINDS: Readonly<Record<number, number>> = { 1: UNSUPPORTED_TYPE, 5: ATS_REQUEST, 7: TRANSLATED };

/** Where something was written last: ` on line 12`, with the place. */
function writerOf(context: InspectContext, address: number): { readonly where: string; readonly at: SourceRange | undefined } | undefined {
  const writer = context.who?.(address);
  if (writer === undefined) return undefined;
  return { where: writer.line === undefined ? ` (${writer.text})` : ` on line ${writer.line}`, at: writer.at };
}

function lastOf<K extends Step['kind']>(steps: readonly Step[], kind: K, test: (step: Extract<Step, { kind: K }>) => boolean): Extract<Step, { kind: K }> | undefined {
  return steps.findLast((s): s is Extract<Step, { kind: K }> => s.kind === kind && test(s as Extract<Step, { kind: K }>));
}

/** A cached STE or CD says something else than memory. */
const staleConfig: Detective = ({ around, stream, cold }) => {
  const view = around.caches(stream.smmu);
  return (['STE', 'CD'] as const).flatMap((structure) => {
    const text = view?.staleConfig(structure, stream.sid, structure === 'STE' ? 0 : (stream.ssid ?? 0));
    if (text === undefined) return [];
    const fetch = lastOf(cold, 'fetch', (s: Step & FetchStep) => s.structure === structure);
    const writer = fetch === undefined ? undefined : writerOf(around.context, toNumber(fetch.address));
    return [cause(`${text}${writer === undefined ? '' : ` It was written last${writer.where}.`}`, writer?.at)];
  });
};

/** A TLB entry for the address says something else than the tables. */
const staleTranslation: Detective = ({ around, stream, address, code, cold }) => {
  // A hit either passes or lacks a permission; no other fault comes from one.
  const view = code === 0 || code === F_PERMISSION ? around.caches(stream.smmu) : undefined;
  if (view === undefined || address === undefined) return [];
  const big = (v: U64): bigint => (BigInt(v.hi) << 32n) | BigInt(v.lo);
  const found = view.tlb.find(({ entry, stale }) => stale !== undefined && entry.sid === stream.sid && entry.cache === 'tlb' && big(entry.address) >> BigInt(entry.size) === big(address) >> BigInt(entry.size));
  if (found === undefined) return [];
  const descriptor = lastOf(cold, 'descriptor', (s: Step & DescriptorStep) => s.stage === 1);
  const writer = descriptor === undefined ? undefined : writerOf(around.context, toNumber(descriptor.address));
  const how = found.now === undefined ? 'unmapped' : `mapped to ${hex(found.now)}`;
  const where = writer?.where ?? '';
  return [cause(`The cached translation of ${hex(found.entry.address)} is stale: the address was ${how}${where} without a TLB invalidation.`, writer?.at)];
};

/** Nobody described this StreamID. */
const unknownStream: Detective = ({ system, stream }) => {
  const { smmu, sid } = stream;
  if (system.devices.length === 0 || deviceOf(system, smmu, sid) !== undefined) return [];
  const other = system.devices.find((d) => d.smmu !== smmu && d.sids.includes(sid));
  if (other !== undefined) return [cause(`StreamID 0x${sid.toString(16)} is described for ${other.name}, which sits behind another SMMU.`, other.at)];
  const known = system.devices.flatMap((d) => (d.smmu === smmu ? d.sids.map((s) => ({ device: d, sid: s })) : []));
  const near = known.toSorted((a, b) => Math.abs(a.sid - sid) - Math.abs(b.sid - sid))[0];
  const text = `No device is described with StreamID 0x${sid.toString(16)}`;
  return [cause(near === undefined ? `${text}.` : `${text}; the nearest is ${near.device.name} with 0x${near.sid.toString(16)}.`, near?.device.at)];
};

/** The stream table is too small. */
const smallTable: Detective = ({ system, stream, code }) => {
  const table = streamTable(system.machine, stream.smmu);
  if (code !== 2 || table === undefined || table.bits >= 32 || stream.sid < 2 ** table.bits) return [];
  const device = deviceOf(system, stream.smmu, stream.sid);
  return [cause(`The stream table has ${table.bits} StreamID bits (STRTAB_BASE_CFG.LOG2SIZE): StreamIDs from 0x${(2 ** table.bits).toString(16)} on are outside.`, device?.at)];
};

/** No driver has set the stream up: its level-1 descriptor leads nowhere, or its STE still says abort. */
const notSetUp: Detective = ({ around, system, stream, code }) => {
  const device = deviceOf(system, stream.smmu, stream.sid);
  const table = streamTable(system.machine, stream.smmu);
  if (code === 2 && table !== undefined && table.isTwoLevel && stream.sid < 2 ** table.bits) {
    return [cause(`No level-2 array covers StreamID 0x${stream.sid.toString(16)}: no driver has set this stream up.`, device?.at)];
  }
  const isOn = system.machine.smmus[stream.smmu]?.parts.registers.isOn(CR0.SMMUEN) === true;
  const ste = code === 0 && isOn ? readSte(system.machine, stream.smmu, stream.sid) : undefined;
  if (ste?.config?.isAbort !== true || ste.config.broken !== null || ste.address === undefined) return [];
  const writer = writerOf(around.context, ste.address);
  const last = writer === undefined ? '' : ` It was written last${writer.where}.`;
  return [cause(`The STE says abort (Config ${ste.config.fields.Config}): no driver has attached the device, or one has detached it.${last}`, writer?.at ?? device?.at)];
};

/** What the STE, or the guest's beside the host's, explains. */
const streamConfiguration: Detective = ({ around, system, stream, code }) => {
  const guest = guestFinding(system, stream);
  const own = steFinding(system, stream, code);
  const writer = own?.ste === undefined ? undefined : writerOf(around.context, own.ste);
  return [
    ...(guest === undefined ? [] : [cause(guest.text, guest.at)]),
    ...(own === undefined ? [] : [cause(`${own.text}${writer === undefined ? '' : ` The STE was written last${writer.where}.`}`, writer?.at ?? own.at)]),
  ];
};

/** The STE or CD in memory is not valid or illegal. */
const badStructure: Detective = ({ around, code, cold }) => {
  const structure = code === 4 ? 'STE' : code === 10 ? 'CD' : undefined;
  const fetch = structure === undefined ? undefined : lastOf(cold, 'fetch', (s: Step & FetchStep) => s.structure === structure);
  if (structure === undefined || fetch === undefined) return [];
  const writer = writerOf(around.context, toNumber(fetch.address));
  if (writer !== undefined) return [cause(`The ${structure} at ${hex(fetch.address)} was written last${writer.where}.`, writer.at)];
  return fetch.words.every((w) => w === 0) ? [cause(`The ${structure} at ${hex(fetch.address)} is empty.`)] : [];
};

/** The descriptor at which the walk ended. */
const lastDescriptor: Detective = ({ around, system, stream, code, cold, isSame }) => {
  const step = lastOf(cold, 'descriptor', () => true);
  if (step === undefined || !isSame || code < 0x0b || code > 0x13) return [];
  const writer = writerOf(around.context, toNumber(step.address));
  const place = `The stage-${step.stage} level-${step.level} descriptor of ${hex(step.input)} at ${hex(step.address)}`;
  const device = deviceOf(system, stream.smmu, stream.sid);
  const domain = step.stage === 2 ? system.domains.find((d) => device !== undefined && d.name === system.ownerOf(device)) : undefined;
  const whose = domain === undefined ? '' : ` It belongs to the stage 2 of ${domain.name}.`;
  if (writer !== undefined) return [cause(`${place} (${hex(step.value)}) was written last${writer.where}.${whose}`, writer.at)];
  if (step.type !== 'invalid') return [];
  const isKnown = around.context.who !== undefined;
  return [cause(`${place} ${isKnown ? 'was never written: nothing was mapped there' : 'is not valid: nothing is mapped there'}.${whose}`, domain?.at)];
};

const NEAR = 0x20_0000;

/** What is mapped close to an address that is not. */
const nearestRange: Detective = ({ system, stream, address, code, isSame }) => {
  if (code !== 0x10 || !isSame || address === undefined || address.hi >>> 20 !== 0) return [];
  const at = toNumber(address);
  for (const stage of ['stage 1', 'stage 2'] as const) {
    const space = spaceOf(system.machine, stream, stage);
    if (typeof space === 'string') continue;
    const { ranges } = listRanges(space, Math.max(0, at - NEAR), 20);
    const near = ranges.filter((r) => r.problem === undefined && r.input - at < NEAR).toSorted((a, b) => distance(a, at) - distance(b, at))[0];
    if (near !== undefined && distance(near, at) > 0) return [cause(`The nearest mapping of ${streamText(system, stream.smmu, stream.sid)} is ${inputText(space, near.input)}, ${rangeText(near)}.`)];
    return [];
  }
  return [];
};

function distance(range: { readonly input: number; readonly size: number }, at: number): number {
  return at < range.input ? range.input - at : Math.max(0, at - (range.input + range.size) + 1);
}

const DETECTIVES: readonly Detective[] = [staleConfig, staleTranslation, unknownStream, smallTable, notSetUp, streamConfiguration, badStructure, lastDescriptor, nearestRange];
