/** The ownership table as a Markdown page: each domain with its devices, streams, interrupts and pages. */
import type { SourceRange } from '../../model/problem.ts';
import { type OwnershipRow, ownershipTable } from '../../model/platform/guests/ownership.ts';
import type { Domain, System } from '../../model/platform/guests/types.ts';
import { code, hexOf, plain } from './markdown.ts';

const KINDS: Readonly<Record<Domain['kind'], string>> = { hardware: 'hardware domain', dom0less: 'dom0less', xl: 'xl' };

/** The page; `label` shortens a path, `place` says where something was written, as a link to its line. */
export function ownershipPage(system: System, label: (file: string) => string, place: (range: SourceRange) => string): string {
  const table = ownershipTable(system);
  const board = system.host === undefined ? 'No board' : plain(label(system.host.path));
  const sections = system.domains.map((domain) => {
    const facts = [KINDS[domain.kind], ...(domain.vsmmu === undefined ? [] : ['virtual SMMU']), place(domain.at)];
    const grants = domain.grants.map((grant) => `- ${code(grant.device)} from ${plain(grant.backend)}, through grants`);
    const rows = table.filter((row) => row.domain === domain.name && row.kind === domain.kind);
    const devices = rows.length === 0 ? ['No devices.'] : [HEAD, RULE, ...rows.map((row) => rowText(row, place))];
    return [`## ${plain(domain.name)}`, '', facts.join(' · '), '', ...devices, '', ...grants].join('\n');
  });
  return [`# Who owns what on ${board}`, ...sections].join('\n\n');
}

const HEAD = '| Device | SMMU | StreamID | Virtual | Interrupts | Pages | Line |';
const RULE = '|---|---|---|---|---|---|---|';

/** The name of a node without the way to it. */
function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function rowText(row: OwnershipRow, place: (range: SourceRange) => string): string {
  const id = row.streamId === null ? '' : code(row.count > 1 ? `${hexOf(row.streamId)}-${hexOf(row.streamId + row.count - 1)}` : hexOf(row.streamId));
  const cells = [
    code(row.device), row.smmu === null ? '' : code(lastName(row.smmu)), id, row.vsid === null ? '' : code(hexOf(row.vsid)),
    row.interrupts.join(' '), row.pages.map(code).join(' '), place(row.source),
  ];
  return `| ${cells.join(' | ')} |`;
}
