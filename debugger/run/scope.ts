/** The names that expressions of a run always have: the last DMA and the devices. */
import { failure, type Scope } from '../expression/evaluate.ts';
import { listValue, numberValue, recordValue, stringValue, type ExpressionValue } from '../expression/value.ts';
import { findDevice } from '../system/names.ts';
import type { DmaOutcome, System } from '../system/system.ts';
import type { RunnerState } from './unit.ts';

/** The last DMA as a value: `last.status`, `.pa`, `.event`, `.data`, `.stag`. */
export function lastValue(last: DmaOutcome): ExpressionValue {
  return recordValue('DMA', {
    status: stringValue(last.status), event: stringValue(last.event ?? 'none'), sentence: stringValue(last.sentence),
    ...(last.address === undefined ? {} : { pa: last.address }), ...(last.stag === undefined ? {} : { stag: numberValue(last.stag) }),
    ...(last.data === undefined ? {} : { data: listValue(Array.from(last.data, (byte) => numberValue(byte))) }),
  });
}

/** A scope for runs without an inspector. */
export function runScope(system: System, state: () => RunnerState): Scope {
  return {
    name: (name) => {
      const { last } = state();
      if (name === 'last') return last === undefined ? failure('there has been no DMA yet') : lastValue(last);
      const device = findDevice(system, name);
      if (device === undefined) return undefined;
      return recordValue('device', { sid: device.sids[0] ?? 0, name: device.name });
    },
    call: () => undefined,
    names: () => ['last', ...system.devices.map((d) => d.name)],
  };
}
