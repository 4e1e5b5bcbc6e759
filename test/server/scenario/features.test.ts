import { describe, expect, it } from 'vitest';
import { finish } from '../../../debugger/scenario/pace.ts';
import { applyEdits } from '../../../server/features/formatting.ts';
import { scenarioCompletion } from '../../../server/features/scenario/completion.ts';
import { scenarioFormatEdits } from '../../../server/features/scenario/formatting.ts';
import { scenarioHover } from '../../../server/features/scenario/hover.ts';
import { scenarioDefinition, scenarioLinks, scenarioReferences } from '../../../server/features/scenario/navigation.ts';
import { scenarioFolds, scenarioSymbols } from '../../../server/features/scenario/outline.ts';
import { scenarioTokens } from '../../../server/features/scenario/semanticTokens.ts';
import { scenarioSignature } from '../../../server/features/scenario/signature.ts';
import type { OutlineSymbol } from '../../../server/features/symbols.ts';
import { TOKEN_TYPES } from '../../../server/features/semanticTokens.ts';
import { at, documentOf, HEAD, textAt } from './document.ts';

function proposals(fixture: string): { labels: string[]; replaced: string } | undefined {
  const { document, offset } = at(`${HEAD}${fixture}`);
  const found = scenarioCompletion(document, offset, (folder) => (folder === '' ? [{ name: 'a.dts', folder: false }, { name: 'b.cfg', folder: false }, { name: 'sub', folder: true }] : [{ name: 'c.dts', folder: false }]));
  if (found === undefined) return undefined;
  const items = found.items.toSorted((a, b) => (a.rank ?? 5) - (b.rank ?? 5));
  return { labels: items.map((one) => one.label), replaced: document.text.slice(found.start, found.end) };
}

describe('completion', () => {
  it.each([
    ['$0', ['dma', 'map', 'expect fault', 'in'], ''],
    ['  pro$0', ['probe'], 'pro'],
    ['expect $0', ['fault', 'pa', 'isolated', 'ste', 'base'], ''],
    ['expect fa$0', ['fault'], 'fa'],
    ['dma $0', ['ethernet@e6800000', 'gpu@fd000000', 'pcie@40000000'], ''],
    ['dma ethernet@$0', ['ethernet@e6800000'], 'ethernet@'],
    ['dma eth0 $0', ['read', 'write'], ''],
    ['dma eth0 read b$0', ['base', 'ste', 'smmu'], 'b'],
    ['dma eth0 read 0x10 4 $0', ['ssid=', 'stream=', 'privileged'], ''],
    ['map eth0 0 $0', ['->'], ''],
    ['map eth0 0 -> 0 4K $0', ['rw', 'ssid='], ''],
    ['in $0', ['domd', 'host', 'hypervisor'], ''],
    ['probe $0', ['smmu', 'gpu_smmu'], ''],
    ['write smmu $0', ['CR0', 'CMDQ_PROD'], ''],
    ['command smmu $0', ['CMD_CFGI_STE'], ''],
    ['command smmu CMD_CFGI_STE $0', ['StreamID', 'Leaf'], ''],
    ['ste smmu 8 Con$0', ['Config'], 'Con'],
    ['ste smmu 8 Config=$0', ['0', '5', '7'], ''],
    ['expect fault $0', ['F_TRANSLATION', 'none'], ''],
    ['expect fault F_TRANSLATION $0', ['StreamID', 'S2'], ''],
    ['expect ste(8).$0', ['Config', 'S1ContextPtr'], ''],
    ['expect smmu.CR0.$0', ['SMMUEN'], ''],
    ['expect register smmu CR0.S$0', ['CR0.SMMUEN'], 'CR0.S'],
    ['expect smmu.C$0', ['CR0'], 'C'],
    ['expect last.$0', ['status', 'pa'], ''],
    ['let x = $0', ['base', 'mem64', 'last'], ''],
    ['call $0', ['create', 'destroy'], ''],
    ['call destroy $0', ['domain'], ''],
    ['hypervisor xen profile=$0', ['v3', 'fixed'], ''],
    ['hypervisor $0', ['xen', 'pkvm'], ''],
    ['smmu x model=mm$0', ['mmu-600'], 'mm'],
    ['board $0', ['a.dts'], ''],
    ['board "$0', ['a.dts', 'sub/'], ''],
    ['board "sub/$0', ['c.dts'], ''],
    ['attach eth0 $0 # later', ['stall', 'substreams='], ''],
  ])('%s', (fixture, expected, replaced) => {
    const found = proposals(fixture);
    expect(found?.labels).toEqual(expect.arrayContaining(expected));
    expect(found?.replaced).toBe(replaced);
  });

  it.each(['dma eth0 # $0', 'dma eth0 read 0x10$0 # x', 'repeat 2 as $0', 'probe smmu $0', 'guest $0', 'nonsense $0', 'echo "$0'])('proposes nothing at %s', (fixture) => {
    expect(proposals(fixture)?.labels.filter((label) => !label.endsWith('=')) ?? []).toEqual([]);
  });

  it('keeps names that cannot be right out: fields that are given, files of another kind', () => {
    expect(proposals('ste smmu 8 Config=5 $0')?.labels).not.toContain('Config');
    expect(proposals('guest x $0')?.labels).toEqual(['b.cfg', 'viommu=', 'devices=', 'memory=']);
  });
});

