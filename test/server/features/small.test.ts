/** The features whose fixtures are a line or two: hints, lenses, signatures, actions, links, symbols, the stream page. */
import { describe, expect, it } from 'vitest';
import { addLabel, quickFixes } from '../../../server/features/codeActions.ts';
import { codeLenses } from '../../../server/features/codeLenses.ts';
import type { System } from '../../../model/platform/guests/types.ts';
import { dmaLenses, dmaScenario } from '../../../server/features/dmaScenario.ts';
import { inlayHints } from '../../../server/features/inlayHints.ts';
import { fileLinks } from '../../../server/features/links.ts';
import { cellSignature } from '../../../server/features/signature.ts';
import { boardSymbols } from '../../../server/features/workspaceSymbols.ts';
import { carets, fixture, placeOf } from '../check.ts';
import { BOARD, boardWith } from '../boards.ts';

describe('inlay hints', () => {
  it.each<[string, string, readonly string[]]>([
    ['masters', 'smmu: iommu@5000000 {', ['serial@9000000 → smmu: 0x101', 'dma@9010000 → smmu: 0x100, 0x20', 'crypto@9020000 → smmu: 0x20', 'pcie@40000000 → smmu: 0x10000..0x1ffff']],
    ['the board', '&uart {', ['&uart → smmu: 0x101']],
  ])('name the StreamIDs of %s', (_, place, expected) => {
    const { board, document } = fixture(boardWith(place, `$0${place}`));
    const hints = inlayHints(board, document, 0, document.text.length);
    expect(hints.map(({ offset, text }) => `${/[^\s]+$/.exec(document.text.slice(0, offset))?.[0]} → ${text}`)).toEqual(expected);
  });

  it('keep to the range asked for', () => {
    const { board, document } = fixture(boardWith('smmu: iommu', '$0smmu: iommu'));
    expect(inlayHints(board, document, 0, document.text.indexOf('dma@'))).toHaveLength(1);
  });
});

describe('code lenses', () => {
  it('count the masters of an SMMU and what they share', () => {
    const { board, document, files } = fixture(boardWith('smmu: iommu', '$0smmu: iommu'));
    const lenses = codeLenses(board, document);
    expect(lenses.map((lens) => `${lens.title} ${document.text.slice(lens.start, lens.end)}`)).toEqual([
      '4 masters iommu@5000000', '1 shared StreamID iommu@5000000', 'stream table iommu@5000000',
    ]);
    expect(lenses[1]?.places.map((range) => placeOf(files, range))).toEqual(['/soc.dtsi:41 0x20', '/soc.dtsi:46 0x20']);
  });

  it('say when nobody uses it', () => {
    const { board, document } = fixture('/dts-v1/;\n/ { s: iommu@0 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; }; };');
    expect(codeLenses(board, document).map((lens) => lens.title)).toEqual(['no masters']);
  });
});

describe('debugging a DMA', () => {
  const fixed = (): ReturnType<typeof fixture> => fixture(boardWith('smmu: iommu', '$0smmu: iommu'));

  it('is offered above each device that has a stream on an SMMUv3 and is not switched off', () => {
    const { board, document } = fixed();
    expect(dmaLenses(board, document).map((lens) => `${lens.title} ${lens.device}`)).toEqual([
      'Debug DMA /serial@9000000', 'Debug DMA /dma@9010000', 'Debug DMA /crypto@9020000', 'Debug DMA /pcie@40000000',
    ]);
    const off = fixture(boardWith('status = "okay"', '$0status = "disabled"'));
    expect(dmaLenses(off.board, off.board.document('/soc.dtsi')!).map((lens) => lens.device)).not.toContain('/serial@9000000');
  });

  it('writes a scenario with a mapping of the page around the address', () => {
    expect(dmaScenario(fixed().board, { device: '/crypto@9020000', address: '0x12345678', root: '/boards/board.dts' })).toEqual({
      name: '/boards/crypto@9020000.smmu',
      text: expect.stringContaining('board "/boards/board.dts"\n\nprobe\nattach crypto\nmap crypto 0x12345000 -> 0x50000000 4K rw\n\ndma crypto write 0x12345678 "hello"\n'),
    });
  });

  it.each([
    [{ name: 'domd', vsmmu: {} }, 'project "/b/vsmmu.json"\nhypervisor xen\n\nin domd\n  probe\n  attach crypto\n  map crypto 0x1000 -> 0x41000000 4K rw\n\ndma crypto write 0x1040 "hello"\nexpect ok\nexpect isolated\n'],
    [{ name: 'plain' }, "# plain has no virtual SMMU: the device uses the guest's own addresses.\ndma crypto write 0x1040 \"hello\"\nexpect isolated\n"],
    [{ name: 'a b', vsmmu: {} }, '# a b has the device; a scenario cannot write that name, so nothing is mapped.\ndma crypto'],
    [{ name: 'other', vsmmu: {}, devices: [] }, 'board "/b/b.dts"\n\nprobe\n'],
    [{ name: 'dom0', kind: 'hardware', vsmmu: {} }, 'board "/b/b.dts"\n\nprobe\n'],
  ])('lets the guest that has the device do it: %o', (domain, expected) => {
    const system = { domains: [{ kind: 'xl', devices: [{ path: '/crypto@9020000' }], config: undefined, vsmmu: undefined, ...domain }] } as unknown as System;
    expect(dmaScenario(fixed().board, { device: '/crypto@9020000', address: '0x1040', root: '/b/b.dts', project: { path: '/b/vsmmu.json', system } })?.text).toContain(expected);
  });

  it('maps to memory of the board that is not reserved', () => {
    const memory = 'memory@80000000 { reg = <0x0 0x80000000 0x0 0x40000000>; };\n\treserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; x@90000000 { reg = <0x0 0x90000000 0x0 0x200000>; }; };';
    const { board } = fixture(boardWith('smmu: iommu', `${memory}\n\t$0smmu: iommu`));
    expect(dmaScenario(board, { device: '/dma@9010000', address: '4096', root: '/b.dts' })?.text).toContain('map /dma@9010000 0x1000 -> 0x90200000 4K');
  });

  it.each<[string, string, string]>([
    ['a device that is not there', '/nothing', '0x1000'],
    ['what is no address', '/crypto@9020000', '0x1000\necho "x"'],
  ])('has no scenario for %s', (_, device, address) => {
    expect(dmaScenario(fixed().board, { device, address, root: '/b.dts' })).toBeUndefined();
  });
});

