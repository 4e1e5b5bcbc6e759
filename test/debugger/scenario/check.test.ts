import { describe, expect, it } from 'vitest';
import { SCENARIO_PROBLEMS } from '../../../debugger/scenario/problems.ts';
import { createRun } from '../../../debugger/run/index.ts';
import { BOARD, checked, filesOf, marks, mended } from './support.ts';

function found(texts: Parameters<typeof checked>[0]): string[] {
  const { problems, reading } = checked(texts);
  return marks({ ...reading.program, problems });
}

const onBoard = (text: string): Record<string, string> => ({ 'main.smmu': `board "board.dts"\n${text}`, 'board.dts': BOARD });
const declared = (text: string): string => `smmu smmu0 model=mmu-600\ndevice eth0 smmu=smmu0 sid=8\n${text}`;

describe('the words of scenario problems', () => {
  const rules = SCENARIO_PROBLEMS.filter((rule) => !rule.id.startsWith('limit-') && rule.id !== 'scenario-setup');
  it.each(rules.map((rule) => [rule.id, rule] as const))('%s: the bad example fires it and nothing else, the good one is silent', (id, rule) => {
    expect(new Set(checked(rule.bad).problems.map((one) => one.id))).toEqual(new Set([id]));
    expect(checked(rule.good).problems).toEqual([]);
    expect(checked(rule.bad).problems[0]?.level).toBe(rule.level);
  });
});

describe('scenario-setup', () => {
  it('is found when a machine is made', () => {
    const rule = SCENARIO_PROBLEMS.find((one) => one.id === 'scenario-setup');
    const problems = (text = ''): string[] => createRun(checked(text).reading.program, filesOf({ 'main.smmu': text })).problems.map((one) => one.id);
    expect(problems(rule?.bad)).toEqual(['scenario-setup']);
    expect(problems(rule?.good)).toEqual([]);
  });
});

