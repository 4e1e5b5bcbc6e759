import { READER_KINDS, readLong } from '../config.ts';
import { isTemplate } from '../guestConfig.ts';
import { problemAt, replacement, settingsOf, type XlRule } from './rule.ts';

const MEMORY_MIN = 'the guest would get 32 MiB';
const YES = /^(?:true|yes|on|enabled)$/i;
const NO = /^(?:false|no|off|disabled)$/i;

/** XL005: text that strtol does not take whole. */
export const notANumber: XlRule = {
  id: 'xl-not-a-number',
  level: 'warning',
  title: 'Not a number',
  explanation: 'xl reads numbers with strtol: decimal, `0x` hexadecimal, or octal with a leading 0, and nothing behind. Anything else is dropped with a warning; a dropped `memory` gives the guest 32 MiB. There are no size suffixes and no booleans.',
  remedy: 'Write a plain number: MiB for memory, 1 or 0 for yes or no.',
  bad: 'name = "domd"\nkernel = "Image"\nmemory = "1G"\n',
  good: 'name = "domd"\nkernel = "Image"\nmemory = 1024\n',
  sources: ['libxlu, at `xl create`: "parameter `KEY\' is not a valid number", "can\'t use += with numbers for parameter `KEY\'"'],
  *check(guest) {
    for (const setting of settingsOf(guest)) {
      const reader = guest.keys.get(setting.key)?.reader;
      const { value } = setting;
      if (reader === undefined || READER_KINDS[reader] !== 'number' || value.kind === 'list' || isTemplate(value)) continue;
      const read = readLong(setting);
      if (read.ok) continue;
      const lost = setting.key === 'memory' ? `, and ${MEMORY_MIN}` : '';
      const fixed = suggestedNumber(value.text, guest.keys.get(setting.key)?.type ?? '');
      yield problemAt(this, guest, value, {
        message: setting.added ? `xl cannot use "+=" with the number "${setting.key}", and drops it${lost}.` : `"${value.text}" is not a number for xl: "${setting.key}" is dropped${lost}.`,
        advice: fixed === undefined ? 'Write a plain number.' : `Write ${fixed}.`,
        ...(fixed === undefined || setting.added ? {} : { fixes: [replacement(guest, value, `Change to ${fixed}`, fixed)] }),
      });
    }
  },
};

function suggestedNumber(text: string, type: string): string | undefined {
  if (type.startsWith('boolean')) return YES.test(text) ? '1' : NO.test(text) ? '0' : undefined;
  const size = /^(\d+)\s*([mg])i?b?$/i.exec(text);
  if (type !== 'mbytes' || size === null) return undefined;
  return String(Number(size[1]) * (size[2]?.toLowerCase() === 'g' ? 1024 : 1));
}
