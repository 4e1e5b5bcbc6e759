import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../emulator/decode/decode.ts';

/** Records from public reports: words as published, what they must decode to, and which cause must come first. */
const SAMPLES: readonly { words: string; title: string; says?: string; cause?: RegExp; note?: RegExp }[] = [
  { words: '0000090000000002 0 0 0', title: 'C_BAD_STREAMID (0x02), StreamID 0x900', cause: /nobody described/ },
  { words: '0000c90000000002 0 0 0', title: 'C_BAD_STREAMID (0x02), StreamID 0xc900' },
  { words: '0000001100000010 0000020a00000000 000000009b0cc000 0', title: 'F_TRANSLATION (0x10), StreamID 0x11', says: 'privileged data read of 0x9b0cc000. Stage 1 faulted' },
  { words: '0000010000000010 0000020000000000 000000090000f040 0', title: 'F_TRANSLATION (0x10), StreamID 0x100', says: 'unprivileged data write of 0x90000f040' },
  { words: '00007d0000000010 0000020900000080 00000000f47cf000 00000000f47cf000', title: 'F_TRANSLATION (0x10), StreamID 0x7d00', says: 'read of 0xf47cf000', note: /STAG without Stall/ },
  { words: '0000018000000010 0000020100000000 00000000ffffe040 00000000ffffe000', title: 'F_TRANSLATION (0x10), StreamID 0x180', cause: /doorbell/, note: /outside every defined field.*word 1: 0x0000000100000000/ },
  { words: '00007d1200000010 000012000000007c 00000000fffef040 00000000fffef000', title: 'F_TRANSLATION (0x10), StreamID 0x7d12', cause: /doorbell/ },
  { words: '0000000800000010 0000008000000000 0000000008090040 0', title: 'F_TRANSLATION (0x10), StreamID 0x8', says: 'Stage 2 faulted while reading the context descriptor', note: /older QEMU left CLASS at 0/ },
  { words: '00007d1100000004 0000100800000080 00000000fe040000 000000007e04c440', title: 'C_BAD_STE (0x04), StreamID 0x7d11', cause: /nested configuration/, note: /word 3: 0x000000007e04c440/ },
  { words: '00007f220000280a 000010000000007e 00000000034e8670', title: 'C_BAD_CD (0x0a), StreamID 0x7f22, SubstreamID 0x2', note: /Only 3 of 4 words/ },
  { words: '0000000100000006 0 0 0', title: 'F_STREAM_DISABLED (0x06), StreamID 0x1', cause: /SubstreamID 0/ },
  { words: '0000000100000008 0 0 0', title: 'C_BAD_SUBSTREAMID (0x08), StreamID 0x1, SubstreamID 0x0', cause: /SubstreamID 0/ },
  { words: '0000000100002810 0000020880000b17 0000000000002000 0', title: 'F_TRANSLATION (0x10), StreamID 0x1, SubstreamID 0x2', says: 'waits for CMD_RESUME with STAG 0xb17' },
  { words: '0000790000000010 0000120800000080 0 0', title: 'F_TRANSLATION (0x10), StreamID 0x7900', cause: /address 0/ },
  { words: '0000210000000010 0000020000000000 0 0', title: 'F_TRANSLATION (0x10), StreamID 0x2100', cause: /address 0/ },
  { words: '00000008000000e3 0 0 0', title: 'unknown event (0xe3), StreamID 0x8', says: 'implementation-defined' },
];

describe('records of public reports', () => {
  it.each(SAMPLES)('$words', ({ words, title, says, cause, note }) => {
    const [found, ...others] = decodeText(words);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: 'event', title });
    if (says !== undefined) expect(found?.meaning).toContain(says);
    if (cause !== undefined) expect(found?.causes[0]?.text).toMatch(cause);
    if (note !== undefined) expect(found?.notes.join('\n')).toMatch(note);
  });
});

