/**
 * What the kernel accepts as a guest's STE for nested translation, and the physical STE that it
 * makes of it. Only the first two 64-bit words count; a virtual machine monitor must mask what
 * guests legitimately set elsewhere before it asks (`maskGuestSte`).
 */
import { decode, encode, fieldNamed, getField, type FieldInput } from '../../fields/layout.ts';
import { STE } from '../../fields/ste.ts';
import { addBits, commonBits, maskOf } from '../linux/masks.ts';
import { given, refused, type Result } from './result.ts';

/** The first two 64-bit words of an STE, as four 32-bit words. */
export type GuestSte = readonly [number, number, number, number];

/** What a guest's STE asks for. */
export type GuestConfig = 'abort' | 'bypass' | 'stage 1';

/** An accepted guest STE. */
export interface AcceptedSte {
  readonly config: GuestConfig;
  /** The words that count; zero for an invalid entry. */
  readonly words: GuestSte;
  /** The device may use ATS. */
  readonly ats: boolean;
}

/** The fields of the first two words that a guest may set. */
export const GUEST_FIELDS: readonly string[] = [
  'V', 'Config', 'S1Fmt', 'S1ContextPtr', 'S1CDMax', 'S1DSS', 'S1CIR', 'S1COR', 'S1CSH', 'S1STALLD', 'EATS',
];

// The kernel's pointer mask ends at bit 51, the architecture's at bit 55.
const POINTER_LIMIT = 0xf_ffff;
const ALLOWED = maskOf(STE, GUEST_FIELDS).map((word, i) => (i === 1 ? word & (POINTER_LIMIT | 0xf800_0000) : i > 3 ? 0 : word));
const CONFIGS: ReadonlyMap<number, GuestConfig> = new Map([[0, 'abort'], [4, 'bypass'], [5, 'stage 1']]);

function valueOf(words: ArrayLike<number>, name: string): number {
  const found = fieldNamed(STE, name);
  return found === undefined ? 0 : getField(words, found).lo;
}

function quad(words: ArrayLike<number>): GuestSte {
  return [(words[0] ?? 0) >>> 0, (words[1] ?? 0) >>> 0, (words[2] ?? 0) >>> 0, (words[3] ?? 0) >>> 0];
}

/** The first two words without the bits that the kernel refuses: what a monitor must hand over. */
export function maskGuestSte(ste: ArrayLike<number>): GuestSte {
  return quad(quad(ste).map((word, i) => word & (ALLOWED[i] ?? 0)));
}

/** The fields of a guest's STE that a monitor must drop, by name; `reserved bits` for the rest. */
export function droppedFields(ste: ArrayLike<number>): string[] {
  const words = Uint32Array.from(quad(ste), (word, i) => word & ~(ALLOWED[i] ?? 0));
  const named = decode(STE, words).filter((f) => f.value.hi !== 0 || f.value.lo !== 0).map((f) => f.field.name);
  const known = maskOf(STE, named);
  return words.some((word, i) => (word & ~(known[i] ?? 0)) !== 0) ? [...named, 'reserved bits'] : named;
}

/** Judges a guest's STE as IOMMU_HWPT_ALLOC with a vIOMMU does. */
export function acceptGuestSte(ste: ArrayLike<number>): Result<AcceptedSte> {
  if (((ste[0] ?? 0) & 1) === 0) return given({ config: 'abort', words: [0, 0, 0, 0], ats: false });
  const extra = droppedFields(ste);
  if (extra.length > 0) return refused('-EIO', `the guest STE sets ${extra.join(', ')}, which the kernel does not take`);
  const config = CONFIGS.get(valueOf(ste, 'Config'));
  if (config === undefined) return refused('-EIO', `Config ${valueOf(ste, 'Config')} of the guest STE is not abort, bypass or stage 1`);
  const eats = valueOf(ste, 'EATS');
  if (eats > 1) return refused('-EIO', `EATS ${eats} of the guest STE is not off or full ATS`);
  return given({ config, words: quad(ste), ats: config !== 'abort' && eats === 1 });
}

/** What of the parent goes into every STE with stage 2. */
export interface ParentStage2 {
  readonly vmid: number;
  /** Address of the stage-2 table. */
  readonly table: number;
  /** Input size is 2^(64 - t0sz). */
  readonly t0sz: number;
  readonly sl0: number;
  /** Output size as IDR5.OAS codes it. */
  readonly ps: number;
  /** Stage 2 forces write-back, because the device's traffic may be non-coherent. */
  readonly isForcedWriteBack: boolean;
  /** STEs can take over the incoming shareability (IDR1.ATTR_TYPES_OVR). */
  readonly hasTypeOverride: boolean;
}

const INCOMING = 1;
const ABORT_STE: FieldInput = { V: 1, Config: 0 };

/** The abort STE: of blocked devices, and of guests that ask for it. */
export function abortSte(): Uint32Array {
  return encode(STE, ABORT_STE);
}

/** The bypass STE that the kernel gives to devices with an identity domain. */
export function bypassSte(hasTypeOverride: boolean): Uint32Array {
  return encode(STE, { V: 1, Config: 4, SHCFG: hasTypeOverride ? INCOMING : 0 });
}

/** An STE that translates with the parent's stage 2 only. */
export function stage2Ste(parent: ParentStage2, ats = false): Uint32Array {
  return encode(STE, {
    V: 1, Config: 6, EATS: ats ? 1 : 0, S2FWB: parent.isForcedWriteBack ? 1 : 0, SHCFG: parent.hasTypeOverride ? INCOMING : 0,
    S2VMID: parent.vmid, S2T0SZ: parent.t0sz, S2SL0: parent.sl0, S2IR0: 1, S2OR0: 1, S2SH0: 3, S2TG: 0, S2PS: parent.ps,
    S2AA64: 1, S2PTW: 1, S2R: 1, S2TTB: parent.table,
  });
}

/** The physical STE of an accepted guest STE over a parent. */
export function physicalSte(guest: AcceptedSte, parent: ParentStage2): Uint32Array {
  if (guest.config === 'abort') return abortSte();
  if (guest.config === 'bypass') return stage2Ste(parent, guest.ats);
  const ste = stage2Ste(parent, guest.ats);
  const first = Uint32Array.from(ste, (_, i) => guest.words[i] ?? 0);
  addBits(ste, commonBits(first, ALLOWED));
  // Faults of one guest may not flood the host's event queue.
  addBits(ste, encode(STE, { Config: 7, MEV: 1 }));
  return ste;
}

/** One line of what becomes of a guest's STE. */
export function describePhysical(judged: Result<AcceptedSte>): string {
  if (!judged.ok) return judged.errno;
  const { config, words, ats } = judged.value;
  if (config === 'abort') return words[0] === 0 ? 'ok: treated as abort' : 'ok: abort';
  const place = config === 'bypass' ? 'ok: physical S2-only' : 'ok: physical nested';
  return ats ? `${place}, ATS on` : place;
}
