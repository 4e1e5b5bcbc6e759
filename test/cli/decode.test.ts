import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { testIo, type TestIo } from './support.ts';

const LOG = [
  '[    5.6] arm-smmu-v3 15000000.iommu: event 0x10 received:',
  '[    5.6] arm-smmu-v3 15000000.iommu: \t0x0000001000000010',
  '[    5.6] arm-smmu-v3 15000000.iommu: \t0x0000020800000000',
  '[    5.6] arm-smmu-v3 15000000.iommu: \t0x0000000005000000',
  '[    5.6] arm-smmu-v3 15000000.iommu: \t0x0000000000000000',
].join('\n');

const BOARD = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@15000000 { compatible = "arm,smmu-v3"; reg = <0x15000000 0x20000>; #iommu-cells = <1>; };
	other: iommu@16000000 { compatible = "arm,smmu-v3"; reg = <0x16000000 0x20000>; #iommu-cells = <1>; };
	dma@1000 { reg = <0x1000 0x1000>; iommus = <&smmu 0x10>; };
	gpu@2000 { reg = <0x2000 0x1000>; iommus = <&other 0x10>; };
	pcie@3000 { device_type = "pci"; reg = <0x3000 0x1000>; iommu-map = <0x0 &other 0x1000 0x1000>; };
};
`;

async function decode(args: readonly string[], stdin?: string): Promise<TestIo & { code: number }> {
  const io = testIo({ '/project/board.dts': BOARD }, stdin === undefined ? {} : { stdin: () => Promise.resolve(new TextEncoder().encode(stdin)) });
  return { ...io, code: await run(['decode', ...args], io) };
}

describe('vsmmu decode', () => {
  it('explains a log from standard input', async () => {
    const { code, out, err } = await decode([], `hello\n${LOG}\n`);
    expect({ code, err: err() }).toEqual({ code: 0, err: '' });
    expect(out()).toContain('lines 2 to 6, Linux, 15000000.iommu\nF_TRANSLATION (0x10), StreamID 0x10\n');
    expect(out()).toMatch(/Likely causes, most frequent first\n {4}1\. /);
  });

  it('keeps its lines within the width', async () => {
    const { out } = await decode([], LOG);
    expect(Math.max(...out().split('\n').map((l) => l.length))).toBeLessThanOrEqual(80);
  });

  it('takes words as arguments, and as what it is told they are', async () => {
    expect((await decode(['0x0000012300000003', '0x1'])).out()).toContain('CMD_CFGI_STE StreamID=0x123 Leaf=1');
    expect((await decode(['--as', 'pri', '0x0000012300000003', '0x1'])).out()).toContain('Page request, StreamID 0x3');
  });

  it('prints JSON with the words in it', async () => {
    const { out } = await decode(['--json'], LOG);
    expect(JSON.parse(out())).toMatchObject([{ kind: 'event', sid: 16, smmu: '15000000.iommu', dwords: ['0x0000001000000010', '0x0000020800000000', '0x0000000005000000', '0x0000000000000000'] }]);
  });

  it.each([
    ['the device behind the SMMU of the log', LOG, ['/dma@1000']],
    ['of Xen', LOG.replaceAll(/.*iommu: /g, '(XEN) SMMUv3: /iommu@16000000: '), ['/gpu@2000']],
    ['the function behind a PCI host', LOG.replaceAll('15000000.iommu', '16000000.iommu').replace('00000010000', '00001108000'), ['/pcie@3000, function 01:01.0']],
    ['all candidates where the SMMU is not known', LOG.replaceAll('15000000.iommu', 'arm-smmu-v3.0.auto'), ['/dma@1000 behind /iommu@15000000', '/gpu@2000 behind /iommu@16000000']],
    ['nobody', LOG.replace('0000001000000010', '0000009900000010'), []],
  ])('names with a board %s', async (_, log, devices) => {
    const { out } = await decode(['--board', 'board.dts', '--json'], log);
    expect(JSON.parse(out())).toMatchObject([{ devices }]);
    const text = (await decode(['--board', 'board.dts'], log)).out().replaceAll(/\s+/g, ' ');
    for (const device of devices) expect(text).toContain(`Device: ${device}`);
    if (devices.length === 0) expect(text).toContain('No device of the board uses this StreamID.');
  });

  it.each([
    [[], 'hello', 1, /nothing here/],
    [['--as', 'xyz', '0x0'], undefined, 2, /--as takes/],
    [[], undefined, 2, /nothing to read/],
    [['--board', 'none.dts'], LOG, 2, /no such file: none\.dts/],
  ])('says what is wrong with %j and input %j', async (args, stdin, code, message) => {
    const result = await decode(args, stdin);
    expect(result.code).toBe(code);
    expect(result.err()).toMatch(message);
  });
});
