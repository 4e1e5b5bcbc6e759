/**
 * "Pass this device to a guest": the edits that give a host device to a guest in every file that
 * must say so: `xen,passthrough` in the board, `dtdev`, `irqs` and `iomem` in the configuration,
 * and a node of the partial tree, which is also offered as a whole new file.
 */
import type { TextEdit } from '../../../model/problem.ts';
import { phandlesOf } from '../../../model/devicetree/blob/phandles.ts';
import type { DtNode, DtProperty } from '../../../model/devicetree/tree/tree.ts';
import { cells, nodePath } from '../../../model/devicetree/tree/values.ts';
import { regionsOf } from '../../../model/platform/addresses.ts';
import { interruptsOf } from '../../../model/platform/interrupts.ts';
import { passthroughOf } from '../../../model/platform/guests/fragment.ts';
import { rangeOf } from '../../../model/platform/guests/system.ts';
import type { Domain, HostTree, System } from '../../../model/platform/guests/types.ts';
import type { XlGuest } from '../../../model/xl/guestConfig.ts';
import type { Action } from '../codeActions.ts';
import { hexOf } from '../markdown.ts';

const PAGE = 4096n;
const GUEST_PHANDLE_GIC = '0xfde8';

/** One action for each guest of xl that the device could be given to. */
export function passDevice(system: System, node: DtNode): Action[] {
  const { host } = system;
  if (host === undefined || node.parent === undefined || !(node.properties.has('iommus') || node.properties.has('reg'))) return [];
  return system.domains.flatMap((domain) => {
    if (domain.config === undefined || domain.devices.some((device) => device.node === node)) return [];
    const edits = [...markEdits(host, node), ...configEdits(host, domain.config, node), ...fragmentEdits(host, domain, node)];
    return [{ title: `Pass ${node.name} to ${domain.name}`, kind: 'refactor.rewrite' as const, edits, preferred: false, problem: undefined }];
  });
}

function markEdits(host: HostTree, node: DtNode): TextEdit[] {
  const last = node.definitions.at(-1);
  if (last === undefined || node.properties.has('xen,passthrough')) return [];
  const origin = host.text.origin(last.open, last.open + 1);
  if (origin.expansion !== undefined) return [];
  const at = origin.range.end;
  return [{ range: { file: origin.range.file, start: at, end: at }, text: '\n\txen,passthrough;' }];
}

function configEdits(host: HostTree, config: XlGuest, node: DtNode): TextEdit[] {
  const irqs = interruptsOf(host.tree, node).flatMap(({ gic }) => (gic?.type === 'SPI' ? [String(gic.intid)] : []));
  const iomem = regionsOf(node).flatMap(({ physical, size }) => (physical === undefined || size === 0n ? [] : [frames(physical, size)]));
  return [
    ...listEdit(config, 'dtdev', [`"${nodePath(node)}"`]),
    ...listEdit(config, 'irqs', irqs.filter((irq) => !config.irqs.some((one) => String(one.value) === irq))),
    ...listEdit(config, 'iomem', iomem),
  ];
}

function frames(start: bigint, size: bigint): string {
  const first = start / PAGE;
  return `"${hexOf(first)},${((start + size + PAGE - 1n) / PAGE - first).toString(16)}"`;
}

function listEdit(config: XlGuest, key: string, items: readonly string[]): TextEdit[] {
  if (items.length === 0) return [];
  const value = config.config.settings.get(key)?.value;
  const { path, text } = config.syntax;
  const insert = (at: number, written: string): TextEdit[] => [{ range: { file: path, start: at, end: at }, text: written }];
  if (value?.kind !== 'list') return insert(text.length, `${text.endsWith('\n') || text === '' ? '' : '\n'}${key} = [ ${items.join(', ')} ]\n`);
  const last = value.items.at(-1);
  return last === undefined ? insert(value.start + 1, ` ${items.join(', ')} `) : insert(last.end, `, ${items.join(', ')}`);
}

