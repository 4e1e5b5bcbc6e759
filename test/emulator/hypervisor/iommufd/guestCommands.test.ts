import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATCH, convertCommand, convertCommands, FORWARDED_COMMANDS, type CommandOwner } from '../../../../emulator/hypervisor/iommufd/guestCommands.ts';
import { COMMANDS, encodeCommand } from '../../../../emulator/index.ts';
import { entryOf, fixture } from '../linux/fixtures.ts';

interface Vectors { hwptInvalidate: { vmid: number; vsidMap: Record<string, string>; cases: { name: string; cmd: string[]; result: string | string[] }[] } }
const { vmid, vsidMap, cases: CASES } = fixture<Vectors>('nesting').hwptInvalidate;
const MAP = new Map(Object.entries(vsidMap).map(([v, p]) => [Number(v), Number(p)]));
const OWNER: CommandOwner = { vmid, physicalSid: (v) => MAP.get(v) };
const sync = encodeCommand('SYNC', {})!;
const all = encodeCommand('TLBI_NH_ALL', { VMID: 3 })!;

describe('guest invalidation commands', () => {
  it('has all 19 cases', () => expect(CASES).toHaveLength(19));

  it.each(CASES)('$name', ({ cmd, result }) => {
    const got = convertCommand(entryOf(cmd), OWNER);
    if (typeof result === 'string') expect(got).toMatchObject({ ok: false, errno: result });
    else expect(got).toEqual({ ok: true, value: entryOf(result) });
  });

  it('takes eight commands and no other', () => {
    const taken = COMMANDS.filter((c) => convertCommand([c.opcode, 0x10, 0, 0], OWNER).ok).map((c) => c.name);
    expect(taken.toSorted()).toEqual(FORWARDED_COMMANDS.toSorted());
    expect(taken).toHaveLength(8);
    expect(convertCommand([0x99, 0, 0, 0], OWNER)).toMatchObject({ ok: false, errno: '-EIO', why: expect.stringContaining('0x99') as string });
  });

  it('stops at the first bad command and says how many went before', () => {
    const result = convertCommands([all, all, sync, all], OWNER);
    expect(result).toMatchObject({ processed: 2, batches: 1, error: { errno: '-EIO' } });
    expect(result.commands).toHaveLength(2);
  });

  it('closes a batch with a sync of its own after 63 commands', () => {
    const many = Array.from({ length: BATCH + 1 }, () => all);
    expect(convertCommands(many.slice(0, BATCH), OWNER)).toMatchObject({ batches: 1, error: undefined });
    expect(convertCommands(many, OWNER)).toMatchObject({ processed: 64, batches: 2 });
    expect(convertCommands([], OWNER)).toMatchObject({ processed: 0, batches: 0, error: undefined });
  });

  it.each([
    { name: 'entries longer than a page', header: { entryLength: 4097 }, errno: '-EINVAL' },
    { name: 'entries of another size', header: { entryLength: 8 }, errno: '-EINVAL' },
    { name: 'no array', header: { entryLength: 16, isNull: true }, errno: '-EINVAL' },
    { name: 'a reserved field', header: { entryLength: 16, hasReserved: true }, errno: '-EOPNOTSUPP' },
  ])('refuses $name', ({ header, errno }) => {
    expect(convertCommands([all], OWNER, header)).toMatchObject({ processed: 0, error: { errno }, commands: [] });
  });

  it('never leaves a foreign VMID or StreamID in a command', () => {
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    const opcode = fc.constantFrom(...COMMANDS.map((c) => c.opcode));
    fc.assert(fc.property(opcode, word, fc.oneof(word, fc.constant(0x10)), word, (op, low, high, third) => {
      const got = convertCommand([((low & ~0xff) | op) >>> 0, high, third, 0], OWNER);
      if (!got.ok) return;
      const isStream = [0x05, 0x06, 0x40].includes(got.value[0]! & 0xff);
      expect(isStream ? got.value[1]! : got.value[1]! & 0xffff).toBe(isStream ? 0x420 : vmid);
    }));
  });
});
