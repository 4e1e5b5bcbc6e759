/**
 * What runs above the SMMUs: domains with their memory and what their stage 2 lets devices reach, the
 * profile, costs, console and isolation; and guest entries beside the host's.
 */
import { hex } from '../../emulator/bits/u64.ts';
import { COST_NAMES, type CostName } from '../../emulator/hypervisor/costs.ts';
import type { ComparedField } from '../../emulator/hypervisor/compare.ts';
import type { System, SystemDevice, SystemDomain } from '../system/system.ts';
import { group, leaf, paged, type VariableNode } from './node.ts';
import { fieldName, type NumberReader } from './structure.ts';
import { rangeNodes } from './tableNodes.ts';
import { virtualSmmuNodes } from './virtualSmmu.ts';

/** Owned ranges that are shown for a domain. */
const MOST_RANGES = 200;

function sizeText(bytes: number): string {
  return bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}M` : bytes % 1024 === 0 ? `${bytes / 1024}K` : `${bytes}`;
}

function at(node: { readonly at: SystemDevice['at'] }): { readonly from?: NonNullable<SystemDevice['at']> } {
  return node.at === undefined ? {} : { from: node.at };
}

function domainNode(system: System, domain: SystemDomain, read: NumberReader): VariableNode {
  const devices = system.devices.filter((d) => system.ownerOf(d) === domain.name);
  const owner = system.ownerNames.get(domain.name) ?? domain.name;
  const owned = system.machine.owners.ranges.filter((r) => r.owner === owner);
  const total = owned.reduce((sum, r) => sum + r.size, 0);
  const names = devices.map((d) => d.name).join(', ');
  return group(domain.name, `${domain.kind}${names === '' ? '' : `, ${names}`}`, () => [
    group('memory', `${sizeText(total)} in ${owned.length === 1 ? '1 range' : `${owned.length} ranges`}`, () => [
      ...owned.slice(0, MOST_RANGES).map((r) => leaf(`0x${r.base.toString(16)}`, sizeText(r.size), { memory: r.base })),
      ...(owned.length > MOST_RANGES ? [leaf('...', `${owned.length - MOST_RANGES} more ranges`)] : []),
    ]),
    ...devices.map((device) => deviceNode(system, device)),
    ...virtualSmmuNodes(system, domain.name, read),
  ], at(domain));
}

function deviceNode(system: System, device: SystemDevice): VariableNode {
  const { smmu } = device;
  if (smmu === undefined) return leaf(device.name, 'no SMMU in front of it: reaches all memory', at(device));
  const sids = device.sids.map((s) => `0x${s.toString(16)}`).join(', ');
  const functions = device.requesters.map((r) => leaf('functions', `${r.count} Requester IDs from 0x${r.rid.toString(16)}: StreamIDs from 0x${r.sid.toString(16)}`));
  return group(device.name, `StreamID ${sids}`, () => [...functions, ...device.sids.map((sid) => (
    group(`stage 2 of 0x${sid.toString(16)}`, 'what the device may reach', () => rangeNodes(system, { smmu, sid, ssid: undefined }, 'stage 2'), { isLazy: true })
  ))], at(device));
}

/** The hypervisor, and the domains above it. */
export function hypervisorNodes(system: System, read: NumberReader): VariableNode[] {
  const { hypervisor } = system;
  const domains = group('domains', `${system.domains.length}`, () => system.domains.map((d) => domainNode(system, d, read)));
  if (hypervisor === undefined) return system.domains.length === 0 ? [] : [domains];
  const { runtime } = hypervisor;
  const { violations } = runtime.monitor;
  return [
    leaf('model', `${hypervisor.name}, profile ${hypervisor.profile}`),
    ...(runtime.crash === undefined ? [] : [leaf('stopped', runtime.crash)]),
    domains,
    group('isolation', violations.length === 0 ? 'kept' : violations.length === 1 ? '1 violation' : `${violations.length} violations`, () => violations.slice(-MOST_RANGES).map((v, i) => leaf(`[${Math.max(0, violations.length - MOST_RANGES) + i}]`, v.sentence, { memory: v.address }))),
    group('costs', costText(runtime.costs.table), () => (Object.keys(COST_NAMES) as CostName[]).map((name) => leaf(name, String(runtime.costs.get(name)), { type: COST_NAMES[name] }))),
    paged('console', runtime.log.length === 1 ? '1 line' : `${runtime.log.length} lines`, {
      count: runtime.log.length, at: (i) => leaf(`[${i}]`, runtime.log[i]?.text ?? '', { type: runtime.log[i]?.actor ?? '' }),
    }),
  ];
}

function costText(table: Readonly<Record<CostName, number>>): string {
  return `${table.traps} traps, ${table.hypercalls} hypercalls, ${table.commands} commands`;
}

const VERDICTS: Readonly<Record<ComparedField['verdict'], string>> = {
  same: 'same', merged: 'merged from the guest', host: "the host's own", dropped: "the guest's wish was dropped", differs: 'DIFFERS',
};

function comparedNode(f: ComparedField): VariableNode {
  return leaf(fieldName(f.field), `guest ${hex(f.guest)}, host ${hex(f.host)}: ${VERDICTS[f.verdict]}`, { type: f.field.text });
}

/** The guest's STE of each nested device beside the host's. */
export function guestHostNodes(system: System): VariableNode[] {
  return system.devices.flatMap((device) => {
    const comparison = system.compare(device);
    if (comparison === undefined) return [];
    return group(device.name, comparison.sentence, () => comparison.fields.map(comparedNode), at(device));
  });
}