function fragmentEdits(host: HostTree, domain: Domain, node: DtNode): TextEdit[] {
  const tree = domain.fragment;
  const top = tree === undefined ? undefined : passthroughOf(tree);
  const open = top?.definitions[0];
  if (tree === undefined || open === undefined || open.close < 0) return [];
  const { range, expansion } = { ...tree.text.origin(open.close, open.close + 1), range: rangeOf(tree, { start: open.close, end: open.close + 1 }) };
  if (expansion !== undefined) return [];
  return [{ range: { ...range, end: range.start }, text: `\n${partialNode(host, node, domain)}\t` }];
}

/** Properties of a host node that a guest's driver needs as they are. */
const COPIED = ['compatible', 'interrupt-names', 'reg-names', 'dma-coherent', 'phy-mode', 'dr_mode'];

/** A node of a partial device tree for one host device, indented for `/passthrough`. */
export function partialNode(host: HostTree, node: DtNode, domain: Pick<Domain, 'kind' | 'vsmmu'>): string {
  const lines = COPIED.flatMap((name) => copied(host, node.properties.get(name)));
  const regions = regionsOf(node).flatMap(({ physical, size }) => (physical === undefined ? [] : [{ physical, size }]));
  if (regions.length > 0) lines.push(`reg = ${regions.map(({ physical, size }) => `<${pair(physical)} ${pair(size)}>`).join(', ')};`);
  const interrupts = interruptsOf(host.tree, node).flatMap(({ gic }) => (gic?.type === 'SPI' ? [`<0 ${gic.number} ${gic.trigger}>`] : []));
  if (interrupts.length > 0) lines.push(`interrupt-parent = <${domain.kind === 'xl' ? GUEST_PHANDLE_GIC : '&gic'}>;`, `interrupts = ${interrupts.join(', ')};`);
  if (domain.vsmmu !== undefined) lines.push(...copied(host, node.properties.get('iommus')));
  if (domain.kind !== 'xl') {
    if (regions.length > 0) lines.push(`xen,reg = ${regions.map(({ physical, size }) => `<${pair(physical)} ${pair(size)} ${pair(physical)}>`).join(', ')};`);
    lines.push(`xen,path = "${nodePath(node)}";`);
  }
  return `\t\t${node.name} {\n${lines.map((line) => `\t\t\t${line}\n`).join('')}\t\t};\n`;
}

function pair(value: bigint): string {
  return `${hexOf(value >> 32n)} ${hexOf(value & 0xffff_ffffn)}`;
}

/** A property as text: strings and flags as written, cells by their values, references as the phandle that dtc gives them. */
function copied(host: HostTree, property: DtProperty | undefined): string[] {
  if (property === undefined) return [];
  if (!property.syntax.hasValue) return [`${property.name};`];
  const { values } = property.syntax;
  if (values.every((value) => value.kind === 'string')) return [`${property.name} = ${values.map((value) => `"${value.value}"`).join(', ')};`];
  const phandles = phandlesOf(host.tree);
  const numbers = cells(property).map((cell) => hexOf(cell.target === undefined ? cell.value : phandles.get(cell.target) ?? 0));
  return numbers.length === 0 ? [] : [`${property.name} = <${numbers.join(' ')}>;`];
}

/** A whole partial device tree of some host devices. */
export function partialTree(host: HostTree, nodes: readonly DtNode[], domain: Pick<Domain, 'kind' | 'vsmmu'>): string {
  const gic = domain.kind === 'xl' ? '' : '\tgic: gic {\n\t\t#address-cells = <0>;\n\t\t#interrupt-cells = <3>;\n\t\tinterrupt-controller;\n\t};\n\n';
  const bus = '\t\tcompatible = "simple-bus";\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n';
  const devices = nodes.map((node) => `\n${partialNode(host, node, domain)}`).join('');
  return `/dts-v1/;\n\n/ {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n\n${gic}\tpassthrough {\n${bus}${devices}\t};\n};\n`;
}