describe('signature help', () => {
  it.each<[string, string, string, string | undefined]>([
    ['a reference', '<&smmu SID_UART>', '<$0&smmu SID_UART>', 'iommus: [phandle]'],
    ['an argument', '<&smmu SID_UART>', '<&smmu $0SID_UART>', 'iommus: phandle [StreamID]'],
    ['the next entry', '<&smmu SID_UART>', '<&smmu SID_UART $0>', 'iommus: [phandle] StreamID'],
    ['the second group', '<&smmu 0x20>;\n\t};\n\n\tcrypto', '<&smmu $0>;\n\t};\n\n\tcrypto', 'iommus: phandle [StreamID]'],
    ['reg', 'reg = <0x0 0x9000000 0x0', 'reg = <0x0 0x9000000 $00x0', 'reg: address, high half address, low half [size, high half] size, low half'],
    ['a map', 'iommu-map = <0x0 &smmu', 'iommu-map = <0x0 $0&smmu', 'iommu-map: first RequesterID (bus << 8 | device << 3 | function) [phandle] first StreamID how many RequesterIDs'],
    ['text outside cells', 'model = "Test"', 'model = $0"Test"', undefined],
  ])('for %s', (_, before, after, expected) => {
    const { board, document, offset } = fixture(boardWith(before, after));
    const found = cellSignature(board, document, offset);
    const shown = found === undefined ? undefined : `${found.title}: ${found.roles.map((part, at) => (at === found.active ? `[${part.name}]` : part.name)).join(' ')}`;
    expect(shown).toBe(expected);
  });
});

describe('code actions', () => {
  it('offer the fixes of problems where the cursor is', () => {
    const problem = { id: 'x', level: 'error' as const, message: '', range: { file: '/a', start: 5, end: 8 }, fixes: [{ title: 'Mend', edits: [], preferred: true }] };
    expect(quickFixes([problem], 8, 8).map((action) => [action.title, action.preferred])).toEqual([['Mend', true]]);
    expect(quickFixes([problem], 9, 9)).toEqual([]);
  });

  it.each<[string, string, string, readonly string[]]>([
    ['a node without a label', 'dma@9010000 {', 'dm$0a@9010000 {', ['dma: ']],
    ['a node that has one', 'crypto: crypto@9020000', 'crypto: cry$0pto@9020000', []],
    ['the root', '/ {\n\tmodel', '$0/ {\n\tmodel', []],
    ['a property', 'model = "Test"', 'mo$0del = "Test"', []],
  ])('offer a label for %s', (_, before, after, expected) => {
    const { board, document, offset } = fixture(boardWith(before, after));
    expect(addLabel(board, document, offset).flatMap((action) => action.edits.map((edit) => edit.text))).toEqual(expected);
  });

  it('find a label that is free', () => {
    const { board, document, offset } = fixture('/dts-v1/;\n/ { a { n: x { }; }; n$0@1 { }; };');
    expect(addLabel(board, document, offset)[0]?.edits[0]?.text).toBe('n0: ');
  });
});

describe('document links', () => {
  it('lead to included files and binaries', () => {
    const { board, document } = fixture('//- /board.dts\n/dts-v1/;\n#include "a.dtsi"\n#include "missing.dtsi"\n/ { x = /incbin/("logo.bin"); };\n//- /a.dtsi\n');
    const links = fileLinks(board, document, (name) => (name === 'logo.bin' ? '/logo.bin' : undefined));
    expect(links.map(({ start, end, file }) => `${document.text.slice(start, end)} ${file}`)).toEqual(['a.dtsi /a.dtsi', 'logo.bin /logo.bin']);
  });
});

describe('workspace symbols', () => {
  it.each([['smu', ['smmu']], ['sid_u', ['SID_UART']], ['nothing', []]])('of %j', (query, expected) => {
    expect(boardSymbols(fixture(BOARD).board, query).map((symbol) => symbol.name)).toEqual(expected);
  });
});

describe('diagnostics', () => {
  it('stand where the fixture points', () => {
    const { text, marks } = carets('/dts-v1/;\n/ {\n\ta = <&nobody>;\n\t     ^^^^^^^ nobody\n};\n');
    const { problems } = fixture(text);
    const found = (problems.get('/board.dts') ?? []).filter((problem) => problem.level === 'error');
    expect(found.map(({ range }) => [range.start, range.end])).toEqual(marks.map(({ start, end }) => [start, end]));
  });
});
