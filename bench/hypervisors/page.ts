/** The page docs/hypervisors.md: the hypervisor models in the words of users, and what each makes of a guest's entry. */
import { decode, formatValue, PKVM_TRAP_BEHAVIOURS, PKVM_TRAP_PROFILES, PKVM_TRAP_RULES, VMM_PROFILES, type ComparedStream } from '../../emulator/index.ts';
import { STE } from '../../emulator/index.ts';
import { attachStates, PARTIAL_SYSTEMS, type Situation } from './states.ts';
import { CLOSING, OPENING, PKVM, XEN_AND_KVM } from './words.ts';

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

function monitors(): string {
  return table(['Monitor', 'What it does'], Object.values(VMM_PROFILES).map((p) => [`\`${p.name}\``, p.text]));
}

function behaviours(): string {
  const names = Object.keys(PKVM_TRAP_BEHAVIOURS) as (keyof typeof PKVM_TRAP_BEHAVIOURS)[];
  const profiles = Object.values(PKVM_TRAP_PROFILES);
  return table(['Behaviour', 'Otherwise', ...profiles.map((p) => `\`${p.name}\``)], names.map((name) => {
    const { text, otherwise } = PKVM_TRAP_BEHAVIOURS[name];
    return [text, otherwise, ...profiles.map((p) => (p[name] ? 'yes' : '-'))];
  }));
}

function rules(): string {
  return table(['Rule', 'What must hold'], Object.entries(PKVM_TRAP_RULES).map(([name, text]) => [`\`${name}\``, text]));
}

/** The configuration of an entry in a few words. */
function shortly(words: ArrayLike<number>): string {
  const set = decode(STE, words).filter(({ field, value }) => /^(V|Config|S1ContextPtr|S1CDMax|S1DSS|S2VMID|EATS)$/.test(field.name) && (value.hi !== 0 || value.lo !== 0));
  return set.length === 0 ? 'zeros' : set.map((v) => `${v.field.name}=${formatValue(v).replace(/ \(.*\)/, '')}`).join(' ');
}

function situations(list: readonly Situation[]): string {
  return table(['Situation', "Guest's entry", "Hardware's entry", 'Verdict', 'A DMA'], list.map(({ name, stream, fate, violations }) => [
    name, shortly(stream.guest), shortly(stream.host), stream.comparison.sentence, violations > 0 ? `${fate}; reported` : fate,
  ]));
}

function inFull({ comparison }: ComparedStream): string {
  return table(['Field', 'Guest', 'Hardware', 'Verdict'], comparison.fields.map(({ field, guest, host, verdict }) => [
    field.name, formatValue({ field, value: guest, meaning: undefined }), formatValue({ field, value: host, meaning: undefined }), verdict,
  ]));
}

/** The whole page. */
export function hypervisorPage(): string {
  const states = attachStates();
  const nested = states.find((s) => s.name.startsWith('3'));
  return `${[
    OPENING, XEN_AND_KVM, monitors(), PKVM, behaviours(), '### The contract\n\nWhat a host must keep to in the trap-and-emulate design. A breach stops the machine, names the rule,\nand can be undone.', rules(),
    CLOSING, '### The five states of attachment (KVM with iommufd)', situations(states),
    ...(nested === undefined ? [] : ['State 3 in full:', inFull(nested.stream)]),
    ...PARTIAL_SYSTEMS.flatMap(([title, make]) => [`### Partial configurations: ${title}`, situations(make())]),
  ].join('\n\n')}\n`;
}
