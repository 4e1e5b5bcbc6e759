/**
 * Small boards for the tests of the platform: a snippet is put into a tree, and every standard
 * part that it names by label and does not define itself is added to it.
 */
import { identityText } from '../../../model/devicetree/source/identity.ts';
import { parseDts } from '../../../model/devicetree/syntax/parse.ts';
import { mergeDts } from '../../../model/devicetree/tree/merge.ts';
import { PlatformContext } from '../../../model/platform/context.ts';
import { platform } from '../../../model/platform/platform.ts';
import { PLATFORM_RULES } from '../../../model/platform/rules/index.ts';
import type { Problem } from '../../../model/problem.ts';

/** Parts that the rule pages speak of without showing them. */
const PARTS: Record<string, string> = {
  smmu: `smmu: iommu@2b400000 {
    compatible = "arm,smmu-v3"; reg = <0x0 0x2b400000 0x0 0x20000>;
    interrupts = <0 74 1>, <0 79 1>; interrupt-names = "eventq", "gerror"; #iommu-cells = <1>; };`,
  smmu_b: `smmu_b: iommu@2b500000 {
    compatible = "arm,smmu-v3"; reg = <0x0 0x2b500000 0x0 0x20000>;
    interrupts = <0 84 1>, <0 89 1>; interrupt-names = "eventq", "gerror"; #iommu-cells = <1>; };`,
  smmu_v2: `smmu_v2: iommu@5000000 {
    compatible = "arm,mmu-500"; reg = <0x0 0x5000000 0x0 0x10000>; #global-interrupts = <1>;
    interrupts = <0 100 4>, <0 101 4>; #iommu-cells = <2>; };`,
  its: `its: msi-controller@2f020000 { compatible = "arm,gic-v3-its"; reg = <0x0 0x2f020000 0x0 0x20000>; msi-controller; #msi-cells = <1>; };`,
};

const GIC = `gic: interrupt-controller@2f000000 {
    compatible = "arm,gic-v3"; reg = <0x0 0x2f000000 0x0 0x10000>; interrupt-controller; #interrupt-cells = <3>; };`;

/** A whole source around a snippet, which is the content of the root node or, where it begins with `/` or `&`, statements of the top. */
export function boardSource(snippet: string): string {
  const parts = Object.entries(PARTS)
    .filter(([label]) => new RegExp(`&${label}\\b`).test(snippet) && !new RegExp(`\\b${label}:`).test(snippet))
    .map(([, text]) => text);
  const head = `/dts-v1/;\n/ {\n#address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;\n${GIC}\n${parts.join('\n')}\n};\n`;
  return /^\s*[/&]/.test(snippet) ? `${head}${snippet}\n` : `${head}/ {\n${snippet}\n};\n`;
}

/** The platform of a snippet's board. */
export function boardOf(snippet: string): PlatformContext {
  return contextOf(boardSource(snippet));
}

/** The platform of a whole source. */
export function contextOf(source: string): PlatformContext {
  const text = identityText({ path: '/board.dts', text: source });
  const { tree } = mergeDts(parseDts(text.text).syntax);
  return new PlatformContext(platform(tree), text);
}

/** What the parser and the merge say about a snippet's board: a fixture is meant to have none. */
export function syntaxProblems(snippet: string): string[] {
  const parsed = parseDts(boardSource(snippet));
  return [...parsed.problems, ...mergeDts(parsed.syntax).problems].map((problem) => problem.message);
}

/** All findings of all rules. */
export function findings(context: PlatformContext): Problem[] {
  return PLATFORM_RULES.flatMap((rule) => [...rule.check(context)]);
}
