/**
 * The scopes of a stack frame: everything that there is to see of a system at one moment. Scopes that
 * are about a stream show that of the frame; without one they list the streams that there are.
 */
import { CD, L1CD } from '../../emulator/fields/cd.ts';
import { L1STD, STE } from '../../emulator/fields/ste.ts';
import { cacheNodes } from './caches.ts';
import { changeNodes } from './changes.ts';
import type { InspectedStream } from './context.ts';
import type { Surroundings } from './functions.ts';
import { guestHostNodes, hypervisorNodes } from './hypervisorNodes.ts';
import { deviceOf } from '../system/names.ts';
import { smmuName, streamText } from './machineNames.ts';
import { group, leaf, type VariableNode } from './node.ts';
import { queueNode, type QueueName } from './queues.ts';
import { registerGroups } from './registers.ts';
import { readCd, readSte, type Found } from './streams.ts';
import { fieldNodes, structureNode, summary, type NumberReader } from './structure.ts';
import { knownStreams } from './symbols.ts';
import { tableNodes } from './tableNodes.ts';
import { descriptorNodes, lastTransaction, transactionNodes, walkNodes } from './transaction.ts';

/** What scopes are made of. */
export interface ScopeParts extends Surroundings {
  readonly read: NumberReader;
}

/** The stream that the moment is about. */
export function presentStream({ context }: Surroundings): InspectedStream | undefined {
  if (context.stream !== undefined) return context.stream;
  const { start } = lastTransaction(context.steps ?? []);
  return start === undefined ? undefined : { smmu: start.smmu, sid: start.sid, ssid: start.ssid };
}

/** The scopes, most particular first. Empty ones are left out. */
export function scopesOf(parts: ScopeParts): VariableNode[] {
  const { system, context, symbols, read } = parts;
  const steps = context.steps ?? [];
  const changes = context.changes?.() ?? [];
  const scopes = [
    group('Transaction', '', () => transactionNodes(system, steps)),
    group('Walk', '', () => walkNodes(system, steps, read)),
    group('STE', '', () => steNodes(parts)),
    group('CD', '', () => cdNodes(parts)),
    group('Descriptors', '', () => descriptorScope(parts)),
    ...queueScopes(parts),
    group('TLB and caches', '', () => eachSmmu(parts, (smmu) => {
      const view = parts.caches(smmu);
      return view === undefined ? [] : cacheNodes(system, smmu, view);
    }), { isLazy: true }),
    group('Registers', '', () => eachSmmu(parts, (smmu) => registerGroups(system, smmu, read))),
    group('Guest against host', '', () => guestHostNodes(system), { isLazy: true }),
    group('Hypervisor', '', () => hypervisorNodes(system, read), { isLazy: true }),
    group('Changes in this step', '', () => changeNodes(system, symbols, changes)),
  ];
  const isEmpty: Readonly<Record<string, boolean>> = {
    Transaction: lastTransaction(steps).start === undefined, Walk: lastTransaction(steps).start === undefined, 'Changes in this step': changes.length === 0,
    'Guest against host': system.hypervisor === undefined, Hypervisor: system.hypervisor === undefined && system.domains.length === 0,
  };
  return scopes.filter((s) => isEmpty[s.name] !== true);
}

/** Nodes of every SMMU: side by side where there is one, else below its name. */
function eachSmmu({ system }: Surroundings, nodes: (smmu: number) => readonly VariableNode[]): VariableNode[] {
  const indexes = [...system.machine.smmus.keys()];
  if (indexes.length === 1) return [...nodes(0)];
  return indexes.map((i) => group(smmuName(system, i), '', () => nodes(i)));
}

const QUEUE_SCOPES: readonly { readonly name: QueueName; readonly title: string }[] = [
  { name: 'cmdq', title: 'Command queue' }, { name: 'evtq', title: 'Event queue' }, { name: 'priq', title: 'PRI queue' },
];

function queueScopes(parts: ScopeParts): VariableNode[] {
  const { system, read } = parts;
  return QUEUE_SCOPES.map(({ name, title }) => group(title, '', () => {
    const nodes = [...system.machine.smmus.keys()].flatMap((i) => queueNode(system, i, name, read) ?? []);
    if (nodes.length === 1) return [leaf('state', nodes[0]?.value ?? ''), ...(nodes[0]?.children?.() ?? [])];
    return nodes.map((n, i) => ({ ...n, name: smmuName(system, i) }));
  }));
}

