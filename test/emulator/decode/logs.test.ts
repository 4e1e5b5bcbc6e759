import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '../../../emulator/bits/u64.ts';
import { decodeText } from '../../../emulator/decode/decode.ts';
import { EVENTS } from '../../../emulator/fields/events.ts';

const LINUX = '[    5.638990] arm-smmu-v3 9050000.smmuv3: ';
const DUMP = ['event 0x10 received:', '\t0x0000001800000010', '\t0x0000020800000000', '\t0x0000000005000000', '\t0x0000000000000000'];

describe('Linux event dumps', () => {
  it('joins the header and its four words', () => {
    expect(decodeText(DUMP.map((l) => LINUX + l).join('\n'))).toMatchObject([
      { kind: 'event', source: 'Linux', smmu: '9050000.smmuv3', line: 1, endLine: 5, sid: 0x18, notes: [] },
    ]);
  });

  it.each([
    ['quoted mail', (l: string) => `> ${LINUX}${l}`],
    ['journal', (l: string) => `Nov 21 09:05:01 host kernel: arm-smmu-v3 9050000.smmuv3: ${l}`],
    ['carriage returns', (l: string) => `${LINUX}${l}\r`],
    ['a CPU tag', (l: string) => `[    5.638990][    T1] arm-smmu-v3 9050000.smmuv3: ${l}`],
    ['Xen', (l: string) => `(XEN) SMMUv3: 9050000.smmuv3: ${l}`],
    ['other drivers between', (l: string) => `${LINUX}${l}\n[    5.7] nvme nvme0: I/O timeout 0x10`],
  ])('survives %s', (_, decorate) => {
    const found = decodeText(DUMP.map(decorate).join('\n'));
    expect(found).toMatchObject([{ kind: 'event', smmu: '9050000.smmuv3', sid: 0x18 }]);
    expect(found[0]?.dwords.map((d) => hex(d))).toEqual(['0x1800000010', '0x20800000000', '0x5000000', '0x0']);
  });

  it('reads words that very old kernels print in two groups', () => {
    const found = decodeText([DUMP[0], '0x00000018 00000010', ...DUMP.slice(2)].map((l) => LINUX + l).join('\n'));
    expect(found).toMatchObject([{ sid: 0x18, notes: [] }]);
  });

  it('keeps interleaved dumps of two SMMUs apart', () => {
    const other = DUMP.map((l) => `arm-smmu-v3 arm-smmu-v3.1.auto: ${l.replace('0018', '0099')}`);
    const text = DUMP.flatMap((l, i) => [LINUX + l, other[i] ?? '']).join('\n');
    expect(decodeText(text).map((f) => [f.smmu, f.sid])).toEqual([['9050000.smmuv3', 0x18], ['arm-smmu-v3.1.auto', 0x99]]);
  });

  it('says so where words are missing', () => {
    expect(decodeText(DUMP.slice(0, 3).map((l) => LINUX + l).join('\n'))[0]?.notes[0]).toContain('2 of 4');
  });

  it('drops a header without any word', () => {
    expect(decodeText(LINUX + (DUMP[0] ?? ''))).toEqual([]);
  });

  it('reads the rejected command after a command error', () => {
    const text = ['CMDQ error (cons 0x01000022): Illegal command', 'skipping command in error state:', '\t0x0000012300000403', '\t0x0000000000000001'];
    expect(decodeText(text.map((l) => LINUX + l).join('\n'))).toMatchObject([
      { kind: 'message', fields: [{ name: 'CMDQ_CONS', value: '0x01000022' }] },
      { kind: 'command', title: 'CMD_CFGI_STE SSec=1 StreamID=0x123 Leaf=1' },
    ]);
  });
});

describe('decoded Linux events', () => {
  const first = 'event: F_TRANSLATION client: 0000:00:02.0 sid: 0x10 ssid: 0x2 iova: 0x1040 ipa: 0x0';
  const second = 'unpriv data write s1 "Input address caused fault" stall stag: 0x12';

  it('are read without the words', () => {
    const [found] = decodeText(`${LINUX}${first}\n${LINUX}${second}`);
    expect(found).toMatchObject({ client: '0000:00:02.0', sid: 0x10, ssid: 2, title: 'F_TRANSLATION (0x10), StreamID 0x10, SubstreamID 0x2' });
    expect(found?.dwords.map((d) => hex(d))).toEqual(['0x1000002810', '0x20080000012', '0x1040', '0x0']);
  });

  it('are one finding with the words before them', () => {
    const text = [...DUMP, 'event: F_TRANSLATION client: (unassigned sid) sid: 0x18 ssid: 0x0 iova: 0x5000000 ipa: 0x0', 'unpriv data read s1 "Input address caused fault" stag: 0x0'];
    expect(decodeText(text.map((l) => LINUX + l).join('\n'))).toMatchObject([{ client: '(unassigned sid)', line: 1, endLine: 7 }]);
  });

  it('with a fetch address', () => {
    const [found] = decodeText(`${LINUX}event: F_CD_FETCH client: x sid: 0x8 ssid: 0x0 fetch_addr: 0x300000000`);
    expect(found?.meaning).toContain('0x300000000');
  });
});

