/** The table of subcommands, in the order in which help lists them. */
import { checkCommand } from './check.ts';
import type { Command } from './command.ts';
import { dap } from './dap.ts';
import { decode } from './decode.ts';
import { dtb } from './dtb.ts';
import { dts } from './dts.ts';
import { explain } from './explain.ts';
import { guests } from './guests.ts';
import { lsp } from './lsp.ts';
import { replay } from './replay.ts';
import { runScenarios } from './runScenarios.ts';
import { startCommand } from './start.ts';
import { streams } from './streams.ts';
import { walk } from './walk.ts';

/** Every subcommand of `vsmmu`. */
export const commands: readonly Command[] = [checkCommand, dtb, dts, streams, guests, runScenarios, walk, replay, decode, explain, lsp, dap, startCommand];
