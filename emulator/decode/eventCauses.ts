/**
 * What each event means, what caused it in practice, and what to look at. Causes that public
 * reports show come before those that only follow from the architecture; a cause that needs a
 * certain shape of record is offered only for such records, and then first.
 */
import type { Cause } from './finding.ts';
import type { EventView } from './eventView.ts';

/** A cause, and the records that it fits; without `when` it fits all. */
interface Candidate extends Cause {
  readonly when?: (event: EventView) => boolean;
}

/** What is known of one event type. */
export interface EventAdvice {
  readonly meaning: string;
  readonly causes: readonly Candidate[];
  readonly checks: readonly string[];
}

const seen = (text: string, when?: Candidate['when']): Candidate => ({ text, seen: true, ...(when === undefined ? {} : { when }) });
const deduced = (text: string, when?: Candidate['when']): Candidate => ({ text, seen: false, ...(when === undefined ? {} : { when }) });

const isDoorbell = (e: EventView): boolean => !e.read && (e.input.lo & 0xfff) === 0x40;
const isNearZero = (e: EventView): boolean => e.input.hi === 0 && e.input.lo < 0x1000;
const isUpperHalf = (e: EventView): boolean => e.input.hi >>> 16 === 0xffff;
const isTableAccess = (e: EventView): boolean => e.stage2 && e.class < 2;
const isOrdinary = (e: EventView): boolean => !isDoorbell(e) && !isNearZero(e) && !isTableAccess(e);

const TRANSLATION: EventAdvice = {
  meaning: 'The walk found no valid translation for the address.',
  causes: [
    seen('The MSI doorbell page (an ITS or GICv2m frame) is not mapped for this stream: such writes go to an address that ends in 0x040.', isDoorbell),
    seen('The device was given address 0: a descriptor that was never filled in, or a driver or firmware bug.', isNearZero),
    deduced("The guest's own stage-1 tables or context descriptor are not mapped at stage 2.", isTableAccess),
    deduced('An upper-half address while EPD1=1: a kernel pointer or a sign-extended address was given to the device.', isUpperHalf),
    seen('DMA after the buffer was unmapped: the driver was unbound or freed memory while the device still uses it.', isOrdinary),
    seen('An unmap raced a posted write: the device was not quiesced (read back) before the unmap.', (e) => isOrdinary(e) && !e.read),
    seen('The buffer was mapped for another struct device than the one that does the DMA.', isOrdinary),
    seen('The address was translated twice: an IOVA was used where a physical address belongs.', isOrdinary),
    deduced('Firmware left a device running at hand-over and its memory is in no reserved-memory or RMR entry.', isOrdinary),
    deduced('Guest RAM or a region of it is missing in stage 2.', (e) => e.stage2 && !isTableAccess(e)),
  ],
  checks: [
    'Is the IOVA in a live mapping of this device, and until when was it?',
    'The order of unmap and quiesce at teardown; reserved-memory and RMR entries for early DMA.',
    'S2 and CLASS: they say whose table lacks the entry, and whether the access was to a table.',
  ],
};

