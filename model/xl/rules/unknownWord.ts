import { isTemplate } from '../guestConfig.ts';
import { nearestWord } from '../nearest.ts';
import { enumWords, problemAt, replacement, settingsOf, type XlRule } from './rule.ts';

/** A word that an enum key does not have. */
export const unknownWord: XlRule = {
  id: 'xl-unknown-word',
  level: 'error',
  title: 'Unknown word for a key',
  explanation: 'The key takes one of a few words. xl refuses any other, most often by exiting before the guest is created.',
  remedy: 'Use one of the words that the message lists.',
  bad: 'name = "domd"\nkernel = "Image"\nmemory = 512\ngic_version = "gicv3"\n',
  good: 'name = "domd"\nkernel = "Image"\nmemory = 512\ngic_version = "v3"\n',
  sources: ['xl, at `xl create`: "Unknown gic_version "X" specified", "Unknown on_poweroff action "X" specified", "ERROR: invalid value "X" for "vuart"", "ERROR: unknown passthrough option"'],
  *check(guest) {
    for (const setting of settingsOf(guest)) {
      const { value } = setting;
      const key = guest.keys.get(setting.key);
      const words = enumWords(guest, setting.key);
      if (key?.type !== 'enum' || words === undefined || value.kind === 'list' || isTemplate(value)) continue;
      if (isWordOf(setting.key, value.text, words)) continue;
      const nearest = nearestWord(value.text.toLowerCase(), words);
      yield problemAt(this, guest, value, {
        message: `"${value.text}" is not a value of "${setting.key}".`,
        advice: `Use one of ${words.join(', ')}.`,
        ...(nearest === undefined ? {} : { fixes: [replacement(guest, value, `Change to "${nearest}"`, `"${nearest}"`)] }),
      });
    }
  },
};

/** `type` takes any prefix, libxl's enums any case, and some keys take a number instead of the word. */
function isWordOf(key: string, text: string, words: readonly string[]): boolean {
  if (/^\d+$/.test(text) || text === '') return true;
  const lower = text.toLowerCase();
  if (key === 'type' || key === 'builder') return words.some((word) => word.startsWith(text)) || text === 'generic' || text === 'linux';
  if (key === 'vuart') return words.includes(text) || text === 'unknown';
  return words.some((word) => word.toLowerCase() === lower);
}
