import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { testIo } from './support.ts';

const BOARD = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu0: iommu@10000 {
		compatible = "arm,smmu-v3";
		reg = <0x10000 0x20000>;
		#iommu-cells = <1>;
	};
	smmu1: iommu@40000 {
		compatible = "arm,smmu-v3";
		reg = <0x40000 0x20000>;
		#iommu-cells = <1>;
		status = "disabled";
	};
	eth0: ethernet@70000 {
		reg = <0x70000 0x100>;
		iommus = <&smmu0 0x40>;
	};
	usb@80000 {
		reg = <0x80000 0x100>;
		status = "disabled";
		iommus = <&smmu0 0x40>, <&smmu0 0x7>;
	};
	pcie@90000 {
		device_type = "pci";
		reg = <0x90000 0x100>;
		#address-cells = <3>;
		#size-cells = <2>;
		iommu-map = <0x0 &smmu0 0x100 0x100>;
	};
	lost@a0000 {
		iommus = <0x99 0x1>;
	};
};
`;

describe('vsmmu streams', () => {
  it('prints a table for each IOMMU, with shared and lost streams', async () => {
    const io = testIo({ '/project/board.dts': BOARD });
    expect(await run(['streams', 'board.dts'], io)).toBe(0);
    expect(io.out().split('\n').map((line) => line.trimEnd())).toEqual([
      '&smmu0  Arm SMMUv3 at 0x10000, 3 masters, board.dts:5',
      '  StreamID     RIDs             master                 written at',
      '  0x7          -                /usb@80000 (disabled)  board.dts:23',
      '  0x40         -                &eth0                  board.dts:18',
      '  0x40         -                /usb@80000 (disabled)  board.dts:23',
      '  0x100-0x1ff  00:00.0-00:1f.7  /pcie@90000            board.dts:30',
      '',
      '&smmu1  Arm SMMUv3 at 0x40000, disabled, 0 masters, board.dts:10',
      '',
      'Shared StreamIDs',
      '  /iommu@10000: StreamID 0x40 is used by both /ethernet@70000 (board.dts:18) and /usb@80000 (board.dts:23)',
      '',
      'Without a stream',
      '  /lost@a0000, iommus: no node has this phandle (board.dts:33)',
      '',
    ]);
  });

  it('prints the same as JSON', async () => {
    const io = testIo({ '/project/board.dts': BOARD });
    expect(await run(['streams', '--json', 'board.dts'], io)).toBe(0);
    const table = JSON.parse(io.out()) as { iommus: { label: string }[]; streams: { id: number; source: object }[] };
    expect(table.iommus.map((i) => i.label)).toEqual(['smmu0', 'smmu1']);
    expect(table.streams.map((s) => s.id)).toEqual(expect.arrayContaining([0x40, 0x7, 0x100]));
    expect(table.streams[0]!.source).toEqual({ file: '/project/board.dts', line: 18 });
  });

  it('says so where there is no IOMMU', async () => {
    const io = testIo({ '/project/board.dts': '/dts-v1/;\n/ { };\n' });
    expect(await run(['streams', 'board.dts'], io)).toBe(0);
    expect(io.out()).toBe('no IOMMUs\n');
  });

  it.each([[[], 'which board?'], [['a.dts', 'b.dts'], 'which board?'], [['a.dts'], 'no such file: a.dts']])('%j is a usage error', async (args, message) => {
    const io = testIo();
    expect(await run(['streams', ...args], io)).toBe(2);
    expect(io.err()).toContain(message);
  });
});
