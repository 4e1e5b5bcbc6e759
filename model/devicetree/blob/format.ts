/** Constants of flattened device trees, version 17, as the Devicetree Specification 5 names them. */

/** First word of a blob. */
export const FDT_MAGIC = 0xd00d_feed;
/** Version that is written, and the oldest that reads it. */
export const FDT_VERSION = 17;
/** See `FDT_VERSION`. */
export const FDT_LAST_COMPATIBLE_VERSION = 16;
/** Bytes of a version 17 header. */
export const FDT_HEADER_SIZE = 40;
/** Bytes of one memory reservation: address and size. */
export const FDT_RESERVATION_SIZE = 16;

/** Tags of the structure block. */
export const enum FdtTag {
  BeginNode = 1,
  EndNode = 2,
  Property = 3,
  Nop = 4,
  End = 9,
}
