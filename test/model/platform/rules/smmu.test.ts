import { describe, expect, it } from 'vitest';
import { boardOf, findings } from '../board.ts';
import { check, type Fixture, table } from './check.ts';

/** An SMMUv3 of its own, so that a property can be left out. */
const v3 = (content: string): string => `iommu@2c000000 { compatible = "arm,smmu-v3"; ${content} };`;
const REG = 'reg = <0x0 0x2c000000 0x0 0x20000>;';
const CELLS = '#iommu-cells = <1>;';
const IRQS = 'interrupts = <0 90 1>, <0 91 1>; interrupt-names = "eventq", "gerror";';

const FIXTURES: readonly Fixture[] = [
  ['a plain SMMUv3', v3(`${REG} ${CELLS} ${IRQS}`)],
  ['all four interrupts', v3(`${REG} ${CELLS} interrupts = <0 90 1>, <0 91 1>, <0 92 1>, <0 93 1>; interrupt-names = "eventq", "gerror", "priq", "cmdq-sync";`)],
  ['a combined interrupt', v3(`${REG} ${CELLS} interrupts = <0 90 1>; interrupt-names = "combined";`)],
  ['a combined interrupt among others', v3(`${REG} ${CELLS} interrupts = <0 90 1>, <0 91 1>; interrupt-names = "combined", "gerror";`), 'warning smmu-interrupt-names: interrupt-names = "combined", "gerror";'],
  ['messages and no wires', `/ { ${v3(`${REG} ${CELLS} msi-parent = <&its 0x0>;`)} };`],
  ['neither messages nor wires', v3(`${REG} ${CELLS}`), 'warning smmu-interrupt-missing: iommu@2c000000'],
  ['neither, disabled', v3(`status = "disabled"; ${REG} ${CELLS}`)],
  ['interrupts without names', v3(`${REG} ${CELLS} interrupts = <0 90 1>, <0 91 1>;`), 'warning smmu-interrupt-missing: iommu@2c000000'],
  ['no gerror beside messages', v3(`${REG} ${CELLS} msi-parent = <&its 0x0>; interrupts = <0 90 1>; interrupt-names = "eventq";`), 'information smmu-interrupt-missing: interrupt-names'],
  ['names without interrupts', v3(`${REG} ${CELLS} interrupt-names = "eventq", "gerror";`),
    'error smmu-interrupt-names: interrupt-names', 'warning smmu-interrupt-missing: interrupt-names'],
  ['more names than interrupts', v3(`${REG} ${CELLS} interrupts = <0 90 1>, <0 91 1>; interrupt-names = "eventq", "gerror", "priq";`), 'error smmu-interrupt-names: interrupt-names'],
  ['a name twice', v3(`${REG} ${CELLS} interrupts = <0 90 1>, <0 91 1>, <0 92 1>; interrupt-names = "eventq", "gerror", "eventq";`), 'warning smmu-interrupt-names: "eventq"'],
  ['interrupts of a controller that is not described', `/ { mbigen: mbigen { interrupt-controller; }; ${v3(`interrupt-parent = <&mbigen>; ${REG} ${CELLS} ${IRQS}`)} };`],
  ['level-sensitive interrupts', v3(`${REG} ${CELLS} interrupts = <0 90 4>, <0 91 1>; interrupt-names = "eventq", "gerror";`), 'information smmu-interrupt-trigger: 4'],
  ['an interrupt of another SMMU', `&smmu { status = "okay"; };\n/ { ${v3(`${REG} ${CELLS} interrupts = <0 74 1>, <0 91 1>; interrupt-names = "eventq", "gerror";`)} };`, 'warning smmu-interrupt-shared: 0 74 1'],
  ['no #iommu-cells', v3(`${REG} ${IRQS}`), 'error iommu-cells: iommu@2c000000'],
  ['no #iommu-cells, disabled', v3(`status = "disabled"; ${REG} ${IRQS}`), 'warning iommu-cells: iommu@2c000000'],
  ['#iommu-cells of two cells', v3(`${REG} ${IRQS} #iommu-cells = <1 1>;`), 'error iommu-cells: #iommu-cells = <1 1>;'],
  ['no #iommu-cells, and a master that names it', `/ { x: ${v3(`${REG} ${IRQS}`)} dma@a0000 { iommus = <&x 0x10>; }; };`, 'error iommu-cells: iommu@2c000000'],
  ['three cells for SMMUv2', '&smmu_v2 { #iommu-cells = <3>; };', 'error iommu-cells: #iommu-cells = <3>;'],
  ['a cell for a Rockchip IOMMU', 'iommu@a0000 { compatible = "rockchip,iommu"; #iommu-cells = <1>; };', 'warning iommu-cells: #iommu-cells = <1>;'],
  ['any number of cells for an unknown IOMMU', 'iommu@a0000 { compatible = "vendor,thing"; #iommu-cells = <4>; };'],
  ['no reg', v3(`${CELLS} ${IRQS}`), 'error smmu-reg: iommu@2c000000'],
  ['two regions', v3(`reg = <0x0 0x2c000000 0x0 0x20000>, <0x0 0x2c100000 0x0 0x1000>; ${CELLS} ${IRQS}`), 'warning smmu-reg: 0x0 0x2c100000 0x0 0x1000'],
  ['a large region', v3(`reg = <0x0 0x2c000000 0x0 0x100000>; ${CELLS} ${IRQS}`)],
  ['one page, with the quirk', v3(`reg = <0x0 0x2c000000 0x0 0x10000>; cavium,cn9900-broken-page1-regspace; ${CELLS} ${IRQS}`)],
  ['an odd address', 'iommu@2c001000 { compatible = "arm,smmu-v3"; reg = <0x0 0x2c001000 0x0 0x20000>; #iommu-cells = <1>; interrupts = <0 90 1>, <0 91 1>; interrupt-names = "eventq", "gerror"; };',
    'warning smmu-reg: 0x0 0x2c001000 0x0 0x20000'],
  ['a property of some vendor', '&smmu { vendor,errata-17; };', 'hint smmu-unknown-property: vendor,errata-17'],
  ['a property that is nearly right', '&smmu { dma-coherant; };', 'warning smmu-unknown-property: dma-coherant'],
  ['dma-coherent on any device', 'eth@a0000 { dma-coherent = "yes"; };', 'warning boolean-with-value: dma-coherent = "yes";'],
  ['a status that is nearly right', '&smmu { status = "okey"; };', 'warning status-value: status = "okey";'],
  ['an SMMUv2 without #global-interrupts', 'iommu@5100000 { compatible = "arm,mmu-500"; reg = <0x0 0x5100000 0x0 0x10000>; #iommu-cells = <1>; interrupts = <0 100 4>; };', 'error smmu-v2-interrupts: iommu@5100000'],
  ['an SMMUv2 with one line for all banks', '&smmu_v2 { interrupts = <0 100 4>, <0 101 4>, <0 101 4>, <0 101 4>; };'],
  ['an SMMUv2 whose interrupts are all global', '&smmu_v2 { #global-interrupts = <2>; };', 'error smmu-v2-interrupts: interrupts'],
  ['the old binding alone', 'smmu: iommu@5100000 { compatible = "arm,mmu-401", "arm,smmu-v1"; reg = <0x0 0x5100000 0x0 0x10000>; #global-interrupts = <1>; interrupts = <0 100 4>, <0 101 4>; mmu-masters = <&gic 0x10>; };',
    'warning smmu-legacy-binding: mmu-masters'],
  ['a compatible of another chip of a known family', 'iommu@a0000 { compatible = "rockchip,rk9999-iommu"; #iommu-cells = <0>; };'],
  ['a compatible without the vendor\'s comma', '&smmu { compatible = "arm-smmu-v3"; };', 'warning iommu-compatible: "arm-smmu-v3"'],
];

