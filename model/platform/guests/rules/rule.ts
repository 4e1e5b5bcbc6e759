/** What the rules over a whole system share: places in its three kinds of file, and examples made of several files. */
import type { Problem, QuickFix, Related, SourceRange } from '../../../problem.ts';
import type { Rule } from '../../../rule.ts';
import type { Span } from '../../../devicetree/syntax/ast.ts';
import type { DtNode } from '../../../devicetree/tree/tree.ts';
import type { XlGuest } from '../../../xl/guestConfig.ts';
import type { XlSpan } from '../../../xl/syntax.ts';
import { nameSpan, propertySpan } from '../../context.ts';
import { rangeOf } from '../system.ts';
import type { CompiledTree, Domain, OwnedDevice, System } from '../types.ts';

/** A rule over a system. Its examples are several files, each after a line `--- NAME`. */
export type SystemRule = Rule<System>;

/** What a finding adds to its rule's id and level. */
export interface SystemFinding {
  readonly message: string;
  readonly advice: string;
  readonly level?: Problem['level'];
  readonly related?: readonly Related[];
  readonly fixes?: readonly QuickFix[];
}

/** A problem of a rule at a place. */
export function problem(rule: Pick<SystemRule, 'id' | 'level'>, range: SourceRange, finding: SystemFinding): Problem {
  return { id: rule.id, level: rule.level, range, ...finding };
}

/** Where a node is introduced. */
export function atNode(source: CompiledTree, node: DtNode): SourceRange {
  return rangeOf(source, nameSpan(node));
}

/** Where a property is set; its node where it is absent. */
export function atProperty(source: CompiledTree, node: DtNode, name: string): SourceRange {
  return rangeOf(source, propertySpan(node, name));
}

/** Where some cells are written. */
export function atSpan(source: CompiledTree, span: Span): SourceRange {
  return rangeOf(source, span);
}

/** A place in a guest's configuration. */
export function inConfig(config: XlGuest, span: XlSpan): SourceRange {
  return { file: config.syntax.path, start: span.start, end: span.end };
}

/** Where a new item of a list key goes: behind the last item, or a new statement at the end of the file. */
export function listItemFix(config: XlGuest, key: string, item: string): QuickFix {
  const title = `Add ${item} to ${key}`;
  const value = config.config.settings.get(key)?.value;
  const { text } = config.syntax;
  if (value?.kind !== 'list') {
    const end = text.length;
    const newline = text === '' || text.endsWith('\n') ? '' : '\n';
    return { title, preferred: true, edits: [{ range: inConfig(config, { start: end, end }), text: `${newline}${key} = [ ${item} ]\n` }] };
  }
  const last = value.items.at(-1);
  const at = last?.end ?? value.start + 1;
  return { title, preferred: true, edits: [{ range: inConfig(config, { start: at, end: at }), text: last === undefined ? ` ${item}` : `, ${item}` }] };
}

/** Every device of every domain but the hardware domain, with its domain. */
export function* assigned(system: System): Iterable<{ readonly domain: Domain; readonly device: OwnedDevice }> {
  for (const domain of system.domains) {
    if (domain.kind === 'hardware') continue;
    for (const device of domain.devices) yield { domain, device };
  }
}

/** A related place at the host's node of a device; none where it has none. */
export function hostNode(system: System, device: OwnedDevice): Related[] {
  if (system.host === undefined || device.node === undefined) return [];
  return [{ range: atNode(system.host, device.node), message: 'The device in the host tree' }];
}

/** True where a product layer's toolstack copies what the configuration lists, and not `/passthrough` alone; of a loose fragment, where any guest's does. */
export function copiesListedNodes(system: System, domain: Domain | undefined): boolean {
  const asked = domain === undefined ? system.domains : [domain];
  return asked.some((one) => one.config?.config.settings.has('dt_passthrough_nodes') === true);
}

/** Every fragment of the system with the domain it belongs to, if that is known. */
export function* fragmentsOf(system: System): Iterable<{ readonly fragment: CompiledTree; readonly domain: Domain | undefined }> {
  for (const domain of system.domains) if (domain.fragment !== undefined) yield { fragment: domain.fragment, domain };
  for (const fragment of system.loose) yield { fragment, domain: undefined };
}