describe('names on a board', () => {
  it.each([
    'probe smmu', 'probe iommu@5000000', 'probe gpu_smmu', 'attach ethernet@e6800000', 'attach eth0', 'attach /ethernet@e6800000',
    'dma pcie0:01:00.0 read 0', 'dma pcie@40000000:01:00.0 read 0', 'dma uart@9000000 read 0', 'dma eth0:1 read 0', 'expect owner 0 host', 'expect owner 0 anybody-else',
    'in host\n  probe', 'in hypervisor\n  probe', 'write smmu CR0 1', 'command smmu CFGI_STE StreamID=8', 'command smmu CMD_CFGI_STE StreamID=8',
    'expect ste(8).Config == 5', 'expect ste(8).config == 5', 'expect smmu.CR0.SMMUEN', 'expect smmu.CR0ACK', 'expect register smmu CMDQ_CONS.ERR 1', 'expect register smmu CMDQ_CONS 1', 'let a = eth0.sid', 'call anything a=b',
    'guest domd devices="eth0 gpu@fd000000"\nin domd\n  probe', 'create domu devices="eth0"\nin domu\n  probe', 'hypervisor xen profile=fixed',
    'write smmu 0x20 1\nread smmu 0x1f004\nexpect register smmu 0x20 1', 'expect (smmu.CR0 & 1) == 1', 'echo "{reg(\\"CR0\\")}"',
    'descriptor 0 AF=1 OA=0x1000', 'descriptor 0 level=2 stage=2 S2AP=1 NextTable=0x1000', 'dma eth0 read 0\nexpect fault F_TRANSLATION StreamID=8 InputAddr=0x1001',
    'hypervisor xen\nguest domd devices="eth0"\nin domd\n  probe vsmmu0\n  write vsmmu1 CR0 1\n  command smmu CMD_SYNC', 'hypervisor iommufd\nguest vm devices="eth0"\nin vm\n  ste vsmmu0 8 Config=4',
    'ste smmu 8 S1ContextPtr=0x48000040 Config=(a + 9)', 'dma eth0 read 0\nexpect fault none', 'poke 0 1\nexpect event none',
  ])('%s is as it should be', (text) => {
    expect(found(onBoard(text))).toEqual([]);
  });

  it.each([
    ['attach eth1', ['scenario-unknown-device: eth1'], 'attach eth0'],
    ['attach etherne@e6800000', ['scenario-unknown-device: etherne@e6800000'], 'attach ethernet@e6800000'],
    ['probe smmux', ['scenario-unknown-smmu: smmux'], 'probe smmu'],
    ['guest domd devices="eth0 gpu@fd00000"', ['scenario-unknown-device: gpu@fd00000'], 'guest domd devices="eth0 gpu@fd000000"'],
    ['guest domd\nin domu\n  probe', ['scenario-unknown-domain: domu'], 'guest domd\nin domd\n  probe'],
    ['write vsmmu0 CR0 1', ['scenario-unknown-smmu: vsmmu0'], undefined],
    ['in hst\n  probe', ['scenario-unknown-domain: hst'], 'in host\n  probe'],
    ['write smmu CRO 1', ['scenario-unknown-name: CRO'], 'write smmu CR0 1'],
    ['command smmu CMD_CFG_STE StreamID=8', ['scenario-unknown-name: CMD_CFG_STE'], 'command smmu CMD_CFGI_STE StreamID=8'],
    ['command smmu CMD_CFGI_STE StreamId=8', ['scenario-unknown-field: StreamId'], 'command smmu CMD_CFGI_STE StreamID=8'],
    ['poke 0 1\nexpect event F_TRANSLATOIN', ['scenario-unknown-name: F_TRANSLATOIN'], 'poke 0 1\nexpect event F_TRANSLATION'],
    ['ste smmu 8 Cofig=5', ['scenario-unknown-field: Cofig'], 'ste smmu 8 Config=5'],
    ['ste smmu 8 Config=8 S1ContextPtr=0x48000001', ['scenario-field-range: 8', 'scenario-field-range: 0x48000001'], undefined],
    ['cd smmu 8 0 ASID=0x10000', ['scenario-field-range: 0x10000'], undefined],
    ['expect ste(8).Confg == 5', ['scenario-unknown-field: Confg'], 'expect ste(8).Config == 5'],
    ['expect register smmu CMDQ_CONS.ERRR 1', ['scenario-unknown-field: ERRR'], 'expect register smmu CMDQ_CONS.ERR 1'],
    ['expect register smmu CMDQ_CNS.ERR 1', ['scenario-unknown-name: CMDQ_CNS'], 'expect register smmu CMDQ_CONS.ERR 1'],
    ['write smmu CR0.SMMUEN 1', ['scenario-unknown-name: CR0.SMMUEN'], undefined],
    ['expect smmu.CR0.SMMUN', ['scenario-unknown-field: SMMUN'], 'expect smmu.CR0.SMMUEN'],
    ['expect smmu.CR00', ['scenario-unknown-name: CR00'], 'expect smmu.CR0'],
    ['expect ownr(0) == 1', ['scenario-unknown-name: ownr'], 'expect owner(0) == 1'],
    ['expect smmu.CR0 & 1 == 1', ['scenario-precedence: smmu.CR0 & 1 == 1'], 'expect (smmu.CR0 & 1) == 1'],
    ['poke 0 (1 == ste(8).V | 2)', ['scenario-precedence: (1 == ste(8).V | 2)'], 'poke 0 (1 == (ste(8).V | 2))'],
    ['write smmu 0x20001 1', ['scenario-unknown-name: 0x20001'], undefined],
    ['write smmu 0x8e02 1', ['scenario-unknown-name: 0x8e02'], undefined],
    ['read smmu 32', ['scenario-unknown-name: 32'], undefined],
    ['hypervisor xen profile=v4', ['scenario-unknown-operation: v4'], undefined],
    ['hypervisor xen\ncall destory domain=a', ['scenario-unknown-operation: destory'], 'hypervisor xen\ncall destroy domain=a'],
    ['hypervisor xen\ncall destroy name=a', ['scenario-unknown-operation: name'], undefined],
    ['expect fault F_TRANSLATION', ['scenario-nothing-before: expect fault F_TRANSLATION'], undefined],
    ['probe\nexpect pa 0', ['scenario-nothing-before: expect pa 0'], undefined],
    ['guest a\nguest b\nrepeat 2\n  probe', ['scenario-needs-domain: probe'], undefined],
    ['guest a\nguest a', ['scenario-duplicate: a'], undefined],
    ['board "board.dts"', ['scenario-duplicate: board "board.dts"'], undefined],
    ['project "board.dts"', ['scenario-duplicate: project "board.dts"'], undefined],
    ['guest a "a.cfg"', ['scenario-file: "a.cfg"'], undefined],
  ])('%s', (text, expected, repaired) => {
    expect(found(onBoard(text))).toEqual(expected);
    if (repaired === undefined) return;
    const { problems, reading } = checked(onBoard(text));
    expect(mended({ ...reading.program, problems })).toBe(onBoard(repaired)['main.smmu']);
    expect(found(onBoard(repaired))).toEqual([]);
  });

  it.each([
    ['expect gpu-1.sid == 3', 'expect device("gpu-1").sid == 3'],
    ['expect ste(gpu-1).V', 'expect ste(device("gpu-1")).V'],
    ['echo "{smmu-b.CR0}"', undefined],
    ['let gpu = 5\nexpect gpu-1 == 4', undefined],
    ['expect gpu-10 == 4', undefined],
  ])('says how a name with signs is written: %s', (line, mendedLine) => {
    const setup = 'smmu smmu-b base=0x9050000\ndevice gpu-1 smmu=smmu-b sid=3\nmemory ram 0x80000000 1M\n';
    const { problems, reading } = checked({ 'main.smmu': `${setup}${line}\n` });
    const own = problems.filter((one) => one.message.includes('as one name'));
    expect(own.length).toBe(mendedLine === undefined && !line.startsWith('echo') ? 0 : 1);
    if (mendedLine !== undefined) expect(mended({ ...reading.program, problems: own })).toBe(`${setup}${mendedLine}\n`);
  });

  it('says what an offset of a register is', () => {
    const { problems } = checked(onBoard('write smmu 0x8e02 1'));
    expect(problems.map((one) => `${one.message} ${one.advice}`)).toEqual(['`0x8e02` is no offset of a register. An offset is written as `0x1000`: a multiple of 4 below 0x20000. What has a name goes by it.']);
  });

  it('says nothing of names where the board is not known or not whole, or an image is loaded', () => {
    const text = 'attach eth7\nprobe smmu7\nin domu\n  probe\n';
    expect(found({ 'main.smmu': `board "none.dts"\n${text}` })).toEqual(['scenario-file: "none.dts"']);
    expect(found({ 'main.smmu': `board "board.dts"\n${text}`, 'board.dts': `${BOARD}\n#include "soc.dtsi"\n` })).toEqual([]);
    expect(found({ 'main.smmu': `image "a.json"\n${text}`, 'a.json': '{}' })).toEqual([]);
  });

  it('says nothing of order and machine in a file that is made to be included', () => {
    expect(found('attach eth0\nexpect ok\ndma eth0 read 0')).toEqual([]);
    expect(found({ 'main.smmu': declared('include "steps.smmu"\n'), 'steps.smmu': 'expect ok\nattach eth1' })).toEqual(['scenario-nothing-before: expect ok', 'scenario-unknown-device: eth1']);
  });

  it('reports a problem of an included file once, in that file', () => {
    const { problems } = checked({ 'main.smmu': declared('include "a.smmu"\ninclude "a.smmu"\n'), 'a.smmu': 'attach eth1\n' });
    expect(problems.map((one) => [one.id, one.range.file])).toEqual([['scenario-unknown-device', '/s/a.smmu']]);
  });
});
