import { describe, expect, it } from 'vitest';
import { encodeCommand, requestOf, Response, STALLED, u64, WRITE } from '../../../emulator/index.ts';
import { CMDQ, DATA, Rig, S1 } from '../rig.ts';

const VA = 0x1000;

function stalling(): { rig: Rig; ended: [number, number, number][] } {
  const rig = new Rig();
  rig.stage1(5, { S: 1 });
  const ended: [number, number, number][] = [];
  rig.smmu.onStallEnd = (stag, r) => ended.push([stag, r.status, r.lo >>> 0]);
  return { rig, ended };
}

describe('stalls', () => {
  it('are recorded whatever R says, and end by CMD_RESUME', () => {
    const { rig, ended } = stalling();
    rig.cd(0x4400_5000, { S: 1, R: 0 });
    expect(rig.dma(5, VA, WRITE, undefined).status).toBe(STALLED);
    expect(rig.dma(5, VA + 0x1000).stag).toBe(1);
    expect(rig.events()).toMatchObject([{ Stall: 1, STAG: 0, StreamID: 5, InputAddr: VA, RnW: 0 }, { Stall: 1, STAG: 1 }]);
    rig.map(S1, VA, DATA);
    rig.cmd('RESUME', { StreamID: 5, STAG: 0, Ac: 1 });
    rig.cmd('RESUME', { StreamID: 6, STAG: 1, Ac: 1 });
    rig.cmd('RESUME', { StreamID: 5, STAG: 0, Ac: 1 });
    expect(ended).toEqual([[0, 0, DATA]]);
    rig.cmd('RESUME', { StreamID: 5, STAG: 1, Ab: 1 });
    expect(ended.at(-1)?.slice(0, 2)).toEqual([1, 1]);
  });

  it('a retry that faults again stalls again, with a record of its own', () => {
    const { rig, ended } = stalling();
    rig.dma(5, VA);
    rig.cmd('RESUME', { StreamID: 5, STAG: 0, Ac: 1 });
    expect(ended).toEqual([[0, STALLED, expect.anything()]]);
    expect(rig.events()).toHaveLength(2);
  });

  it('RAZ/WI where the termination model lets it', () => {
    const { rig, ended } = stalling();
    rig.dma(5, VA);
    rig.cmd('RESUME', { StreamID: 5, STAG: 0 });
    expect(ended[0]?.[1]).toBe(2);
  });

  it('STALL_TERM and switching off abort them', () => {
    const { rig, ended } = stalling();
    rig.stage1(6, { S: 1, TTB0: 0x5100_0000 });
    rig.dma(5, VA);
    rig.dma(6, VA);
    rig.cmd('STALL_TERM', { StreamID: 6 });
    expect(ended.map(([stag, status]) => [stag, status])).toEqual([[1, 1]]);
    rig.reg(0x20, 0xc);
    expect(ended.map(([stag, status]) => [stag, status])).toEqual([[1, 1], [0, 1]]);
  });

  it('no more than STALL_MAX: the rest is terminated', () => {
    const { rig } = stalling();
    const statuses = Array.from({ length: 18 }, (_, i) => rig.dma(5, VA + i * 0x1000).status);
    expect(statuses).toEqual([...Array.from({ length: 16 }, () => STALLED), 1, 1]);
    expect(rig.events().filter((e) => e['Stall'] === 0)).toHaveLength(2);
  });

  it('a record without room waits, and is made anew when there is some', () => {
    const { rig } = stalling();
    rig.reg(0x20, 9);
    rig.reg(0xa0, 0x4300_0000, 8);
    rig.reg(0x20, 0xd);
    rig.dma(5, VA);
    const response = new Response();
    rig.smmu.translate(requestOf({ sid: 5, address: u64(0, VA + 0x1000), access: 1 }), response);
    expect([response.status, rig.get(0x100a8)]).toEqual([STALLED, 1]);
    rig.reg(0x100ac, 1);
    expect(rig.get(0x100a8)).toBe(0);
    expect(rig.load(0x4300_0010)).toEqual(u64(0, VA + 0x1000));
  });

  it('stage 2 stalls by S2S', () => {
    const rig = new Rig();
    rig.stage2(1, { S2S: 1, S2R: 0 });
    expect(rig.dma(1, VA).status).toBe(STALLED);
    expect(rig.events()).toMatchObject([{ Stall: 1, S2: 1 }]);
  });

  it('size faults of bypassed stages never stall', () => {
    const rig = new Rig();
    rig.stage2(1, { S2S: 1, S2R: 0 });
    expect(rig.dma(1, u64(0x10_0000, 0)).status).toBe(1);
    expect(rig.events()).toMatchObject([{ name: 'F_ADDR_SIZE', Stall: 0 }]);
  });

  it('undo brings them back', () => {
    const { rig, ended } = stalling();
    rig.dma(5, VA);
    rig.machine.history.recording = true;
    const before = rig.machine.hash;
    rig.cmd('STALL_TERM', { StreamID: 5 });
    rig.machine.history.mark();
    expect(ended).toHaveLength(1);
    expect(rig.machine.history.back(1)).toBe(true);
    expect(rig.machine.hash).toBe(before);
    rig.map(S1, VA, DATA);
    // The queue is empty again too, so the next command goes where the first one was.
    rig.put(CMDQ, encodeCommand('RESUME', { StreamID: 5, STAG: 0, Ac: 1 })!);
    rig.reg(0x98, 1);
    expect(ended.at(-1)).toEqual([0, 0, DATA]);
  });
});
