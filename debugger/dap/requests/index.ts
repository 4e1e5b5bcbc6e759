/** All handlers, by the names of their requests. */
import type { Context } from '../context.ts';
import type { Handlers } from '../protocol.ts';
import { BREAKPOINTS } from './breakpoints.ts';
import { EXECUTION } from './execution.ts';
import { INSPECTION } from './inspection.ts';
import { LIFECYCLE } from './lifecycle.ts';
import { MEMORY } from './memory.ts';
import { OWN } from './own.ts';
import { SOURCES } from './sources.ts';

/** The table that the connection looks requests up in. */
export const HANDLERS: Handlers<Context> & typeof OWN = { ...LIFECYCLE, ...BREAKPOINTS, ...EXECUTION, ...INSPECTION, ...SOURCES, ...MEMORY, ...OWN };
