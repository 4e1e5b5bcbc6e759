/** The words of what can be wrong with a scenario: for its pages, for `vsmmu explain`, and for levels. */
import type { Level } from '../../model/problem.ts';
import type { RuleInfo } from '../../model/rule.ts';

const LANGUAGE = 'docs/scenario.md';
const CAP = 'A cap of this product against hostile input.';
const HEAD = 'smmu smmu0 model=mmu-600\ndevice eth0 smmu=smmu0 sid=8\n';

interface Words { readonly title: string; readonly explanation: string; readonly remedy: string; readonly bad: string; readonly good: string }

function row<const Id extends string>(id: Id, words: Words, level: Level = 'error', sources: readonly string[] = [LANGUAGE]): RuleInfo & { readonly id: Id } {
  return { id, level, ...words, sources };
}

function cap<const Id extends string>(id: Id, words: Omit<Words, 'remedy'>): RuleInfo & { readonly id: Id } {
  const remedy = 'Look for the loop that made it. If the scenario is as it should be, raise the limit in the settings.';
  return row(id, { ...words, remedy }, 'error', [CAP]);
}

const SYNTAX = [
  row('scenario-syntax', {
    title: 'Syntax error in a scenario',
    explanation: 'The line does not follow the grammar of its action: a string or bracket is not closed, a sign is missing, or an expression cannot be read. A scenario with errors does not run.',
    remedy: 'Write what the message says is missing. Hover over the action to see its shape.',
    bad: `${HEAD}probe\nattach eth0\nmap eth0 0x1000 0x48000000 4K\n`, good: `${HEAD}probe\nattach eth0\nmap eth0 0x1000 -> 0x48000000 4K\n`,
  }),
  row('scenario-indentation', {
    title: 'Indentation that belongs to no block',
    explanation: 'Blocks are made by indentation: what is indented below `in`, `repeat` or `parallel` belongs to it. A line that is indented below anything else, or with tabs where its neighbours have blanks, is read as part of the nearest block, which may not be what was meant.',
    remedy: 'Give the line the indentation of its neighbours.',
    bad: `${HEAD}probe\n  attach eth0\n`, good: `${HEAD}probe\nattach eth0\n`,
  }),
  row('scenario-empty-block', {
    title: 'Block without lines',
    explanation: '`in`, `repeat` and `parallel` do what is indented below them, and here nothing is.',
    remedy: 'Indent the lines that belong to the block, or remove it.',
    bad: `${HEAD}repeat 4\nprobe\n`, good: `${HEAD}repeat 4\n  probe\n`,
  }, 'warning'),
  row('scenario-unknown-action', {
    title: 'Action that does not exist',
    explanation: 'A line begins with the name of an action, and the language has none of this name.',
    remedy: 'Use one of the actions of docs/scenario.md; completion lists them.',
    bad: `${HEAD}prob\n`, good: `${HEAD}probe\n`,
  }),
  row('scenario-missing-value', {
    title: 'Action without all that it needs',
    explanation: 'The action ends before a value that it cannot do without.',
    remedy: 'Add the value. Hover over the action to see its shape.',
    bad: `${HEAD}dma eth0 read\n`, good: `${HEAD}dma eth0 read 0x1000\n`,
  }),
  row('scenario-unexpected', {
    title: 'Word or option that the action does not take',
    explanation: 'The action has no parameter in this place, or no option of this name.',
    remedy: 'Remove it, or put an expression with blanks into parentheses.',
    bad: `${HEAD}probe smmu0 now\n`, good: `${HEAD}probe smmu0\n`,
  }),
  row('scenario-value', {
    title: 'Value of the wrong kind',
    explanation: 'A string stands where a number is needed, a number where a name is needed, or a word that is none of those that are possible here.',
    remedy: 'Write one of the words that the message names, or a value of the right kind.',
    bad: `${HEAD}dma eth0 reads 0x1000\n`, good: `${HEAD}dma eth0 read 0x1000\n`,
  }),
  row('scenario-duplicate', {
    title: 'Given twice',
    explanation: 'An option or field has two values in one line, a name is declared twice, or the setup names two machines. Which of them was meant is not known.',
    remedy: 'Remove one of the two.',
    bad: `${HEAD}dma eth0 read 0x1000 ssid=1 ssid=2\n`, good: `${HEAD}dma eth0 read 0x1000 ssid=1\n`,
  }),
] as const;

