import { nearestWord } from '../nearest.ts';
import { problemAt, replacement, settingsOf, type XlRule } from './rule.ts';

/** XL002: xl ignores a key that it does not know, without a word. */
export const unknownKey: XlRule = {
  id: 'xl-unknown-key',
  level: 'hint',
  title: 'Unknown key',
  explanation: 'xl reads the keys it knows and ignores every other without a message, so a misspelt key has no effect. Product layers add keys of their own: choose the dialect or list them in `vsmmu.xl.extraKeys`.',
  remedy: 'Check the spelling, choose the dialect of your Xen, or add the key to `vsmmu.xl.extraKeys`.',
  bad: 'name = "domd"\nkernel = "Image"\nmemory = 512\ndtdevs = [ "/soc/dma@1000" ]\n',
  good: 'name = "domd"\nkernel = "Image"\nmemory = 512\ndtdev = [ "/soc/dma@1000" ]\n',
  sources: ['xl: no message; xl.cfg(5) lists the keys'],
  *check(guest) {
    for (const setting of settingsOf(guest)) {
      // `viommu` has a rule of its own.
      if (guest.keys.has(setting.key) || setting.key === 'viommu') continue;
      const nearest = nearestWord(setting.key, guest.keys.keys());
      const span = setting.statement.keySpan;
      yield problemAt(this, guest, span, {
        message: `xl (${guest.dialect.name}) does not know "${setting.key}" and ignores it without a message.`,
        advice: nearest === undefined ? 'Choose the dialect of your Xen, or list the key in vsmmu.xl.extraKeys.' : `Did you mean "${nearest}"?`,
        ...(nearest === undefined ? {} : { fixes: [replacement(guest, span, `Change to "${nearest}"`, nearest)] }),
      });
    }
  },
};
