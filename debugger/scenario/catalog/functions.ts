/** The functions and names that expressions have, in words: for completion, hover and docs/scenario.md. The evaluator gets them elsewhere. */

/** A function of expressions. */
export interface KnownFunction {
  readonly name: string;
  /** How it is written. */
  readonly shape: string;
  readonly text: string;
}

/** Functions by name. */
export const FUNCTIONS: readonly KnownFunction[] = [
  { name: 'ste', shape: 'ste([SMMU,] SID)', text: 'Stream table entry of a StreamID, with its fields: `ste(8).Config`.' },
  { name: 'cd', shape: 'cd([SMMU,] SID, SSID)', text: 'Context descriptor of a StreamID and SubstreamID: `cd(8, 0).TTB0`.' },
  { name: 'walk', shape: 'walk([SMMU,] SID, ADDRESS)', text: 'What a read of the address would come to, without a trace: `walk(8, 0x1000).pa`.' },
  { name: 'mem8', shape: 'mem8(ADDRESS)', text: 'Byte at a physical address.' },
  { name: 'mem16', shape: 'mem16(ADDRESS)', text: 'Two bytes at a physical address, little-endian.' },
  { name: 'mem32', shape: 'mem32(ADDRESS)', text: 'Four bytes at a physical address, little-endian.' },
  { name: 'mem64', shape: 'mem64(ADDRESS)', text: 'Eight bytes at a physical address, little-endian.' },
  { name: 'reg', shape: 'reg(SMMU, "REGISTER")', text: 'Value of a register; `smmu0.CR0` says the same.' },
  { name: 'owner', shape: 'owner(ADDRESS)', text: 'Who owns the page of a physical address.' },
  { name: 'who', shape: 'who(ADDRESS)', text: 'The line and step that wrote an address last.' },
  { name: 'device', shape: 'device("NAME")', text: 'A device whose name has signs that expressions use otherwise.' },
];

/** Names that always have a value. */
export const NAMES: readonly KnownFunction[] = [
  { name: 'last', shape: 'last', text: 'The last DMA: `.status`, `.pa`, `.event`, `.data`, `.stag`.' },
  { name: 'tlb', shape: 'tlb', text: 'Entries of the TLBs: `tlb where vmid == 2`.' },
  { name: 'cmdq', shape: 'cmdq', text: 'Commands in the command queue: `cmdq[0]`.' },
  { name: 'evtq', shape: 'evtq', text: 'Records in the event queue: `evtq[0].StreamID`.' },
  { name: 'priq', shape: 'priq', text: 'Requests in the PRI queue: `priq[0]`.' },
  { name: 'true', shape: 'true', text: 'Holds.' },
  { name: 'false', shape: 'false', text: 'Does not hold.' },
];
