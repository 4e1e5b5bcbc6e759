/** What a legality rule of a structure is: a name, what is wrong, what makes it right, and the test. */

/** One rule over what is checked. */
export interface LegalityRule<Checked> {
  /** Stable name, for tests and messages. */
  readonly id: string;
  /** What is wrong, as a sentence. */
  readonly wrong: string;
  /** What would make it right. */
  readonly fix: string;
  readonly broken: (checked: Checked) => boolean;
}

/** The first rule of a table that is broken. */
export function firstBroken<Checked>(rules: readonly LegalityRule<Checked>[], checked: Checked): LegalityRule<Checked> | undefined {
  return rules.find((rule) => rule.broken(checked));
}
