/**
 * The life of a physical STE under VFIO, in the five states of the discussion that led to nested
 * attachment, and what each of them is in today's calls. A table and a way to tell the state of a
 * device; the calls themselves are in kernel.ts and viommu.ts.
 */
import type { IommufdKernel } from './kernel.ts';

/** The states; 2a is the one that the discussion called possible, 5 is 1 again. */
export type AttachState = '1' | '2' | '2a' | '3' | '4';

/** What a state means for the hardware. */
export interface AttachStateInfo {
  readonly state: AttachState;
  readonly name: string;
  readonly stage1: string;
  readonly stage2: string;
  /** What it is today. */
  readonly today: string;
  /** Config of the physical STE. */
  readonly configs: readonly number[];
}

/** The states in the order of the discussion. */
export const ATTACH_STATES: readonly AttachStateInfo[] = [
  { state: '1', name: 'no container', stage1: 'the default domain of the kernel translates', stage2: 'bypass', today: 'default domain; also after the container is closed (5)', configs: [4, 5] },
  { state: '2', name: 'container for nesting', stage1: 'bypass', stage2: 'translates', today: 'attached to the nesting parent', configs: [6] },
  { state: '2a', name: 'guest not ready', stage1: 'abort', stage2: 'translates', today: 'attached to a nested page table whose guest STE aborts', configs: [0] },
  { state: '3', name: 'guest table bound', stage1: 'translates with the guest tables', stage2: 'translates', today: 'attached to a nested page table with Config 5', configs: [7] },
  { state: '4', name: 'guest table unbound', stage1: 'bypass', stage2: 'translates', today: 'attached to a nested page table with Config 4', configs: [6] },
];

/** The state of a device, by what it is attached to; undefined for a page table that is no parent, or an unknown device. */
export function attachStateOf(kernel: IommufdKernel, name: string): AttachState | undefined {
  if (kernel.device(name) === undefined) return undefined;
  const id = kernel.store.attachment(name);
  if (id === 0) return '1';
  const nested = kernel.store.get('nested', id);
  if (nested !== undefined) return ({ abort: '2a', bypass: '4', 'stage 1': '3' } as const)[nested.config];
  return kernel.store.get('paging', id)?.isNestParent === true ? '2' : undefined;
}