function hover(fixture: string): string | undefined {
  const { document, offset } = at(`${HEAD}${fixture}`);
  return scenarioHover(document, offset, (range) => `<${textAt(document, range)}>`)?.markdown;
}

describe('hover', () => {
  it.each([
    ['d$0ma eth0 read 0', ['dma DEVICE read|write ADDRESS', 'Lets a device read or write memory.']],
    ['expect fa$0ult F_TRANSLATION', ['expect fault EVENT']],
    ['dma et$0h0 read 0', ['StreamID 0x8, 0x9 on smmu', '/ethernet@e6800000', 'Given to `domd`', '<board.dts:18 iommus>']],
    ['dma pcie0:01$0:00.0 read 0', ['0x10000..0x1ffff', 'BB:DD.F']],
    ['probe sm$0mu', ['Arm SMMUv3', '`eth0`', '<board.dts:6 iommu@5000000>']],
    ['in do$0md', ['guest with `eth0`']],
    ['in ho$0st', ['dom0 under Xen']],
    ['fill 0 0x40$00000 0', ['0x4000', '4M', 'Size in bytes'].map((one) => (one === '0x4000' ? '0x400000' : one))],
    ['ste smmu 8 Con$0fig=5', ['\\[3:1\\]', 'Which stages translate', '5: stage 1']],
    ['ste smmu 8 Config=$05', ['`0x5` = 5', 'stage 1']],
    ['write smmu CR$00 1', ['offset 0x20', 'SMMUEN']],
    ['expect register smmu CR0.SM$0MUEN 1', ['Translation is on']],
    ['command smmu CMD_CFGI$0_STE', ['opcode 0x3', 'StreamID']],
    ['expect event C_BAD$0_STE', ['event 0x4', 'invalid or illegal']],
    ['expect smmu.CR$00 == 1', ['offset 0x20']],
    ['expect smmu.CR0.SMM$0UEN', ['Translation is on']],
    ['expect st$0e(8).Config', ['Stream table entry of a StreamID']],
    ['expect ste(8).Con$0fig', ['Which stages translate']],
    ['poke ba$0se 1', ['a variable', '<main.smmu:4 base>']],
    ['dma eth0 read 0 ss$0id=1', ['SubstreamID']],
    ['dma eth0 re$0ad 0', ['reads or writes']],
    ['dma eth0 read la$0st.pa', ['The last DMA']],
    ['call dest$0roy domain=domd', ['Ends a domain']],
    ['hypervisor xen profile=fi$0xed', ['reviewers']],
    ['echo "x {smmu.CR$00}"', ['offset 0x20']],
  ])('%s', (fixture, parts) => {
    const text = hover(fixture) ?? '';
    for (const part of parts) expect(text).toContain(part);
  });

  it.each(['# com$0ment', 'xyz$0 1', '$0', 'probe smmu # sm$0mu'])('says nothing at %s', (fixture) => expect(hover(fixture)).toBeUndefined());
});

