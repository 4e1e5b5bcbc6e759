/**
 * An event record read for explanation: the parts that sentences and causes speak of. Parts that
 * the type of record does not have are absent or false; vendor junk in undefined bits is not seen.
 */
import type { U64 } from '../bits/u64.ts';
import { eventOf, type EventType } from '../fields/events.ts';
import { fieldNamed, getField } from '../fields/layout.ts';

/** One event record. */
export interface EventView {
  readonly type: EventType | undefined;
  readonly code: number;
  readonly sid: number;
  readonly ssid: number | undefined;
  readonly stage2: boolean;
  /** 0 CD, 1 translation table, 2 input address. */
  readonly class: number;
  readonly read: boolean;
  readonly privileged: boolean;
  readonly instruction: boolean;
  readonly stalled: boolean;
  readonly stag: number;
  readonly input: U64;
  readonly ipa: U64;
  readonly fetch: U64;
}

/** Reads the eight 32-bit words of a record. */
export function eventView(words: ArrayLike<number>): EventView {
  const type = eventOf(words);
  const get = (name: string): U64 => {
    const f = type === undefined ? undefined : fieldNamed(type.layout, name);
    return f === undefined ? { hi: 0, lo: 0 } : getField(words, f);
  };
  const flag = (name: string): boolean => get(name).lo === 1;
  // C_BAD_SUBSTREAMID has a SubstreamID and no SSV bit: it is always meant.
  const hasSsid = flag('SSV') || type?.code === 0x08;
  return {
    type, code: (words[0] ?? 0) & 0xff, sid: (words[1] ?? 0) >>> 0, ssid: hasSsid ? get('SubstreamID').lo : undefined,
    stage2: flag('S2'), class: get('CLASS').lo, read: flag('RnW'), privileged: flag('PnU'), instruction: flag('InD'),
    stalled: flag('Stall'), stag: get('STAG').lo, input: get('InputAddr'), ipa: get('IPA'), fetch: get('FetchAddr'),
  };
}
