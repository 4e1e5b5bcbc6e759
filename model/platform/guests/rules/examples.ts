/** The files that the examples of system rules are made of: a board with two SMMUs, a guest, its fragment. */

/** Parts of the example board that a rule may exchange. */
export interface BoardParts {
  /** Properties added to the ethernet node. */
  readonly eth?: string;
  /** The ethernet's `iommus` statement. */
  readonly iommus?: string;
  /** The ethernet's `xen,passthrough` statement. */
  readonly mark?: string;
  /** Statements inside `/chosen`. */
  readonly chosen?: string;
}

/** The board: ethernet on the first SMMU (StreamID 8), a DMA engine on the second (StreamID 8 too). */
export function board(parts: BoardParts = {}): string {
  return `--- board.dts
/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	chosen {${parts.chosen ?? ''} };
	gic: interrupt-controller@2f000000 {
		compatible = "arm,gic-v3";
		reg = <0x0 0x2f000000 0x0 0x10000>, <0x0 0x2f100000 0x0 0x100000>;
		#interrupt-cells = <3>;
		interrupt-controller;
	};
	smmu0: iommu@2b400000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x2b400000 0x0 0x20000>;
		interrupts = <0 74 1>, <0 75 1>;
		interrupt-names = "eventq", "gerror";
		#iommu-cells = <1>;
	};
	smmu1: iommu@2b500000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x2b500000 0x0 0x20000>;
		interrupts = <0 76 1>, <0 77 1>;
		interrupt-names = "eventq", "gerror";
		#iommu-cells = <1>;
	};
	eth: ethernet@fe100000 {
		compatible = "vendor,eth";
		reg = <0x0 0xfe100000 0x0 0x1000>;
		interrupts = <0 80 4>;
		${parts.iommus ?? 'iommus = <&smmu0 8>;'}
		${parts.mark ?? 'xen,passthrough;'}${parts.eth ?? ''}
	};
	dma: dma-controller@fe200000 {
		compatible = "vendor,dma";
		reg = <0x0 0xfe200000 0x0 0x1000>;
		interrupts = <0 81 4>;
		iommus = <&smmu1 8>;
		xen,passthrough;
	};
};
`;
}

/** Keys of the example guest that a rule may exchange; `more` is added at the end. */
export interface GuestKeys {
  readonly dtdev?: string;
  readonly irqs?: string;
  readonly iomem?: string;
  readonly deviceTree?: string;
  readonly more?: string;
}

/** The guest `domd`, which is given the ethernet. */
export function guest(keys: GuestKeys = {}, file = 'domd'): string {
  return `--- ${file}.cfg
name = "${file}"
kernel = "Image"
memory = 512
${keys.deviceTree ?? 'device_tree = "domd.dtb"'}
${keys.dtdev ?? 'dtdev = [ "/ethernet@fe100000" ]'}
${keys.irqs ?? 'irqs = [ 112 ]'}
${keys.iomem ?? 'iomem = [ "0xfe100,1" ]'}
${keys.more ?? ''}`;
}

/** Statements of the example fragment that a rule may exchange. */
export interface FragmentParts {
  readonly file?: string;
  /** The statements of `/passthrough` before its devices. */
  readonly bus?: string;
  /** Statements of the ethernet node beyond compatible and reg. */
  readonly eth?: string;
  /** Nodes beside `/passthrough`. */
  readonly beside?: string;
}

/** The fragment that describes the ethernet to the guest. */
export function fragment(parts: FragmentParts = {}): string {
  return `--- ${parts.file ?? 'domd'}.dts
/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	passthrough {
		${parts.bus ?? 'compatible = "simple-bus"; ranges; #address-cells = <2>; #size-cells = <2>;'}
		ethernet@fe100000 {
			compatible = "vendor,eth";
			reg = <0x0 0xfe100000 0x0 0x1000>;
			${parts.eth ?? 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>;'}
		};
	};${parts.beside ?? ''}
};
`;
}

/** A dom0less domain with its own fragment, for `/chosen`. */
export function domU(statements = '', name = 'domU1'): string {
  return `
		#address-cells = <2>; #size-cells = <2>;
		${name} {
			compatible = "xen,domain";
			#address-cells = <2>; #size-cells = <2>;
			memory = <0x0 0x80000>; cpus = <1>; ${statements}
			module@48000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x0 0x48000000 0x0 0x1000000>; };
			module@4a000000 { compatible = "multiboot,device-tree", "multiboot,module"; reg = <0x0 0x4a000000 0x0 0x2000>; };
		};`;
}

/** The fragment of that domain: the ethernet by `xen,path`. */
export function domUFragment(eth = 'xen,reg = <0x0 0xfe100000 0x0 0x1000 0x0 0xfe100000>; xen,path = "/ethernet@fe100000"; interrupt-parent = <&gic>; interrupts = <0 80 4>;', beside = ''): string {
  return fragment({ file: 'domU1', eth, beside: `\n\tgic: gic { #interrupt-cells = <3>; interrupt-controller; };${beside}` });
}
