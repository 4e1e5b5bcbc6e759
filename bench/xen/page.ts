/** The page docs/xen-vsmmu.md: what each version of Xen's virtual SMMUv3 does, and each case under each. */
import { playXenCase, XEN_BEHAVIOURS, XEN_CASES, XEN_OBSERVATIONS, XEN_PROFILE_NAMES, type Behaviour, type XenCase } from '../../emulator/index.ts';

const HEAD = `# Xen's virtual SMMUv3, by profile

Made by \`npm run docs:xen -- --write\` from the model in \`emulator/hypervisor/xen\`; a test holds it.
Xen's virtual SMMUv3 is not merged. The profiles:

- \`v3\`: the series as posted on 31 March 2026;
- \`wip\`: a later, unposted state of a public fork: a hint, no fact about Xen; as \`v3\` where nothing is known;
- \`fixed\`: what reviewers asked for, and repairs of what they and we found;
- \`architecture\`: an ideal virtual SMMU.

*own* marks what was derived by reading and said by nobody on the list: likely, not confirmed.
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function behaviours(): string {
  const rows = Object.values<Behaviour>(XEN_BEHAVIOURS).map((b) => {
    const marks = XEN_PROFILE_NAMES.map((name) => (b[name] ? 'yes' : '-'));
    return `| ${cell(b.text)} | ${cell(b.otherwise)} | ${marks.join(' | ')} | ${b.certainty === 'own' ? 'own' : ''} |`;
  });
  return `\n## Behaviours\n\n| Behaviour | Otherwise | ${XEN_PROFILE_NAMES.join(' | ')} | |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function cases(title: string, list: readonly XenCase[]): string {
  const rows = list.map((c) => {
    const results = XEN_PROFILE_NAMES.map((name) => cell(playXenCase(c, name).outcome));
    return `| ${c.id} | ${cell(c.title)} (${cell(c.source)}) | ${results.join(' | ')} |`;
  });
  return `\n## ${title}\n\n| | Case (source) | ${XEN_PROFILE_NAMES.join(' | ')} |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** The whole page. */
export function xenPage(): string {
  return HEAD + behaviours() + cases('Scenarios', XEN_CASES) + cases('Security observations', XEN_OBSERVATIONS);
}
