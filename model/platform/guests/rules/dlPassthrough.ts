import { moduleOf } from '../dom0less.ts';
import { stringsOf } from '../../values.ts';
import { dom0lessOf } from './domainRule.ts';
import { atProperty, problem, type SystemRule } from './rule.ts';
import { board, domU } from './examples.ts';

/** DL003: the word after `passthrough`. */
export const dlPassthrough: SystemRule = {
  id: 'dom0less-passthrough-word',
  level: 'warning',
  title: '`passthrough` of a dom0less domain is not what it seems',
  explanation: 'Xen knows "enabled" and "disabled". Any other word counts as disabled without a message, and "disabled" has no effect when a partial device tree is loaded: that enables it.',
  remedy: 'Write "enabled" or "disabled".',
  bad: board({ chosen: domU('passthrough = "yes";') }),
  good: board({ chosen: domU('passthrough = "enabled";') }),
  sources: ['Xen docs/misc/arm/device-tree/booting.txt', 'Xen: no message'],
  *check(system) {
    for (const { host, node } of dom0lessOf(system)) {
      const property = node.properties.get('passthrough');
      if (property === undefined) continue;
      const word = stringsOf(property)[0] ?? '';
      const at = atProperty(host, node, 'passthrough');
      if (word !== 'enabled' && word !== 'disabled') {
        yield problem(this, at, { message: `passthrough = "${word}" counts as disabled.`, advice: 'Write "enabled" or "disabled".' });
      } else if (word === 'disabled' && moduleOf(node, 'multiboot,device-tree') !== undefined) {
        yield problem(this, at, { message: `The partial device tree of ${node.name} enables passthrough, whatever this says.`, advice: 'Remove the module or this property.' });
      }
    }
  },
};
