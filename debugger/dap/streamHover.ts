/** What a device of a board is like at the present moment: whose it is, and the stream table entry of each of its streams. */
import { smmuName } from '../inspect/machineNames.ts';
import type { Debuggee } from './debuggee.ts';

const MOST_STREAMS = 8;

/** Markdown for the device that a line of a board is about; undefined where there is none. */
export function streamHover({ session, inspector }: Debuggee, path: string, line: number): string | undefined {
  const { system, lines } = session;
  const device = lines.deviceAt(system.devices, path, line);
  if (device === undefined) return undefined;
  const owner = system.ownerOf(device);
  const rows = device.sids.slice(0, MOST_STREAMS).map((sid) => {
    const smmu = smmuName(system, device.smmu ?? 0);
    const ste = inspector.evaluate(`ste(${JSON.stringify(smmu)}, 0x${sid.toString(16)})`);
    return `- StreamID 0x${sid.toString(16)} on ${smmu}: ${ste.ok ? `\`${ste.node.value}\`` : ste.message}`;
  });
  if (device.smmu === undefined) rows.push('- no SMMU in front of it: reaches all memory');
  const more = device.sids.length > MOST_STREAMS ? [`- and ${device.sids.length - MOST_STREAMS} more`] : [];
  return [`**${device.name} in the debugger**${owner === undefined ? '' : `, owned by ${owner}`}`, '', ...rows, ...more].join('\n');
}
