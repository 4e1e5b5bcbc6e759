import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCENARIO_LIMITS } from '../../debugger/scenario/limits.ts';
import { DEFAULT_LIMITS } from '../../model/devicetree/source/files.ts';

const LIMITS: Readonly<Record<string, number>> = { ...DEFAULT_LIMITS, ...SCENARIO_LIMITS };

interface Setting {
  type: string;
  default: unknown;
  description?: string;
  markdownDescription?: string;
  enum?: string[];
  enumDescriptions?: string[];
  properties?: Record<string, { description: string }>;
}

const words = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;

/** package.json with the words that its references lead to. */
const inWords = readFileSync('package.json', 'utf8').replaceAll(/"%([\w.-]+)%"/g, (_, key: string) => JSON.stringify(words[key]));

const manifest = JSON.parse(inWords) as {
  contributes: { configuration: { title: string; properties: Record<string, Setting> }[]; commands: { command: string; title: string; category: string }[] };
};
const groups = manifest.contributes.configuration;
const settings = groups.flatMap(({ properties }) => Object.entries(properties));

const HEADER = `# Settings

Everything works with none of them set. In VS Code they are under *vSMMU Workbench* in the settings.
Any other editor sends them as \`initializationOptions: { "settings": { ... } }\` or with
\`workspace/didChangeConfiguration\` as \`{ "vsmmu": { ... } }\`, without the prefix \`vsmmu.\`.

Made from package.json by a test; \`npx vitest run test/docs -u\` writes it anew.
`;

function section([name, setting]: [string, Setting]): string {
  const words = setting.enum?.map((word, i) => {
    const meaning = setting.enumDescriptions?.[i];
    return `- \`${word}\`${meaning === undefined ? '' : `: ${meaning.charAt(0).toLowerCase()}${meaning.slice(1)}`}\n`;
  });
  const limits = Object.entries(setting.properties ?? {}).map(([key, { description }]) =>
    `| \`${key}\` | ${description} | ${LIMITS[key]} |\n`);
  const table = limits.length === 0 ? '' : `\n| name | caps | usual value |\n|---|---|---|\n${limits.join('')}`;
  const text = setting.markdownDescription ?? setting.description ?? '';
  const shown = `\nDefault: \`${JSON.stringify(setting.default)}\`\n`;
  return `\n### \`${name}\`\n\n${text}\n${words === undefined ? '' : `\n${words.join('')}`}${table}${shown}`;
}

describe('docs/SETTINGS.md', () => {
  it('is what package.json says', async () => {
    await expect(HEADER + groups.map(({ title, properties }) => `\n## ${title}\n${Object.entries(properties).map(section).join('')}`).join('')).toMatchFileSnapshot('../../docs/SETTINGS.md');
  });

  it('has words for every setting and for every one of its values', () => {
    for (const [name, setting] of settings) {
      expect(setting.markdownDescription ?? setting.description, name).toMatch(/\.$/);
      if (setting.enumDescriptions !== undefined) expect(setting.enumDescriptions).toHaveLength(setting.enum!.length);
      expect(setting.default, name).toBeDefined();
    }
  });
});

describe('the settings', () => {
  it('name every limit there is', () => {
    const named = new Map(settings).get('vsmmu.limits')!.properties!;
    expect(Object.keys(named).toSorted()).toEqual(Object.keys(LIMITS).toSorted());
  });
});

describe('the commands in package.json', () => {
  const registered = readdirSync('client', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts')).map((path) => readFileSync(`client/${path}`, 'utf8')).join('');

  it('are all under one category, and registered', () => {
    for (const { command, category } of manifest.contributes.commands) {
      expect(category).toBe('vSMMU');
      expect(registered).toContain(`'${command}'`);
    }
  });
});
