import { describe, expect, it } from 'vitest';
import { outcomes } from '../run/support.ts';

const SETUP = `smmu smmu0 base=0x9050000
device eth0 smmu=smmu0 sid=8
memory ram 0x80000000 256M owner=host
in host
  probe
  attach eth0
  map eth0 0x10000000 -> 0x81000000 4K rw
dma eth0 write 0x10000000 "hello"
`;

describe('expressions of scenarios', () => {
  it.each([
    ['expect ste(8).Config == 5', /^ok/],
    ['expect mem8(0x81000000) == 0x68', /^ok/],
    ['expect count(tlb where sid == eth0.sid) == 1', /^ok/],
    ['expect last.pa == 0x81000000', /^ok/],
    ['expect evtq.pending == 0', /^ok/],
    ['let root = cd(8).TTB0\nexpect mem64(root) & 1', /^ok/],
    ['expect smmu0.CR0.SMMUEN', /^ok/],
    ['expect walk(8, 0x20000000).event == F_TRANSLATION', /^ok/],
    ['expect ste(8).Config == 4', /^failed/],
    ['expect ste(8).Confg', /has no field `Confg`/],
    ['echo "{ste(8).Config} {owner(last.pa)}"', /5 \(stage 1\) host/],
  ])('%s', (line, outcome) => {
    expect(outcomes(`${SETUP}${line}\n`).at(-1)).toMatch(outcome);
  });
});
