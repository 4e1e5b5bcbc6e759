/**
 * Which keys an xl understands. Upstream knows the table of `keys.ts`; the vSMMU series and
 * product layers know more. A dialect is chosen by a setting, by a project file, or by a comment
 * `# vsmmu: dialect=NAME` in the file.
 */
import { XL_KEYS, type XlKey } from './keys.ts';
import type { XlSyntax } from './syntax.ts';

/** The dialects on offer. */
export type XlDialectName = 'upstream' | 'viommu-v3' | 'viommu-next' | 'amd-4.17';

/** One dialect: what it is, and how its virtual SMMU looks to a guest. */
export interface XlDialect {
  readonly name: XlDialectName;
  readonly description: string;
  /** Keys beyond upstream's. */
  readonly extraKeys: readonly XlKey[];
  /** The virtual SMMU that the dialect's hypervisor gives a guest, undefined where there is none. */
  readonly vsmmu: VsmmuProfile | undefined;
}

/** What the guest sees of its virtual SMMU, from the fact sheet of the series. */
export interface VsmmuProfile {
  /** `GUEST_VSMMUV3_BASE` and `GUEST_VSMMUV3_SIZE`, guest physical bytes. */
  readonly base: number;
  readonly size: number;
  /** `GUEST_VSMMU_SPI`: the interrupt id, an SPI number plus 32. */
  readonly interrupt: number;
  /** `GUEST_PHANDLE_VSMMUV3`. */
  readonly phandle: number;
  /** False where vSID equals pSID. */
  readonly mapsStreamIds: boolean;
}

const VIOMMU = XL_KEYS.filter((key) => key.key === 'viommu');
const UPSTREAM_KEYS = XL_KEYS.filter((key) => key.key !== 'viommu');
const VSMMU = { base: 0x0404_0000, size: 0x4_0000, interrupt: 33 };

/** Xen 4.23-unstable: each other dialect adds a virtual IOMMU. */
export const UPSTREAM: XlDialect = {
  name: 'upstream', description: 'Xen master: no virtual IOMMU on Arm', extraKeys: [], vsmmu: undefined,
};

/** Every dialect, upstream first. */
export const XL_DIALECTS: readonly XlDialect[] = [
  UPSTREAM,
  {
    name: 'viommu-v3', description: 'the vSMMUv3 series as posted on 31 Mar 2026 (v3)',
    extraKeys: VIOMMU, vsmmu: { ...VSMMU, phandle: 65002, mapsStreamIds: true },
  },
  {
    name: 'viommu-next', description: 'the vSMMUv3 series as it is being reworked after review (unposted)',
    extraKeys: VIOMMU, vsmmu: { ...VSMMU, phandle: 65003, mapsStreamIds: true },
  },
  {
    name: 'amd-4.17', description: 'the vendor branch xlnx_rebase_4.17, derived from the RFC',
    extraKeys: VIOMMU, vsmmu: { ...VSMMU, phandle: 65002, mapsStreamIds: false },
  },
];

/** A dialect by name; undefined for any other word. */
export function dialectByName(name: string): XlDialect | undefined {
  return XL_DIALECTS.find((dialect) => dialect.name === name);
}

const DIALECT_COMMENT = /vsmmu:\s*dialect\s*=\s*([\w.-]+)/;

/** The word after `# vsmmu: dialect=` in a file's comments, known or not. */
export function dialectComment(syntax: XlSyntax): { readonly name: string; readonly start: number; readonly end: number } | undefined {
  for (const comment of syntax.comments) {
    const found = DIALECT_COMMENT.exec(syntax.text.slice(comment.start, comment.end));
    const name = found?.[1];
    if (found !== null && name !== undefined) {
      const start = comment.start + found.index + found[0].length - name.length;
      return { name, start, end: start + name.length };
    }
  }
  return undefined;
}

/** The keys that a dialect reads, by name, with the user's own extra names as plain strings. */
export function keysOf(dialect: XlDialect, extraKeys: readonly string[] = []): ReadonlyMap<string, XlKey> {
  const own = extraKeys.map((key): XlKey => ({
    key, type: 'string', values: 'as your toolstack defines it', arm: 'yes',
    description: 'A key of your own toolstack, from the setting `vsmmu.xl.extraKeys`.', section: 'extra', reader: 'string',
  }));
  return new Map([...own, ...UPSTREAM_KEYS, ...dialect.extraKeys].map((key) => [key.key, key]));
}