describe('definition and references', () => {
  it.each([
    ['attach et$0h0', ['board.dts:16 ethernet@e6800000']],
    ['probe gpu_sm$0mu', ['board.dts:11 iommu@6000000']],
    ['in do$0md\n  probe', ['main.smmu:3 domd']],
    ['poke (ba$0se + 1) 1', ['main.smmu:4 base']],
    ['include "ot$0her.smmu"', ['other.smmu:1 ']],
    ['create x devices="gpu@fd$0000000"', ['board.dts:20 gpu@fd000000']],
    ['expect sm$0mu.CR0 == 1', ['board.dts:6 iommu@5000000']],
    ['da$0ma eth0', []],
  ])('%s leads there', (fixture, expected) => {
    const { document, offset } = at(`${HEAD}${fixture}`, { 'other.smmu': '' });
    expect(scenarioDefinition(document, offset).map((range) => textAt(document, range))).toEqual(expected);
  });

  it('leads from the name of the board to its file', () => {
    const { document, offset } = at('board "boa$0rd.dts"\n');
    expect(scenarioDefinition(document, offset)).toEqual([{ file: '/s/board.dts', start: 0, end: 0 }]);
  });

  it.each([
    ['attach et$0h0\ndma ethernet@e6800000 read eth0.sid\ninclude "more.smmu"', ['board.dts:16 ethernet@e6800000', 'main.smmu:3 eth0', 'main.smmu:5 eth0', 'main.smmu:6 ethernet@e6800000', 'main.smmu:6 eth0', 'more.smmu:1 eth0']],
    ['poke b$0ase base', ['main.smmu:4 base', 'main.smmu:5 base', 'main.smmu:5 base']],
    ['in dom$0d\n  probe', ['main.smmu:3 domd', 'main.smmu:5 domd']],
  ])('%s: all uses', (fixture, expected) => {
    const { document, offset } = at(`${HEAD}${fixture}`, { 'more.smmu': 'detach eth0' });
    expect(finish(scenarioReferences(document, offset, true)).map((range) => textAt(document, range))).toEqual(expected);
    expect(finish(scenarioReferences(document, offset, false))).toHaveLength(expected.length - 1);
  });

  it('links each file that is named', () => {
    const document = documentOf('board "board.dts"\nguest a "a.cfg"\ninclude "x');
    expect(finish(scenarioLinks(document)).map(({ start, end, file }) => [document.text.slice(start, end), file])).toEqual([['board.dts', '/s/board.dts'], ['a.cfg', '/s/a.cfg']]);
  });
});

describe('outline and folds', () => {
  const document = documentOf('# one\n# two\nboard "board.dts"\nin host\n  probe\n  repeat 2\n    events\n\nlet a = 1\n');

  it('shows blocks with what is in them', () => {
    const show = (list: OutlineSymbol[]): unknown[] => list.map((one) => [`${one.name} ${one.detail}`, one.kind, ...show(one.children)]);
    expect(show(finish(scenarioSymbols(document)))).toEqual([['board "board.dts"', 'property'], ['in host', 'node', ['probe ', 'property'], ['repeat 2', 'node', ['events ', 'property']]], ['let a = 1', 'macro']]);
  });

  it('folds blocks and comments', () => {
    expect(finish(scenarioFolds(document)).toSorted((a, b) => a.start - b.start)).toEqual([{ start: 0, end: 1, kind: 'comment' }, { start: 3, end: 6 }, { start: 5, end: 6 }]);
  });
});