describe('rules of SMMU nodes', () => {
  it.each(table(FIXTURES))('%s', (_, fixture) => check(fixture));

  it.each([
    ['&smmu { interrupt-names = "evtq", "gerror"; };', '"eventq"'],
    ['&smmu { compatible = "arm,smmuv3"; };', '"arm,smmu-v3"'],
    ['&smmu { status = "enabled"; };', '"okay"'],
    ['&smmu { msi-parents = <&its 0x0>; };', 'msi-parent'],
    ['&smmu { #iommu-cells = <2>; };', '<1>'],
    ['/ { smmu@2c000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x2c000000 0x0 0x20000>; #iommu-cells = <1>; interrupts = <0 90 1>, <0 91 1>; interrupt-names = "eventq", "gerror"; }; };', 'iommu@2c000000'],
  ])('offers the mended text for %s', (snippet, text) => {
    expect(findings(boardOf(snippet)).flatMap((problem) => problem.fixes ?? []).map((fix) => fix.edits[0]?.text)).toContain(text);
  });

  it('takes exactly the value away from a boolean', () => {
    const context = boardOf('&smmu { dma-coherent = <0>; };');
    const range = findings(context)[0]?.fixes?.[0]?.edits[0]?.range;
    expect(context.text.text.slice(range?.start, range?.end)).toBe(' = <0>');
  });
});
