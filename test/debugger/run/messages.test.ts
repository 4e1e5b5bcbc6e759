/** What each line says when it does not go as written: a person reads these words first. */
import { describe, expect, it } from 'vitest';
import { play, prepare } from './support.ts';

const MACHINE = 'smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=8\ndevice nvme smmu=smmu0 sid=9\ndevice bare\nmemory ram 0x80000000 256M\n';
const READY = `${MACHINE}in host\n  probe smmu0\n  attach eth0\n  map eth0 0x10000000 -> 0x81000000 16K rw\n`;
const XEN = 'smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=8\nmemory ram 0x80000000 512M\nhypervisor xen\nguest vm devices="eth0" viommu=smmuv3\n';

/** The last outcome: status, text, and both sides where there are some. */
function last(text: string): string {
  const outcome = play(prepare(`${text}\n`)).at(-1)?.outcome;
  const sides = outcome?.expected === undefined ? '' : ` [${outcome.expected} | ${outcome.actual}]`;
  return `${outcome?.status} ${outcome?.text}${sides}`;
}

describe('a DMA', () => {
  it.each([
    ['dma bare read 0x81000000 4', 'ok reached 0x81000000'],
    ['dma bare read 0x10 4', 'ok aborted. No memory answers at 0x10.'],
    ['dma bare read 0x81000000 4 stream=1', 'ok reached 0x81000000'],
    ['dma eth0 read 0x10000000 4 stream=1', 'error there is no stream 1: eth0 has 1 StreamID, counted from 0'],
    ['page-request bare 0', 'error there is no SMMU in front of bare'],
    ['page-request eth0 0x1000 w\nwrite smmu0 CR0 0x1e\npage-request eth0 0x1000', 'ok the page request for 0x1000 is answered with failure: the SMMU is off (CR0.SMMUEN)'],
    ['repeat 257\n  page-request eth0 0x1000 more', 'ok the page request for 0x1000 is lost: the PRI queue is full, or its overflow is not acknowledged (PRIQ_CONS.OVACKFLG)'],
    ['repeat 256\n  page-request eth0 0x1000\npage-request eth0 0x1000', 'ok the page request for 0x1000 is answered with success, not recorded: the PRI queue is full, or its overflow is not acknowledged (PRIQ_CONS.OVACKFLG)'],
    ['dma nobody read 0 4', 'error there is no device nobody'],
    ['ste smmu0 8 EATS=1\ncommand smmu0 CMD_CFGI_STE StreamID=8 Leaf=1\nats eth0 read 0x10000000 4\nste smmu0 8 EATS=0\ncommand smmu0 CMD_CFGI_STE StreamID=8 Leaf=1\nats eth0 read 0x10000000 4', 'ok aborted, F_TRANSL_FORBIDDEN. The SMMU did not take the translated address: ATSCHK, STE.EATS or stage 2 forbid it.'],
  ])('%j: %s', (lines, text) => expect(last(READY + lines)).toBe(text));

  it('moves nothing, reads a thousand bytes, and shows what is not printable as digits', () => {
    expect(last(`${READY}dma eth0 write 0x10000000 "a\\n"\ndma eth0 read 0x10000000 2\nexpect data "b\\n"`)).toBe('failed the data differ [62 0a | 61 0a]');
    expect(last(`${READY}dma eth0 read 0x10000000 1000\nexpect data 1`)).toMatch(/^failed the data differ \[01( 00){63} \.\.\. \(1000 bytes\) \|( ?00){64} \.\.\. \(1000 bytes\)\]$/);
    expect(last(`${READY}dma eth0 write 0x10000000 0\nexpect ok`)).toMatch(/^ok /);
  });
});

