/** All cases in the order of their numbers. */
import type { XenCase } from './case.ts';
import { CONFIGURATION_CASES } from './configuration.ts';
import { QUEUE_CASES } from './queues.ts';
import { REGISTER_CASES } from './registers.ts';
import { TOOLSTACK_CASES } from './toolstack.ts';

/** X01 to X35. */
export const XEN_CASES: readonly XenCase[] = [...CONFIGURATION_CASES, ...QUEUE_CASES, ...REGISTER_CASES, ...TOOLSTACK_CASES]
  .toSorted((a, b) => a.id.localeCompare(b.id));

export { OBSERVATIONS } from './observations.ts';
