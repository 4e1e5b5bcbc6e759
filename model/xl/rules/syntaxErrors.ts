import type { XlErrorReason } from '../syntax.ts';
import { problemAt, rangeIn, type Finding, type XlRule } from './rule.ts';
import type { XlGuest } from '../guestConfig.ts';

type Words = readonly [message: string, advice: string];

const LIMIT: Words = ['This file is larger than the checks will read', 'Split it, or raise the limit in the settings.'];

const WORDS: Readonly<Record<XlErrorReason, Words>> = {
  'carriage-return': ['libxlu refuses the carriage return that ends this line', 'Save the file with LF line ends.'],
  'unterminated-string': ['This string does not end on its line', 'Close it with the quote it starts with.'],
  'bad-escape': ['libxlu does not know this escape', 'Use \\a \\b \\f \\n \\r \\t \\v \\\\ \\\' or \\"; hexadecimal and octal escapes do not work.'],
  'unterminated-comment': ['libxlu refuses a comment on the last line without a line end', 'Add a newline at the end of the file.'],
  'capital-letter': ['A key and a hexadecimal digit are lower case in an xl configuration', 'Write it in lower case, or put a value in quotes.'],
  python: ['This is Python, which xl does not read any more', 'Write plain values: a number, a quoted string, or a list of them.'],
  'bad-character': ['This character starts nothing that libxlu knows', 'Put text in quotes.'],
  nul: ['A NUL byte ends xl itself', 'Remove it; the file may be binary or UTF-16.'],
  'expected-value': ['A value is missing or has no quotes', 'Write a number, a quoted string, or a list, on the line of the "=".'],
  'expected-operator': ['"=" or "+=" is missing after the key', 'Write key = value.'],
  'expected-key': ['A statement starts with a lower-case key', 'Write key = value.'],
  'expected-end': ['Something follows the value', 'End the statement with a newline or a semicolon.'],
  'expected-separator': ['A comma is missing between two values', 'Separate the values of a list with commas.'],
  'unclosed-list': ['The bracket of this list is missing', 'Close it with "]".'],
  'empty-item': ['A value is missing before this comma', 'A list may end with one comma, but not hold an empty place.'],
  'semicolon-in-list': ['A semicolon may not stand in a list', 'Separate values with commas.'],
  'mixed-addition': ['"+=" joins a list to a list or a string to a string, not one to the other', 'Use the same kind on both sides.'],
  'limit-depth': LIMIT,
  'limit-items': LIMIT,
  'limit-string': LIMIT,
  'limit-problems': ['There are more errors in this file than are shown', 'Mend the first ones; if none is right, the file may not be an xl configuration.'],
};

/** XL001: what libxlu's grammar refuses. One error refuses the whole file. */
export const syntaxErrors: XlRule = {
  id: 'xl-syntax',
  level: 'error',
  title: 'Not an xl configuration',
  explanation: 'libxlu reads a strict grammar: lower-case keys, quoted strings, numbers without signs, lists in brackets. One error anywhere and `xl create` refuses the file.',
  remedy: 'Mend the text at the place that is marked. Bare words need quotes, `0xFF` is written `0xff`, and line ends are LF.',
  bad: 'name = "domd"\nkernel = "Image"\nmemory = 512\non_crash = destroy\n',
  good: 'name = "domd"\nkernel = "Image"\nmemory = 512\non_crash = "destroy"\n',
  sources: ['libxlu, at `xl create`: "config parsing error near `TOKEN\': MESSAGE", then xl: "Failed to parse config: FILE"'],
  *check(guest) {
    let carriageReturns = 0;
    for (const error of guest.syntax.errors) {
      const [message, advice] = WORDS[error.reason];
      if (error.reason === 'carriage-return') carriageReturns += 1;
      // One finding says it for the whole file, and its fix mends every line.
      if (error.reason === 'carriage-return' && carriageReturns > 1) continue;
      yield problemAt(this, guest, error, { message: `${message}.`, advice, ...fixFor(guest, error) });
    }
  },
};

function fixFor(guest: XlGuest, error: { reason: XlErrorReason; start: number; end: number }): Pick<Finding, 'fixes'> {
  const at = rangeIn(guest, { start: error.end, end: error.end });
  const { text } = guest.syntax;
  switch (error.reason) {
    case 'carriage-return': {
      const edits = [...text.matchAll(/\r(?=\n|$)/g)].map((m) => ({ range: rangeIn(guest, { start: m.index, end: m.index + 1 }), text: '' }));
      return { fixes: [{ title: 'Change every line end to LF', edits, preferred: true }] };
    }
    case 'unterminated-comment':
      return { fixes: [{ title: 'Add the newline', edits: [{ range: at, text: '\n' }], preferred: true }] };
    case 'unclosed-list':
      return { fixes: [{ title: 'Close the list', edits: [{ range: at, text: ' ]' }] }] };
    case 'expected-value':
      if (!/^[a-z][\w-]*$/i.test(text.slice(error.start, error.end))) return {};
      return { fixes: [{ title: 'Put it in quotes', edits: [{ range: rangeIn(guest, error), text: `"${text.slice(error.start, error.end)}"` }], preferred: true }] };
    default:
      return {};
  }
}
