import { READER_KINDS } from '../config.ts';
import { isTemplate } from '../guestConfig.ts';
import { problemAt, replacement, settingsOf, type XlRule } from './rule.ts';

/** XL004: a list where a value belongs, or the other way round. */
export const kindMismatch: XlRule = {
  id: 'xl-kind-mismatch',
  level: 'warning',
  title: 'List where one value belongs, or one value where a list belongs',
  explanation: 'xl warns, drops the key, and creates the guest without it.',
  remedy: 'Add or remove the brackets.',
  bad: 'name = "domd"\nkernel = "Image"\nmemory = 512\ndtdev = "/soc/dma@1000"\n',
  good: 'name = "domd"\nkernel = "Image"\nmemory = 512\ndtdev = [ "/soc/dma@1000" ]\n',
  sources: ['libxlu, at `xl create`: "parameter `KEY\' is a single value but should be a list", "... is a list but should be a single value"'],
  *check(guest) {
    for (const setting of settingsOf(guest)) {
      const reader = guest.keys.get(setting.key)?.reader;
      const want = reader === undefined || guest.keys.get(setting.key)?.section === 'extra' ? 'either' : READER_KINDS[reader];
      const { value } = setting;
      const isList = value.kind === 'list';
      if (want === 'either' || isList === (want === 'list') || (value.kind !== 'list' && isTemplate(value))) continue;
      yield problemAt(this, guest, value, {
        message: `"${setting.key}" ${isList ? 'is a list but should be a single value' : 'is a single value but should be a list'}; xl drops it.`,
        advice: isList ? 'Write the value without brackets.' : 'Put it in brackets.',
        ...(isList ? {} : { fixes: [{ ...replacement(guest, value, 'Put it in brackets', `[ ${guest.syntax.text.slice(value.start, value.end)} ]`), preferred: true }] }),
      });
    }
  },
};
