import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateHash } from '../../../emulator/history/hash.ts';
import { History } from '../../../emulator/history/history.ts';
import { ReplayedLog } from '../../../emulator/history/replayedLog.ts';
import { Journal } from '../../../emulator/hypervisor/state.ts';

function recording(): History {
  const history = new History();
  history.recording = true;
  return history;
}

describe('a journal', () => {
  it('keeps what lies ahead when something is tried in the past', () => {
    const history = recording();
    const journal = new Journal<string>(history, 'j');
    journal.push('a');
    const first = history.position;
    journal.push('b');
    journal.push('c');
    history.seek(first);
    history.speculate(() => journal.push('x'));
    expect(journal.entries).toEqual(['a']);
    history.seek(history.newest);
    expect([journal.entries, journal.length]).toEqual([['a', 'b', 'c'], 3]);
  });

  it('comes to the same hash by the same entries', () => {
    const history = recording();
    const journal = new Journal<number>(history, 'j');
    for (const n of [1, 2, 3]) journal.push(n);
    const hash = stateHash(history);
    history.seek(0);
    journal.push(9);
    history.seek(0);
    for (const n of [1, 2, 3]) journal.push(n);
    expect(stateHash(history)).toBe(hash);
  });
});

describe('a replayed log', () => {
  it('is what its entries lead to, wherever one goes', () => {
    const step = fc.oneof(fc.record({ push: fc.nat(9) }), fc.record({ seek: fc.nat(30) }), fc.record({ tried: fc.nat(9) }));
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const history = recording();
      const log = new ReplayedLog<number, number[]>(history, 'l', { start: () => [], apply: (state, n) => void state.push(n) });
      // Positions between the two cells of a change are nobody's: only those that a push ended at are sought.
      const model = new Map<number, number[]>([[0, []]]);
      for (const one of steps) {
        const now = model.get(history.position) ?? [];
        if ('push' in one) {
          log.push(one.push);
          for (const at of model.keys()) if (at >= history.position) model.delete(at);
          model.set(history.position, [...now, one.push]);
        } else if ('seek' in one) {
          const positions = [...model.keys()].filter((p) => p <= history.newest);
          history.seek(positions[one.seek % positions.length] ?? 0);
        } else {
          history.speculate(() => {
            log.push(one.tried);
            expect(log.state).toEqual([...now, one.tried]);
          });
        }
        expect(log.state).toEqual(model.get(history.position));
      }
    }));
  });
});
