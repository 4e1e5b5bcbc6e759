// `npm run docs:rules`: writes docs/rules/ from the words that stand beside the rules, and removes pages of rules that are gone;
// writes docs/scenario.md from the catalog of actions.
import { build } from 'esbuild';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';

const bundle = await build({
  stdin: {
    contents: "export { rulePages } from './cli/rulePages.ts'; export { RULE_GROUPS } from './cli/rules.ts'; export { scenarioPage } from './cli/scenarioPage.ts';",
    resolveDir: '.',
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const code = Buffer.from(bundle.outputFiles[0].contents).toString('base64');
const { rulePages, RULE_GROUPS, scenarioPage } = await import(`data:text/javascript;base64,${code}`);

const pages = rulePages(RULE_GROUPS);
await mkdir('docs/rules', { recursive: true });
for (const old of await readdir('docs/rules')) if (!pages.has(old)) await rm(`docs/rules/${old}`);
for (const [name, text] of pages) await writeFile(`docs/rules/${name}`, text);
await writeFile('docs/scenario.md', scenarioPage());
