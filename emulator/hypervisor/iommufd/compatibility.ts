/**
 * Which ID registers a virtual SMMU may show above a host SMMU, when stage 1 of the guest runs in
 * hardware. One table of rules by field; each says what goes wrong otherwise. QEMU's own start-up
 * checks, which are stricter in places, stand beside them.
 */
import { registerFields, type IdRegisters } from '../../idr/features.ts';

/** How a virtual value must relate to the host's. */
export type Relation = 'must be 0' | 'must be 1' | 'at most the host' | 'equal to the host' | 'within the host' | 'as the host walks' | 'free';

/** How bad a broken rule is. */
export type Severity = 'fails' | 'refused by the VMM' | 'harmless';

/** What a field of the virtual SMMU must be. */
export interface CompatibilityRule {
  readonly register: 'IDR0' | 'IDR1' | 'IDR3' | 'IDR5';
  readonly field: string;
  readonly relation: Relation;
  readonly why: string;
  /** What QEMU asks for, where that differs. */
  readonly qemu?: Relation;
  readonly severity?: Severity;
}

const STAGE_1_ONLY = 'only stage 1 is offloaded; there is no nesting below nesting';
const HARDWARE_WALK = 'hardware walks the guest tables';

/** The rules by field. */
export const COMPATIBILITY: readonly CompatibilityRule[] = [
  { register: 'IDR0', field: 'S1P', relation: 'must be 1', why: 'only stage 1 can be offloaded' },
  { register: 'IDR0', field: 'S2P', relation: 'must be 0', why: STAGE_1_ONLY },
  { register: 'IDR0', field: 'VMID16', relation: 'must be 0', why: STAGE_1_ONLY },
  { register: 'IDR0', field: 'Hyp', relation: 'must be 0', why: 'EL2 streams and TLBI_EL2 commands are not accepted' },
  { register: 'IDR0', field: 'ASID16', relation: 'at most the host', why: 'hardware reads the ASIDs that the guest writes into its CDs' },
  { register: 'IDR1', field: 'SSIDSIZE', relation: 'at most the host', why: 'a larger S1CDMax is C_BAD_STE' },
  { register: 'IDR1', field: 'SIDSIZE', relation: 'free', qemu: 'at most the host', why: 'virtual StreamIDs are mapped to physical ones' },
  { register: 'IDR0', field: 'ST_LEVEL', relation: 'free', qemu: 'equal to the host', why: 'the guest stream table is read by software' },
  { register: 'IDR0', field: 'CD2L', relation: 'at most the host', why: 'hardware walks the CD table' },
  { register: 'IDR0', field: 'TTENDIAN', relation: 'as the host walks', why: HARDWARE_WALK },
  { register: 'IDR0', field: 'TTF', relation: 'within the host', why: `${HARDWARE_WALK}, and VMSAv8-64 is needed` },
  { register: 'IDR5', field: 'GRAN4K', relation: 'at most the host', qemu: 'equal to the host', why: HARDWARE_WALK },
  { register: 'IDR5', field: 'GRAN16K', relation: 'at most the host', qemu: 'equal to the host', why: HARDWARE_WALK },
  { register: 'IDR5', field: 'GRAN64K', relation: 'at most the host', qemu: 'equal to the host', why: HARDWARE_WALK },
  { register: 'IDR5', field: 'OAS', relation: 'at most the host', why: 'wider guest-physical addresses end in F_ADDR_SIZE' },
  { register: 'IDR5', field: 'VAX', relation: 'at most the host', why: '52-bit virtual addresses are translated by hardware' },
  { register: 'IDR5', field: 'DS', relation: 'at most the host', why: '52-bit tables are walked by hardware' },
  { register: 'IDR0', field: 'HTTU', relation: 'must be 0', why: 'hardware updates of guest tables are not supported under nesting' },
  { register: 'IDR3', field: 'RIL', relation: 'at most the host', why: 'range invalidations go to hardware as they are' },
  { register: 'IDR3', field: 'BBML', relation: 'at most the host', why: 'the guest relies on what hardware tolerates' },
  { register: 'IDR0', field: 'STALL_MODEL', relation: 'as the host walks', why: 'stalls come from hardware, and need somebody who answers them' },
  { register: 'IDR0', field: 'TERM_MODEL', relation: 'equal to the host', why: 'hardware terminates the transactions' },
  { register: 'IDR0', field: 'ATS', relation: 'at most the host', why: 'the device asks the host SMMU' },
  { register: 'IDR0', field: 'PRI', relation: 'must be 0', why: 'page requests do not reach the guest' },
  { register: 'IDR0', field: 'BTM', relation: 'must be 0', why: 'broadcast invalidations of the guest carry its VMID only by accident' },
  { register: 'IDR0', field: 'MSI', relation: 'must be 0', why: 'the virtual SMMU signals by wire' },
  { register: 'IDR3', field: 'MPAM', relation: 'must be 0', why: 'MPAM is not available to nested guests' },
  { register: 'IDR0', field: 'SEV', relation: 'must be 0', why: 'no event is sent to the guest', severity: 'harmless' },
  { register: 'IDR0', field: 'COHACC', relation: 'must be 1', why: 'the platform walks coherently' },
];

