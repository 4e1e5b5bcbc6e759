/**
 * A board as a description: the SMMUs, masters with their StreamIDs, and memory of a host device tree.
 * A tree does not say what an SMMU can do; ID registers are those of a preset, wide enough for the
 * streams that are used, and can be changed by a line of the scenario.
 */
import { compileSteps } from '../../../model/devicetree/compile.ts';
import { findIncludeRoots } from '../../../model/devicetree/roots.ts';
import type { DtNode } from '../../../model/devicetree/tree/tree.ts';
import { regionsOf } from '../../../model/platform/addresses.ts';
import { nameSpan, PlatformContext } from '../../../model/platform/context.ts';
import { hostTree } from '../../../model/platform/guests/host.ts';
import type { HostTree } from '../../../model/platform/guests/types.ts';
import { platformSteps } from '../../../model/platform/platform.ts';
import type { Iommu, Master, StreamUse } from '../../../model/platform/types.ts';
import { isAvailable, stringsOf } from '../../../model/platform/values.ts';
import type { Problem } from '../../../model/problem.ts';
import { PRESETS, type PresetName } from '../../../emulator/idr/presets.ts';
import type { IdRegisters } from '../../../emulator/idr/features.ts';
import { registerNamed } from '../../../emulator/fields/registers.ts';
import { fieldNamed, getField, setField } from '../../../emulator/fields/layout.ts';
import type { ScenarioFiles } from '../../scenario/program.ts';
import type { DescribedDevice, DescribedMemory, DescribedSmmu } from '../description.ts';
import { namesOf, unambiguous } from '../../scenario/nodeNames.ts';

/** What a board says. */
export interface Board {
  readonly smmus: readonly DescribedSmmu[];
  readonly devices: readonly DescribedDevice[];
  readonly memory: readonly DescribedMemory[];
  readonly reserved: readonly { readonly base: number; readonly size: number }[];
}

/** How a source is compiled beside what its place says. */
export interface TreeOptions {
  readonly includeRoots: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
}

const PLAIN: TreeOptions = { includeRoots: [], defines: {} };
const ADDRESS_SPACE = 2n ** 52n;

/** ID registers by `compatible`; anything else that is an SMMUv3 has everything that the emulator models. */
const MODELS: Readonly<Record<string, PresetName>> = { 'nvidia,tegra264-smmu': 'mmu-700' };
const ANY_MODEL: PresetName = 'v3.3-full';

/** Compiles a device tree, in slices; its errors are problems. */
export function* compileTreeSteps(path: string, files: ScenarioFiles, options: TreeOptions = PLAIN): Generator<void, { readonly tree: HostTree; readonly problems: readonly Problem[] }> {
  const includeRoots = [...options.includeRoots, ...findIncludeRoots(path, (p) => files.readText(p) !== undefined)];
  const compilation = yield* compileSteps(path, files, { includeRoots, defines: options.defines });
  const platform = yield* platformSteps(compilation.tree);
  const tree = hostTree(compilation, new PlatformContext(platform, compilation.expanded));
  return { tree, problems: compilation.problems.filter((p) => p.level === 'error') };
}

/** Reads a board. */
export function boardOf(host: HostTree): Board {
  const { context } = host;
  const iommus = context.platform.iommus.filter((iommu) => iommu.binding.kind === 'smmu-v3' && iommu.enabled);
  const masters = context.platform.masters.filter((master) => master.enabled);
  return {
    smmus: unambiguous(iommus.map((iommu) => smmuOf(iommu, context))),
    devices: unambiguous(masters.flatMap((master) => devicesOf(master, iommus, context))),
    memory: memoryOf(host.tree.root),
    reserved: [...(host.tree.root.children.get('reserved-memory')?.children.values() ?? [])].flatMap(rangesOf),
  };
}

function smmuOf(iommu: Iommu, context: PlatformContext): DescribedSmmu {
  const { node } = iommu;
  const model = stringsOf(node.properties.get('compatible')).map((word) => MODELS[word]).find((m) => m !== undefined) ?? ANY_MODEL;
  const last = Math.max(0, ...context.usesOf(iommu).map((use) => (use.id ?? 0) + use.count - 1));
  return {
    ...namesOf(node), base: rangesOf(node)[0]?.base, ids: wideEnough(PRESETS[model], last), at: context.range(nameSpan(node)),
  };
}

/** ID registers whose stream table can hold a StreamID. */
function wideEnough(ids: IdRegisters, sid: number): IdRegisters {
  const layout = registerNamed('IDR1')?.layout;
  const field = layout === undefined ? undefined : fieldNamed(layout, 'SIDSIZE');
  const needed = Math.ceil(Math.log2(sid + 1));
  if (field === undefined || getField([ids.IDR1], field).lo >= needed) return ids;
  const words = Uint32Array.of(ids.IDR1);
  setField(words, field, { hi: 0, lo: needed });
  return { ...ids, IDR1: words[0] ?? ids.IDR1 };
}

/** A master as devices: one for each SMMU that it is behind, which is one but for odd boards. */
function devicesOf(master: Master, iommus: readonly Iommu[], context: PlatformContext): DescribedDevice[] {
  const behind = iommus.filter((iommu) => master.uses.some((use) => use.iommu === iommu && use.id !== undefined));
  return behind.map((iommu, n) => {
    const uses = master.uses.filter((use) => use.iommu === iommu && use.id !== undefined);
    const single = uses.filter((use) => use.via === 'iommus');
    const first = uses[0];
    const suffix = n === 0 ? '' : `:${n}`;
    return {
      ...namesOf(master.node, suffix), smmu: iommus.indexOf(iommu),
      sids: (single.length > 0 ? single : uses.slice(0, 1)).map((use) => use.id ?? 0), requesters: uses.filter((use) => use.via === 'iommu-map').map(requesterOf),
      domain: undefined, at: first === undefined ? undefined : context.range(first.span), node: context.range(nameSpan(master.node)),
    };
  });
}

function requesterOf(use: StreamUse): DescribedDevice['requesters'][number] {
  return { rid: use.rids?.first ?? 0, count: use.count, sid: use.id ?? 0 };
}

function memoryOf(root: DtNode): DescribedMemory[] {
  const nodes = [...root.children.values()].filter((node) => stringsOf(node.properties.get('device_type'))[0] === 'memory' && isAvailable(node));
  return nodes.flatMap((node) => rangesOf(node).map((range, i) => ({ name: i === 0 ? node.name : `${node.name}:${i}`, ...range, owner: undefined })));
}

/** The physical ranges of a node's `reg`, as far as they are below 2^52. */
function rangesOf(node: DtNode): { readonly base: number; readonly size: number }[] {
  return regionsOf(node).flatMap(({ physical, size }) => {
    const base = physical === undefined ? undefined : BigInt(physical);
    if (base === undefined || size <= 0n || base + size > ADDRESS_SPACE) return [];
    return [{ base: Number(base), size: Number(size) }];
  });
}
