import fc from 'fast-check';

/** Sources in the manner of real boards, as material for mutation. */
export const SOURCES: readonly string[] = [
  `/dts-v1/;
/memreserve/ 0x80000000 0x10000;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	compatible = "acme,board", "acme,soc";
	aliases { serial0 = &uart0; };
	chosen { stdout-path = "serial0:115200n8"; bootargs = "a\\tb\\"c\\\\"; };
	soc: soc@0 {
		compatible = "simple-bus";
		ranges = <0x0 0x0 0x0 0x0 0x10 0x0>;
		smmu: iommu@15000000 {
			compatible = "arm,smmu-v3";
			reg = <0x0 0x15000000 0x0 0x20000>;
			interrupts = <0 (32 + 4) 4>, <0 ('a' << 2) 1>;
			#iommu-cells = <1>;
		};
		uart0: serial@9000000 { reg = /bits/ 64 <0x9000000 0x1000>; iommus = <&smmu 0x10>; mac = [00 11 22 aB]; };
		pcie@40000000 { iommu-map = <0x0 &smmu 0x100 0x100>, l1: <0x200 &{/soc@0/iommu@15000000} 0x300 1>; };
		/omit-if-no-ref/ unused: pin { pins = "a"; };
	};
};
&uart0 { status = "okay"; /delete-property/ mac; sub { x = <(1 ? 2 : 3) (~0 & 0xff)>; }; };
lbl: &smmu { dma-coherent; };
/delete-node/ &{/soc@0/pcie@40000000};
/omit-if-no-ref/ &unused;
`,
  `/dts-v1/;
/plugin/;
&{/} { model = "overlay"; };
&i2c1 {
	#address-cells = <1>;
	dev: sensor@48 { reg = <0x48>; interrupts-extended = <&gpio 4 2>; peer = <&dev>; };
};
/ { fragment@9 { target-path = "/"; __overlay__ { a; }; }; };
`,
];

/** Pieces that break or bend a source where they are put in. */
const PIECES: readonly string[] = [
  '{', '}', '};', ';', '<', '>', '(', ')', '[', ']', '"', "'", '\\', '/', '/*', '*/', '//', '&', '&{', '&{/', ',', '=', ':', '?', '~', '-',
  '<<', '>>', '/bits/ 16', '/delete-node/', '/delete-property/', '/omit-if-no-ref/', '/incbin/("x")', '/dts-v1/;', '/plugin/;', '/memreserve/',
  '/ {', '&smmu {', 'l:', 'n {', 'p = <1>;', '0x', '0xffffffffffffffffff', '08', '\n', '\t', '\0', '\u00e9', '\ufffd', '\ud800', '# 1 "x"\n', '__proto__',
];

interface Edit { at: number; remove: number; insert: string }

/** A mutation: where (as a share of the text), how much is removed, and what is put in. */
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(200)),
  insert: fc.oneof(fc.constantFrom(...PIECES), fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((p) => p.join(' ')), fc.string({ maxLength: 8 })),
});

function apply(text: string, { at, remove, insert }: Edit): string {
  const offset = Math.floor(at * text.length);
  return text.slice(0, offset) + insert + text.slice(offset + remove);
}

/** A source, then that source after each of a few edits. */
export const editedSources: fc.Arbitrary<string[]> = fc
  .tuple(fc.constantFrom(...SOURCES), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([source, edits]) => edits.reduce((versions, e) => [...versions, apply(versions.at(-1) ?? '', e)], [source]));

/** Statements that fit into many places of a source. */
const STATEMENTS: readonly string[] = [
  '/ { soc@0 { /delete-node/ iommu@15000000; }; };', '/ { soc: soc@0 { again; }; };', '&uart0 { /delete-property/ status; status = "fail"; };',
  '/delete-node/ &uart0;', '/delete-node/ &smmu;', '/delete-node/ &dev;', '/omit-if-no-ref/ &smmu;', '/omit-if-no-ref/ &soc;', '/ { x = <&unused>; };', '/ { x = &unused; };',
  'again: &soc { phandle = <7>; };', '&smmu { phandle = <&smmu>; linux,phandle = <1>; };', '&{/soc@0} { y = <&{/soc@0}>, &{/}; };', '/ { soc@0 { l2: iommu@15000000 { k; }; }; };',
  '/ { smmu: other { }; };', '&dev { a = <&dev &elsewhere>; b = <1 &elsewhere>; };', '&elsewhere { n { }; };', '/ { cpus { cpu@1 { reg = <1>; }; }; };', '&l1 { };',
  '/ { soc@0 { /delete-node/ pcie@40000000; pcie@40000000 { new; }; }; };', '/ { p = /bits/ 8 <1 (-1)>, /bits/ 16 <0xffff>, "s\\0\\x01", [0a]; };', '/ { __symbols__ { z = "/soc@0"; }; };',
];

type Change = { kind: 'drop' | 'double' | 'swap' | 'add'; from: number; to: number; statement: string };

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom<Change['kind']>('drop', 'double', 'swap', 'add', 'add', 'add'), from: fc.nat(), to: fc.nat(), statement: fc.constantFrom(...STATEMENTS),
});

function changeLines(lines: string[], { kind, from, to, statement }: Change): string[] {
  const a = from % lines.length;
  const b = to % lines.length;
  const [left = '', right = ''] = [lines[a], lines[b]];
  if (kind === 'drop') return lines.toSpliced(a, 1);
  if (kind === 'double') return lines.toSpliced(b, 0, left);
  if (kind === 'swap') return lines.with(a, right).with(b, left);
  return [...lines, statement];
}

/** Sources with lines dropped, doubled and swapped, and statements added: many of them are still right. */
export const rearrangedSources: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...SOURCES), fc.array(change, { minLength: 1, maxLength: 6 }))
  .map(([source, changes]) => changes.reduce(changeLines, source.split('\n')).join('\n') + '\n');
