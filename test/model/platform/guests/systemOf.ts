/** Systems for tests: several files in one text, each after a line `--- NAME`. */
import { identityText } from '../../../../model/devicetree/source/identity.ts';
import { parseDts } from '../../../../model/devicetree/syntax/parse.ts';
import { mergeDts } from '../../../../model/devicetree/tree/merge.ts';
import { PlatformContext } from '../../../../model/platform/context.ts';
import { assemble } from '../../../../model/platform/guests/assemble.ts';
import { hostTree } from '../../../../model/platform/guests/host.ts';
import { readProject } from '../../../../model/platform/guests/project.ts';
import { systemOf } from '../../../../model/platform/guests/system.ts';
import type { Association, HostTree, System } from '../../../../model/platform/guests/types.ts';
import { SYSTEM_RULES } from '../../../../model/platform/guests/rules/index.ts';
import { platform } from '../../../../model/platform/platform.ts';
import type { Problem } from '../../../../model/problem.ts';
import { guestOf } from '../../../../model/xl/guestConfig.ts';
import { parseXl } from '../../../../model/xl/parser.ts';
import { XL_RULES } from '../../../../model/xl/rules/index.ts';

/** The files of a text by name. */
export function filesOf(text: string): Map<string, string> {
  const parts = text.split(/^--- (.*)\n/m).slice(1);
  return new Map(parts.flatMap((name, i) => (i % 2 === 0 ? [[name, parts[i + 1] ?? '']] : [])));
}

function treeOf(path: string, source: string): HostTree {
  const text = identityText({ path, text: source });
  const parsed = parseDts(source);
  const merged = mergeDts(parsed.syntax);
  const wrong = [...parsed.problems, ...merged.problems].filter((one) => one.level === 'error');
  if (wrong.length > 0) throw new Error(`${path}: ${wrong.map((one) => one.message).join('; ')}`);
  return hostTree({ root: path, tree: merged.tree, expanded: text, problems: [] }, new PlatformContext(platform(merged.tree), text));
}

/** A system of the files in a text. */
export function systemIn(text: string, association: Association = 'stated'): System {
  const files = filesOf(text);
  const project = readProject('vsmmu.json', files.get('vsmmu.json') ?? '{}');
  const named = (ending: string): [string, string][] => [...files].filter(([name]) => name.endsWith(ending));
  return systemOf(assemble({
    trees: named('.dts').map(([name, source]) => treeOf(name, source)),
    configs: named('.cfg').map(([name, source]) => guestOf(parseXl(name, source))),
    association, dialect: project.dialect,
  }));
}

/** What the system rules say. */
export function systemFindings(system: System): Problem[] {
  return SYSTEM_RULES.flatMap((rule) => [...rule.check(system)]);
}

/** What the rules over guests say, alone and together. */
export function allFindings(system: System): Problem[] {
  return [
    ...systemFindings(system),
    ...system.domains.flatMap(({ config }) => (config === undefined ? [] : XL_RULES.flatMap((rule) => [...rule.check(config)]))),
  ];
}
