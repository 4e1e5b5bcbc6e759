/** SMMUs, devices and the outcome of a DMA as values of expressions. */
import { EVENTS } from '../../emulator/fields/events.ts';
import { listValue, numberValue, recordValue, type ExpressionValue } from '../expression/value.ts';
import type { DmaOutcome, System, SystemDevice } from '../system/system.ts';
import { smmuName } from './machineNames.ts';
import { registerStructure, SHOWN_REGISTERS, shownRegister } from './registers.ts';
import { structureValue } from './structure.ts';

/** An SMMU with all its registers. */
export function smmuValue(system: System, index: number): ExpressionValue {
  const registers = SHOWN_REGISTERS.flatMap((r) => {
    const structure = registerStructure(system, index, r);
    return structure === undefined ? [] : [[r.name, structureValue(structure)] as const];
  });
  const base = system.smmus.find((s) => s.index === index)?.base;
  return recordValue('SMMU', { name: smmuName(system, index), index, ...(base === undefined ? {} : { base }), ...Object.fromEntries(registers) });
}

/** One register of an SMMU, without making the others. */
export function smmuMember(system: System, index: number, name: string): ExpressionValue | undefined {
  const register = shownRegister(name);
  const structure = register === undefined ? undefined : registerStructure(system, index, register);
  return structure === undefined ? undefined : structureValue(structure);
}

/** A device. */
export function deviceValue(system: System, device: SystemDevice): ExpressionValue {
  const [sid] = device.sids;
  return recordValue('Device', {
    name: device.name, ...(sid === undefined ? {} : { sid }), sids: listValue(device.sids.map((s) => numberValue(s))),
    smmu: device.smmu === undefined ? 'none' : smmuName(system, device.smmu), owner: system.ownerOf(device) ?? 'nobody',
  });
}

/** Bytes of a DMA that its value holds. */
const MOST_DATA = 4096;

/** What came of the last DMA: `data` as bytes, `text` as characters. */
export function outcomeValue(outcome: DmaOutcome): ExpressionValue {
  const code = EVENTS.find((e) => e.name === outcome.event)?.code ?? 0;
  return recordValue('Outcome', {
    status: outcome.status, event: numberValue(code, outcome.event ?? 'none'), sentence: outcome.sentence,
    ...(outcome.address === undefined ? {} : { pa: outcome.address }),
    ...(outcome.data === undefined ? {} : { data: listValue(Array.from(outcome.data.subarray(0, MOST_DATA), (byte) => numberValue(byte))), text: String.fromCharCode(...outcome.data.subarray(0, MOST_DATA)) }),
    ...(outcome.stag === undefined ? {} : { stag: outcome.stag }), ...(outcome.value === undefined ? {} : { value: outcome.value }),
  });
}
