/** The public entry of the emulator: everything that the debugger and the command line may use. */
export * from './bits/u64.ts';
export * from './fields/layout.ts';
export { STE, L1STD } from './fields/ste.ts';
export { CD, L1CD } from './fields/cd.ts';
export { COMMANDS, commandNamed, commandOf, encodeCommand, type Command } from './fields/commands.ts';
export { EVENTS, eventNamed, eventOf, type EventType } from './fields/events.ts';
export { PRI_RECORD } from './fields/pri.ts';
export { descriptorLayout, S1_LEAF, S1_TABLE, S2_LEAF, S2_TABLE } from './fields/descriptors.ts';
export { REGISTERS, registerNamed, type Register } from './fields/registers.ts';
