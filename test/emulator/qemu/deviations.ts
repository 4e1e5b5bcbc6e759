/**
 * The places where QEMU 11.1.3 leaves the architecture, one name each. The oracle takes a set of
 * them: with none it follows the architecture, with all it answers as QEMU does.
 */
export const DEVIATIONS = {
  crash: 'the whole emulator crashes: S2AA64=0 with stage 2 on, CD.IPS 6 or 7',
  concat: 'concatenated stage-2 tables: the table index is masked away, table 0 is always used',
  blockLevels: 'blocks are accepted at level 0 (4K) and level 1 (16K, 64K)',
  privilege: 'AP[1], PRIVCFG, INSTCFG, XN, PXN, WXN and APTable[0] are ignored',
  apTable: 'APTable[1] faults at the table at once, and is lost on a TLB hit',
  tlbPermission: 'a TLB hit checks write permission only',
  tbi1: 'TBI1 is taken from TBI0',
  span: 'span n admits 2^n STEs, past that C_BAD_STE; spans over SPLIT+1 or 11 are accepted; L2Ptr is not aligned',
  bypassSize: 'addresses of 2^OAS and above pass in bypass',
  contextPointer: 'S1ContextPtr is used up to bit 55 and its range never checked',
  ptw: 'S2PTW is ignored',
  cdMax: 'S1CDMax != 0 is C_BAD_STE even with SSIDSIZE=0 and for Config=6',
  stallDisable: 'S1STALLD=1 is rejected for Config=6',
  s2Size: 'S2T0SZ is limited by the effective S2PS instead of IAS',
  s2Httu: 'S2HA and S2HD are accepted with HTTU=0',
  s2Start: 'S2SL0 and S2T0SZ with too few bits are walked instead of C_BAD_STE',
  strw: 'STRW is ignored where Hyp=0',
  order: 'F_ACCESS and F_PERMISSION come before F_ADDR_SIZE',
  tableSize: 'a table address beyond the output size is read (F_WALK_EABT)',
  fullIpa: 'IPA in events has its low 12 bits; for a table page it is the base of the table',
  tableEvents: 'nested: a stage-2 fault on an intermediate table has S2=0 and CD.R decides on recording; TTRnW is never set',
  fetchRead: 'nested: a stage-2 fault on CD or TTB always has RnW=1',
  ttbAtLoad: 'nested: both TTBs are translated when the CD is loaded, before their alignment',
  tableBase: 'nested: stage 2 is applied once per table, to its base',
  cdFetchWord: 'the F_CD_FETCH address is in word 2',
  tlbEvents: 'permission faults on a TLB hit: no event with stage 2 alone, no IPA when nested',
  board: 'the board has flash (zeros) at 0, PCI windows (ones) and its device tree at the start of RAM; in the case format all outside RAM aborts and RAM is zero',
  iasEvent: 'input of 2^IAS and above on a stage-2-only stream: no event',
} as const;

/** The name of one deviation. */
export type Deviation = keyof typeof DEVIATIONS;

export const ALL_DEVIATIONS = Object.keys(DEVIATIONS) as Deviation[];
