/** `smmu-interrupt-missing`: an SMMUv3 that cannot report events or errors. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, propertySpan, report } from '../context.ts';
import type { Iommu } from '../types.ts';
import { nameOf, stringsOf } from '../values.ts';

const NAMES = new Set(['eventq', 'gerror', 'priq', 'cmdq-sync', 'combined']);

/** Silent for SMMUs that signal by message (`msi-parent`) and for disabled ones. */
export const smmuInterruptMissing: Rule<PlatformContext> = {
  id: 'smmu-interrupt-missing',
  level: 'warning',
  title: 'An SMMUv3 has no event or error interrupt',
  explanation: 'Without "eventq" (or "combined") translation faults are never reported, and without "gerror" neither is a broken command queue: a fault shows as a device that hangs. With `msi-parent` the SMMU sends messages instead, where the hardware can.',
  remedy: 'Add the wired interrupts with their names, or `msi-parent`.',
  bad: '&smmu {\n\tinterrupts = <0 79 1>;\n\tinterrupt-names = "gerror";\n};',
  good: '&smmu {\n\tinterrupts = <0 74 1>, <0 79 1>;\n\tinterrupt-names = "eventq", "gerror";\n};',
  sources: ['Linux arm-smmu-v3: `no evtq irq - events will not be reported!`, `no gerr irq - errors will not be reported!`, `msi_domain absent - falling back to wired irqs`'],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      if (iommu.binding.kind !== 'smmu-v3' || !iommu.enabled) continue;
      const problem = checkSmmu(context, iommu);
      if (problem !== undefined) yield problem;
    }
  },
};

function checkSmmu(context: PlatformContext, { node }: Iommu): Problem | undefined {
  const names = new Set(stringsOf(node.properties.get('interrupt-names')));
  const isWired = node.properties.has('interrupts') || node.properties.has('interrupts-extended');
  if (names.has('combined') && isWired) return undefined;
  // Names that are none, or too few of them, are the subject of smmu-interrupt-names.
  if ([...names].some((name) => !NAMES.has(name))) return undefined;
  const hasMessages = node.properties.has('msi-parent');
  const missing = ['eventq', 'gerror'].filter((name) => !isWired || !names.has(name));
  if (missing.length === 0 || (hasMessages && !isWired)) return undefined;
  const list = missing.map((name) => `"${name}"`).join(' and ');
  const related = isWired ? [{ at: propertySpan(node, node.properties.has('interrupts') ? 'interrupts' : 'interrupts-extended'), message: 'the interrupts are here' }] : [];
  return report(smmuInterruptMissing, context, {
    at: node.properties.has('interrupt-names') ? propertySpan(node, 'interrupt-names') : nameSpan(node),
    level: hasMessages ? 'information' : 'warning',
    message: isWired
      ? `${nameOf(node)} has no interrupt named ${list}: ${missing.includes('eventq') ? 'faults' : 'errors'} will not be reported.`
      : `${nameOf(node)} has no interrupts: neither faults nor errors will be reported.`,
    advice: isWired ? `Name the ${list} interrupt in interrupt-names.` : 'Add interrupts with interrupt-names "eventq", "gerror".',
    related,
  });
}