describe('one-line messages', () => {
  it.each([
    ['(XEN) SMMUv3: /soc/iommu@fa000000: CMD_SYNC timeout', 'CMD_SYNC timeout', /not coherent/],
    [`${LINUX}CMD_SYNC timeout at 0x00000146 [hwprod 0x00000146, hwcons 0x00000000]`, 'CMD_SYNC timeout', /coherent/],
    [`${LINUX}CMDQ error (cons 0x0302bb84): ATC invalidate timeout`, 'CERROR_ATC_INV_SYNC: a device did not answer an ATC invalidation', /hangs/],
    [`${LINUX}EVTQ overflow detected -- events lost`, 'Event queue overflow', /storm/],
    ['(XEN) SMMUv3: <no-node>:  not attached to domain 32753', 'A device was taken from a domain that does not have it', /never assigned/],
    ['smmuv3_record_event SMMU_EVT_F_TRANSLATION sid=0x8', 'F_TRANSLATION, StreamID 0x8', /doorbell/],
    ['smmuv3-iommu-memory-region-0-0 translation failed for iova=0x13a9d2000(SMMU_EVT_C_BAD_STE)', 'C_BAD_STE, iova 0x13a9d2000', /nested/],
    ['smmuv3-iommu-memory-region-0-0 translation failed for iova=0x0 (SMMU_EVT_F_TRANSLATION)', 'F_TRANSLATION, iova 0x0', /./],
    ['invalid STE', 'C_BAD_STE', /rebooted/],
  ])('%s', (text, title, cause) => {
    const [found] = decodeText(text);
    expect(found?.title).toBe(title);
    expect(found?.causes[0]?.text).toMatch(cause);
  });

  it.each([
    ['smmuv3_cmdq_opcode <--- SMMU_CMD_SYNC', 'CMD_SYNC'],
    ['1234@17.5:smmuv3_translate_success smmuv3-iommu-memory-region-8-0 sid=0x8 iova=0x1000 translated=0x2000 perm=0x3 stage=1', 'smmuv3_translate_success'],
    ['smmu_iotlb_lookup_hit asid=1 vmid=0 addr=0x1000 hit=3 miss=1 hit rate=75.0', 'smmu_iotlb_lookup_hit'],
    ['arm_smmu_evtq_thread: 25830 callbacks suppressed', 'Messages suppressed'],
  ])('%s', (text, title) => {
    expect(decodeText(text)[0]?.title).toBe(title);
  });

  it('know the stream of a page request', () => {
    const text = `${LINUX}unexpected PRI request received:\n${LINUX}\tsid 0x00000100.0x00005: [3L] unprivileged RW access at iova 0x0000007f12345000`;
    expect(decodeText(text)).toMatchObject([{ title: 'Page request', line: 2, sid: 0x100, ssid: 5, smmu: '9050000.smmuv3' }]);
  });

  it.each(['', 'dead', 'nvme nvme0: I/O 0x10 timeout', `${LINUX}ias 44-bit, oas 44-bit (features 0x00088705)`, 'smmuv3_never_heard_of x=1', 'event 0x10 received'.slice(0, 5)])(
    'passes over %j', (text) => {
      expect(decodeText(text)).toEqual([]);
    });
});

describe('any text', () => {
  const pieces = fc.constantFrom(...DUMP, LINUX, '(XEN) SMMUv3: /a: ', '\n', 'CMD_SYNC timeout', '0x', '0x0000012300000003', 'ffffffff', ' ', 'event: F_ACCESS client: d sid: 0x1 ssid: 0x0');

  it('never throws, and findings lie within the text', () => {
    fc.assert(fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      const lines = text.split(/\r\n|\r|\n/).length;
      for (const found of decodeText(text)) {
        expect(found.line).toBeGreaterThan(0);
        expect(found.endLine).toBeLessThanOrEqual(lines);
        expect(found.endLine).toBeGreaterThanOrEqual(found.line);
      }
    }));
  });

  it('gives the words of any record back', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(fc.property(fc.constantFrom(...EVENTS.map((e) => e.code)), fc.array(word, { minLength: 8, maxLength: 8 }), (code, words) => {
      const first = ((words[0] ?? 0) & 0xffffff00) + code >>> 0;
      const dwords = [0, 2, 4, 6].map((i) => hex({ hi: words[i + 1] ?? 0, lo: i === 0 ? first : words[i] ?? 0 }, 16));
      const [found] = decodeText(dwords.join(' '));
      expect(found?.dwords.map((d) => hex(d, 16))).toEqual(dwords);
      expect(found?.title).toContain(EVENTS.find((e) => e.code === code)?.name);
    }));
  });
});
