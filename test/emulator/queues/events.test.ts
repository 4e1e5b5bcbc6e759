import { describe, expect, it } from 'vitest';
import { requestOf, Response, u64, UNSUPPORTED_TYPE } from '../../../emulator/index.ts';
import { EVENTQ, Rig } from '../rig.ts';

function fault(rig: Rig, times: number): void {
  for (let i = 0; i < times; i++) rig.dma(1, 0x1000 * i);
}

function rigOf(log2: number): Rig {
  const rig = new Rig();
  rig.ste(1, { V: 0 });
  rig.reg(0x20, 9);
  rig.reg(0xa0, EVENTQ + log2, 8);
  rig.reg(0x20, 0xd);
  return rig;
}

describe('event queue', () => {
  it('overflow toggles once, until it is acknowledged; room comes back before that', () => {
    const rig = rigOf(3);
    fault(rig, 8);
    expect(rig.get(0x100a8)).toBe(8);
    fault(rig, 2);
    expect(rig.get(0x100a8)).toBe(0x8000_0008);
    rig.reg(0x100ac, 4);
    fault(rig, 1);
    expect(rig.get(0x100a8)).toBe(0x8000_0009);
    fault(rig, 4);
    expect(rig.get(0x100a8)).toBe(0x8000_000c);
    rig.reg(0x100ac, 0x8000_0004);
    fault(rig, 1);
    expect(rig.get(0x100a8)).toBe(0x0000_000c);
    expect(rig.get(0x60)).toBe(0);
  });

  it('off, it records nothing and overflows never', () => {
    const rig = rigOf(0);
    rig.reg(0x20, 9);
    fault(rig, 5);
    expect(rig.get(0x100a8)).toBe(0);
  });

  it('no memory: a global error, and nothing more until it is acknowledged', () => {
    const rig = new Rig();
    rig.ste(1, { V: 0 });
    rig.reg(0x20, 9);
    rig.reg(0xa0, 0x80_0000_0003, 8);
    rig.reg(0x50, 1);
    rig.reg(0x20, 0xd);
    fault(rig, 20);
    expect([rig.get(0x60), rig.get(0x100a8), rig.smmu.parts.interrupts.counts.error]).toEqual([4, 0, 1]);
    rig.reg(0x64, 4);
    fault(rig, 1);
    expect([rig.get(0x60), rig.smmu.parts.interrupts.counts.error]).toEqual([0, 2]);
  });

  it('interrupts when it stops being empty, if that is enabled', () => {
    const rig = rigOf(3);
    fault(rig, 1);
    expect(rig.smmu.parts.interrupts.counts.event).toBe(0);
    rig.reg(0x50, 4);
    fault(rig, 2);
    expect(rig.smmu.parts.interrupts.counts.event).toBe(0);
    rig.events();
    fault(rig, 3);
    expect(rig.smmu.parts.interrupts.counts.event).toBe(1);
  });

  it('MSIs go where the registers say; one that aborts is a global error', () => {
    const rig = rigOf(3);
    rig.reg(0xb0, 0x4500_0040, 8);
    rig.reg(0xb8, 0x77);
    rig.reg(0x50, 5);
    fault(rig, 1);
    expect(rig.load(0x4500_0040).lo).toBe(0x77);
    rig.reg(0x50, 1);
    rig.reg(0xb0, 0x80_0000_0000, 8);
    rig.reg(0x50, 5);
    rig.events();
    fault(rig, 1);
    expect([rig.get(0x60), rig.smmu.parts.interrupts.counts.error]).toEqual([32, 1]);
  });

  it('an error interrupt that aborts is noted without another one', () => {
    const rig = rigOf(3);
    rig.reg(0x68, 0x80_0000_0000, 8);
    rig.reg(0x50, 1);
    rig.rawCmd([0, 0, 0, 0]);
    expect([rig.get(0x60), rig.smmu.parts.interrupts.counts.error]).toEqual([0x81, 1]);
  });

  it('the base is aligned to the size of the queue', () => {
    const rig = rigOf(0);
    rig.reg(0x20, 9);
    rig.reg(0xa0, EVENTQ + 0x60 + 3, 8);
    rig.reg(0x20, 0xd);
    fault(rig, 1);
    expect(rig.load(EVENTQ).lo).toBe(4);
  });

  it.each([[true, 1, 2], [true, 0, 4], [false, 1, 4]])('merging %s, MEV %i: %i records', (mergeEvents, mev, records) => {
    const rig = new Rig({ mergeEvents });
    rig.stage1(1, {}, { MEV: mev });
    for (const address of [0x1000, 0x1008, 0x2000, 0x2ff8]) rig.dma(1, address);
    expect(rig.events()).toHaveLength(records);
    rig.dma(1, 0x2000);
    expect(rig.events()).toHaveLength(1);
  });

  it('events before a valid STE merge whatever MEV says; a stall never does', () => {
    const rig = new Rig({ mergeEvents: true });
    rig.ste(1, { V: 0 });
    rig.stage1(2, { S: 1 }, { MEV: 1 });
    for (const [sid, ssid] of [[1, undefined], [1, undefined], [1, 3], [2, undefined], [2, undefined]] as const) rig.dma(sid, 0x1000, 1, ssid);
    expect(rig.events().map((e) => [e['StreamID'], e['SubstreamID']])).toEqual([[1, 0], [1, 3], [2, 0], [2, 0]]);
  });

  it('an unsupported type of transaction is aborted and recorded, even while the SMMU is off', () => {
    const rig = new Rig();
    rig.reg(0x20, 0xc);
    const request = Object.assign(requestOf({ sid: 9, ssid: 2, address: u64(1, 0x234), access: 6 }), { kind: UNSUPPORTED_TYPE });
    const response = new Response();
    rig.smmu.translate(request, response);
    expect(response.status).toBe(1);
    expect(rig.events()).toMatchObject([{ name: 'F_UUT', StreamID: 9, SSV: 1, SubstreamID: 2, PnU: 1, RnW: 0, InputAddr: 2 ** 32 + 0x234 }]);
  });

  it('the size is limited by IDR1', () => {
    const rig = rigOf(0);
    rig.reg(0x20, 9);
    rig.reg(0xa0, EVENTQ + 31, 8);
    rig.reg(0x20, 0xd);
    expect(rig.smmu.parts.events.ring.log2).toBe(10);
  });
});
