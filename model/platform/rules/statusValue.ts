/** `status-value`: a `status` that switches a node off by a typing error. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import type { DtNode } from '../../devicetree/tree/tree.ts';
import { type PlatformContext, replace, report } from '../context.ts';
import { stringsOf } from '../values.ts';

const VALUES = /^(okay|ok|disabled|reserved|fail(-.*)?)$/;

/** IOMMUs, masters and root complexes, where being off has consequences elsewhere. */
export const statusValue: Rule<PlatformContext> = {
  id: 'status-value',
  level: 'warning',
  title: '`status` has a value that means disabled',
  explanation: 'Only "okay" and "ok" enable a node; any other text disables it. A disabled SMMU leaves its masters without translation, in silence.',
  remedy: 'Write "okay" or "disabled".',
  bad: '&smmu {\n\tstatus = "enabled";\n};',
  good: '&smmu {\n\tstatus = "okay";\n};',
  sources: ['Linux of_device_is_available()', 'Devicetree Specification 2.3.4'],
  *check(context) {
    const { platform } = context;
    const seen = new Set<DtNode>();
    for (const { node } of [...platform.iommus, ...platform.masters, ...platform.pciHosts]) {
      if (seen.has(node)) continue;
      seen.add(node);
      const problem = checkNode(context, node);
      if (problem !== undefined) yield problem;
    }
  },
};

function checkNode(context: PlatformContext, node: DtNode): Problem | undefined {
  const property = node.properties.get('status');
  if (property === undefined) return undefined;
  const text = stringsOf(property)[0] ?? '';
  if (VALUES.test(text)) return undefined;
  const value = property.syntax.values[0];
  return report(statusValue, context, {
    at: property.syntax,
    message: `status "${text}" disables the node: only "okay" and "ok" enable it.`,
    advice: 'Write "okay" or "disabled".',
    fixes: value === undefined ? [] : [replace(context, value, { title: 'Set status to "okay"', text: '"okay"' })],
  });
}
