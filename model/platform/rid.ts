/**
 * RequesterIDs (bus in bits 15:8, device in 7:3, function in 2:0) in the notation of lspci, `bus:device.function`. Segments (PCI domains) are not
 * modelled: a root complex node is its own segment.
 */

/** How many RequesterIDs one root complex has: 256 buses of 32 devices of 8 functions. */
export const RID_SPACE = 0x10000;

/** `01:02.3` for RID 0x113. Bits above 15 are shown as they are, since they name no bus. */
export function formatRid(rid: number): string {
  const bus = Math.floor(rid / 0x100).toString(16).padStart(2, '0');
  const device = ((rid >> 3) & 0x1f).toString(16).padStart(2, '0');
  return `${bus}:${device}.${rid & 7}`;
}

/** `00:00.0-ff:1f.7`, or `00:00.0` where the range has one RequesterID, or `none` where it is empty. */
export function formatRidRange(first: number, count: number): string {
  if (count <= 0) return 'none';
  if (count === 1) return formatRid(first);
  return `${formatRid(first)}-${formatRid(first + count - 1)}`;
}
