/**
 * The Non-secure registers of page 0 and page 1: offset, access and fields. Offsets of page 1 are
 * counted from the start of page 0 (0x10000 and up). Guards and side effects are in
 * emulator/registers; ATOS is declared but not implemented, ECMDQ, MPAM and DPT registers are absent.
 */
import { field, layout, type Field, type Layout } from './layout.ts';
import { ADDRESS_SIZE, INSTCFG, MEMATTR, PRIVCFG, SHAREABILITY, SHCFG, TABLE_CACHE } from './values.ts';

/** One register. */
export interface Register {
  readonly name: string;
  readonly offset: number;
  /** Width in bits. */
  readonly width: 32 | 64;
  readonly access: 'RO' | 'RW';
  readonly layout: Layout;
}

type Place = readonly [offset: number, width: 32 | 64, access: 'RO' | 'RW'];

function register(name: string, place: Place, text: string, fields: readonly Field[]): Register {
  const [offset, width, access] = place;
  return { name, offset, width, access, layout: layout(name, width / 32, text, fields) };
}

function bit(name: string, at: number, text: string): Field {
  return field(name, [0, at], text);
}

const ENABLES: readonly Field[] = [
  bit('SMMUEN', 0, 'Translation is on.'), bit('PRIQEN', 1, 'PRI queue is on.'), bit('EVENTQEN', 2, 'Event queue is on.'),
  bit('CMDQEN', 3, 'Command queue is on.'), bit('ATSCHK', 4, 'Translated traffic is checked against the STE.'),
  field('VMW', [0, 8, 6], 'Low VMID bits that invalidations ignore.'),
];

const IRQ_ENABLES: readonly Field[] = [
  bit('GERROR_IRQEN', 0, 'Global error interrupt is on.'), bit('PRIQ_IRQEN', 1, 'PRI queue interrupt is on.'),
  bit('EVENTQ_IRQEN', 2, 'Event queue interrupt is on.'),
];

const GERRORS: readonly Field[] = [
  bit('CMDQ_ERR', 0, 'Command processing stopped at an error.'), bit('EVENTQ_ABT_ERR', 2, 'Writing the event queue aborted.'),
  bit('PRIQ_ABT_ERR', 3, 'Writing the PRI queue aborted.'), bit('MSI_CMDQ_ABT_ERR', 4, 'The MSI of CMD_SYNC aborted.'),
  bit('MSI_EVENTQ_ABT_ERR', 5, 'The MSI of the event queue aborted.'), bit('MSI_PRIQ_ABT_ERR', 6, 'The MSI of the PRI queue aborted.'),
  bit('MSI_GERROR_ABT_ERR', 7, 'The MSI of global errors aborted.'), bit('SFM_ERR', 8, 'Service failure mode.'),
];

function msi(source: string, at: number): Register[] {
  return [
    register(`${source}_IRQ_CFG0`, [at, 64, 'RW'], 'Address of the MSI.', [field('ADDR', [0, 55, 2], 'Address; 0 is no MSI.', { address: true })]),
    register(`${source}_IRQ_CFG1`, [at + 8, 32, 'RW'], 'Data of the MSI.', [field('DATA', [0, 31, 0], 'Data.')]),
    register(`${source}_IRQ_CFG2`, [at + 12, 32, 'RW'], 'Attributes of the MSI.', [
      field('MemAttr', [0, 3, 0], 'Memory type.', { values: MEMATTR }), field('SH', [0, 5, 4], 'Shareability.', { values: SHAREABILITY }),
      ...(source === 'PRIQ' ? [bit('LO', 31, 'Interrupt on the last request of a group only.')] : []),
    ]),
  ];
}

function queueBase(name: string, at: number, hint: string): Register {
  return register(name, [at, 64, 'RW'], 'Place and size of the queue.', [
    field('LOG2SIZE', [0, 4, 0], 'log2 of the number of entries.'), field('ADDR', [0, 55, 5], 'Base, aligned to the queue size.', { address: true }),
    bit(hint, 62, 'Allocation hint.'),
  ]);
}

function index(name: string, at: number, fields: readonly Field[]): Register {
  return register(name, [at, 32, 'RW'], 'Queue index with its wrap bit.', fields);
}

const WR = field('WR', [0, 19, 0], 'Next entry to write, with wrap bit.');
const RD = field('RD', [0, 19, 0], 'Next entry to read, with wrap bit.');

