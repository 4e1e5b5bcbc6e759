/** One open xl configuration: the guest it describes, and the system it belongs to when that is known. */
import type { OwnedDevice, System } from '../../../model/platform/guests/types.ts';
import type { XlGuest } from '../../../model/xl/guestConfig.ts';
import type { XlAssignment, XlAtom, XlValue } from '../../../model/xl/syntax.ts';

/** What every feature of xl configurations reads. */
export interface XlDocument {
  readonly guest: XlGuest;
  /** The host and the other guests, undefined while no board is known. */
  readonly system: System | undefined;
}

/** What the cursor is in. */
export type XlSpot =
  | { readonly kind: 'key'; readonly statement: XlAssignment }
  | { readonly kind: 'atom'; readonly statement: XlAssignment; readonly atom: XlAtom; /** The value stands in a list. */ readonly inList: boolean }
  | { readonly kind: 'value'; readonly statement: XlAssignment }
  | { readonly kind: 'blank' };

/** What stands at an offset. */
export function spotAt({ guest }: XlDocument, offset: number): XlSpot {
  const statement = guest.syntax.statements.findLast((one) => one.start <= offset);
  if (statement === undefined || (offset > statement.end && startsNewLine(guest, statement, offset))) return { kind: 'blank' };
  if (offset <= statement.keySpan.end) return { kind: 'key', statement };
  const { value } = statement;
  const atom = value === undefined ? undefined : atomAt(value, offset);
  if (atom !== undefined) return { kind: 'atom', statement, atom, inList: value?.kind === 'list' };
  return { kind: 'value', statement };
}

function startsNewLine(guest: XlGuest, statement: XlAssignment, offset: number): boolean {
  const isOpen = statement.value?.kind === 'list' && statement.value.close < 0;
  return !isOpen && /[\n;]/.test(guest.syntax.text.slice(statement.end, offset));
}

/** The innermost atom at an offset, its quotes included. */
function atomAt(value: XlValue, offset: number): XlAtom | undefined {
  let at: XlValue | undefined = value;
  while (at?.kind === 'list') at = at.items.find((item) => item.start <= offset && offset <= item.end);
  return at !== undefined && at.start <= offset && offset <= at.end ? at : undefined;
}

/** The assigned device that a value of `dtdev` names. */
export function deviceAt(document: XlDocument, atom: XlAtom): OwnedDevice | undefined {
  const domain = document.system?.domains.find((one) => one.config?.syntax.path === document.guest.syntax.path);
  return domain?.devices.find((device) => device.at.start === atom.start);
}
