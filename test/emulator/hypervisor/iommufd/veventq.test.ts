import { describe, expect, it } from 'vitest';
import { drain, emptyQueue, isForwarded, report, streamOfEvent, withStream, type EventQueueState } from '../../../../emulator/hypervisor/iommufd/veventq.ts';
import { encode, EVENTS, eventNamed } from '../../../../emulator/index.ts';

function record(name: string, values: Record<string, number> = {}): number[] {
  const type = eventNamed(name)!;
  return [...encode(type.layout, { Type: type.code, StreamID: 0x420, ...values })];
}

function filled(depth: number, count: number): EventQueueState {
  let queue = emptyQueue(depth);
  for (let i = 0; i < count; i++) queue = report(queue, [i]);
  return queue;
}

describe('virtual event queue', () => {
  it('numbers what it holds', () => {
    const { events, rest } = drain(filled(4, 3));
    expect(events.map((e) => [e.sequence, e.isLost, e.words[0]])).toEqual([[0, false, 0], [1, false, 1], [2, false, 2]]);
    expect(drain(report(rest, [9])).events).toMatchObject([{ sequence: 3 }]);
  });

  it('ends in one note of loss with the number of the last lost event', () => {
    const { events } = drain(filled(2, 5));
    expect(events.map((e) => [e.sequence, e.isLost])).toEqual([[0, false], [1, false], [4, true]]);
    expect(events[2]!.words).toEqual([]);
  });

  it('counts on after a loss, so that a reader sees the gap', () => {
    const { rest } = drain(filled(2, 5));
    expect(drain(report(rest, [7])).events).toMatchObject([{ sequence: 5, isLost: false }]);
  });

  it('starts again at 0 after 2^31 events', () => {
    const queue = report(report({ depth: 4, sequence: 2 ** 31 - 1, events: [] }, [0]), [1]);
    expect(queue.events.map((e) => e.sequence)).toEqual([2 ** 31 - 1, 0]);
  });

  it('takes eight types of events', () => {
    const taken = EVENTS.filter((e) => isForwarded([e.code, 0, 0, 0, 0, 0, 0, 0])).map((e) => e.name);
    expect(taken).toEqual(['C_BAD_STE', 'F_STREAM_DISABLED', 'C_BAD_SUBSTREAMID', 'C_BAD_CD', 'F_TRANSLATION', 'F_ADDR_SIZE', 'F_ACCESS', 'F_PERMISSION']);
  });

  it.each([{ values: { Stall: 1 } }, { values: { S2: 1 } }])('leaves $values to the host', ({ values }) => {
    expect(isForwarded(record('F_TRANSLATION'))).toBe(true);
    expect(isForwarded(record('F_TRANSLATION', values))).toBe(false);
  });

  it('changes the StreamID and nothing else', () => {
    const words = record('F_PERMISSION', { InputAddr: 0x1234, RnW: 1 });
    const other = withStream(words, 0x10);
    expect(streamOfEvent(other)).toBe(0x10);
    expect(other.filter((w, i) => w !== words[i])).toEqual([0x10]);
  });
});
