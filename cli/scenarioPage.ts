/**
 * `docs/scenario.md`, made from the catalog of actions: the grammar and every action with its shape,
 * parameters and an example. Pure; `npm run docs:rules` writes it and a test holds the file equal.
 */
import { type Group, shapeOf, shapeOfOption, shapeOfParameter, type Verb, VERBS, wordsOf } from '../debugger/scenario/catalog.ts';
import { FUNCTIONS, NAMES } from '../debugger/expression/functions.ts';
import { SCENARIO_LIMITS } from '../debugger/scenario/limits.ts';
import { namesFor, operationsOf } from '../debugger/scenario/names.ts';

const HEAD = `# The scenario language

A scenario is a plain text file, \`.smmu\`: one action a line. It says what machine there is, what
drivers, devices and hypervisors do on it, and what is expected to come of it. \`vsmmu run\` carries it
out, the debugger steps through it, and \`vsmmu check\` and the editor find its mistakes.

\`\`\`smmu-scenario
board "merlin-xen.dts"
hypervisor xen profile=fixed viommu=smmuv3
guest domd "domd.cfg"

in domd
  probe                                          # what Linux's driver does at probe
  attach eth0                                    # CD, STE, CMD_CFGI_STE, CMD_SYNC
  map eth0 0x10000000 -> 0x48000000 16K rw
dma eth0 write 0x10000040 "hello"
expect fault none
\`\`\`

What the setup makes of boards, guests and hypervisors is in [machines.md](machines.md). This page is
made from the catalog of actions by \`npm run docs:rules\`.

## Grammar

- **A line** is an action, or empty. \`#\` at the start of a line or behind a blank begins a comment.
- **Blocks** are the lines indented below \`in\`, \`repeat\` and \`parallel\`. Tabs and blanks both do, as
  long as the lines of a block begin with the same ones.
- **Setup** comes first: the lines that describe the machine stand above all others.
- **Words** are names of devices, domains, SMMUs, registers and the like. They may hold letters, digits
  and the signs \`@ , . _ - / : + ~\`. A device of a board goes by the name of its node
  (\`ethernet@e6800000\`), its label or its path; a PCI function by its root complex and address
  (\`pcie0:01:00.0\`); a lone SMMU is also called \`smmu\`.
- **Strings** stand in double quotes, with \`\\n \\t \\r \\0 \\" \\\\ \\xHH\`.
- **Numbers** are \`0x..\`, \`0b..\` or decimal, with \`K\`, \`M\` or \`G\` behind them for 2^10, 2^20 and 2^30, and
  have 64 bits. An expression without blanks may stand for a number as it is, one with blanks in
  parentheses: \`poke (base + 8) mem64(base)\`.
- **Options** are \`name=value\` without blanks around \`=\`, or a bare word, in any order behind the
  parameters. **Fields** of structures, commands and records are written the same way, with the names
  of the Arm specification: \`ste smmu0 8 Config=5 S1ContextPtr=0x48010000\`.
- **Files** are relative to the file that names them.

In the shapes below, capitals stand for what you write, \`a|b\` for one of several words, and brackets
for what may be left out.
`;

const CHAPTERS: readonly { readonly group: Group; readonly title: string; readonly text: string }[] = [
  { group: 'setup', title: 'Setup', text: 'What machine there is. Nothing happens by these lines.' },
  { group: 'block', title: 'Blocks', text: 'Who acts, how often, and what at once.' },
  { group: 'driver', title: 'Drivers', text: 'What Linux\'s SMMUv3 driver does, as real register writes, memory writes and commands. Driver actions stand in an `in` block, unless there is only one domain.' },
  { group: 'device', title: 'Devices', text: 'What devices do.' },
  { group: 'hypervisor', title: 'Hypervisors', text: 'What is asked of a hypervisor.' },
  { group: 'low-level', title: 'Registers, memory, structures, queues', text: 'For everything that no driver would do, and for each single thing that it does.' },
  { group: 'test', title: 'Expectations', text: 'A scenario fails where an expectation does not hold.' },
  { group: 'other', title: 'Variables and output', text: '' },
];

