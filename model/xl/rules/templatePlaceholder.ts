import { problemAt, type XlRule } from './rule.ts';

/** A file that a build has yet to fill in. */
export const templatePlaceholder: XlRule = {
  id: 'xl-template',
  level: 'hint',
  title: 'Placeholder of a build template',
  explanation: 'xl itself would refuse this text, but it looks like a placeholder that a build replaces. Rules do not look at values that hold one.',
  remedy: 'Nothing, if a build fills it in.',
  bad: 'name = "domd"\nkernel = "Image"\nmemory = 512\nirqs = [ 112, [DOMD_IRQS] ]\n',
  good: 'name = "domd"\nkernel = "Image"\nmemory = 512\nirqs = [ 112, 113 ]\n',
  sources: ['xl, if the placeholder is left: "config parsing error near `TOKEN\': lexical error"'],
  *check(guest) {
    const [first] = guest.syntax.placeholders;
    if (first === undefined) return;
    const rest = guest.syntax.placeholders.length - 1;
    yield problemAt(this, guest, first, {
      message: `This is a template: xl refuses the file until ${rest === 0 ? 'the placeholder is' : `this and ${rest} more placeholders are`} filled in.`,
      advice: 'Nothing to do if a build fills it in.',
    });
  },
};