const ADVICE: readonly (readonly [code: number, advice: EventAdvice])[] = [
  [0x01, {
    meaning: 'The SMMU cannot take this kind of transaction.',
    causes: [deduced('The device or interconnect sent a transaction type that the SMMU does not support.')],
    checks: ['Reason is vendor-specific: see the manual of the implementation.'],
  }],
  [0x02, {
    meaning: 'The stream table has no entry for this StreamID.',
    causes: [
      seen('The device emits an ID that nobody described: no iommus or iommu-map entry, or it sits behind another root or SMMU.'),
      seen('The driver sized the stream table too small for this ID.'),
      deduced('The level-1 entry is not populated, or a stale one is cached after CFGI_STE with Leaf=1.'),
      deduced('Requester IDs are folded by a bridge or by a wrong iommu-map mask or base.'),
    ],
    checks: [
      'The StreamID against iommus and iommu-map in the device tree, or against IORT.',
      'STRTAB_BASE_CFG.LOG2SIZE and the level-1 entry of this StreamID.',
    ],
  }],
  [0x03, {
    meaning: 'Reading the stream table entry was aborted by the memory system.',
    causes: [
      deduced('The stream table lies in memory that the SMMU cannot read: secure, carved out, or already freed.'),
      deduced('STRTAB_BASE lies beyond the output address size.'),
    ],
    checks: ['FetchAddr against the memory map; STRTAB_BASE.'],
  }],
  [0x04, {
    meaning: 'The stream table entry is invalid (V=0) or breaks a rule.',
    causes: [
      seen('A nested configuration of an earlier user of the device was not undone.'),
      seen('The guest rebooted while the SMMU was not reset.'),
      deduced('V=0, or a cached V=0 entry: CFGI_STE is missing after V was set.'),
      deduced('S2T0SZ, S2SL0 and S2TG do not fit together, or S2TTB is above S2PS.'),
      deduced('A granule, endianness, ATS or stall setting that the SMMU does not support.'),
    ],
    checks: ['Decode the STE (vsmmu decode --as ste) and compare it with the ID registers.', 'CFGI_STE and CMD_SYNC after the last change.'],
  }],
  [0x05, {
    meaning: 'An ATS translation request came from a stream that may not use ATS.',
    causes: [deduced('ATS is enabled in the endpoint while STE.EATS is 0 or the STE is bypass.')],
    checks: ['Turn ATS off in the endpoint, or set STE.EATS.'],
  }],
  [0x06, {
    meaning: 'This stream may not send this transaction with, or without, a SubstreamID.',
    causes: [
      seen('The device presents SubstreamID 0 while substreams are on with S1DSS=2, where CD 0 belongs to traffic without a SubstreamID.'),
      deduced('S1DSS=0 and the device sends transactions without a SubstreamID.'),
    ],
    checks: ["How the device drives SSV; pasid-num-bits in the device tree; STE.S1DSS."],
  }],
  [0x07, {
    meaning: 'A transaction marked as already translated (ATS) is not allowed here.',
    causes: [
      deduced('The device sends translated requests while ATS is off for the stream and CR0.ATSCHK is 1.'),
      deduced('The SMMU was disabled while the device still had addresses in its translation cache.'),
    ],
    checks: ['The order in which ATS is enabled and disabled in STE and endpoint.'],
  }],
  [0x08, {
    meaning: 'The SubstreamID is not one that this stream has.',
    causes: [
      seen('The device presents SubstreamID 0 while substreams are off (S1CDMax=0).'),
      deduced('The SubstreamID is 2^S1CDMax or more, or its level-1 CD entry is not valid.'),
      deduced('A SubstreamID on a bypass or stage-2-only stream.'),
    ],
    checks: ["STE.S1CDMax against the device's PASID width; pasid-num-bits in the device tree."],
  }],
  [0x09, {
    meaning: 'Reading the context descriptor was aborted by the memory system.',
    causes: [
      deduced('S1ContextPtr points to memory that the SMMU cannot read.'),
      deduced("In a VM: the guest's CD lies in an IPA that is not mapped (hypervisors report this as F_CD_FETCH)."),
    ],
    checks: ['STE.S1ContextPtr; the stage-2 mapping of that page.'],
  }],
  [0x0a, {
    meaning: 'The context descriptor is invalid (V=0) or breaks a rule.',
    causes: [
      deduced('V=0: the PASID was torn down while the device still runs.'),
      deduced('EPD1=0 while TG1 and T1SZ were left 0 (TG1=0 is reserved).'),
      deduced('S=1 on an SMMU that only terminates, or A=0 where TERM_MODEL is 1.'),
      deduced('TTB0 or TTB1 above IPS, TxSZ out of range, or an ASID above 8 bits without ASID16.'),
    ],
    checks: ['Decode the CD (vsmmu decode --as cd) and compare it with the ID registers.', 'CFGI_CD through every StreamID that shares the table.'],
  }],
  [0x0b, {
    meaning: 'Reading a translation table was aborted by the memory system.',
    causes: [
      deduced('A table pointer leads to memory that does not exist, is secure, or was freed and reused.'),
      deduced('An uncorrected memory error.'),
    ],
    checks: ['FetchAddr: the physical address of the descriptor that could not be read.'],
  }],
  [0x10, TRANSLATION],
  [0x11, {
    meaning: 'An address in the walk, or the address of a bypassed transaction, is too large.',
    causes: [
      deduced('A descriptor holds address bits at or above IPS, S2PS or OAS.'),
      deduced('A bypass stream was given an address at or above 2^OAS.'),
    ],
    checks: ['CD.IPS and STE.S2PS against IDR5.OAS; the address masks of the table code.'],
  }],
  [0x12, {
    meaning: 'The page has its access flag clear.',
    causes: [deduced('Hand-written tables without AF, while hardware update of AF is off.')],
    checks: ['Set AF in the descriptor, or CD.AFFD / STE.S2AFFD, or hardware update where IDR0.HTTU allows it.'],
  }],
  [0x13, {
    meaning: 'The page is mapped but does not allow this access.',
    causes: [
      seen('The buffer was mapped read-only or write-only and the device also does the other kind of access.', (e) => !isTableAccess(e)),
      deduced('The DMA direction given at mapping time is not the one that the device uses.', (e) => !isTableAccess(e)),
      deduced('A privileged-only page and an unprivileged transaction: AP[1], STE.PRIVCFG.', (e) => !e.stage2 && !e.privileged),
      deduced('An instruction fetch from a page that may not be executed.', (e) => e.instruction),
      deduced('The stage-1 tables lie in memory that stage 2 maps without read access, or as Device with S2PTW=1.', isTableAccess),
    ],
    checks: ['RnW, PnU, InD and S2 against the permissions of the page.', 'TTRnW means something only when CLASS is TT.'],
  }],
  [0x20, {
    meaning: 'Two TLB entries match the same address.',
    causes: [deduced('A block was changed to a table (or back) without break-before-make, or the contiguous bit was misused.')],
    checks: ['IDR3.BBML; the order of invalidate and write when tables change.'],
  }],
  [0x21, {
    meaning: 'Two configuration cache entries match the same stream.',
    causes: [deduced('STE.CONT says that neighbouring entries are alike and they are not.')],
    checks: ['STE.CONT.'],
  }],
  [0x24, {
    meaning: 'A hint that a page will be needed: speculative, no fault.',
    causes: [deduced('The device or SMMU announces future accesses.')],
    checks: ['Nothing; software may ignore it.'],
  }],
  [0x25, {
    meaning: 'Reading the virtual machine structure was aborted by the memory system.',
    causes: [deduced('STE.VMSPtr points to memory that the SMMU cannot read.')],
    checks: ['STE.VMSPtr and FetchAddr.'],
  }],
];

const BY_CODE = new Map(ADVICE);

/** What is known of an event type; undefined for reserved and implementation-defined codes. */
export function eventAdvice(code: number): EventAdvice | undefined {
  return BY_CODE.get(code);
}

/** The causes that fit one record, those with a matching shape first. */
export function causesOf(advice: EventAdvice, event: EventView): Cause[] {
  const fitting = advice.causes.filter((c) => c.when === undefined || c.when(event));
  return fitting.map((c) => ({ text: c.text, seen: c.seen }));
}

/** The causes to offer where only the name of the event is known: the general ones and those seen in practice. */
export function causesOfName(advice: EventAdvice): Cause[] {
  return advice.causes.filter((c) => c.when === undefined || c.seen).map((c) => ({ text: c.text, seen: c.seen }));
}
