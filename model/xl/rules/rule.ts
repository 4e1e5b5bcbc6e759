/** What the rules over one xl configuration share: how a finding leads to its place in the file. */
import type { Problem, QuickFix, Related, SourceRange } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import type { XlSetting } from '../config.ts';
import type { XlGuest } from '../guestConfig.ts';
import type { XlSpan } from '../syntax.ts';

/** A rule over one guest configuration, without its board. */
export type XlRule = Rule<XlGuest>;

/** What a finding adds to its rule's id and level. */
export interface Finding {
  readonly message: string;
  readonly advice: string;
  readonly level?: Problem['level'];
  readonly related?: readonly Related[];
  readonly fixes?: readonly QuickFix[];
}

/** A range of the guest's file. */
export function rangeIn(guest: XlGuest, span: XlSpan): SourceRange {
  return { file: guest.syntax.path, start: span.start, end: span.end };
}

/** A problem of a rule at a place of the guest's file. */
export function problemAt(rule: Pick<XlRule, 'id' | 'level'>, guest: XlGuest, span: XlSpan, finding: Finding): Problem {
  return { id: rule.id, level: rule.level, range: rangeIn(guest, span), ...finding };
}

/** A quick fix that replaces one piece of the guest's file. */
export function replacement(guest: XlGuest, span: XlSpan, title: string, text: string): QuickFix {
  return { title, edits: [{ range: rangeIn(guest, span), text }] };
}

/** The words of an enum key, or undefined where its values are described in words. */
export function enumWords(guest: XlGuest, key: string): readonly string[] | undefined {
  const values = guest.keys.get(key)?.values;
  return typeof values === 'string' ? undefined : values;
}

/** Every setting of the file, in order. */
export function settingsOf(guest: XlGuest): Iterable<XlSetting> {
  return guest.config.settings.values();
}

const X86_TYPES = ['hvm', 'pv'];

/** True where the file says itself that it is not for Arm: rules about Arm then stay silent. */
export function isForX86(guest: XlGuest): boolean {
  const type = guest.text('type')?.value;
  if (type !== undefined && X86_TYPES.includes(type)) return true;
  return guest.text('builder')?.value === 'hvm' || guest.config.settings.has('firmware_override');
}

/** The faults that the strings of one key have, as problems of one rule; what xl only ignores is a warning. */
export function* faultsOf(rule: XlRule, guest: XlGuest, key: string): Iterable<Problem> {
  for (const fault of guest.faults.filter((one) => one.key === key)) {
    const level = fault.effect === 'ignored' ? 'warning' : rule.level;
    yield problemAt(rule, guest, fault, { message: `${fault.message}.`, advice: fault.advice, level });
  }
}
