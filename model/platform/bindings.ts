/**
 * The IOMMU bindings: which compatible strings provide translation, how many cells an `iommus`
 * specifier has for each, and what the cells mean. Facts from the kernel's binding documents and
 * drivers; a provider that is not listed is still an IOMMU when it has `#iommu-cells`, but nothing
 * is said about the meaning of its cells.
 */

/** The families that rules tell apart. `xen` is the grant-DMA pseudo IOMMU, whose cell is no StreamID. */
export type IommuKind = 'smmu-v3' | 'smmu-v2' | 'xen' | 'other';

/** What one kind of provider asks of `iommus`. */
export interface IommuBinding {
  readonly kind: IommuKind;
  /** What to call the provider: `Arm SMMUv3`. */
  readonly name: string;
  /** The compatible strings, matched exactly. */
  readonly compatibles: readonly string[];
  /** Allowed values of `#iommu-cells`; empty where nothing is known. */
  readonly cells: readonly number[];
  /** What each specifier cell is, in order. */
  readonly meaning: readonly string[];
  /** Whether the first cell identifies a stream of transactions in one number space of the instance. */
  readonly streams: boolean;
}

const MEDIATEK = ['mt2701', 'mt2712', 'mt6779', 'mt6795', 'mt8167', 'mt8173', 'mt8183', 'mt8192', 'mt8365'];
const MEDIATEK_PARTS = ['mt8186-iommu-mm', 'mt8188-iommu-infra', 'mt8188-iommu-vdo', 'mt8188-iommu-vpp',
  'mt8195-iommu-infra', 'mt8195-iommu-vdo', 'mt8195-iommu-vpp'];
const IPMMU = ['r8a7743', 'r8a7744', 'r8a7745', 'r8a774a1', 'r8a774b1', 'r8a774c0', 'r8a774e1', 'r8a7790', 'r8a7791',
  'r8a7793', 'r8a7794', 'r8a7795', 'r8a7796', 'r8a77961', 'r8a77965', 'r8a77970', 'r8a77980', 'r8a77990', 'r8a77995',
  'r8a779a0', 'r8a779f0', 'r8a779g0', 'r8a779h0', 'r8a73a4'];

const SMMU_V3_COMPATIBLES = ['arm,smmu-v3', 'nvidia,tegra264-smmu'];
const SMMU_V2_COMPATIBLES = ['arm,smmu-v1', 'arm,smmu-v2', 'arm,mmu-400', 'arm,mmu-401', 'arm,mmu-500', 'cavium,smmu-v2',
  'nvidia,smmu-500', 'qcom,smmu-v2', 'qcom,smmu-500', 'qcom,adreno-smmu', 'marvell,ap806-smmu-500'];

const one = (name: string, compatibles: readonly string[], meaning: string): IommuBinding => ({
  kind: 'other', name, compatibles, cells: [1], meaning: [meaning], streams: true,
});
const none = (name: string, compatibles: readonly string[]): IommuBinding => ({
  kind: 'other', name, compatibles, cells: [0], meaning: [], streams: false,
});

/** One row for each provider, most specific compatible first where families overlap. */
export const IOMMU_BINDINGS: readonly IommuBinding[] = [
  { kind: 'smmu-v3', name: 'Arm SMMUv3', compatibles: SMMU_V3_COMPATIBLES, cells: [1], meaning: ['StreamID'], streams: true },
  {
    kind: 'smmu-v2', name: 'Arm SMMUv2', compatibles: SMMU_V2_COMPATIBLES, cells: [1, 2],
    meaning: ['StreamID', 'SMR mask: StreamID bits to ignore'], streams: true,
  },
  { kind: 'xen', name: 'Xen grant DMA', compatibles: ['xen,grant-dma'], cells: [1], meaning: ['domain id of the back end'], streams: false },
  one('Allwinner IOMMU', ['allwinner,sun50i-h6-iommu', 'allwinner,sun50i-h616-iommu'], 'master id'),
  one('Apple DART', ['apple,dart', 'apple,t6000-dart', 'apple,t8103-dart', 'apple,t8103-usb4-dart', 'apple,t8110-dart'], 'stream id'),
  one('MediaTek M4U', [...MEDIATEK.map((soc) => `mediatek,${soc}-m4u`), ...MEDIATEK_PARTS.map((p) => `mediatek,${p}`)], 'larb and port id'),
  one('Qualcomm IOMMU', ['qcom,msm-iommu-v1', 'qcom,msm-iommu-v2', 'qcom,apq8064-iommu'], 'context id'),
  one('Renesas IPMMU', ['renesas,ipmmu-vmsa', 'renesas,rcar-gen4-ipmmu-vmsa', ...IPMMU.map((soc) => `renesas,ipmmu-${soc}`)], 'micro-TLB number'),
  one('RISC-V IOMMU', ['riscv,iommu', 'riscv,pci-iommu'], 'device id'),
  none('Rockchip IOMMU', ['rockchip,iommu', 'rockchip,rk3568-iommu']),
  none('Exynos SysMMU', ['samsung,exynos-sysmmu']),
  none('Unisoc IOMMU', ['sprd,iommu-v1']),
  none('TI OMAP IOMMU', ['ti,omap2-iommu', 'ti,omap4-iommu', 'ti,dra7-iommu', 'ti,dra7-dsp-iommu']),
  none('VeriSilicon IOMMU', ['verisilicon,iommu', 'verisilicon,iommu-1.2']),
  none('NVIDIA GART', ['nvidia,tegra20-mc']),
  one('NVIDIA Tegra SMMU', ['nvidia,tegra30-mc', 'nvidia,tegra114-mc', 'nvidia,tegra124-mc', 'nvidia,tegra132-mc', 'nvidia,tegra210-mc'], 'SWGROUP'),
  one('virtio IOMMU', ['virtio,pci-iommu', 'pci1af4,1057'], 'endpoint id'),
];

/** A provider that no row describes: its `#iommu-cells` is taken as it stands. */
export const UNKNOWN_BINDING: IommuBinding = {
  kind: 'other', name: 'IOMMU', compatibles: [], cells: [], meaning: [], streams: true,
};

const BY_COMPATIBLE: ReadonlyMap<string, IommuBinding> = new Map(
  IOMMU_BINDINGS.flatMap((binding) => binding.compatibles.map((compatible) => [compatible, binding] as const)),
);

/** Compatible strings of a whole family that name a chip before the generic one: `qcom,sm8550-smmu-500`. */
const SMMU_V2_FAMILY = /^(qcom|nvidia|marvell|cavium),[\w-]*smmu(-v2|-500)?$/;

/** The row for a list of compatible strings, the first that matches; undefined where none does. */
export function bindingOf(compatibles: readonly string[]): IommuBinding | undefined {
  for (const compatible of compatibles) {
    const exact = BY_COMPATIBLE.get(compatible);
    if (exact !== undefined) return exact;
    if (SMMU_V2_FAMILY.test(compatible)) return BY_COMPATIBLE.get('arm,smmu-v2');
  }
  return undefined;
}

/** Every compatible string of the table, for completion and for naming the nearest one to a typing error. */
export function knownCompatibles(): Iterable<string> {
  return BY_COMPATIBLE.keys();
}