/** Commands whose words were computed apart from this code. */
const COMMANDS: readonly (readonly [words: string, title: string])[] = [
  ['0x0000012300000003 0x1', 'CMD_CFGI_STE StreamID=0x123 Leaf=1'],
  ['0x0000012000000004 0x3', 'CMD_CFGI_STE_RANGE StreamID=0x120 Range=3'],
  ['0x0000012300002005 0x1', 'CMD_CFGI_CD SubstreamID=0x2 StreamID=0x123 Leaf=1'],
  ['0x002A000700000011 0', 'CMD_TLBI_NH_ASID VMID=0x7 ASID=0x2a'],
  ['0x002A000000900012 0x0000000012200401', 'CMD_TLBI_NH_VA SCALE=9 ASID=0x2a Leaf=1 TG=1 (4K) Address=0x12200000'],
  ['0x000000070000002A 0x000000C012345701', 'CMD_TLBI_S2_IPA VMID=0x7 Leaf=1 TTL=3 TG=1 (4K) Address=0xc012345000'],
  ['0x0000010000005840 0x0000007F12345000', 'CMD_ATC_INV SSV=1 SubstreamID=0x5 StreamID=0x100 Address=0x7f12345000'],
  ['0x0000010000005841 0x2003', 'CMD_PRI_RESP SSV=1 SubstreamID=0x5 StreamID=0x100 PRGIndex=3 Resp=2 (success)'],
  ['0x0000000B00001044 0xB17', 'CMD_RESUME Ac=1 StreamID=0xb STAG=0xb17'],
  ['0x0000000000000000 0', 'illegal command 0x00'],
];

describe('commands', () => {
  it.each(COMMANDS)('%s', (words, title) => {
    expect(decodeText(words)).toMatchObject([{ kind: 'command', title }]);
  });

  it('reads a command where the shape says page request, when asked to', () => {
    const words = '0xF000000500000100 0x0000007F12345003';
    expect(decodeText(words)).toMatchObject([{ kind: 'pri', title: 'Page request, StreamID 0x100', ssid: 5 }]);
    expect(decodeText(words, { as: 'command' })).toMatchObject([{ kind: 'command' }]);
  });
});

const LINUX_STE = '0bd00d4800000000d6000000000000000000000000000000000000000000000000000000000000000000000000000000'.padEnd(128, '0');
const LINUX_CD = '103500c004e2020000e00d4800000000000000000000000044ff04f4ffffffff'.padEnd(128, '0');
const XEN_STE = '0d0000000000000000000000001000000100000094354c040000f5bf00000000'.padEnd(128, '0');

describe('tables', () => {
  it.each([
    ['a stage-1 STE of Linux', LINUX_STE, 'ste', /translates with stage 1\./],
    ['a stage-2 STE of Xen', XEN_STE, 'ste', /translates with stage 2/],
    ['a CD of Linux', LINUX_CD, 'cd', /ASID 0x2, walks through TTB0/],
    ['an abort STE', '01'.padEnd(128, '0'), 'ste', /aborts silently/],
    ['a zeroed STE', ''.padEnd(128, '0'), 'ste', /V=0/],
    ['a stage-1 page', '0x0060000048005f43', 'desc', /0x48005000/],
    ['an invalid descriptor', '0x0', 'desc', /F_TRANSLATION/],
  ])('%s', (_, text, kind, meaning) => {
    const found = decodeText(text);
    expect(found).toMatchObject([{ kind }]);
    expect(found[0]?.meaning).toMatch(meaning);
  });

  it('takes the kind that the user names over the shape', () => {
    expect(decodeText(LINUX_CD, { as: 'ste' })).toMatchObject([{ kind: 'ste' }]);
  });

  it('names the classic mistake of TG1 left 0 with EPD1=0', () => {
    const words = ['0x002ae20580003510', '0x40400000', '0x0', '0xf404ff44', '0x0', '0x0', '0x0', '0x0'].join('\n');
    expect(decodeText(words)[0]?.notes.join()).toContain('TG1=0');
  });

  it('cuts a run of records into its parts', () => {
    const record = '1000000018000000000000000802000000000005000000000000000000000000';
    expect(decodeText(`${record}\n${record}`).map((f) => f.sid)).toEqual([0x18, 0x18]);
    const lines = Array.from({ length: 4 }, () => '0x0000012300000003\n0x1').join('\n');
    expect(decodeText(lines, { as: 'command' })).toHaveLength(4);
  });
});
