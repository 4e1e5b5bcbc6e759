/** Names of registers by their offset: also of the upper half of a wide one, and of page 1. */
import { registerNamed, REGISTERS, type Register } from '../../emulator/fields/registers.ts';

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

/** The name of a register, or its offset where it has none. */
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