describe('formatting', () => {
  const format = (text: string): string => applyEdits(text, finish(scenarioFormatEdits(documentOf(text))));
  it.each([
    ['in   host\n\tprobe  smmu \n', 'in host\n  probe smmu\n'],
    ['in host\n      # why\n      repeat   2  as i\n          events\n   \n', 'in host\n  # why\n  repeat 2 as i\n    events\n\n'],
    ['probe # a\nattach eth0   # b\n\nevents # c', 'probe        # a\nattach eth0  # b\n\nevents # c'],
    ['probe   # a\nevents  # b\n\nattach eth0      # far\nmap  eth0 1 -> 2 3  # moved', 'probe   # a\nevents  # b\n\nattach eth0        # far\nmap eth0 1 -> 2 3  # moved'],
    ['in host\r\n\tprobe\t\r\n', 'in host\r\n  probe\r\n'],
    ['let  a   =  1 +  2   # sum', 'let a = 1 + 2  # sum'],
    ['echo   "a   b"  ', 'echo "a   b"'],
    ['in host\n    probe\n    # the end\nprobe\n', 'in host\n  probe\n  # the end\nprobe\n'],
    ['map eth0  (1  +  2) -> 3 4K', 'map eth0 (1  +  2) -> 3 4K'],
  ])('%j', (text, expected) => {
    expect(format(text)).toBe(expected);
    expect(format(expected)).toBe(expected);
  });

  it.each(['probe\n    events', 'echo "a   b', 'poke (1   2'])('leaves %j alone', (text) => expect(format(text)).toBe(text));

  it('formats a part only where asked', () => {
    const text = 'probe  a\nprobe  b\n';
    expect(finish(scenarioFormatEdits(documentOf(text), 0, 5))).toHaveLength(1);
  });
});

describe('colours', () => {
  it('knows each part by its place', () => {
    const document = documentOf(`${HEAD}ste smmu 8 Config=(base + 1) # note\nexpect ste(8).Config == "a"\ndma eth0 read 4 privileged`);
    const shown = finish(scenarioTokens(document)).map(({ start, end, type }) => `${document.text.slice(start, end)}:${TOKEN_TYPES[type]}`);
    expect(shown.slice(-23)).toEqual([
      'let:keyword', 'base:variable', '=:operator', '0x48000000:number',
      'ste:keyword', 'smmu:class', '8:number', 'Config:property', 'base:variable', '+:operator', '1:number', '# note:comment',
      'expect:keyword', 'ste:macro', '8:number', 'Config:property', '==:operator', '"a":string',
      'dma:keyword', 'eth0:class', 'read:type', '4:number', 'privileged:keyword',
    ]);
  });

  it('gives tokens in order and apart', () => {
    const tokens = finish(scenarioTokens(documentOf(HEAD)));
    for (const [index, token] of tokens.entries()) expect(token.start).toBeGreaterThanOrEqual(tokens[index - 1]?.end ?? 0);
  });
});

describe('signature help', () => {
  it.each([
    ['map $0', 'DEVICE'], ['map eth0 $0', 'IOVA'], ['map eth0 0$0', 'IOVA'], ['map eth0 0 -> $0', 'ADDRESS'], ['dma eth0 read 0 4 ssid=$0', '[ssid=N]'],
    ['expect fault $0', 'EVENT'], ['expect $0', 'CONDITION'], ['probe smmu $0', undefined],
  ])('%s: %s', (fixture, active) => {
    const { document, offset } = at(fixture);
    const found = scenarioSignature(document, offset);
    expect(found?.active === undefined ? undefined : found.parts[found.active]?.label).toBe(active);
  });

  it.each(['ma$0p', 'map # $0', 'zzz $0'])('is not there at %s', (fixture) => {
    const { document, offset } = at(fixture);
    expect(scenarioSignature(document, offset)).toBeUndefined();
  });
});
