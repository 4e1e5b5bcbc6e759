/**
 * One DMA after the last line of a scenario, in the machine as the scenario leaves it. It is carried out
 * as a line of its own behind the others, so that it means what a `dma` line means; the file stays as it is.
 */
import { hex, type U64 } from '../../emulator/bits/u64.ts';
import { Lines } from '../check/findings.ts';
import { EXIT, type Io, UsageError } from '../command.ts';
import { painter, textWidth } from '../paint.ts';
import { absolute, namer } from '../paths.ts';
import { play } from '../scenario/play.ts';
import type { RunReport } from '../scenario/report.ts';
import { textRun, traceText } from '../scenario/text.ts';
import { nodeScenarioFiles } from '../scenarioFiles.ts';

/** What is asked of the SMMU. */
export interface Access {
  readonly ssid: number | undefined;
  readonly iova: U64;
  readonly isWrite: boolean;
  readonly isPrivileged: boolean;
  readonly isInstruction: boolean;
}

/** A device goes by a word of the scenario language, and only by that: it becomes part of a line. */
const WORD = /^[\w@,./:+~-]+$/;

function lineOf({ device, ssid, iova, isWrite, isPrivileged, isInstruction }: Access & { readonly device: string }): string {
  const options = [...(ssid === undefined ? [] : [`ssid=${ssid}`]), ...(isPrivileged ? ['privileged'] : []), ...(isInstruction ? ['instruction'] : [])];
  return ['dma', device, isWrite ? 'write' : 'read', hex(iova), ...options].join(' ');
}

/** Runs a scenario and then the access; prints the walk, or why it did not come to that. Answers the exit code. */
export function walkInScenario(given: string, access: Access & { readonly device: string }, io: Io): number {
  if (!WORD.test(access.device)) throw new UsageError(`no name of a device: '${access.device}'`);
  const path = absolute(given, io.cwd);
  const text = io.files.readText(path);
  if (text === undefined) throw new UsageError(`no such file: ${given}`);
  // An empty line more: the scenario may end within a line.
  const longer = `${text}\n${lineOf(access)}\n`;
  const readText = (file: string): string | undefined => (file === path ? longer : io.files.readText(file));
  const played = play(path, nodeScenarioFiles({ readText, readBytes: (file) => io.files.readBytes(file) }), { traced: 'last' });
  const report: RunReport = { played: [played], lines: new Lines(readText), name: namer(io.cwd) };
  const style = { paint: painter(io), width: textWidth(io) };
  const last = played.trace.at(-1);
  const isOurs = last !== undefined && last.unit.action.at.file === path && last.unit.action.at.start > text.length;
  if (isOurs && last.unit.outcome.status !== 'error') {
    io.stdout.write(traceText(report, last, style));
    return EXIT.clean;
  }
  io.stdout.write(textRun({ ...report, played: [{ ...played, trace: [] }] }, style));
  return played.status === 'wrong' ? EXIT.usage : EXIT.findings;
}
