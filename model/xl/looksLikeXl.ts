/**
 * Whether a file with the common ending `.cfg` is likely a guest configuration of xl, by the keys
 * that it assigns. A guess, for files that no one has said anything about.
 */

const TELLING = /^[ \t]*(kernel|memory|vcpus|dtdev|disk|vif|irqs|iomem|device_tree|viommu)[ \t]*=/gm;

/** Bytes in which a guest configuration has said what it is. */
const LOOKED_AT = 16 * 1024;

/** At least two different keys that hardly any other format has together. */
export function looksLikeXl(text: string): boolean {
  const keys = new Set([...text.slice(0, LOOKED_AT).matchAll(TELLING)].map((match) => match[1]));
  return keys.size >= 2;
}
