/**
 * The pages under `docs/rules/`, made from the rules' words: one page a rule, and an index. Pure;
 * `npm run docs:rules` writes them and a test holds the files equal.
 */
import type { RuleInfo } from '../model/rule.ts';
import type { RuleGroup } from './rules.ts';

/** Device-tree sources have braces; xl configurations have none. */
function fence(source: string): string {
  const language = source.includes('{') ? 'dts' : 'text';
  return `\`\`\`${language}\n${source.trim()}\n\`\`\`\n`;
}

/** One rule as Markdown. */
export function rulePage(rule: RuleInfo): string {
  return `# ${rule.id}\n\n${rule.title}. Level: ${rule.level}.\n\n${rule.explanation.trim()}\n\n`
    + `## What to do\n\n${rule.remedy.trim()}\n\n`
    + `## Reported\n\n${fence(rule.bad)}\n## Not reported\n\n${fence(rule.good)}\n`
    + `## Sources\n\n${rule.sources.map((s) => `- ${s}\n`).join('')}`;
}

function indexPage(groups: readonly RuleGroup[]): string {
  const table = (group: RuleGroup): string => `## ${group.title}\n\n| rule | level | what |\n| --- | --- | --- |\n`
    + group.rules.map((r) => `| [${r.id}](${r.id}.md) | ${r.level} | ${r.title.replaceAll('|', '\\|')} |\n`).join('');
  return '# Rules\n\nMade from the rules themselves by `npm run docs:rules`; `vsmmu explain RULE` prints the same.\n\n'
    + groups.map(table).join('\n');
}

/** Every page by file name. */
export function rulePages(groups: readonly RuleGroup[]): Map<string, string> {
  const pages = groups.flatMap((g) => g.rules).map((rule): [string, string] => [`${rule.id}.md`, rulePage(rule)]);
  return new Map([['README.md', indexPage(groups)], ...pages]);
}
