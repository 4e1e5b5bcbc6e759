/**
 * Numbers that must not be mixed up: a StreamID is not an address.
 * Each is a plain number or bigint at run time; the brand exists for the compiler alone.
 */
declare const unit: unique symbol;

/** A number that carries the name of what it counts. */
type Branded<T, Name extends string> = T & { readonly [unit]: Name };

/** What an SMMU calls a source of transactions: 0 to 2^32 - 1 on SMMUv3, 0 to 2^16 - 1 before. */
export type StreamId = Branded<number, 'StreamId'>;

/** An address as the CPUs see it, after every `ranges` on the way to the root. */
export type PhysicalAddress = Branded<bigint, 'PhysicalAddress'>;

/** Takes a number that a device tree gives as a StreamID. */
export function streamId(value: number): StreamId {
  return value as StreamId;
}

/** Takes a translated address. */
export function physicalAddress(value: bigint): PhysicalAddress {
  return value as PhysicalAddress;
}

/** `0x1f`: how StreamIDs and addresses are written everywhere. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
