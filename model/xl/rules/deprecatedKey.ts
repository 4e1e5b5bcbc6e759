import { problemAt, settingsOf, type XlRule } from './rule.ts';

/** XL007: a key or form that xl has left behind. */
export const deprecatedKey: XlRule = {
  id: 'xl-deprecated-key',
  level: 'information',
  title: 'Deprecated key',
  explanation: 'The key still parses, but a newer one has taken its place or nothing reads it any more.',
  remedy: 'Use what the message names.',
  bad: 'name = "domd"\nkernel = "Image"\nmemory = 512\nbuilder = "generic"\n',
  good: 'name = "domd"\nkernel = "Image"\nmemory = 512\ntype = "pvh"\n',
  sources: ['xl.cfg(5), and the warnings that xl prints at `xl create`'],
  *check(guest) {
    for (const setting of settingsOf(guest)) {
      const why = guest.keys.get(setting.key)?.deprecated;
      if (why === undefined || !isDeprecatedForm(why, setting.value.kind)) continue;
      yield problemAt(this, guest, setting.statement.keySpan, {
        message: `"${setting.key}" is deprecated: ${why}.`,
        advice: 'Use the current form.',
      });
    }
  },
};

/** Some keys are deprecated only in one form, which the table says in words. */
function isDeprecatedForm(why: string, kind: string): boolean {
  if (why.startsWith('string form only')) return kind === 'string';
  if (why.startsWith('numeric form only')) return kind === 'number';
  return true;
}