const ID_REGISTERS: readonly Register[] = [
  register('IDR0', [0x00, 32, 'RO'], 'Features.', [
    bit('S2P', 0, 'Stage 2.'), bit('S1P', 1, 'Stage 1.'),
    field('TTF', [0, 3, 2], 'Table formats.', { values: { 0: 'reserved', 1: 'AArch32 LPAE', 2: 'VMSAv8-64', 3: 'both' } }),
    bit('COHACC', 4, 'Coherent walks and queues.'), bit('BTM', 5, 'Takes broadcast TLB maintenance.'),
    field('HTTU', [0, 7, 6], 'Hardware table update.', { values: { 0: 'none', 1: 'access flag', 2: 'access flag and dirty state', 3: 'and table access flag' } }),
    bit('DORMHINT', 8, 'Dormant hint.'), bit('Hyp', 9, 'EL2 StreamWorlds.'), bit('ATS', 10, 'PCIe ATS.'), bit('NS1ATS', 11, 'Split-stage ATS is not supported.'),
    bit('ASID16', 12, '16-bit ASIDs.'), bit('MSI', 13, 'Message signalled interrupts.'), bit('SEV', 14, 'Wakes waiting processors.'),
    bit('ATOS', 15, 'Address translation operations.'), bit('PRI', 16, 'PCIe page requests.'), bit('VMW', 17, 'VMID wildcards.'), bit('VMID16', 18, '16-bit VMIDs.'),
    bit('CD2L', 19, 'Two-level CD tables.'), bit('VATOS', 20, 'Virtual ATOS page.'),
    field('TTENDIAN', [0, 22, 21], 'Endianness of tables.', { values: { 0: 'both', 1: 'reserved', 2: 'little', 3: 'big' } }),
    bit('ATSRECERR', 23, 'Records configuration errors of ATS.'),
    field('STALL_MODEL', [0, 25, 24], 'What faults may do.', { values: { 0: 'stall and terminate', 1: 'terminate only', 2: 'stall only', 3: 'reserved' } }),
    bit('TERM_MODEL', 26, 'Terminated transactions always abort.'),
    field('ST_LEVEL', [0, 28, 27], 'Stream table levels.', { values: { 0: 'linear', 1: 'linear and 2-level' } }), bit('RME_IMPL', 30, 'Realm management extension.'),
  ]),
  register('IDR1', [0x04, 32, 'RO'], 'Sizes.', [
    field('SIDSIZE', [0, 5, 0], 'StreamID bits.'), field('SSIDSIZE', [0, 10, 6], 'SubstreamID bits.'), field('PRIQS', [0, 15, 11], 'log2 of the largest PRI queue.'),
    field('EVENTQS', [0, 20, 16], 'log2 of the largest event queue.'), field('CMDQS', [0, 25, 21], 'log2 of the largest command queue.'),
    bit('ATTR_PERMS_OVR', 26, 'Permission overrides work.'), bit('ATTR_TYPES_OVR', 27, 'Memory type overrides work.'), bit('REL', 28, 'Preset addresses are relative.'),
    bit('QUEUES_PRESET', 29, 'Queue bases are fixed.'), bit('TABLES_PRESET', 30, 'Stream table base is fixed.'), bit('ECMDQ', 31, 'Enhanced command queues.'),
  ]),
  register('IDR2', [0x08, 32, 'RO'], 'VATOS page.', [field('BA_VATOS', [0, 9, 0], 'Offset of the VATOS page.')]),
  register('IDR3', [0x0c, 32, 'RO'], 'More features.', [
    bit('HAD', 2, 'Hierarchical attributes can be disabled.'), bit('PBHA', 3, 'Page-based hardware attributes.'), bit('XNX', 4, 'Stage-2 execute-never per privilege.'),
    bit('PPS', 5, 'PRI auto-responses with PASID need no STE.'), bit('MPAM', 7, 'MPAM.'), bit('FWB', 8, 'Stage 2 can force write-back.'), bit('STT', 9, 'Small translation tables.'),
    bit('RIL', 10, 'Range invalidation and level hints.'), field('BBML', [0, 12, 11], 'Break-before-make level.'), bit('E0PD', 13, 'E0PD.'), bit('PTWNNC', 14, 'S2PTW=0 walks Device as Normal non-cacheable.'),
    bit('DPT', 15, 'Device permission table.'),
  ]),
  register('IDR4', [0x10, 32, 'RO'], 'Implementation defined.', []),
  register('IDR5', [0x14, 32, 'RO'], 'Address sizes.', [
    field('OAS', [0, 2, 0], 'Output address size.', { values: ADDRESS_SIZE }), bit('GRAN4K', 4, '4K granule.'), bit('GRAN16K', 5, '16K granule.'), bit('GRAN64K', 6, '64K granule.'), bit('DS', 7, '52-bit addresses with 4K and 16K.'),
    field('VAX', [0, 11, 10], 'Virtual address size.', { values: { 0: '48 bits', 1: '52 bits', 2: '56 bits' } }), field('STALL_MAX', [0, 31, 16], 'Most outstanding stalls.'),
  ]),
  register('IIDR', [0x18, 32, 'RO'], 'Implementer.', [
    field('Implementer', [0, 11, 0], 'JEP106 code.'), field('Revision', [0, 15, 12], 'Minor revision.'), field('Variant', [0, 19, 16], 'Major revision.'), field('ProductID', [0, 31, 20], 'Part.'),
  ]),
  register('AIDR', [0x1c, 32, 'RO'], 'Architecture version.', [field('ArchMinorRev', [0, 3, 0], 'Minor version.'), field('ArchMajorRev', [0, 7, 4], 'Major version: 0 is SMMUv3.')]),
];

