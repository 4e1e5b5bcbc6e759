/** The table of handlers, one per verb of the catalog that is carried out; blocks and setup have none. */
import type { Handler } from './act.ts';
import { DEVICE_HANDLERS } from './handlers/device.ts';
import { DRIVER_HANDLERS } from './handlers/driver.ts';
import { EXPECT_HANDLERS } from './handlers/expect.ts';

/** The handlers by verb. */
export const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...Object.entries(DRIVER_HANDLERS), ...Object.entries(DEVICE_HANDLERS), ...Object.entries(EXPECT_HANDLERS),
]);
