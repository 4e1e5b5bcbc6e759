/** What the configuration of a stream explains about a failed access: substreams, ATS, a guest that is not followed. */
import type { SteConfig } from '../../emulator/config/compile.ts';
import type { SourceRange } from '../../model/problem.ts';
import { deviceOf } from '../system/names.ts';
import type { System } from '../system/system.ts';
import type { InspectedStream } from './context.ts';
import { readSte } from './streams.ts';

/** Something found, and where to look. */
export interface StreamFinding {
  readonly text: string;
  /** Physical address of the STE that says so; undefined where it is not the STE. */
  readonly ste: number | undefined;
  readonly at: SourceRange | undefined;
}

const F_BAD_ATS_TREQ = 5;
const F_STREAM_DISABLED = 6;
const F_TRANSL_FORBIDDEN = 7;
const C_BAD_SUBSTREAMID = 8;

type Say = (ste: SteConfig, ssid: number | undefined) => string | undefined;

const SAYS: Readonly<Record<number, Say>> = {
  [F_BAD_ATS_TREQ]: ({ fields, stage1, stage2 }) => (stage1 || stage2 ? `STE.EATS is ${fields.EATS}: the device may not use ATS.` : 'The stream bypasses translation, where ATS requests are refused.'),
  [F_TRANSL_FORBIDDEN]: ({ fields }) => `STE.EATS is ${fields.EATS}: translated transactions of the device are refused.`,
  [F_STREAM_DISABLED]: ({ dss, cdMax }) => (dss === 2
    ? 'STE.S1DSS is 2: CD 0 belongs to traffic without SubstreamID, and SubstreamID 0 is refused.'
    : `STE.S1DSS is ${dss} with substreams on (S1CDMax is ${cdMax}): traffic without SubstreamID is terminated.`),
  [C_BAD_SUBSTREAMID]: ({ stage1, cdMax }, ssid = 0) => {
    if (!stage1) return 'The stream has no stage 1, so it takes no SubstreamID.';
    if (cdMax === 0) return 'Substreams are off (STE.S1CDMax is 0), and the device sent a SubstreamID.';
    return ssid >= 2 ** cdMax ? `STE.S1CDMax is ${cdMax}: SubstreamIDs from 0x${(2 ** cdMax).toString(16)} on are refused.` : 'The level-1 CD of this SubstreamID is not valid.';
  },
};

/** What the STE in memory says about an event; undefined where it says nothing. */
export function steFinding(system: System, stream: InspectedStream, code: number): StreamFinding | undefined {
  const say = SAYS[code];
  const found = say === undefined ? undefined : readSte(system.machine, stream.smmu, stream.sid);
  if (say === undefined || found?.config === undefined || found.config.broken !== null) return undefined;
  const text = say(found.config, stream.ssid);
  return text === undefined ? undefined : { text, ste: found.address, at: deviceOf(system, stream.smmu, stream.sid)?.at };
}

/** A guest that has configured the stream, and that the hardware does not follow. */
export function guestFinding(system: System, stream: InspectedStream): StreamFinding | undefined {
  const device = deviceOf(system, stream.smmu, stream.sid);
  const comparison = device === undefined ? undefined : system.compare(device);
  if (device === undefined || comparison === undefined || comparison.isFollowed) return undefined;
  const isAsked = comparison.fields.some((f) => f.field.name === 'V' && f.guest.lo === 1);
  return isAsked ? { text: comparison.sentence, ste: undefined, at: device.at } : undefined;
}
