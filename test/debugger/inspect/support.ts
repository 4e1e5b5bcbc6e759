/** Systems to look at: a rig of the emulator's tests dressed as one, and scenarios that ran. */
import type { Inspector } from '../../../debugger/inspect/inspector.ts';
import type { VariableNode } from '../../../debugger/inspect/node.ts';
import type { System, SystemDevice, SystemDomain } from '../../../debugger/system/system.ts';
import type { Rig } from '../../emulator/rig.ts';

export interface RigSystemOptions {
  readonly devices?: readonly Partial<SystemDevice>[];
  readonly domains?: readonly SystemDomain[];
  readonly owners?: Readonly<Record<string, string>>;
}

/** A system around a rig: one SMMU `smmu0`, and the devices that are given. Only what inspectors use. */
export function rigSystem(rig: Rig, options: RigSystemOptions = {}): System {
  const devices = (options.devices ?? []).map((d): SystemDevice => ({ name: 'dev', aliases: [], smmu: 0, sids: [8], requesters: [], at: undefined, node: undefined, ...d }));
  return {
    kind: 'native', machine: rig.machine, hypervisor: undefined, devices, domains: options.domains ?? [], ownerNames: new Map<string, string>(),
    smmus: rig.machine.smmus.map((_, index) => ({ name: `smmu${index}`, aliases: [], index, base: undefined, at: undefined })),
    ownerOf: (device: SystemDevice) => options.owners?.[device.name], compare: () => undefined,
  } as Partial<System> as System;
}

/** The node below some nodes by names, with `[bits]` left out. */
export function find(nodes: readonly VariableNode[], ...path: readonly string[]): VariableNode | undefined {
  const [first, ...rest] = path;
  const node = nodes.find((n) => n.name === first || n.name.replace(/ \[[\d:]+\]$/, '') === first);
  if (node === undefined || rest.length === 0) return node;
  return find(node.children?.() ?? [], ...rest);
}

/** The node in a scope of an inspector. */
export function seen(inspector: Inspector, ...path: readonly string[]): VariableNode {
  const node = find(inspector.scopes(), ...path);
  if (node === undefined) throw new Error(`no ${path.join(' > ')}`);
  return node;
}

/** A tree as lines, to a depth; at most some children of each node. */
export function lines(nodes: readonly VariableNode[], depth = 1, indent = ''): string[] {
  return nodes.flatMap((n) => [`${indent}${n.name}: ${n.value}`, ...(depth > 1 ? lines(n.children?.(0, 8) ?? [], depth - 1, `${indent}  `) : [])]);
}

/** The value of an expression as text, or why it has none. */
export function shown(inspector: Inspector, text: string): string {
  const result = inspector.evaluate(text);
  return result.ok ? result.node.value : `${result.message} @${text.slice(result.at.start, result.at.end)}`;
}
