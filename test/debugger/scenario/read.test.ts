import { describe, expect, it } from 'vitest';
import { VERBS } from '../../../debugger/scenario/catalog.ts';
import { marks, mended, programOf, reading, short } from './support.ts';

function actions(text: string): string[] {
  const { setup, actions: done } = programOf(text);
  return [...setup, ...done].map(short);
}

describe('reading a scenario', () => {
  it.each([
    ['board "a.dts"', 'board file="a.dts"'],
    ['hypervisor xen profile=v3 viommu=smmuv3', 'hypervisor kind=xen profile=v3 viommu=smmuv3'],
    ['device eth0 smmu=smmu0 sid=8,0x9', 'device name=eth0 smmu=smmu0 sid=8,9'],
    ['smmu s base=0x2b400000 IDR0=1 model=mmu-600 IDR1=2', 'smmu name=s base=0x2b400000 model=mmu-600 registers=[IDR0 IDR1]'],
    ['map eth0 0x1000 -> 1G 16K r ssid=3', 'map device=eth0 iova=0x1000 address=0x40000000 size=0x4000 access=r ssid=0x3'],
    ['map ethernet@e6800000 (a + 1) -> b[2] 4K', 'map device=ethernet@e6800000 iova=(binary) address=(index) size=0x1000'],
    ['unmap /soc/eth@0,1 0 4K no-invalidate', 'unmap device=/soc/eth@0,1 iova=0x0 size=0x1000 no-invalidate=no-invalidate'],
    ['dma eth0 write 0x10 "a\\n\\x41" privileged', 'dma device=eth0 direction=write address=0x10 data="a\\nA" privileged=privileged'],
    ['attach eth0 stall substreams=4', 'attach device=eth0 stall=stall substreams=0x4'],
    ['expect fault F_TRANSLATION StreamID=8 S2=0', 'expect.fault event=F_TRANSLATION fields=[StreamID S2]'],
    ['expect ste(8).Config == 5 # stage 1', 'expect condition=(binary)'],
    ['expect data == 5', 'expect condition=(binary)'],
    ['expect ok', 'expect.ok'],
    ['fail off', 'fail.off'],
    ['fail 0x1000 4K read', 'fail base=0x1000 size=0x1000 access=read'],
    ['let a = tlb where vmid == 2', 'let name=a value=(where)'],
    ['let a=5', ''],
    ['echo "CR0 {smmu0.CR0} \\"{{x}}\\""', 'echo text=CR0 {member} "{x}"'],
    ['call attach device=ethernet@e6800000 domain=1', 'call operation=attach values=[device domain]'],
    ['resume smmu0 evtq[0].STAG', 'resume smmu=smmu0 stag=(member)'],
    ['command smmu0 CMD_CFGI_STE StreamID=8', 'command smmu=smmu0 command=CMD_CFGI_STE fields=[StreamID]'],
  ])('%s', (line, expected) => {
    if (expected !== '') expect([actions(line), marks(programOf(line)).filter((one) => !one.startsWith('limit'))]).toEqual([[expected], []]);
    else expect(marks(programOf(line))).not.toEqual([]);
  });

  it.each([
    ['a device-tree blob', '\ufffd\r\ufffd\ufffd\0\0\u0010\0\0\0\u0010'], ['an archive', `\u001f\ufffd\b${'\ufffd\ufffd#x\n'.repeat(500)}`], ['a program', `\u007fELF\u0002${'\0a\n'.repeat(100)}`],
  ])('says once that %s is no text', (_, text) => {
    const program = programOf(text);
    expect(program.problems.map(({ id, message }) => [id, message])).toEqual([['scenario-syntax', 'This file is no text, so it is no scenario.']]);
    expect([program.setup, program.actions]).toEqual([[], []]);
  });

  it('reads text with a stray byte', () => {
    expect(marks(programOf('# M\ufffdller\nprobe\n'))).toEqual([]);
  });

  it('reads every example of the catalog', () => {
    for (const { example } of VERBS) expect([example, marks(programOf({ 'main.smmu': example, 'machine.smmu': '' }))]).toEqual([example, []]);
  });

  it('makes blocks of what is indented, with tabs, blanks, and any line end', () => {
    const blocks = ['in host { probe; repeat count=0x2 name=i { events } }', 'probe'].map((one) => one.replace('in host', 'in domain=host'));
    for (const end of ['\n', '\r\n', '\r']) {
      for (const [one, two] of [['  ', '    '], ['\t', '\t\t'], [' ', ' \t']]) {
        const text = ['in host', `${one}probe`, '', '# note', `${one}repeat 2 as i`, `${two}events # all`, '', 'probe', ''].join(end);
        expect(actions(text)).toEqual(blocks);
        expect(marks(programOf(text))).toEqual([]);
      }
    }
  });

  it('knows the line and the stretch of each action', () => {
    const text = 'in host\n  probe smmu0   # now\n';
    const [block] = programOf(text).actions;
    const inner = block?.body[0];
    expect(inner).toMatchObject({ line: 1, at: { file: '/s/main.smmu' } });
    expect(text.slice(inner?.at.start, inner?.at.end)).toBe('probe smmu0');
  });

  it('puts included lines in their place, with ranges in their own file', () => {
    const { program, inclusions } = reading({ 'main.smmu': 'include "a.smmu"\nin host\n  include "b.smmu"\n', 'a.smmu': 'board "x.dts"\n', 'b.smmu': 'probe\n' });
    expect(program.setup.map(short)).toEqual(['board file="x.dts"']);
    expect(program.setup[0]?.at.file).toBe('/s/a.smmu');
    expect(program.actions.map(short)).toEqual(['in domain=host { probe }']);
    expect(program.texts.map((one) => one.path)).toEqual(['/s/main.smmu', '/s/a.smmu', '/s/b.smmu']);
    expect(inclusions.map((one) => one.path)).toEqual(['/s/a.smmu', '/s/b.smmu']);
  });
});

