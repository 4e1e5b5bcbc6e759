/** Boards that several feature tests share. */

/** An SMMUv3 with three masters and a PCI host, a clock controller, and StreamIDs as macros in a header. */
export const BOARD = `//- /board.dts
/dts-v1/;
#include "soc.dtsi"

/ {
	model = "Test";
};

&uart {
	status = "okay";
};
//- /soc.dtsi
#include <sid.h>
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	compatible = "test,soc";

	gic: interrupt-controller@2000000 {
		compatible = "arm,gic-v3";
		reg = <0x0 0x2000000 0x0 0x10000>;
		interrupt-controller;
		#interrupt-cells = <3>;
		#address-cells = <0>;
	};

	clk: clock-controller@3000000 {
		compatible = "test,clk";
		reg = <0x0 0x3000000 0x0 0x1000>;
		#clock-cells = <1>;
	};

	smmu: iommu@5000000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x5000000 0x0 0x20000>;
		#iommu-cells = <1>;
	};

	uart: serial@9000000 {
		compatible = "arm,pl011", "arm,primecell";
		reg = <0x0 0x9000000 0x0 0x1000>;
		interrupts = <0 1 4>;
		interrupt-parent = <&gic>;
		clocks = <&clk CLK_UART>;
		iommus = <&smmu SID_UART>;
		status = "disabled";
	};

	dma@9010000 {
		compatible = "test,dma";
		reg = <0x0 0x9010000 0x0 0x1000>;
		clocks = <&clk CLK_DMA>;
		iommus = <&smmu SID_DMA>, <&smmu 0x20>;
	};

	crypto: crypto@9020000 {
		reg = <0x0 0x9020000 0x0 0x1000>;
		iommus = <&smmu 0x20>;
	};

	pcie: pcie@40000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x0 0x40000000 0x0 0x10000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		ranges = <0x02000000 0x0 0x50000000 0x0 0x50000000 0x0 0x10000000>;
		bus-range = <0x0 0xff>;
		iommu-map = <0x0 &smmu 0x10000 0x10000>;
	};
};
//- /include/sid.h
#define SID_BASE 0x100
#define SID_UART 0x101
#define SID_DMA (SID_BASE)
#define CLK_UART 3
#define CLK_DMA 4
`;

/** The board with one piece of its text replaced, usually to put the cursor there. */
export function boardWith(before: string, after: string): string {
  if (!BOARD.includes(before)) throw new Error(`the board has no "${before}"`);
  return BOARD.replace(before, after);
}
