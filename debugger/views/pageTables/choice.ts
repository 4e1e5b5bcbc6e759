/** Which stream's page tables are shown, and of which SubstreamID: what the user chose, or what the present moment is about. */
import type { InspectedStream } from '../../inspect/context.ts';
import { streamText } from '../../inspect/machineNames.ts';
import { presentStream } from '../../inspect/scopes.ts';
import { readCd, readSte } from '../../inspect/streams.ts';
import { knownStreams } from '../../inspect/symbols.ts';
import type { Pause } from '../../scenario/pace.ts';
import type { Session } from '../../session/session.ts';
import type { System } from '../../system/system.ts';
import type { Control, ViewSource } from '../page.ts';
import { presentTransaction } from '../walk.ts';
import { PARTS, spaceOfPart } from './parts.ts';

/** SubstreamIDs that can be chosen at most, and CDs that are read for them. */
const MOST_CONTEXTS = 64;
const MOST_CDS = 1024;

/** What is shown. */
export interface Chosen {
  readonly stream: InspectedStream;
  /** The stream for people. */
  readonly name: string;
  readonly controls: readonly Control[];
}

interface NamedStream {
  readonly id: string;
  readonly name: string;
  readonly stream: InspectedStream;
}

function streamsOf(system: System): NamedStream[] {
  return system.machine.smmus.flatMap((_, smmu) => knownStreams(system, smmu).map((sid) => ({ id: `${smmu}:${sid}`, name: streamText(system, smmu, sid), stream: { smmu, sid, ssid: undefined } })));
}

/** The stream of the transaction that the walk view shows. */
function* streamOfTransaction(session: Session): Generator<Pause, InspectedStream | undefined> {
  const found = yield* presentTransaction(session);
  const head = found?.trace.steps[found.node.first - 1];
  session.settle();
  return head?.kind === 'transaction' ? { smmu: head.smmu, sid: head.sid, ssid: head.ssid } : undefined;
}

function hasTables(system: System, stream: InspectedStream): boolean {
  return PARTS.some((part) => typeof spaceOfPart(system, stream, part) !== 'string');
}

/** The SubstreamIDs of a stream that have a CD; nothing where there is only one CD. */
function* contextsOf({ machine }: System, stream: InspectedStream): Generator<void, number[]> {
  const { config } = readSte(machine, stream.smmu, stream.sid);
  if (config === undefined || config.broken !== null || !config.stage1 || config.cdMax === 0) return [];
  const found: number[] = [];
  for (let index = 0; index < Math.min(2 ** config.cdMax, MOST_CDS) && found.length < MOST_CONTEXTS; index++) {
    const cd = readCd(machine, stream, index);
    if (cd.config !== undefined && cd.config.broken === null) found.push(index);
    if (index % 16 === 15) yield;
  }
  return found;
}

/** What to show; undefined where no stream is known. */
export function* chosenStream({ session, inspector, options }: ViewSource): Generator<Pause, Chosen | undefined> {
  const { system } = session;
  const streams = streamsOf(system);
  const present = presentStream(inspector) ?? (yield* streamOfTransaction(session));
  const isPresent = ({ stream: { smmu, sid } }: NamedStream): boolean => smmu === present?.smmu && sid === present.sid;
  const wanted = streams.find(({ id }) => id === options.get('stream'));
  const found = wanted ?? streams.find(isPresent) ?? streams.find(({ stream }) => hasTables(system, stream)) ?? streams[0];
  if (found === undefined) return undefined;
  const contexts = yield* contextsOf(system, found.stream);
  const context = contexts.find((index) => String(index) === options.get('context'));
  const ssid = context ?? (isPresent(found) ? present?.ssid : undefined);
  const choice = (id: string, label: string, value: string, choices: Control['options']): Control => ({ id, label, kind: 'choice', value, options: [{ value: 'present', name: 'of the present moment' }, ...choices] });
  return {
    stream: { ...found.stream, ssid }, name: `${found.name}${ssid === undefined ? '' : `, SubstreamID ${ssid}`}`,
    controls: [
      choice('stream', 'Stream', wanted === undefined ? 'present' : wanted.id, streams.map(({ id, name }) => ({ value: id, name }))),
      ...(contexts.length < 2 ? [] : [choice('context', 'SubstreamID', context === undefined ? 'present' : String(context), contexts.map((index) => ({ value: String(index), name: `${index}` })))]),
    ],
  };
}