function foundNodes(found: Found<unknown>, names: { readonly structure: 'STE' | 'CD'; readonly expression: string }, read: NumberReader): VariableNode[] {
  const nodes: VariableNode[] = [];
  if (found.problem !== undefined) nodes.push(leaf('problem', found.problem));
  if (found.level1 !== undefined) {
    const { name, address, words } = found.level1;
    nodes.push(structureNode(name, { layout: name === 'L1STD' ? L1STD : L1CD, words, place: { kind: 'memory', address } }, read));
  }
  if (found.words === undefined || found.address === undefined) return nodes;
  const structure = { layout: names.structure === 'STE' ? STE : CD, words: found.words, place: { kind: 'memory', address: found.address } } as const;
  return [...nodes, leaf('address', `0x${found.address.toString(16)}`, { memory: found.address, type: structure.layout.text }), ...fieldNodes(structure, read, names.expression)];
}

function steNodes(parts: ScopeParts): VariableNode[] {
  const stream = presentStream(parts);
  if (stream !== undefined) return steOf(parts, stream);
  return eachSmmu(parts, (smmu) => knownStreams(parts.system, smmu).map((sid) => streamNode(parts, { smmu, sid, ssid: undefined })));
}

function streamNode(parts: ScopeParts, stream: InspectedStream): VariableNode {
  const { system } = parts;
  const found = readSte(system.machine, stream.smmu, stream.sid);
  const value = found.words === undefined ? (found.problem ?? '') : summary({ layout: STE, words: found.words });
  const device = deviceOf(system, stream.smmu, stream.sid);
  return group(streamText(system, stream.smmu, stream.sid), value, () => steOf(parts, stream), device?.at === undefined ? {} : { from: device.at });
}

function steOf(parts: ScopeParts, { smmu, sid }: InspectedStream): VariableNode[] {
  const { system, read, caches } = parts;
  const stale = caches(smmu)?.staleConfig('STE', sid, 0);
  const expression = `ste(${JSON.stringify(smmuName(system, smmu))}, 0x${sid.toString(16)})`;
  const nodes = foundNodes(readSte(system.machine, smmu, sid), { structure: 'STE', expression }, read);
  const device = deviceOf(system, smmu, sid);
  return [
    leaf('stream', streamText(system, smmu, sid), device?.at === undefined ? {} : { from: device.at }),
    ...(stale === undefined ? [] : [leaf('STALE', stale)]), ...nodes,
  ];
}

/** CDs that are listed for a stream with substreams. */
const MOST_CDS = 64;

function cdNodes(parts: ScopeParts): VariableNode[] {
  const stream = presentStream(parts);
  if (stream !== undefined) return cdOf(parts, stream, stream.ssid ?? 0);
  return eachSmmu(parts, (smmu) => knownStreams(parts.system, smmu).flatMap((sid) => {
    const ste = readSte(parts.system.machine, smmu, sid);
    if (ste.config?.stage1 !== true) return [];
    const count = Math.min(2 ** ste.config.cdMax, MOST_CDS);
    return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
      const found = readCd(parts.system.machine, { smmu, sid }, index);
      const name = `CD ${index} of ${streamText(parts.system, smmu, sid)}`;
      if (found.words === undefined) return found.problem === undefined || index > 0 ? [] : leaf(name, found.problem);
      if (count > 1 && found.words.every((w) => w === 0)) return [];
      return group(name, summary({ layout: CD, words: found.words }), () => cdOf(parts, { smmu, sid, ssid: undefined }, index));
    });
  }));
}

function cdOf(parts: ScopeParts, { smmu, sid }: InspectedStream, index: number): VariableNode[] {
  const { system, read, caches } = parts;
  const stale = caches(smmu)?.staleConfig('CD', sid, index);
  const expression = `cd(${JSON.stringify(smmuName(system, smmu))}, 0x${sid.toString(16)}, ${index})`;
  return [...(stale === undefined ? [] : [leaf('STALE', stale)]), ...foundNodes(readCd(system.machine, { smmu, sid }, index), { structure: 'CD', expression }, read)];
}

function descriptorScope(parts: ScopeParts): VariableNode[] {
  const { system, context, read } = parts;
  const stream = presentStream(parts);
  if (stream !== undefined) return [...descriptorNodes(context.steps ?? [], read), ...tableNodes(system, stream)];
  return eachSmmu(parts, (smmu) => knownStreams(system, smmu).flatMap((sid) => {
    const tables = tableNodes(system, { smmu, sid, ssid: undefined });
    return tables.length === 0 ? [] : group(streamText(system, smmu, sid), 'translation tables', () => tables);
  }));
}