const ORDER = [
  row('scenario-setup-order', {
    title: 'Setup after actions, or inside a block',
    explanation: 'The machine is built before anything is done on it, so all lines that describe it come first.',
    remedy: 'Move the line above the first action.',
    bad: 'smmu smmu0 model=mmu-600\nprobe\ndevice eth0 smmu=smmu0 sid=8\n', good: `${HEAD}probe\n`,
  }),
  row('scenario-setup', {
    title: 'Machine that cannot be made',
    explanation: 'The setup can be read, but no machine comes of it: memory that does not begin at a page, a number without a value, an image that is none, a project without a board, or memory too small for what the hypervisor needs. It is found when the machine is made: by `vsmmu check`, by `vsmmu run`, and in the editor a moment after the other problems, where there are no other errors.',
    remedy: 'Change the line as the message says.',
    bad: `${HEAD}memory ram 0x40000800 4K\n`, good: `${HEAD}memory ram 0x40000000 64M\n`,
  }),
  row('scenario-no-machine', {
    title: 'Scenario without a machine',
    explanation: 'The scenario does something, but names no board, project or image and declares no SMMU.',
    remedy: 'Begin with `board "FILE"`, or declare SMMUs and devices with `smmu` and `device`.',
    bad: 'cache none\nprobe\n', good: `${HEAD}cache none\nprobe\n`,
  }),
  row('scenario-file', {
    title: 'File that is not there',
    explanation: 'The scenario names a file that cannot be read. Names are relative to the file that names them.',
    remedy: 'Correct the name. In a workspace that is not trusted only files inside it are read.',
    bad: 'board "missing.dts"\n', good: HEAD,
  }),
  row('scenario-needs-domain', {
    title: 'Driver action of nobody',
    explanation: 'There are several domains, so it must be said whose driver acts.',
    remedy: 'Put the line below `in DOMAIN`, `in host` or `in hypervisor`.',
    bad: `${HEAD}hypervisor xen\nguest domd devices="eth0"\nguest doma\nprobe\n`, good: `${HEAD}hypervisor xen\nguest domd devices="eth0"\nguest doma\nin domd\n  probe\n`,
  }),
  row('scenario-nothing-before', {
    title: 'Expectation about nothing',
    explanation: 'The expectation is about the last action or the last DMA, and there is none before it.',
    remedy: 'Move it below the action that it is about.',
    bad: `${HEAD}expect ok\nprobe\n`, good: `${HEAD}probe\nexpect ok\n`,
  }),
] as const;

const NAMES = [
  row('scenario-unknown-device', {
    title: 'Device that the machine does not have',
    explanation: 'A device is named as on the board: by the name of its node, by its label or by its path; or as `device` declares it. No device has this name.',
    remedy: 'Use the name of a device. Completion lists them with their StreamIDs.',
    bad: `${HEAD}dma eth1 read 0x1000\n`, good: `${HEAD}dma eth0 read 0x1000\n`,
  }),
  row('scenario-unknown-smmu', {
    title: 'SMMU that the machine does not have',
    explanation: 'An SMMU is named as on the board or as `smmu` declares it. No SMMU has this name.',
    remedy: 'Use the name of an SMMU.',
    bad: `${HEAD}probe smmu1\n`, good: `${HEAD}probe smmu0\n`,
  }),
  row('scenario-unknown-domain', {
    title: 'Domain that does not exist',
    explanation: 'A domain is a guest that the scenario, the board or the project declares, or `host`, or `hypervisor`. There is none of this name.',
    remedy: 'Use the name of a guest, or declare it with `guest`.',
    bad: `${HEAD}hypervisor xen\nguest domd devices="eth0"\nin domu\n  probe\n`, good: `${HEAD}hypervisor xen\nguest domd devices="eth0"\nin domd\n  probe\n`,
  }),
  row('scenario-unknown-name', {
    title: 'Register, command or event that SMMUv3 does not have',
    explanation: 'Registers, commands and events have the names of the Arm specification.',
    remedy: 'Use one of those names; completion lists them.',
    bad: `${HEAD}write smmu0 CR00 1\n`, good: `${HEAD}write smmu0 CR0 1\n`,
  }),
  row('scenario-unknown-field', {
    title: 'Field that the structure does not have',
    explanation: 'Fields have the names of the Arm specification, and the structure has none of this name.',
    remedy: 'Use the name of a field; completion lists them with their bits.',
    bad: `${HEAD}ste smmu0 8 Cfg=5\n`, good: `${HEAD}ste smmu0 8 Config=5\n`,
  }),
  row('scenario-unknown-operation', {
    title: 'Operation or profile that the hypervisor does not have',
    explanation: 'Each hypervisor has operations and profiles of its own. This one has none of this name, or the operation has no value of this name.',
    remedy: 'Use one of those that the message names.',
    bad: `${HEAD}hypervisor pkvm\nin hypervisor\n  call allocDomian domain=1 type=0\n`, good: `${HEAD}hypervisor pkvm\nin hypervisor\n  call allocDomain domain=1 type=0\n`,
  }),
  row('scenario-field-range', {
    title: 'Value that does not fit its field',
    explanation: 'The field has fewer bits than the value needs, so the value would be cut.',
    remedy: 'Write a value that fits. Hover over the field to see its bits.',
    bad: `${HEAD}ste smmu0 8 Config=9\n`, good: `${HEAD}ste smmu0 8 Config=5\n`,
  }),
  row('scenario-precedence', {
    title: 'Comparison inside of a bit operation',
    explanation: 'Operators bind as in C, where `==` and `<` bind stronger than `&`, `|` and `^`: `x & 1 == 1` compares 1 with 1 first, and then takes a bit of `x`. Compilers of C warn about it as well.',
    remedy: 'Put the bit operation into parentheses. If the comparison is meant, put that into parentheses, and nothing is said.',
    bad: `${HEAD}expect smmu0.CR0 & 1 == 1\n`, good: `${HEAD}expect (smmu0.CR0 & 1) == 1\n`,
  }, 'warning'),
  row('scenario-stream-id', {
    title: 'StreamID beyond the SMMU',
    explanation: 'The SMMU has fewer bits of StreamID (`IDR1.SIDSIZE`) than the number needs, so no transaction can carry it.',
    remedy: 'Use a StreamID below 2^SIDSIZE, or another model of SMMU.',
    bad: 'smmu smmu0 model=v3.0-minimal\ndevice eth0 smmu=smmu0 sid=64\n', good: 'smmu smmu0 model=v3.0-minimal\ndevice eth0 smmu=smmu0 sid=63\n',
  }),
] as const;