const GATOS_REGISTERS: readonly Register[] = [
  register('GATOS_CTRL', [0x100, 32, 'RW'], 'Starts a translation request.', [bit('RUN', 0, 'Running.')]),
  register('GATOS_SID', [0x108, 64, 'RW'], 'Stream of the request.', [
    field('STREAMID', [0, 31, 0], 'Stream.'), field('SUBSTREAMID', [0, 51, 32], 'Substream.'), bit('SSID_VALID', 52, 'SUBSTREAMID is valid.'),
  ]),
  register('GATOS_ADDR', [0x110, 64, 'RW'], 'Address of the request.', [
    bit('HTTUI', 6, 'No table update.'), bit('InD', 7, 'Instruction.'), bit('RnW', 8, 'Read.'), bit('PnU', 9, 'Privileged.'),
    field('TYPE', [0, 11, 10], 'Stages.', { values: { 0: 'reserved', 1: 'stage 1', 2: 'stage 2', 3: 'both' } }), field('ADDR', [0, 63, 12], 'Address.', { address: true }),
  ]),
  register('GATOS_PAR', [0x118, 64, 'RO'], 'Result of the request.', [
    bit('FAULT', 0, 'The request failed.'), field('REASON', [0, 2, 1], 'Class of a failure.'), field('FAULTCODE', [0, 11, 4], 'Event number of a failure.'), field('ADDR', [0, 55, 12], 'Result or faulting address.', { address: true }), field('ATTR', [0, 63, 56], 'Memory type.'),
  ]),
];