function verbSection(verb: Verb): string {
  const rows = [
    ...verb.parameters.filter((one) => one.kind.kind !== 'sign').map((one) => [shapeOfParameter(one), one.text]),
    ...verb.options.map((one) => [shapeOfOption(one), one.text]),
  ];
  const table = rows.length === 0 ? '' : `\n| | |\n|---|---|\n${rows.map(([shape = '', text = '']) => `| \`${shape.replaceAll('|', '\\|')}\` | ${text} |\n`).join('')}`;
  return `### \`${wordsOf(verb).join(' ')}\`\n\n\`${shapeOf(verb)}\`\n\n${verb.text}\n${table}\n\`\`\`smmu-scenario\n${verb.example}\n\`\`\`\n`;
}

function chapter({ group, title, text }: (typeof CHAPTERS)[number]): string {
  const sections = VERBS.filter((verb) => verb.group === group).map(verbSection);
  return `## ${title}\n\n${text === '' ? '' : `${text}\n\n`}${sections.join('\n')}`;
}

function expressions(): string {
  const row = ({ shape, text }: (typeof FUNCTIONS)[number]): string => `| \`${shape}\` | ${text} |\n`;
  return `## Expressions

Operators are those of C, with its precedence, on unsigned numbers of 64 bits; \`LIST where CONDITION\`
keeps the rows of a list for which the condition holds. Names are variables of \`let\` and \`repeat\`,
SMMUs with their registers (\`smmu0.CR0.SMMUEN\`), devices (\`eth0.sid\`), and these. The whole language:
[expressions.md](expressions.md).

| | |
|---|---|
${FUNCTIONS.map(row).join('')}${NAMES.map(row).join('')}`;
}

const HYPERVISORS: readonly (readonly [string, string])[] = [
  ['xen', 'Xen, with Linux\'s driver in dom0 and in guests'], ['iommufd', 'KVM with iommufd'], ['pkvm', 'pKVM'], ['grant-dma', 'Xen grant DMA'],
];

function operations(): string {
  const none = { isComplete: true, smmus: [], devices: [], domains: [], memory: [], variables: [], hasNode: () => false };
  return `## Operations of hypervisors\n\nWhat \`call\` can ask for.\n\n${HYPERVISORS.map(([kind, title]) => {
    const profiles = namesFor('profile', { ...none, hypervisor: kind }).map(({ name, text }) => `- \`profile=${name}\`: ${text ?? ''}\n`);
    const rows = operationsOf(kind).map(({ name, parameters, text }) => `| \`${name}\` | ${parameters.map((one) => `\`${one}\``).join(' ')} | ${text.replaceAll('|', '\\|')} |\n`);
    return `### ${title} (\`${kind}\`)\n\n${profiles.length === 0 ? '' : `${profiles.join('')}\n`}| operation | values | |\n|---|---|---|\n${rows.join('')}`;
  }).join('\n')}`;
}

const OWN_LIMITS: readonly (readonly [keyof typeof SCENARIO_LIMITS, string])[] = [
  ['scenarioChars', 'characters of one file'], ['scenarioLineChars', 'characters of one line, its comment apart'], ['scenarioActions', 'actions, with those of included files'], ['scenarioSetup', 'lines that describe the machine, with those of included files'], ['scenarioDepth', 'depth of blocks'],
  ['scenarioRepeats', 'depth of `repeat` inside `repeat`'], ['includeDepth', 'depth of `include`'], ['inclusions', 'included files'],
];

function limits(): string {
  const rows = OWN_LIMITS.map(([name, text]) => `| \`${name}\` | ${text} | ${SCENARIO_LIMITS[name]} |\n`);
  return `## Limits\n\nCaps on hostile input; \`vsmmu.limits\` raises them ([settings](SETTINGS.md)).\n\n| name | caps | usual value |\n|---|---|---|\n${rows.join('')}`;
}

/** The page. */
export function scenarioPage(): string {
  return [HEAD, ...CHAPTERS.map(chapter), expressions(), operations(), limits()].join('\n');
}