/** What is known of the pair beyond ID registers. */
export interface CompatibilityOptions {
  readonly checks: 'architecture' | 'qemu';
  /** The devices behind the virtual SMMU can do ATS. */
  readonly hasAtsDevice?: boolean;
  /** Somebody answers stalls: the HWPT was made fault-capable. */
  readonly isFaultCapable?: boolean;
}

/** A rule that a pair breaks. */
export interface Incompatibility {
  readonly rule: CompatibilityRule;
  readonly relation: Relation;
  readonly virtual: number;
  readonly host: number;
  readonly severity: Severity;
  readonly sentence: string;
}

type Fields = Readonly<Record<string, number>>;

function fieldsOf(ids: IdRegisters): Fields {
  return { ...registerFields('IDR0', ids.IDR0), ...registerFields('IDR1', ids.IDR1), ...registerFields('IDR3', ids.IDR3), ...registerFields('IDR5', ids.IDR5) };
}

const HOLDS: Readonly<Record<Relation, (virtual: number, host: number) => boolean>> = {
  'must be 0': (v) => v === 0,
  'must be 1': (v) => v === 1,
  'at most the host': (v, h) => v <= h,
  'equal to the host': (v, h) => v === h,
  'within the host': (v, h) => (v & ~h) === 0 && (v & 2) !== 0,
  'as the host walks': (v, h) => v === h || h === 0,
  free: () => true,
};

const NO_STALLS = 1;

/** The host's side of a field, with what the surroundings take away from it. */
function hostValue(field: string, host: Fields, options: CompatibilityOptions): number {
  if (field === 'STALL_MODEL' && options.isFaultCapable !== true) return NO_STALLS;
  if (field === 'ATS' && options.hasAtsDevice !== true) return 0;
  return host[field] ?? 0;
}

/** The rules that a virtual SMMU breaks above a host SMMU; none where it is sound. */
export function incompatibilities(virtual: IdRegisters, host: IdRegisters, options: CompatibilityOptions): Incompatibility[] {
  const v = fieldsOf(virtual);
  const h = fieldsOf(host);
  return COMPATIBILITY.flatMap((rule) => {
    const own = v[rule.field] ?? 0;
    const other = hostValue(rule.field, h, options);
    const isBroken = !HOLDS[rule.relation](own, other);
    const relation = options.checks === 'qemu' ? (rule.qemu ?? rule.relation) : rule.relation;
    if (!isBroken && HOLDS[relation](own, other)) return [];
    const severity = isBroken ? (rule.severity ?? 'fails') : 'refused by the VMM';
    const broken = isBroken ? rule.relation : relation;
    const sentence = `${rule.register}.${rule.field} is ${own} in the guest and ${h[rule.field] ?? 0} in the host, but ${broken}: ${rule.why}.`;
    return [{ rule, relation: broken, virtual: own, host: h[rule.field] ?? 0, severity, sentence }];
  });
}
