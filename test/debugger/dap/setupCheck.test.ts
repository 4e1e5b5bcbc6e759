import { describe, expect, it } from 'vitest';
import { checkSetup } from '../../../debugger/dap/setupCheck.ts';
import { scenarioFiles } from '../run/support.ts';

const PATH = '/s/a.smmu';

async function found(text: string, files: Readonly<Record<string, string>> = {}, texts: ReadonlyMap<string, string> = new Map()): Promise<string[] | undefined> {
  const problems = await checkSetup({ path: PATH, texts, isCancelled: () => false }, scenarioFiles({ [PATH]: text, ...files }));
  return problems?.map(({ level, message, path, start, end }) => `${path} ${start.line}:${start.character}-${end.line}:${end.character} ${level}: ${message}`);
}

describe('the machine of a scenario, checked for the editor', () => {
  it.each([
    ['smmu s base=0x9050000\nmemory ram 0x40000800 4K\nprobe\n', ['/s/a.smmu 1:0-1:24 error: Memory begins and ends at multiples of 4K.']],
    ['smmu s\r\nsmmu t\r\ndevice d sid=8 # which?\r\n', ['/s/a.smmu 2:0-2:14 error: There are several SMMUs, and the line does not say behind which of them d is.\nAdd smmu=s or another.']],
    ['smmu s\ndevice d sid=8\nhypervisor iommufd\nguest vm devices="d" memory=8G\n', ['/s/a.smmu 3:0-3:30 error: There is too little memory for vm.']],
    ['smmu s\ndevice d sid=8\nhypervisor xen\nguest a devices="d"\nguest b devices="d"\n', ['/s/a.smmu 4:0-4:19 warning: d is given to a already.']],
    ['smmu s\ndevice d sid=8\nprobe\n', []],
    ['probe\n', []],
    ['memory ram 0x40000800 4K\nprob\n', []],
  ])('%j', async (text, expected) => expect(await found(text)).toEqual(expected));

  it('reads what the editor has before what the disk has', async () => {
    expect(await found('smmu s\n', {}, new Map([['\\s\\a.smmu', 'smmu s\nmemory ram 0 1\n']]))).toEqual(['/s/a.smmu 1:0-1:14 error: Memory begins and ends at multiples of 4K.']);
    const included = { '/s/b.smmu': 'memory ram 0 1\n' };
    expect(await found('include "b.smmu"\nsmmu s\n', included)).toEqual(['/s/b.smmu 0:0-0:14 error: Memory begins and ends at multiples of 4K.']);
  });

  it('says nothing where a part of the board is missing', async () => {
    const board = '/dts-v1/;\n#include "soc.dtsi"\n/ { };\n';
    const text = 'board "b.dts"\nhypervisor xen\nguest a devices="eth0"\n';
    expect(await found(text, { '/s/b.dts': board })).toEqual([]);
    expect(await found(text, { '/s/b.dts': board.replace('#include "soc.dtsi"', '') })).toEqual([expect.stringContaining('There is no device eth0.')]);
  });

  it('ends early where nobody wants to know any more', async () => {
    const text = `smmu s\n${'memory m 0 4K\n'.repeat(50_000)}`;
    expect(await checkSetup({ path: PATH, texts: new Map(), isCancelled: () => true }, scenarioFiles({ [PATH]: text }))).toBeUndefined();
  });
});
