/** `vsmmu explain [RULE]`: prints a rule's page, or the list of all rules. */
import { type Command, EXIT, UsageError } from './command.ts';
import { rulePage } from './rulePages.ts';
import { RULE_GROUPS, RULES, type RuleGroup } from './rules.ts';

function list(groups: readonly RuleGroup[]): string {
  const width = Math.max(...[...RULES.keys()].map((id) => id.length));
  return groups.map((group) => `${group.title}\n`
    + group.rules.map((rule) => `  ${rule.id.padEnd(width)}  ${rule.level.padEnd(11)}  ${rule.title}\n`).join('')).join('\n');
}

/** The ids that share most words with what was asked for, to help with a typing error. */
function similar(id: string): string[] {
  const words = new Set(id.split('-'));
  const shared = (known: string): number => known.split('-').filter((word) => words.has(word)).length;
  return [...RULES.keys()].map((known) => ({ known, score: shared(known) })).filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score).slice(0, 5).map(({ known }) => known);
}

export const explain: Command = {
  name: 'explain',
  summary: 'say what a rule means and what to do; without a rule, list them all',
  usage: '[RULE]',
  options: {},
  run({ positionals }, io) {
    const [id, ...others] = positionals;
    if (others.length > 0) throw new UsageError('explain takes one rule');
    if (id === undefined) {
      io.stdout.write(list(RULE_GROUPS));
      return EXIT.clean;
    }
    const rule = RULES.get(id);
    if (rule === undefined) {
      const near = similar(id);
      throw new UsageError(`no rule '${id}'${near.length > 0 ? `; there are ${near.join(', ')}` : ''}`);
    }
    io.stdout.write(rulePage(rule));
    return EXIT.clean;
  },
};
