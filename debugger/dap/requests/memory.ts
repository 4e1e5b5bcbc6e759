/** Requests of the memory view and the disassembly view. Addresses are physical. */
import type { Context } from '../context.ts';
import { type Handlers, Refusal } from '../protocol.ts';
import { addressOf, addressText } from '../variables.ts';

const LARGEST_ADDRESS = 2 ** 52;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The address that a reference with offsets means; undefined where it lies outside of what there can be. */
function place(reference: unknown, offset = 0): number | undefined {
  const base = addressOf(reference);
  const address = base === undefined ? Number.NaN : base + offset;
  return Number.isSafeInteger(address) && address >= 0 && address < LARGEST_ADDRESS ? address : undefined;
}

function isCount(count: unknown): boolean {
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
}

export const MEMORY: Pick<Handlers<Context>, 'readMemory' | 'writeMemory' | 'disassemble'> = {
  readMemory: (context, { memoryReference, offset, count }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    const address = place(memoryReference, offset);
    if (address === undefined || !isCount(count)) return new Refusal('There is no such memory.');
    const { bytes, unreadable } = debuggee.inspector.readMemory(address, count);
    return { address: addressText(address), data: Buffer.from(bytes).toString('base64'), ...(unreadable === 0 ? {} : { unreadableBytes: unreadable }) };
  },
  writeMemory: (context, { memoryReference, offset, data, allowPartial }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    const address = place(memoryReference, offset);
    if (address === undefined || typeof data !== 'string' || !BASE64.test(data)) return new Refusal('There is no such memory.', true);
    const bytes = Buffer.from(data, 'base64');
    const there = debuggee.inspector.readMemory(address, bytes.length).bytes.length;
    if (there < bytes.length && (allowPartial !== true || there === 0)) return new Refusal(`Only ${there} of ${bytes.length} bytes lie in memory that can be written.`, true);
    const result = debuggee.inspector.writeMemory(address, bytes.subarray(0, there));
    if (!result.ok) return new Refusal(result.message, true);
    context.edit(debuggee, result.edits);
    return { bytesWritten: there };
  },
  disassemble: (context, { memoryReference, offset, instructionOffset = 0, instructionCount }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    const address = place(memoryReference, offset);
    if (address === undefined || !isCount(instructionCount) || !Number.isSafeInteger(instructionOffset)) return new Refusal('There is no such memory.');
    const rows = debuggee.inspector.disassemble(address, instructionOffset, instructionCount);
    return {
      instructions: rows.map(({ address: at, bytes, text, symbol }) => ({
        address: addressText(at), instruction: text,
        ...(bytes === '' ? { presentationHint: 'invalid' as const } : { instructionBytes: bytes }),
        ...(symbol === undefined ? {} : { symbol }),
      })),
    };
  },
};
