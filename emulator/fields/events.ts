/**
 * Event records of 32 bytes: one layout per type. The v3.4 bits of F_PERMISSION and the RME bit
 * GPCF have no entry. Records of real parts carry junk in undefined bits, which decoding drops.
 */
import { field, getField, layout, type Field, type Layout } from './layout.ts';
import { CLASS } from './values.ts';

const TYPE = field('Type', [0, 7, 0], 'Event type.');
const SSV = field('SSV', [0, 11], 'SubstreamID is valid.');
const SSID = field('SubstreamID', [0, 31, 12], 'Substream.');
const SID = field('StreamID', [0, 63, 32], 'Stream.');
const STAG = field('STAG', [1, 15, 0], 'Which stall; what CMD_RESUME must name.');
const STALL = field('Stall', [1, 31], 'The transaction waits for CMD_RESUME.');
const REASON = field('Reason', [1, 15, 0], 'Implementation defined.');
const PNU = field('PnU', [1, 33], 'Privileged.');
const IND = field('InD', [1, 34], 'Instruction fetch.');
const RNW = field('RnW', [1, 35], '1 is a read.');
const S2 = field('S2', [1, 39], 'Stage 2 faulted.');
const CLASS_FIELD = field('CLASS', [1, 41, 40], 'Which access faulted.', { values: CLASS });
const TTRNW = field('TTRnW', [1, 44], 'With CLASS=TT: 1 the table was read, 0 it was written.');
const INPUT = field('InputAddr', [2, 63, 0], 'Address as the device gave it.', { address: true });
const PAGE = field('InputAddr', [2, 63, 12], 'Page that the device asked for.', { address: true });
const IPA = field('IPA', [3, 55, 12], 'Intermediate address of a stage-2 fault, without its low 12 bits.', { address: true });
const FETCH = field('FetchAddr', [3, 55, 3], 'Physical address of the structure that could not be read.', { address: true });

const STREAM: readonly Field[] = [SSV, SSID, SID];
const ACCESS: readonly Field[] = [PNU, IND, RNW];
const FAULT: readonly Field[] = [...STREAM, STAG, STALL, ...ACCESS, S2, CLASS_FIELD, INPUT, IPA];

/** One type of event. */
export interface EventType {
  readonly code: number;
  readonly name: string;
  readonly layout: Layout;
}

function event(code: number, name: string, text: string, fields: readonly Field[]): EventType {
  return { code, name, layout: layout(name, 8, text, [TYPE, ...fields]) };
}

/** Every event type up to v3.3, by code. */
export const EVENTS: readonly EventType[] = [
  event(0x01, 'F_UUT', 'The SMMU cannot take this type of transaction.', [...STREAM, REASON, ...ACCESS, INPUT]),
  event(0x02, 'C_BAD_STREAMID', 'The StreamID is outside the stream table.', STREAM),
  event(0x03, 'F_STE_FETCH', 'Reading the STE or its level-1 descriptor aborted.', [...STREAM, REASON, FETCH]),
  event(0x04, 'C_BAD_STE', 'The STE is invalid or illegal.', STREAM),
  event(0x05, 'F_BAD_ATS_TREQ', 'An ATS translation request came although ATS is off for the stream.', [
    ...STREAM, field('Span', [1, 3, 0], 'Size asked for.'), field('P', [1, 28], 'Privileged asked for.'),
    field('X', [1, 29], 'Execute asked for.'), field('W', [1, 30], 'Write asked for.'), field('R', [1, 31], 'Read asked for.'), PAGE,
  ]),
  event(0x06, 'F_STREAM_DISABLED', 'Substreams are on and this access may not go without, or not with SubstreamID 0.', [SID]),
  event(0x07, 'F_TRANSL_FORBIDDEN', 'A device sent a translated address although it may not.', [SID, RNW, INPUT]),
  event(0x08, 'C_BAD_SUBSTREAMID', 'The SubstreamID is outside the CD table or not allowed.', [SSID, SID]),
  event(0x09, 'F_CD_FETCH', 'Reading the CD or its level-1 descriptor aborted.', [...STREAM, REASON, FETCH]),
  event(0x0a, 'C_BAD_CD', 'The CD is invalid or illegal.', STREAM),
  event(0x0b, 'F_WALK_EABT', 'Reading a translation table aborted.', [...STREAM, REASON, ...ACCESS, S2, CLASS_FIELD, INPUT, FETCH]),
  event(0x10, 'F_TRANSLATION', 'No translation for the address.', FAULT),
  event(0x11, 'F_ADDR_SIZE', 'An address is wider than its output size allows.', FAULT),
  event(0x12, 'F_ACCESS', 'The access flag is clear.', FAULT),
  event(0x13, 'F_PERMISSION', 'The mapping does not permit the access.', [...FAULT, TTRNW]),
  event(0x20, 'F_TLB_CONFLICT', 'TLB entries conflict.', [...STREAM, REASON, ...ACCESS, S2, INPUT, IPA]),
  event(0x21, 'F_CFG_CONFLICT', 'Cached configuration conflicts.', [...STREAM, field('Reason', [1, 31, 0], 'Implementation defined.')]),
  event(0x24, 'E_PAGE_REQUEST', 'A speculative page request.', [
    ...STREAM, field('uX', [1, 34], 'Unprivileged execute.'), field('uW', [1, 35], 'Unprivileged write.'), field('uR', [1, 36], 'Unprivileged read.'),
    field('pX', [1, 37], 'Privileged execute.'), field('pW', [1, 38], 'Privileged write.'), field('pR', [1, 39], 'Privileged read.'),
    field('Span', [1, 51, 44], 'Size in 4K units.'), PAGE,
  ]),
  event(0x25, 'F_VMS_FETCH', 'Reading the VMS aborted.', [...STREAM, REASON, FETCH]),
];

const BY_CODE: ReadonlyMap<number, EventType> = new Map(EVENTS.map((e) => [e.code, e]));

/** The type of a record, or undefined for a reserved code (which software must tolerate). */
export function eventOf(words: ArrayLike<number>): EventType | undefined {
  return BY_CODE.get(getField(words, TYPE).lo);
}

/** The event type of a name, or undefined. */
export function eventNamed(name: string): EventType | undefined {
  return EVENTS.find((e) => e.name === name);
}
