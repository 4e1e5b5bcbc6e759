/**
 * Whose a StreamID is, by a board's device tree: the nodes that use it and, behind a PCI host, the
 * function. An SMMU is known by its path, or by the name that Linux gives its device.
 */
import { PlatformContext } from '../model/platform/context.ts';
import { platform } from '../model/platform/platform.ts';
import type { Iommu, StreamUse } from '../model/platform/types.ts';
import { streamId } from '../model/platform/units.ts';
import type { Compiler } from './compiler.ts';

/** Names the users of a StreamID; `smmu` is how a log names the SMMU, undefined where it does not. */
export type StreamNames = (sid: number, smmu: string | undefined) => string[];

/** `9050000.smmuv3` of a log against `/soc/smmuv3@9050000`; Xen prints the path itself. */
function isNamed(iommu: Iommu, name: string): boolean {
  if (name === iommu.path) return true;
  const [unit = '', node] = name.split(/\.(.*)/s);
  const [nodeName = '', address = ''] = iommu.path.slice(iommu.path.lastIndexOf('/') + 1).split('@');
  return address !== '' && unit.toLowerCase() === address.toLowerCase() && node === nodeName;
}

function pciFunction(use: StreamUse, sid: number): string {
  if (use.rids === undefined || use.id === undefined) return '';
  const rid = use.rids.first + (sid - use.id);
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `, function ${hex((rid >> 8) & 0xff, 2)}:${hex((rid >> 3) & 31, 2)}.${rid & 7}`;
}

/** Reads a board and answers by StreamID. */
export function streamNames(path: string, compiler: Compiler): StreamNames {
  const { tree, expanded } = compiler.compile(path);
  const context = new PlatformContext(platform(tree), expanded);
  const { iommus } = context.platform;
  return (sid, smmu) => {
    const named = smmu === undefined ? [] : iommus.filter((i) => isNamed(i, smmu));
    const candidates = named.length > 0 ? named : iommus;
    const uses = candidates.flatMap((iommu) => context.indexOf(iommu).users(streamId(sid)));
    return uses.map((use) => {
      const where = candidates.length > 1 ? ` behind ${use.iommu.path}` : '';
      return `${use.master.path}${pciFunction(use, sid)}${use.master.enabled ? '' : ' (disabled)'}${where}`;
    });
  };
}
