/**
 * The pages under `docs/rules/`, made from the rules' words: one page a rule, and an index. An
 * example of several files (each after a line `--- NAME`) shows those in which bad and good
 * differ. Pure; `npm run docs:rules` writes the pages and a test holds the files equal.
 */
import type { RuleInfo } from '../model/rule.ts';
import { diff } from './diff.ts';
import type { RuleGroup } from './rules.ts';

const LANGUAGES: Readonly<Record<string, string>> = { dts: 'dts', dtsi: 'dts', dtso: 'dts', cfg: 'ini', json: 'json' };

function block(language: string, source: string): string {
  return `\`\`\`${language}\n${source.trimEnd().replace(/^\n+/, '')}\n\`\`\`\n`;
}

/** The language of an example without a file name: only device trees end a node with `};`. */
function languageOf(source: string): string {
  if (/;\s*$/.test(source) || source.includes('};')) return 'dts';
  if (source.trimStart().startsWith('{')) return 'json';
  return /^\s*\w+\s*\+?=/m.test(source) ? 'ini' : 'text';
}

/** The files of an example by name, or undefined where it is a single one. */
function filesOf(source: string): Map<string, string> | undefined {
  const parts = source.split(/^--- (.*)\n/m);
  if (parts.length < 3) return undefined;
  const files = new Map<string, string>();
  for (let i = 1; i < parts.length; i += 2) files.set(parts[i] ?? '', parts[i + 1] ?? '');
  return files;
}

function systemExample(bad: ReadonlyMap<string, string>, good: ReadonlyMap<string, string>): string {
  const names = [...new Set([...bad.keys(), ...good.keys()])];
  const changed = names.filter((name) => bad.get(name) !== good.get(name));
  const same = names.filter((name) => !changed.includes(name)).map((name) => `\`${name}\``);
  const shown = changed.filter((name) => bad.has(name));
  const files = shown.map((name) => `\`${name}\`:\n\n${block(LANGUAGES[name.split('.').at(-1) ?? ''] ?? 'text', bad.get(name) ?? '')}\n`).join('');
  const others = same.length === 0 ? '' : `The other files (${same.join(', ')}) are right.\n\n`;
  const changes = changed.map((name) => `\`${name}\`:\n\n${block('diff', diff(bad.get(name) ?? '', good.get(name) ?? ''))}`).join('\n');
  return `## Reported\n\n${files}${others}## Not reported\n\n${changes}`;
}

function example(rule: RuleInfo): string {
  const bad = filesOf(rule.bad);
  const good = filesOf(rule.good);
  if (bad !== undefined && good !== undefined) return systemExample(bad, good);
  return `## Reported\n\n${block(languageOf(rule.bad), rule.bad)}\n## Not reported\n\n${block(languageOf(rule.good), rule.good)}`;
}

/** One rule as Markdown. */
export function rulePage(rule: RuleInfo): string {
  return `# ${rule.id}\n\n${rule.title}. Level: ${rule.level}.\n\n${rule.explanation.trim()}\n\n`
    + `## What to do\n\n${rule.remedy.trim()}\n\n${example(rule)}\n`
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
