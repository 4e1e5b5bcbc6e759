/** `smmu-interrupt-names`: names that the SMMUv3 driver does not ask for, or too many or too few of them. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { stringList } from '../../devicetree/tree/values.ts';
import { interruptsOf } from '../interrupts.ts';
import { type PlatformContext, propertySpan, replace, report } from '../context.ts';
import type { Iommu } from '../types.ts';
import { nearest } from '../nearest.ts';
import { nameOf } from '../values.ts';

const NAMES = ['eventq', 'gerror', 'priq', 'cmdq-sync', 'combined'];

/** A node with more names than this is no SMMUv3, and needs no suggestions. */
const MAX_SUGGESTIONS = 16;

/** Names are how the driver finds its interrupts: by another name an interrupt is not there. */
export const smmuInterruptNames: Rule<PlatformContext> = {
  id: 'smmu-interrupt-names',
  level: 'warning',
  title: 'The interrupt names of an SMMUv3 are wrong',
  explanation: 'The driver asks for "combined", or else for "eventq", "gerror" and "priq"; "cmdq-sync" is allowed and not used. An interrupt under another name is never requested, one without a name is never found, '
    + 'and a name without an interrupt asks for one that is not there: events and errors then go unreported.',
  remedy: 'List one name for each interrupt, in the same order. Use "combined" alone where the SMMU has a single line.',
  bad: '&smmu {\n\tinterrupt-names = "evtq", "gerror";\n};',
  good: '&smmu {\n\tinterrupt-names = "eventq", "gerror";\n};',
  sources: [
    'Linux and Xen arm-smmu-v3: `no evtq irq - events will not be reported!`, `no gerr irq - errors will not be reported!`',
    'Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml',
  ],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      if (iommu.binding.kind === 'smmu-v3') yield* checkNames(context, iommu);
    }
  },
};

function* checkNames(context: PlatformContext, { node }: Iommu): Generator<Problem> {
  const property = node.properties.get('interrupt-names');
  if (property === undefined) return;
  const names = stringList(property) ?? [];
  const seen = new Set<string>();
  for (const { value, span } of names) {
    const right = seen.size > MAX_SUGGESTIONS ? undefined : nearest(value, NAMES);
    if (!NAMES.includes(value)) {
      yield report(smmuInterruptNames, context, {
        at: span,
        message: `"${value}" is no interrupt of an SMMUv3.`,
        advice: `Use one of ${NAMES.map((name) => `"${name}"`).join(', ')}.`,
        fixes: [right === undefined ? undefined : replace(context, span, { title: `Replace by "${right}"`, text: `"${right}"`, preferred: true })],
      });
    } else if (seen.has(value)) {
      yield report(smmuInterruptNames, context, { at: span, message: `"${value}" is listed twice; the driver takes the first.` });
    }
    seen.add(value);
  }
  if (seen.has('combined') && seen.size > 1) {
    yield report(smmuInterruptNames, context, {
      at: property.syntax,
      message: 'With "combined" the driver asks for no other interrupt.',
      advice: 'Name "combined" alone, or the separate lines without it.',
    });
  }
  yield* checkCount(context, node, names.length);
}

function* checkCount(context: PlatformContext, node: Iommu['node'], names: number): Generator<Problem> {
  const interrupts = interruptsOf(context.platform.tree, node).length;
  const isThere = node.properties.has('interrupts') || node.properties.has('interrupts-extended');
  // Interrupts of an unknown controller cannot be counted.
  if (names === interrupts || (isThere && interrupts === 0)) return;
  yield report(smmuInterruptNames, context, {
    at: propertySpan(node, 'interrupt-names'),
    level: names > interrupts ? 'error' : 'warning',
    message: `${nameOf(node)} has ${names} interrupt names and ${interrupts} interrupts.`,
    advice: 'Give every interrupt its name, in the same order.',
    related: isThere ? [{ at: propertySpan(node, node.properties.has('interrupts') ? 'interrupts' : 'interrupts-extended'), message: 'the interrupts are here' }] : [],
  });
}
