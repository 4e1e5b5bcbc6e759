import { describe, expect, it } from 'vitest';
import { fromNumber } from '../../../emulator/bits/u64.ts';
import { clear, viewOf, type MemoryView } from '../../../emulator/hypervisor/memoryView.ts';
import { History } from '../../../emulator/history/history.ts';
import { Memory } from '../../../emulator/memory/memory.ts';

const RAM = 0x8000_0000;

function setUp(): { readonly memory: Memory; readonly view: MemoryView; readonly stores: number[] } {
  const memory = new Memory(new History(), [{ name: 'ram', kind: 'ram', base: RAM, size: 0x10_0000 }]);
  const stores: number[] = [];
  const plain = viewOf(memory);
  return { memory, stores, view: { ...plain, store: (address, value) => (stores.push(address), plain.store(address, value)) } };
}

describe('clearing a stretch of memory', () => {
  it('passes over pages that nobody has written to', () => {
    const { view, stores } = setUp();
    expect(clear(view, RAM, 0x4000)).toBe(true);
    expect(stores).toEqual([]);
  });

  it.each([
    [0x1000, 0x1000, 512], [0xff8, 0x1010, 514], [0x1ff8, 0x10, 2], [0, 0x4000, 512],
  ])('leaves zeros from offset %i on, %i bytes, and nothing else changed', (offset, size, most) => {
    const { memory, view, stores } = setUp();
    const bytes = new Uint8Array(0x1000).fill(0x55);
    memory.write(RAM + 0x1000, bytes);
    expect(clear(view, RAM + offset, size)).toBe(true);
    expect(stores.length).toBeLessThanOrEqual(most);
    const all = memory.read(RAM, 0x4000) ?? new Uint8Array();
    all.forEach((byte, at) => expect(byte).toBe(at >= 0x1000 && at < 0x2000 && (at < offset || at >= offset + size) ? 0x55 : 0));
  });

  it('fails where there is no memory', () => {
    const { view } = setUp();
    expect(clear(view, RAM + 0xf_f000, 0x2000)).toBe(false);
    expect(clear(view, 0x1000, 0x1000)).toBe(false);
  });

  it('tells that a page is blank until something is written there', () => {
    const { memory, view } = setUp();
    expect([view.isBlank(RAM), view.isBlank(0)]).toEqual([true, false]);
    memory.store(fromNumber(RAM + 8), fromNumber(1));
    expect([view.isBlank(RAM), view.isBlank(RAM + 0x1000)]).toEqual([false, true]);
  });
});