const LIMITS = [
  cap('limit-scenario-chars', {
    title: 'Scenario too long', explanation: 'A scenario file has more characters than the cap `scenarioChars`; the rest is not read.',
    bad: `${HEAD}probe\n# and 4 million characters more\n`, good: `${HEAD}probe\n`,
  }),
  cap('limit-scenario-line-chars', {
    title: 'Line too long', explanation: 'A line of a scenario has more characters than the cap `scenarioLineChars`, its comment not counted; the rest of the line is not read.',
    bad: `${HEAD}poke 0x48000000 "and 10,000 letters more"\n`, good: `${HEAD}fill 0x48000000 16K 0x78\n`,
  }),
  cap('limit-scenario-actions', {
    title: 'Too many actions', explanation: 'A scenario with what it includes has more actions than the cap `scenarioActions`; the rest is not read. A `repeat` counts once.',
    bad: `${HEAD}probe\nprobe\n# and 100,000 lines more\n`, good: `${HEAD}repeat 100000\n  probe\n`,
  }),
  cap('limit-scenario-setup', {
    title: 'Machine too large', explanation: 'A scenario with what it includes has more lines that describe its machine than the cap `scenarioSetup`; the rest is not read. What a board has does not count.',
    bad: 'smmu smmu0\ndevice eth0 smmu=smmu0 sid=8\n# and 2,000 lines more\nprobe\n', good: `${HEAD}probe\n`,
  }),
  cap('limit-scenario-depth', {
    title: 'Blocks nested too deep', explanation: 'Blocks are nested deeper than the cap `scenarioDepth`; what is below is not read.',
    bad: `${HEAD}in host\n  in host\n    in host # and 64 more\n      probe\n`, good: `${HEAD}in host\n  probe\n`,
  }),
  cap('limit-scenario-repeats', {
    title: 'Repeats nested too deep', explanation: '`repeat` blocks are nested deeper than the cap `scenarioRepeats`: such a scenario would not end in anybody\'s lifetime.',
    bad: `${HEAD}repeat 2\n  repeat 2\n    repeat 2 # and 8 more\n      probe\n`, good: `${HEAD}repeat 8\n  probe\n`,
  }),
] as const;

type Row = (typeof SYNTAX)[number] | (typeof ORDER)[number] | (typeof NAMES)[number] | (typeof LIMITS)[number];

/** The ids of all of them. Problems with inclusion share the ids of device trees. */
export type ScenarioProblemId = Row['id'] | 'limit-include-depth' | 'limit-include-cycle' | 'limit-inclusions' | 'limit-problems-per-file';

/** All of them, for their pages. */
export const SCENARIO_PROBLEMS: readonly RuleInfo[] = [...SYNTAX, ...ORDER, ...NAMES, ...LIMITS];

/** The usual level of each. */
export const SCENARIO_LEVELS: Readonly<Record<ScenarioProblemId, Level>> = {
  ...(Object.fromEntries(SCENARIO_PROBLEMS.map(({ id, level }) => [id, level])) as Record<Row['id'], Level>),
  'limit-include-depth': 'error', 'limit-include-cycle': 'error', 'limit-inclusions': 'error', 'limit-problems-per-file': 'warning',
};
