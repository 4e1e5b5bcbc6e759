/**
 * Sorts a set of files into a system: which device tree is the host, which ones are partial, and
 * which partial tree each guest's configuration names.
 */
import type { XlDialect } from '../../xl/dialects.ts';
import type { XlGuest } from '../../xl/guestConfig.ts';
import { isFragment } from './fragment.ts';
import { fragmentOfConfig } from './system.ts';
import type { Association, CompiledTree, HostTree, SystemInput } from './types.ts';

/** What there is to sort. */
export interface SystemFiles {
  /** Compiled device trees; a tree that has `context` may be the host. */
  readonly trees: readonly (CompiledTree | HostTree)[];
  readonly configs: readonly XlGuest[];
  readonly association: Association;
  readonly dialect: XlDialect | undefined;
  /** The partial tree of a configuration where a project file states it, by the paths of both. */
  readonly partials?: ReadonlyMap<string, string>;
}

/** Sorts the files. The host is the first tree that is not partial; further boards are left out. */
export function assemble(files: SystemFiles): SystemInput {
  const stated = new Set(files.partials?.values());
  const named = new Set(files.configs.flatMap((config) => fragmentOfConfig(config, files.trees) ?? []));
  const fragments = files.trees.filter((one) => isFragment(one.tree) || !('context' in one) || named.has(one) || stated.has(one.path));
  const host = files.trees.find((one): one is HostTree => 'context' in one && !fragments.includes(one));
  const used = new Set<CompiledTree>();
  const guests = files.configs.map((config) => {
    const partial = files.partials?.get(config.syntax.path);
    const fragment = fragments.find((one) => one.path === partial) ?? fragmentOfConfig(config, fragments);
    if (fragment !== undefined) used.add(fragment);
    return { config, fragment };
  });
  return {
    host, guests, fragments: fragments.filter((one) => !used.has(one)),
    association: files.association, vsmmu: files.dialect?.vsmmu,
  };
}