describe('an expectation', () => {
  it.each([
    ['dma eth0 read 0 4\nexpect fault F_PERMISSION', /^failed the DMA met another fault \[F_PERMISSION \| F_TRANSLATION StreamID=/],
    ['dma eth0 read 0 4\nexpect fault F_TRANSLATION StreamID=9', /^failed StreamID of the record differs \[F_TRANSLATION StreamID=0x9 \| F_TRANSLATION StreamID=0x8\]$/],
    ['dma eth0 read 0 4\nexpect fault F_TRANSLATION StreamID=9 RnW=0', /^failed StreamID, RnW of the record differ \[/],
    ['dma eth0 read 0 4\nexpect event F_TRANSLATION StreamID=9 RnW=0', /^failed StreamID, RnW of the record differ/],
    ['dma eth0 read 0 4\nexpect event none', /^failed there is a record \[no further record \| F_TRANSLATION StreamID=/],
    ['dma eth0 read 0x10000000 4\nexpect fault F_TRANSLATION', /^failed the DMA passed, it should have faulted \[F_TRANSLATION \| no fault: reached 0x81000000\]$/],
    ['dma eth0 read 0x10000000 4\nexpect stall', /^failed the DMA does not wait \[stalled \| reached 0x81000000\]$/],
    ['dma eth0 read 0x10000000 4\nexpect pa 0x81000001', /^failed the DMA went to another address \[reached 0x81000001 \| reached 0x81000000\]$/],
    ['dma eth0 read 0 4\nexpect data "a"', /^failed there are no data \[data \| aborted, F_TRANSLATION\. /],
    ['expect ste(8).Config > 5', /^failed the condition does not hold \[> 5 \| 5 \(stage 1\)\]$/],
    ['expect 0', /^failed the condition does not hold \[anything but 0 \| 0\]$/],
    ['expect !1', /^failed the condition does not hold \[anything but 0 \| 0\]$/],
    ['expect "a"', /^error a string is neither true nor false$/],
    ['expect register smmu0 CR9 1', /^error there is no register CR9$/],
    ['expect memory 0x10 "a"', /^failed no memory answers at 0x10 \["a" \| no memory\]$/],
    ['expect owner 0x81000000 somebody', /^failed it belongs to somebody else \[somebody \| host\]$/],
    ['unmap eth0 0x10000000 4K\nexpect refused', /^failed the last action was not refused \[refused \| done: unmapped 1 page\]$/],
    ['map eth0 5 -> 0 4K\nexpect refused "ENOMEM"', /^failed it was refused for another reason \[refused: ENOMEM \| refused: -EINVAL: address/],
    ['expect event F_NOTHING', /^error there is no event F_NOTHING$/],
  ])('%j: %s', (lines, text) => expect(last(READY + lines)).toMatch(text));

  it('about isolation shows every violation, and each of a kind', () => {
    const reached = `${XEN}in vm\n  probe\n  attach eth0\n  map eth0 0 -> 0x40200000 4K\ndma eth0 read 0 4\nin vm\n  unmap eth0 0 4K no-invalidate\ndma eth0 read 0 4\n`;
    expect(last(`${reached}expect isolated`)).toMatch(/^failed a device reached what it should not \[isolated \| /);
    expect(last(`${reached}expect violation`)).toMatch(/^ok /);
    expect(last(`${reached}expect violation "moon"`)).toMatch(/^failed no violation is of that kind \[a violation: moon \| /);
    expect(last(`${XEN}expect violation`)).toBe('failed everything stayed isolated [a violation | isolated]');
    expect(last(`${XEN}expect crash`)).toBe('failed the hypervisor runs [a crash | no crash]');
  });
});

describe('low-level lines', () => {
  it.each([
    [`${READY}descriptor 0x81000004 AF=1`, /^error 0x81000004 is no multiple of 8$/],
    [`${READY}descriptor 0x10 AF=1`, /^error no memory answers at 0x10$/],
    [`${MACHINE}ste smmu0 8 V=1`, /^error smmu0 has no stream table yet: probe it first$/],
    [`${READY}ste smmu0 0x1000000 V=1`, /^error the stream table of smmu0 has 65536 entries, so none for StreamID 0x1000000$/],
    [`${READY}cd smmu0 9 0 ASID=1`, /^error the STE of 0x9 has no stage 1, so no context descriptor$/],
    [`${READY}cd smmu0 8 1 ASID=1`, /^error the STE has 1 context descriptor/],
    [`${MACHINE}in host\n  probe\n  attach eth0 substreams=4\nste smmu0 8 S1Fmt=1\ncd smmu0 8 5 ASID=1`, /^error the level-1 descriptor for SubstreamID 5 is not valid$/],
    [`${MACHINE}command smmu0 CMD_SYNC`, /^failed refused: the command queue of smmu0 cannot be written: set it up first$/],
    [`${READY}command smmu0 CMD_NOTHING`, /^error there is no command NOTHING$/],
    [`${READY}resume smmu0 7`, /^failed refused: nothing stalls with STAG 7$/],
    [`${READY}settle smmu0`, /^ok settled, 0 commands taken$/],
    [`${READY}recover`, /^ok there is no global error$/],
    [`${READY}command smmu0 0xff\nin host\n  recover`, /^ok the command was skipped, CERROR 1 \(CERROR_ILL\)$/],
    [`${READY}poke evtq.prod 1`, /^error no memory answers at 0x0$/],
    [`${READY}fill 0x81000000 2M 0`, /^error one action may fill 1048576 bytes at most$/],
    [`${READY}read smmu0 CR0 size=8`, /^(?:ok CR0 is |failed refused: data abort: CR0 cannot be read)/],
    [`${READY}let x = nothing`, /^error there is no name `nothing`$/],
    [`${READY}repeat 1001 as i\n  let x = i`, /^ok x is 0x3e8$/],
  ])('%j: %s', (lines, text) => expect(last(lines)).toMatch(text));

  it('has room for so many variables', () => {
    const many = Array.from({ length: 1001 }, (_, i) => `let v${i} = ${i}`).join('\n');
    expect(last(MACHINE + many)).toBe('error 1000 variables are the most');
  });
});

describe('calls', () => {
  it.each([
    [`${XEN}call attach device=eth0 domain="vm"`, /^failed refused: /],
    [`${XEN}call attach device=ste(8) domain=vm`, /^error (?:this is neither a number nor a name|F_STE_FETCH|C_BAD_STREAMID)/],
    [`${XEN}call nothing`, /^error there is no operation nothing; xen has /],
    [`${MACHINE}call attach`, /^error there is no hypervisor that could be asked$/],
    [`${XEN}in vm\n  write vsmmu9 CR0 1`, /^error there is no SMMU vsmmu9 for vm$/],
    [`${XEN}write smmu9 CR0 1`, /^error there is no SMMU smmu9 in this machine$/],
    [`${XEN}in nobody\n  probe`, /^error no driver of an SMMU runs in nobody$/],
    [`${XEN}in vm\n  probe\n  attach eth0 stall\nin vm\n  resume vsmmu0 0`, /^failed refused: stalls wait in the physical SMMU/],
  ])('%j: %s', (lines, text) => expect(last(lines)).toMatch(text));
});

describe('stalls', () => {
  const STALLED = `${MACHINE}in host\n  probe\n  attach eth0 stall\n  attach nvme stall\ndma eth0 read 0x10000000 4\n`;

  it.each([
    ['in host\n  map eth0 0x10000000 -> 0x81000000 4K\nresume smmu0 last.stag retry', /^ok CMD_RESUME; the DMA of eth0 goes on and passes$/],
    ['resume smmu0 last.stag', /^ok CMD_RESUME; eth0 stalls again, STAG \d+$/],
    ['resume smmu0 last.stag abort', /^ok CMD_RESUME; the DMA of eth0 ends without success$/],
    ['resume smmu0 last.stag terminate', /^ok CMD_RESUME; the DMA of eth0 ends without success$/],
    ['dma nvme read 0x5000 4\nresume smmu0 last.stag abort\nexpect refused', /^failed the last action was not refused/],
    ['poke 0x81000000 "late"\nin host\n  map eth0 0x10000000 -> 0x81000000 4K\nresume smmu0 last.stag\nexpect data "late"', /^ok "late"$/],
  ])('%j: %s', (lines, text) => expect(last(STALLED + lines)).toMatch(text));
});
