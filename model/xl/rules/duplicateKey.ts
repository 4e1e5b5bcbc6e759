import { problemAt, rangeIn, settingsOf, type XlRule } from './rule.ts';

/** XL003: the last assignment of a key wins. */
export const duplicateKey: XlRule = {
  id: 'xl-duplicate-key',
  level: 'warning',
  title: 'Key set twice',
  explanation: 'Of two assignments to one key the last one wins, without a message. Whatever the first one said has no effect.',
  remedy: 'Keep one of the two, or join them with `+=`.',
  bad: 'name = "domd"\nkernel = "Image"\nmemory = 512\nirqs = [ 100 ]\nirqs = [ 101 ]\n',
  good: 'name = "domd"\nkernel = "Image"\nmemory = 512\nirqs = [ 100 ]\nirqs += [ 101 ]\n',
  sources: ['libxlu: no message; the list of settings is searched from its end'],
  *check(guest) {
    for (const setting of settingsOf(guest)) {
      const sets = setting.statements.filter((statement) => statement.operator === '=');
      const last = sets.at(-1);
      if (last === undefined) continue;
      for (const lost of sets.slice(0, -1)) {
        yield {
          ...problemAt(this, guest, lost.keySpan, {
            message: `This "${setting.key}" has no effect: a later line sets it again.`,
            advice: 'Keep one of the two.',
            related: [{ range: rangeIn(guest, last.keySpan), message: 'This one is in force' }],
          }),
          unnecessary: true,
        };
      }
    }
  },
};
