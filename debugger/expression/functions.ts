/**
 * The functions and names that expressions have, in words: for completion, hover and the documentation,
 * of the editor and the debugger alike. What they compute is in debugger/inspect.
 */

/** A function or name of expressions. */
export interface KnownFunction {
  readonly name: string;
  /** How it is written. */
  readonly shape: string;
  readonly text: string;
}

/** Functions by name. */
export const FUNCTIONS: readonly KnownFunction[] = [
  { name: 'ste', shape: 'ste([SMMU,] SID)', text: 'Stream table entry of a StreamID as memory has it: `ste(8).Config`.' },
  { name: 'cd', shape: 'cd([SMMU,] SID[, SSID])', text: 'Context descriptor of a StreamID and SubstreamID as memory has it: `cd(8, 0).TTB0`.' },
  { name: 'walk', shape: 'walk([SMMU,] SID, ADDRESS[, SSID][, "write"])', text: 'What an access to the address would come to, without a trace: `walk(8, 0x1000).pa`.' },
  { name: 'ranges', shape: 'ranges([SMMU,] SID[, SSID][, "stage 2"])', text: 'What a stream maps: at most 1000 ranges and 65536 descriptors.' },
  { name: 'mem8', shape: 'mem8(ADDRESS)', text: 'Byte at a physical address.' },
  { name: 'mem16', shape: 'mem16(ADDRESS)', text: 'Two bytes at a physical address, little-endian.' },
  { name: 'mem32', shape: 'mem32(ADDRESS)', text: 'Four bytes at a physical address, little-endian.' },
  { name: 'mem64', shape: 'mem64(ADDRESS)', text: 'Eight bytes at a physical address, little-endian.' },
  { name: 'reg', shape: 'reg([SMMU,] "REGISTER")', text: 'Value of a register; `smmu0.CR0` says the same.' },
  { name: 'owner', shape: 'owner(ADDRESS)', text: 'Who owns the page of a physical address.' },
  { name: 'who', shape: 'who(ADDRESS)', text: 'The line and step that wrote a physical address last; in a debug session.' },
  { name: 'symbol', shape: 'symbol(ADDRESS)', text: 'What lies at a physical address, in words.' },
  { name: 'device', shape: 'device("NAME")', text: 'A device whose name has signs that expressions use otherwise.' },
  { name: 'smmu', shape: 'smmu("NAME")', text: 'An SMMU whose name has signs that expressions use otherwise.' },
  { name: 'count', shape: 'count(LIST)', text: 'How many entries a list has: `count(tlb where stale)`.' },
];

/** Names that always have a value. The lists of several SMMUs can be told apart: `evtq("smmu1")`. */
export const NAMES: readonly KnownFunction[] = [
  { name: 'last', shape: 'last', text: 'The last DMA: `.status`, `.pa`, `.event`, `.sentence`, `.data`, `.text`, `.stag`.' },
  { name: 'tlb', shape: 'tlb', text: 'Entries of the TLBs: `tlb where vmid == 2 && stale`.' },
  { name: 'cmdq', shape: 'cmdq', text: 'The command queue: its slots `cmdq[0]`, `.prod`, `.cons`, `.pending`, `.waiting`.' },
  { name: 'evtq', shape: 'evtq', text: 'The event queue: its slots `evtq[0].StreamID`, `.prod`, `.cons`, `.pending`, `.waiting`.' },
  { name: 'priq', shape: 'priq', text: 'The PRI queue: its slots `priq[0]`, `.prod`, `.cons`, `.pending`, `.waiting`.' },
  { name: 'true', shape: 'true', text: 'Holds.' },
  { name: 'false', shape: 'false', text: 'Does not hold.' },
];
