import { describe, expect, it } from 'vitest';
import { HANDLERS } from '../../../debugger/run/handlers.ts';
import { VERBS } from '../../../debugger/scenario/catalog.ts';
import { failures, outcomes, play, prepare, stepsOf } from './support.ts';

const MACHINE = 'smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=8\ndevice nvme smmu=smmu0 sid=9\nmemory ram 0x80000000 256M\n';
const READY = `${MACHINE}in host
  probe smmu0
  attach eth0
  map eth0 0x10000000 -> 0x81000000 16K rw
`;

/** The last outcome of a prepared scenario with these lines. */
function last(lines: string): string {
  return outcomes(`${READY}${lines}\n`).at(-1) ?? '';
}

describe('the table of handlers', () => {
  it('has one for every action that is carried out, and no other', () => {
    const carriedOut = VERBS.filter((v) => v.group !== 'setup' && v.group !== 'block').map((v) => v.name);
    expect([...HANDLERS.keys()].toSorted()).toEqual(carriedOut.toSorted());
  });
});

describe('low-level actions', () => {
  it('write and read registers by name, and see the guards', () => {
    expect(failures(prepare(`${READY}
write smmu0 GERROR_IRQ_CFG1 0x55
expect refused "guarded"
write smmu0 STRTAB_BASE_CFG 0
expect refused
expect register smmu0 CR0ACK 0x1f
expect smmu0.CR0ACK.SMMUEN == 1
read smmu0 IDR5
expect data 0x100476
read smmu0 STRTAB_BASE size=4
expect ok
`))).toEqual([]);
  });

  it('say that the hypervisor has stopped where nobody answers any more', () => {
    const pkvm = `${MACHINE}hypervisor pkvm profile=v7\nin host\n  probe\n  write smmu0 CR1 0\n  expect refused "EL2 panics"\n  read smmu0 CR1\n  expect refused "the hypervisor has stopped"\nexpect crash\n`;
    expect(failures(prepare(pkvm))).toEqual([]);
  });

  it('make tables where nothing was, and keep values whole', () => {
    expect(failures(prepare(`${MACHINE}
descriptor 0x80010000 NextTable=0x80020000 Type=3 level=2
expect mem64(0x80010000) == 0x80020003
descriptor 0x80010008 NextTable=0x80030000 level=1
descriptor 0x80010010 Type=1 OA=0x80200000 AF=1 stage=2 level=2
expect mem64(0x80010010) == 0x80200401
`))).toEqual([]);
    expect(outcomes(`${MACHINE}descriptor 0x80010000 NextTble=1`).at(-1)).toContain('there is no field NextTble in S1 leaf; it has Type, ');
    expect(outcomes(`${READY}ste smmu0 8 Config=(4 + 4)`).at(-1)).toContain('0x8 does not fit: Config has 3 bits');
    expect(outcomes(`${READY}command smmu0 CMD_TLBI_NH_ASID ASID=(1 << 16)`).at(-1)).toContain('ASID has 16 bits');
  });

  it('reach the context descriptor of a nested stream through stage 2', () => {
    const nested = `${READY}
let cd = ste(8).S1ContextPtr
descriptor 0x82000000 Type=3 NextTable=0x82001000 stage=2 level=1
descriptor 0x82001000 Type=3 NextTable=0x82002000 stage=2 level=2
ste smmu0 8 Config=7 S1ContextPtr=0x3000 S2VMID=1 S2T0SZ=25 S2SL0=1 S2PS=5 S2AA64=1 S2R=1 S2TTB=0x82000000
`;
    expect(outcomes(`${nested}cd smmu0 8 0 ASID=9`).at(-1)).toContain('S1ContextPtr is an IPA, map it in stage 2 first');
    expect(failures(prepare(`${nested}descriptor 0x82002018 Type=3 OA=cd AF=1 S2AP=3 MemAttr=15 stage=2
cd smmu0 8 0 ASID=9
expect mem64(cd) >> 48 == 9
expect cd(8).address == cd
`))).toEqual([]);
  });

  it('send commands by number and by the other name of CMD_CFGI_STE_RANGE', () => {
    expect(failures(prepare(`${READY}
command smmu0 CMD_CFGI_ALL
expect cmdq[cmdq.cons - 1].Range == 31
command smmu0 0x46
expect ok
command smmu0 0xff
expect refused "opcode 0xff: the queue has stopped with CERROR 1"
`))).toEqual([]);
    expect(outcomes(`${READY}command smmu0 0xff Leaf=1`).at(-1)).toContain('opcode 0xff is no command');
  });

  it('refuse addresses that no table takes, and say why a page request is not recorded', () => {
    expect(outcomes(`${READY}in host\n  map eth0 0xfffffffffffff000 -> 0x81000000 8K`).at(-1)).toContain('-ERANGE');
    expect(outcomes(`${READY}write smmu0 CR0 0xd\npage-request eth0 0x1000`).at(-1)).toContain('answered with failure: the PRI queue is off');
    expect(outcomes(`${READY}page-request eth0 0x1000`).at(-1)).toContain('is recorded in the PRI queue');
  });

  it('show a record before the interrupt that tells of it', () => {
    const kinds = stepsOf(prepare(`${READY}dma eth0 read 0 4`)).map((s) => s.kind);
    expect(kinds.slice(kinds.indexOf('event'))).toEqual(['event', 'interrupt', 'result']);
    const pri = (before: string): string[] => stepsOf(prepare(`${READY}${before}page-request eth0 0x1000`)).map((s) => s.kind).slice(-2);
    expect(pri('')).toEqual(['page request', 'interrupt']);
    expect(pri('write smmu0 IRQ_CTRL 5\n')).toEqual(['register', 'page request']);
  });

  it('write memory in any size, and fill it', () => {
    expect(failures(prepare(`${MACHINE}
poke 0x80001003 0x1122 size=2
expect memory 0x80001000 0x2200000000000000 size=8
poke 0x80001ffe "wxyz"
expect memory 0x80001ffe "wxyz"
fill 0x80003001 10 0xaa
expect memory 0x80003000 0xaaaaaaaaaaaaaa00
expect memory 0x80003008 0xaaaaaa size=4
poke 0x9050020 0 size=4
expect memory 0x9050024 0 size=4
`))).toEqual(['line 7: memory holds something else (expected 00 00 00 00 00 00 00 22; got 00 00 00 22 11 00 00 00)']);
    expect(outcomes(`${MACHINE}poke 0x10 1\n`).at(-1)).toContain('no memory answers at 0x10');
    expect(outcomes(`${MACHINE}fill 0x80000000 0x10000000000 0\n`).at(-1)).toContain('bytes at most');
  });

  it('change structures by field, which takes effect with the invalidation only', () => {
    expect(failures(prepare(`${READY}
dma eth0 read 0x10000000 4
ste smmu0 8 Config=0
dma eth0 read 0x10000000 4
expect pa 0x81000000
command smmu0 CMD_CFGI_STE StreamID=8 Leaf=1
dma eth0 read 0x10000000 4
expect fault none
`))).toEqual(['line 16: the DMA did not pass (expected no fault; got aborted. The STE says abort (Config 0xx): give the stream a configuration, and invalidate it with CMD_CFGI_STE and CMD_SYNC.)']);
    expect(last('cd smmu0 8 0 R=0\ncommand smmu0 CFGI_CD StreamID=8 Leaf=1\ndma eth0 read 0 4\nexpect event none')).toContain('ok');
    expect(last('cd smmu0 9 0 R=0')).toContain('no stage 1');
    expect(last('cd smmu0 8 5 R=0')).toContain('has 1 context descriptors');
    expect(last('ste smmu0 0x10000000000 V=1')).toContain('too large');
    expect(last('ste smmu0 0xfffffff V=1')).toContain('so none for StreamID');
  });

  it('stop the command queue at an error, and let the driver recover it', () => {
    expect(failures(prepare(`${READY}
command smmu0 CMD_TLBI_EL3_ALL
expect refused "CERROR 1"
expect smmu0.GERROR.CMDQ_ERR == 1
expect smmu0.GERRORN.CMDQ_ERR == 0
in host
  recover
  expect ok
expect smmu0.GERRORN.CMDQ_ERR == 1
command smmu0 CMD_SYNC
expect ok
`))).toEqual([]);
  });

  it('inject external aborts, and end them', () => {
    const text = `${READY}fail 0x81000000 4K read
dma eth0 read 0x10000000 4
expect refused "no memory answers"
dma eth0 write 0x10000000 4
expect pa 0x81000000
fail off
dma eth0 read 0x10000000 4
expect ok
`;
    expect(failures(prepare(text))).toEqual([]);
  });

  it('hold commands where the scenario consumes them itself, and drivers still get on', () => {
    expect(failures(prepare(`${READY}
dma eth0 read 0x10000000 4
ste smmu0 8 Config=0
command smmu0 CMD_CFGI_STE StreamID=8 Leaf=1
dma eth0 read 0x10000000 4
expect pa 0x81000000
consume smmu0 1
dma eth0 read 0x10000000 4
expect fault none
`)).map((f) => f.replace(/ \(.*/, ''))).toEqual(['line 17: the DMA did not pass']);
  });

  it('acknowledge late where the scenario settles', () => {
    expect(failures(prepare(`${READY}
write smmu0 CR0 0x1e
expect register smmu0 CR0ACK 0x1f
settle smmu0
expect register smmu0 CR0ACK 0x1e
`))).toEqual([]);
  });
});

describe('stalls', () => {
  it('wait for resume, and the data arrive once they go on', () => {
    const run = prepare(`${MACHINE}in host
  probe
  attach eth0 stall
dma eth0 write 0x10000000 "late"
expect stall
expect event F_TRANSLATION Stall=1
in host
  map eth0 0x10000000 -> 0x81000000 4K
resume smmu0 last.stag retry
expect pa 0x81000000
expect memory 0x81000000 "late"
resume smmu0 0
expect refused "nothing stalls"
dma eth0 read 0x20000000 4
expect stall
resume smmu0 last.stag abort
expect refused
`);
    expect(failures(run).map((f) => f.slice(0, 30))).toEqual(['line 21: the last action was n']);
  });
});

describe('substreams', () => {
  it('have address spaces of their own', () => {
    expect(failures(prepare(`${MACHINE}in host
  probe
  attach eth0 substreams=4
  map eth0 0x1000 -> 0x81000000 4K
  map eth0 0x1000 -> 0x82000000 4K ssid=3
  map eth0 0x1000 -> 0x83000000 4K ssid=16
  expect refused "4 bits"
dma eth0 read 0x1000 4
expect pa 0x81000000
dma eth0 read 0x1000 4 ssid=3
expect pa 0x82000000
dma eth0 read 0x1000 4 ssid=4
expect fault C_BAD_CD
in host
  unmap eth0 0x1000 4K ssid=3
dma eth0 read 0x1000 4 ssid=3
expect fault F_TRANSLATION SSV=1 SubstreamID=3
`))).toEqual([]);
  });
});

describe('ATS and page requests', () => {
  it('translate ahead, and ask for pages', () => {
    expect(failures(prepare(`${READY}
ste smmu0 8 EATS=1
command smmu0 CMD_CFGI_STE StreamID=8 Leaf=1
ats eth0 read 0x10000000 4
expect pa 0x81000000
in host
  unmap eth0 0x10000000 16K
ats eth0 read 0x10000000 4
expect pa 0x81000000
command smmu0 CMD_ATC_INV StreamID=8 Size=52
ats eth0 read 0x10000000 4
expect refused "page request"
page-request eth0 0x10000000 r ssid=1
expect ok
`))).toEqual([]);
  });
});

describe('page requests', () => {
  it('reach the queue, and are answered', () => {
    expect(failures(prepare(`${READY}page-request eth0 0x10000000 rw ssid=1 group=5
expect ok
expect priq[0].PRGIndex == 5
expect register smmu0 PRIQ_PROD 1
command smmu0 CMD_PRI_RESP StreamID=8 SubstreamID=1 SSV=1 PRGIndex=5 Resp=0
expect ok
`))).toEqual([]);
  });
});

describe('expectations', () => {
  it.each([
    ['expect owner 0x81000000 host', 'ok'],
    ['expect owner 0x81000000 none', 'failed'],
    ['expect owner 0x71000000 none', 'ok'],
    ['expect isolated', 'error'],
    ['expect crash', 'error'],
    ['expect pa 0', 'error'],
    ['expect 1 == 1', 'ok'],
    ['expect register smmu0 CR0ACK.SMMUEN 1', 'ok'],
    ['expect register smmu0 CR0ACK.SMMUEN 0', 'failed'],
    ['expect eth0.sid == 9', 'failed'],
    ['expect nonsense(1)', 'error'],
    ['let x = 5\nexpect x + 1 == 6', 'ok'],
    ['echo "sid {eth0.sid}"', 'ok'],
    ['detach eth0 bypass\ndma eth0 read 0x81000000 4\nexpect pa 0x81000000', 'ok'],
    ['detach eth0\ndma eth0 read 0x81000000 4\nexpect pa 0x81000000', 'failed'],
    ['attach nvme stall\ndma nvme read 0 4\nexpect stall', 'ok'],
    ['events\nexpect ok', 'ok'],
    ['dma eth0 read 0 4\nexpect event F_TRANSLATION StreamID=8 RnW=1', 'ok'],
    ['dma eth0 read 0 4\nexpect event F_TRANSLATION StreamID=9', 'failed'],
    ['dma eth0 read 0 4\nexpect event F_PERMISSION', 'failed'],
    ['expect event F_TRANSLATION', 'failed'],
  ])('%s is %s', (lines, status) => {
    expect(play(prepare(`${READY}${lines}\n`)).at(-1)?.outcome.status).toBe(status);
  });

  it.each([
    ['in host\n  unmap eth0 0x10000000 4K', 'unmapped 1 page'],
    ['in host\n  unmap eth0 0x10000000 16K', 'unmapped 4 pages'],
    ['in host\n  unmap eth0 0x10002000 32K', 'unmapped 2 pages, the rest of the range was not mapped'],
    ['in host\n  unmap eth0 0x20000000 4K', 'nothing was mapped there'],
    ['in host\n  unmap eth0 0x10000000 4K no-invalidate', 'unmapped 1 page, without invalidation'],
    ['in host\n  map eth0 0x20000000 -> 0x82000000 4K', 'mapped 1 page'],
    ['in host\n  map eth0 0x20000000 -> 0x82000000 8K', 'mapped 2 pages'],
    ['consume smmu0', '0 commands taken'],
    ['events', 'the event queue is empty'],
    ['dma eth0 read 0 4\nevents', 'took F_TRANSLATION'],
    ['echo "CR0 is {smmu0.CR0}, CR1 {smmu0.CR1}, {eth0.sid}"', 'CR0 is 0x1f, CR1 0xd75, 8'],
    ['echo "{reg(\\"CR0\\")} {count(tlb where world == \\"x\\")} {{}}"', '0x1f 0 {}'],
    ['write smmu0 0x20 0x1f', 'CR0 is written'],
    ['read smmu0 0x80', 'STRTAB_BASE is 0x8f001000'],
    ['read smmu0 0x84', 'the upper half of STRTAB_BASE is 0x0'],
    ['read smmu0 0x3f0', 'offset 0x3f0 is 0x0'],
    ['expect register smmu0 0x24 0x1f', '0x24 is 0x1f'],
  ])('%s says: %s', (lines, text) => {
    expect(outcomes(`${READY}${lines}\n`).at(-1)).toMatch(new RegExp(`^ok [\\w.]+: ${text.replaceAll(/[{}.]/g, '\\$&')}$`));
  });

  it.each([
    ['poke 0x81000000 0x100 size=1', '0x100 does not fit one byte'],
    ['poke 0x81000000 0x10000 size=2', '0x10000 does not fit 2 bytes'],
    ['expect memory 0x81000000 0x100000000 size=4', '0x100000000 does not fit 4 bytes'],
    ['write smmu0 CR1 0x100000000', '0x100000000 does not fit 4 bytes'],
    ['dma eth0 read 0x10000000 1\nexpect data 0x100', '0x100 does not fit one byte'],
    ['read smmu0 CR5', 'there is no register CR5'],
    ['read smmu0 0x20000', 'there is no register 0x20000'],
    ['read smmu0 0x22', 'there is no register 0x22'],
    ['expect register smmu0 0x20.SMMUEN 1', 'an offset has no fields'],
  ])('%s cannot be: %s', (lines, text) => {
    expect(outcomes(`${READY}${lines}\n`).at(-1)).toMatch(new RegExp(`^error .*${text}`));
  });

  it('is about what was settled or consumed, too', () => {
    expect(failures(prepare(`${MACHINE}probe\nattach nvme\nunmap nvme 0 4K\nexpect ok\nmap nvme 5 -> 0 4K\nexpect refused\nsettle smmu0\nexpect ok\n`))).toEqual([]);
  });

  it('shows both sides of a condition', () => {
    expect(failures(prepare(`${MACHINE}expect eth0.sid == 9\n`))).toEqual(['line 5: the condition does not hold (expected 9; got 8)']);
  });

  it('takes a refusal that nobody expects as a failure', () => {
    expect(failures(prepare(`${MACHINE}attach eth0\n`))).toEqual(['line 5: refused: -EPROBE_DEFER: the SMMU is not probed']);
    expect(failures(prepare(`${MACHINE}attach eth0\nexpect refused "PROBE"\n`))).toEqual([]);
  });
});
