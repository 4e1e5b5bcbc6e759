/** The adapter of each kind of hypervisor, as a table. */
import type { Problem } from '../../model/problem.ts';
import { setupProblem } from './base.ts';
import type { Description } from './description.ts';
import { grantDmaSystem } from './grantDma.ts';
import { ImageSystem } from './image.ts';
import { iommufdSystem } from './iommufd.ts';
import { NativeSystem } from './native.ts';
import { pkvmSystem } from './pkvm.ts';
import type { System } from './system.ts';
import { xenSystem } from './xen.ts';

/** Makes a system, or says why it cannot be made. */
export type Adapter = (description: Description) => System | { readonly problems: readonly Problem[] };

const ADAPTERS: Readonly<Record<Description['hypervisor']['kind'], Adapter>> = {
  none: (description) => new NativeSystem(description),
  xen: xenSystem,
  iommufd: iommufdSystem,
  pkvm: pkvmSystem,
  'grant-dma': grantDmaSystem,
};

/** Makes the system of a description. */
export function buildSystem(description: Description): ReturnType<Adapter> {
  const { image, hypervisor } = description;
  if (image === undefined) return ADAPTERS[hypervisor.kind](description);
  if (hypervisor.kind === 'none') return new ImageSystem(description, image);
  return { problems: [setupProblem('An image has no hypervisor that could run: it is memory and registers as they stand.', hypervisor.at)] };
}