describe('a wrong line', () => {
  it.each([
    ['prob', ['scenario-unknown-action: prob'], 'probe'],
    ['xyzzyx 1', ['scenario-unknown-action: xyzzyx'], undefined],
    ['expect fualt F_TRANSLATION', ['scenario-unknown-action: fualt'], 'expect fault F_TRANSLATION'],
    ['map eth0 0 0x1000 4K', ['scenario-syntax: 0x1000'], 'map eth0 0 -> 0x1000 4K'],
    ['map eth0 0 -> 0x1000', ['scenario-missing-value: 0'], undefined],
    ['map', ['scenario-missing-value: p'], undefined],
    ['let x', ['scenario-missing-value: x'], undefined],
    ['let x 5', ['scenario-syntax: 5'], 'let x = 5'],
    ['dma eth0 reed 0', ['scenario-value: reed'], 'dma eth0 read 0'],
    ['dma eth0 read "a"', ['scenario-value: "a"'], undefined],
    ['dma eth0 read 0 4 privilegd', ['scenario-unexpected: privilegd'], 'dma eth0 read 0 4 privileged'],
    ['dma eth0 read 0 sid=5', ['scenario-unexpected: sid'], 'dma eth0 read 0 ssid=5'],
    ['dma eth0 read 0 ssid=', ['scenario-missing-value: ='], undefined],
    ['dma eth0 read 0 ssid=1 ssid=2', ['scenario-duplicate: ssid'], undefined],
    ['dma eth0 read 0 + 1', ['scenario-unexpected: +'], 'dma eth0 read (0 + 1)'],
    ['poke 0 * 1 + 2 5', ['scenario-unexpected: *'], 'poke (0 * 1 + 2) 5'],
    ['poke 0 5 +', ['scenario-unexpected: +'], undefined],
    ['dma "eth0" read 0', ['scenario-value: "eth0"'], 'dma eth0 read 0'],
    ['board a.dts', ['scenario-value: a.dts'], 'board "a.dts"'],
    ['board "a.dts', ['scenario-syntax: "a.dts'], 'board "a.dts"'],
    ['echo "\\q"', ['scenario-syntax: "\\q"'], undefined],
    ['echo "{1 +}"', ['scenario-syntax: +'], undefined],
    ['expect (1 + 2', ['scenario-syntax: ('], undefined],
    ['poke (1 + 2 3', ['scenario-syntax: 3', 'scenario-missing-value: 3'], undefined],
    ['ste smmu0 8', ['scenario-missing-value: 8'], undefined],
    ['limit', ['scenario-missing-value: t'], undefined],
    ['limit steps=', ['scenario-missing-value: ='], undefined],
    ['limit step=5', ['scenario-unexpected: step', 'scenario-missing-value: 5'], undefined],
    ['ste smmu0 8 Config 5', ['scenario-unexpected: Config', 'scenario-unexpected: 5', 'scenario-missing-value: 5'], undefined],
    ['let 5x = 1', ['scenario-value: 5x'], undefined],
    ['probe \0', ['scenario-value: \0'], undefined],
    ['repeat 2', ['scenario-empty-block: repeat'], undefined],
    ['  probe', ['scenario-indentation:   '], 'probe'],
    ['probe\n  events', ['scenario-indentation:   '], 'probe\nevents'],
    ['in host\n    probe\n  events', ['scenario-indentation:   '], undefined],
    ['in host\n\tprobe\n        events', ['scenario-indentation:         '], 'in host\n\tprobe\n\tevents'],
    ['probe\nboard "a.dts"', ['scenario-setup-order: board "a.dts"'], undefined],
    ['in host\n  board "a.dts"', ['scenario-setup-order: board "a.dts"'], undefined],
    ['include "none.smmu"', ['scenario-file: "none.smmu"'], undefined],
  ])('%j', (text, expected, repaired) => {
    const program = programOf(text);
    expect(marks(program)).toEqual(expected);
    for (const { message, advice } of program.problems) {
      expect(message).toMatch(/^(?:[A-Z`]|none\.smmu).*\.$/s);
      expect(advice).toMatch(/[.?]$/);
    }
    if (repaired === undefined) return;
    expect(mended(program)).toBe(repaired);
    expect(marks(programOf(repaired))).toEqual([]);
  });
});

describe('caps', () => {
  const nested = (word: string, depth: number): string => Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}${word}`).join('\n');
  it.each([
    ['limit-scenario-chars', { scenarioChars: 10 }, { 'main.smmu': 'probe\nprobe\n' }, { 'main.smmu': 'probe\n' }],
    ['limit-scenario-line-chars', { scenarioLineChars: 16 }, { 'main.smmu': 'let abc = 1234567' }, { 'main.smmu': 'let ab = 123  # and a comment of any length' }],
    ['limit-scenario-actions', { scenarioActions: 3 }, { 'main.smmu': 'probe\n'.repeat(4) }, { 'main.smmu': 'probe\n'.repeat(3) }],
    ['limit-scenario-actions', { scenarioActions: 3 }, { 'main.smmu': 'include "a.smmu"\ninclude "a.smmu"\n', 'a.smmu': 'probe\n' }, { 'main.smmu': 'include "a.smmu"\n', 'a.smmu': 'probe\n' }],
    ['limit-scenario-setup', { scenarioSetup: 2 }, { 'main.smmu': 'smmu s\ndevice d sid=1\ninclude "a.smmu"', 'a.smmu': 'device e sid=2\ndevice f sid=3' }, { 'main.smmu': 'smmu s\ninclude "a.smmu"\nprobe\nprobe', 'a.smmu': 'device e sid=2' }],
    ['limit-scenario-depth', { scenarioDepth: 2 }, { 'main.smmu': `${nested('in host', 3)}\n   probe` }, { 'main.smmu': `${nested('in host', 2)}\n  probe` }],
    ['limit-scenario-depth', { scenarioDepth: 2 }, { 'main.smmu': 'in host\n in host\n  include "a.smmu"', 'a.smmu': 'in host\n probe' }, { 'main.smmu': 'in host\n include "a.smmu"', 'a.smmu': 'in host\n probe' }],
    ['limit-scenario-repeats', { scenarioRepeats: 1 }, { 'main.smmu': `${nested('repeat 2', 2)}\n  probe` }, { 'main.smmu': 'repeat 2\n probe\nrepeat 2\n probe' }],
    ['limit-include-cycle', {}, { 'main.smmu': 'include "main.smmu"\n' }, { 'main.smmu': 'include "a.smmu"\ninclude "a.smmu"\n', 'a.smmu': '' }],
    ['limit-include-cycle', {}, { 'main.smmu': 'include "a.smmu"\n', 'a.smmu': 'include "main.smmu"\n' }, { 'main.smmu': 'probe\n' }],
    ['limit-include-depth', { includeDepth: 1 }, { 'main.smmu': 'include "a.smmu"\n', 'a.smmu': 'include "b.smmu"\n', 'b.smmu': '' }, { 'main.smmu': 'include "a.smmu"\n', 'a.smmu': '' }],
    ['limit-inclusions', { inclusions: 2 }, { 'main.smmu': 'include "a.smmu"\n'.repeat(3), 'a.smmu': '' }, { 'main.smmu': 'include "a.smmu"\n'.repeat(2), 'a.smmu': '' }],
    ['limit-problems-per-file', { problemsPerFile: 2 }, { 'main.smmu': 'x\ny\nz\n' }, { 'main.smmu': 'probe' }],
  ] as const)('%s is reported once, and only beyond %j', (id, limits, over, within) => {
    expect(programOf(over, limits).problems.filter((one) => one.id === id)).toHaveLength(1);
    expect(programOf(within, limits).problems).toEqual([]);
  });

  it('keeps an exponential include tree and a huge line bounded', () => {
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}.smmu`, `include "f${i + 1}.smmu"\n`.repeat(2)]));
    expect(programOf({ ...files, 'main.smmu': 'include "f0.smmu"', 'f60.smmu': '' }).problems.map((one) => one.id)).toContain('limit-inclusions');
    const huge = `dma eth0 read ${'('.repeat(500_000)}\necho "${'x'.repeat(500_000)}\nprobe`;
    for (const scenarioLineChars of [10_000, 1_000_000]) expect(programOf(huge, { scenarioLineChars }).actions.at(-1)?.verb).toBe('probe');
  });

  it('reads deep nesting without deep recursion', () => {
    const depth = 5000;
    const text = `${nested('in host', depth)}\n${' '.repeat(depth)}probe`;
    expect(programOf(text, { scenarioChars: 1e9 }).problems.map((one) => one.id)).toContain('limit-scenario-depth');
  });
});
