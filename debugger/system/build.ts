/** The adapter of each kind of hypervisor, as a table. */
import type { Problem } from '../../model/problem.ts';
import type { Description } from './description.ts';
import { NativeSystem } from './native.ts';
import type { System } from './system.ts';
import { xenSystem } from './xen.ts';

/** Makes a system, or says why it cannot be made. */
export type Adapter = (description: Description) => System | { readonly problems: readonly Problem[] };

const ADAPTERS: Readonly<Record<Description['hypervisor']['kind'], Adapter | undefined>> = {
  none: (description) => new NativeSystem(description),
  xen: xenSystem,
  iommufd: undefined, pkvm: undefined, 'grant-dma': undefined,
};

/** Makes the system of a description. */
export function buildSystem(description: Description): ReturnType<Adapter> {
  const { kind, at } = description.hypervisor;
  const adapter = ADAPTERS[kind];
  if (adapter !== undefined) return adapter(description);
  return { problems: [{ id: 'scenario-hypervisor', level: 'error', message: `No system with ${kind} can be made.`, range: at ?? { file: '', start: 0, end: 0 } }] };
}
