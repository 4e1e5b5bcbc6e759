/** The table of handlers, one per verb of the catalog that is carried out; blocks and setup have none. */
import type { Handler } from './act.ts';
import { DEVICE_HANDLERS } from './handlers/device.ts';
import { DRIVER_HANDLERS } from './handlers/driver.ts';
import { EXPECT_HANDLERS } from './handlers/expect.ts';
import { MACHINE_HANDLERS } from './handlers/expectMachine.ts';
import { HYPERVISOR_HANDLERS } from './handlers/hypervisor.ts';
import { MEMORY_HANDLERS } from './handlers/memory.ts';
import { OTHER_HANDLERS } from './handlers/other.ts';
import { REGISTER_HANDLERS } from './handlers/registers.ts';

/** The handlers by verb. */
export const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...Object.entries(DRIVER_HANDLERS), ...Object.entries(DEVICE_HANDLERS), ...Object.entries(HYPERVISOR_HANDLERS),
  ...Object.entries(REGISTER_HANDLERS), ...Object.entries(MEMORY_HANDLERS), ...Object.entries(EXPECT_HANDLERS),
  ...Object.entries(MACHINE_HANDLERS), ...Object.entries(OTHER_HANDLERS),
]);