/** All registers in the order of their offsets. */
export const REGISTERS: readonly Register[] = [
  ...ID_REGISTERS,
  register('CR0', [0x20, 32, 'RW'], 'Enables.', ENABLES),
  register('CR0ACK', [0x24, 32, 'RO'], 'What of CR0 has taken effect.', ENABLES),
  register('CR1', [0x28, 32, 'RW'], 'Attributes of table and queue accesses.', [
    field('QUEUE_IC', [0, 1, 0], 'Queue inner cacheability.', { values: TABLE_CACHE }), field('QUEUE_OC', [0, 3, 2], 'Queue outer cacheability.', { values: TABLE_CACHE }),
    field('QUEUE_SH', [0, 5, 4], 'Queue shareability.', { values: SHAREABILITY }), field('TABLE_IC', [0, 7, 6], 'Table inner cacheability.', { values: TABLE_CACHE }),
    field('TABLE_OC', [0, 9, 8], 'Table outer cacheability.', { values: TABLE_CACHE }), field('TABLE_SH', [0, 11, 10], 'Table shareability.', { values: SHAREABILITY }),
  ]),
  register('CR2', [0x2c, 32, 'RW'], 'Modes.', [bit('E2H', 0, 'EL2 StreamWorlds have two halves and ASIDs.'), bit('RECINVSID', 1, 'C_BAD_STREAMID is recorded.'), bit('PTM', 2, 'Broadcast TLB maintenance is ignored.'), bit('REC_CFG_ATS', 3, 'Configuration errors of ATS are recorded.')]),
  register('STATUSR', [0x40, 32, 'RO'], 'Status.', [bit('DORMANT', 0, 'Nothing is cached.')]),
  register('GBPA', [0x44, 32, 'RW'], 'Attributes while translation is off.', [
    field('MemAttr', [0, 3, 0], 'Memory type.', { values: MEMATTR }), bit('MTCFG', 4, 'MemAttr replaces the incoming type.'), field('ALLOCCFG', [0, 11, 8], 'Allocation hints.'),
    field('SHCFG', [0, 13, 12], 'Shareability.', { values: SHCFG }), field('PRIVCFG', [0, 17, 16], 'Privilege.', { values: PRIVCFG }), field('INSTCFG', [0, 19, 18], 'Instruction or data.', { values: INSTCFG }),
    bit('ABORT', 20, 'Abort everything.'), bit('Update', 31, 'Write 1 to change; reads 0 when done.'),
  ]),
  register('AGBPA', [0x48, 32, 'RW'], 'Implementation defined.', []),
  register('IRQ_CTRL', [0x50, 32, 'RW'], 'Interrupt enables.', IRQ_ENABLES),
  register('IRQ_CTRLACK', [0x54, 32, 'RO'], 'What of IRQ_CTRL has taken effect.', IRQ_ENABLES),
  register('GERROR', [0x60, 32, 'RO'], 'Global errors; active where it differs from GERRORN.', GERRORS),
  register('GERRORN', [0x64, 32, 'RW'], 'Acknowledged global errors.', GERRORS),
  ...msi('GERROR', 0x68),
  register('STRTAB_BASE', [0x80, 64, 'RW'], 'Stream table.', [field('ADDR', [0, 55, 6], 'Base.', { address: true }), bit('RA', 62, 'Allocation hint.')]),
  register('STRTAB_BASE_CFG', [0x88, 32, 'RW'], 'Shape of the stream table.', [
    field('LOG2SIZE', [0, 5, 0], 'StreamID bits of the table.'), field('SPLIT', [0, 10, 6], 'StreamID bits of level 2: 6, 8 or 10.'), field('FMT', [0, 17, 16], 'Shape.', { values: { 0: 'linear', 1: '2-level', 2: 'linear (reserved)', 3: 'linear (reserved)' } }),
  ]),
  queueBase('CMDQ_BASE', 0x90, 'RA'),
  index('CMDQ_PROD', 0x98, [WR]),
  index('CMDQ_CONS', 0x9c, [RD, field('ERR', [0, 30, 24], 'Why processing stopped.', { values: { 0: 'none', 1: 'CERROR_ILL', 2: 'CERROR_ABT', 3: 'CERROR_ATC_INV_SYNC' } })]),
  queueBase('EVENTQ_BASE', 0xa0, 'WA'),
  ...msi('EVENTQ', 0xb0),
  queueBase('PRIQ_BASE', 0xc0, 'WA'),
  ...msi('PRIQ', 0xd0),
  ...GATOS_REGISTERS,
  register('VATOS_SEL', [0x180, 32, 'RW'], 'VMID of the VATOS page.', [field('VMID', [0, 15, 0], 'VMID.')]),
  index('EVENTQ_PROD', 0x100a8, [WR, bit('OVFLG', 31, 'Toggles when events were lost.')]),
  index('EVENTQ_CONS', 0x100ac, [RD, bit('OVACKFLG', 31, 'Acknowledges the overflow.')]),
  index('PRIQ_PROD', 0x100c8, [WR, bit('OVFLG', 31, 'Toggles when requests were lost.')]),
  index('PRIQ_CONS', 0x100cc, [RD, bit('OVACKFLG', 31, 'Acknowledges the overflow.')]),
];

const BY_NAME: ReadonlyMap<string, Register> = new Map(REGISTERS.map((r) => [r.name, r]));

/** The register of a name without prefix (`CR0`), or undefined. */
export function registerNamed(name: string): Register | undefined {
  return BY_NAME.get(name);
}

const PAGE_1 = 0x10000;
const BY_OFFSET: ReadonlyMap<number, Register> = new Map(REGISTERS.map((r) => [r.offset, r]));

/** The register that holds a 32-bit half, by its offset in page 0 or 1; page-1 registers also where page 0 keeps them. */
export function registerAt(offset: number): Register | undefined {
  for (const place of [offset, offset - 4, offset + PAGE_1]) {
    const register = BY_OFFSET.get(place);
    if (register !== undefined && (place !== offset - 4 || register.width === 64)) return register;
  }
  return undefined;
}

/** The name of what lies at an offset, for people: `CR0`, `the upper half of CMDQ_BASE`, `offset 0x3f0`. */
export function registerName(offset: number): string {
  const register = registerAt(offset);
  if (register === undefined) return `offset 0x${offset.toString(16)}`;
  return register.offset === offset - 4 ? `the upper half of ${register.name}` : register.name;
}

/** The name of a bit of GERROR. */
export function globalErrorName(error: number): string {
  const bit = 31 - Math.clz32(error);
  return registerNamed('GERROR')?.layout.fields.find((f) => f.lsb === bit)?.name ?? `bit ${bit}`;
}
