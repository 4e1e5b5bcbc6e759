import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRun } from '../../../debugger/run/index.ts';
import { VERBS, type Kind, type Verb } from '../../../debugger/scenario/catalog.ts';
import { readScenario } from '../../../debugger/scenario/read.ts';
import { play, prepare, scenarioFiles } from './support.ts';

/** Machines of every kind, small enough to be made often. */
const MACHINES: Readonly<Record<string, string>> = {
  none: 'smmu smmu0 base=0x9050000\nsmmu smmu1 base=0x9070000 model=mmu-600\ndevice eth0 smmu=smmu0 sid=8\ndevice usb0 smmu=smmu1 sid=8,9\ndevice bare\nmemory ram 0x40000000 64M\n',
  xen: 'smmu smmu0 base=0x9050000\nsmmu smmu1 base=0x9070000\ndevice eth0 smmu=smmu0 sid=8\ndevice usb0 smmu=smmu1 sid=8,9\ndevice bare\nmemory ram 0x40000000 64M\nhypervisor xen profile=v3\nguest vm viommu=smmuv3 devices="eth0 usb0" memory=8M\n',
  'xen fixed': 'smmu smmu0 base=0x9050000\ndevice eth0 sid=8\ndevice usb0 sid=9\nmemory ram 0x40000000 64M\nhypervisor xen profile=architecture\nguest vm viommu=smmuv3 devices="eth0" memory=8M\n',
  iommufd: 'smmu smmu0 base=0x9050000\ndevice eth0 sid=8\ndevice usb0 sid=9\nmemory ram 0x40000000 64M\nhypervisor iommufd\nguest vm devices="eth0" memory=8M\n',
  paravirtual: 'smmu smmu0 base=0x9050000\ndevice eth0 sid=8\ndevice usb0 sid=9\nmemory ram 0x40000000 64M\nhypervisor pkvm\nguest vm\n',
  trapped: 'smmu smmu0 base=0x9050000\ndevice eth0 sid=8\ndevice usb0 sid=9\nmemory ram 0x40000000 64M\nhypervisor pkvm profile=v7\nguest vm\n',
  grants: 'hypervisor grant-dma\ndevice eth0\nguest vm devices="eth0"\n',
};

const number = fc.constantFrom('0', '1', '3', '8', '0x10', '0x1000', '0x2000', '4K', '16K', '2M', '0x40100000', '0x40200000', '0x9050020', '0xffffffff', '0x8000000000000000', '0xffffffffffffffff', '(1+last.stag)');
const NAMES: Readonly<Record<string, readonly string[]>> = {
  device: ['eth0', 'usb0', 'bare'], domain: ['vm', 'host', 'hypervisor'], smmu: ['smmu0', 'smmu', 'vsmmu0'], register: ['CR0', 'GERRORN', 'CMDQ_PROD', 'STRTAB_BASE', 'IDR0', 'EVENTQ_CONS', 'GBPA', 'CMDQ_BASE'],
  command: ['SYNC', 'CMD_CFGI_STE', 'TLBI_NH_ALL', 'CMD_RESUME', 'TLBI_EL3_ALL', 'PREFETCH_CONFIG', 'ATC_INV'], event: ['F_TRANSLATION', 'C_BAD_STE', 'none'],
  operation: ['start', 'attach', 'map', 'unmap', 'read', 'create', 'host_donate_guest', 'host_share_hyp', 'allocDomain', 'destroy'], owner: ['vm', 'host', 'none'],
};
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  STE: ['V', 'Config', 'S1ContextPtr', 'S1CDMax', 'S1DSS', 'EATS', 'S2TTB'], CD: ['V', 'TTB0', 'ASID', 'T0SZ', 'S', 'R'], descriptor: ['Type', 'AF', 'OA'],
  command: ['StreamID', 'Leaf', 'Address'], event: ['StreamID', 'S2'], operation: ['device', 'domain', 'iova', 'address', 'size', 'offset', 'kind', 'viommu', 'devices', 'guest', 'gfn', 'type'],
};

function valueOf(kind: Kind): fc.Arbitrary<string> {
  switch (kind.kind) {
    case 'keyword': return fc.constantFrom(...kind.words);
    case 'name': return fc.constantFrom(...(NAMES[kind.of] ?? ['x']), ...(kind.also ?? []));
    case 'variable': return fc.constantFrom('x', 'y');
    case 'sign': return fc.constant(kind.sign);
    case 'text': case 'path': return fc.constantFrom('"eth0"', '""', '"-E"');
    case 'template': return fc.constantFrom('"plain"', '"{x}"', '"{ste(8)}"');
    case 'data': return fc.oneof(number, fc.constantFrom('"hello"', '64'));
    case 'rest': return fc.constantFrom('1', 'last.pa', 'ste(8).Config == 5', 'evtq', 'walk(8, 0x1000)', 'smmu0.CR0 == 0xd', 'x + 1');
    case 'fields': return fc.array(fc.tuple(fc.constantFrom(...(FIELDS[kind.of] ?? ['a'])), fc.oneof(number, fc.constantFrom('eth0', 'vm', 'xl'))), { minLength: 1, maxLength: 4 })
      .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join(' '));
    default: return number;
  }
}

function lineOf(verb: Verb): fc.Arbitrary<string> {
  const parameters = verb.parameters.map((p) => (p.optional && p.kind.kind !== 'sign' ? fc.option(valueOf(p.kind), { nil: '' }) : valueOf(p.kind)));
  const options = verb.options.map((o) => fc.option(o.kind === undefined ? fc.constant(o.name) : valueOf(o.kind).map((value) => `${o.name}=${value}`), { nil: '', freq: 2 }));
  return fc.tuple(...parameters, ...options).map((words) => [verb.name.replace('.', ' '), ...words].filter((w) => w !== '').join(' '));
}

const SIMPLE = VERBS.filter((v) => v.group !== 'setup' && v.group !== 'block');
const anyLine = fc.constantFrom(...SIMPLE).chain(lineOf);
/** What makes a device work, so that random lines have something to break. */
const usual = fc.constantFrom(
  'probe', 'attach eth0', 'attach eth0 stall', 'map eth0 0x1000 -> 0x40100000 16K', 'unmap eth0 0x1000 4K', 'unmap eth0 0x1000 16K no-invalidate', 'dma eth0 read 0x1000 64',
  'dma eth0 write 0x1ff0 "across a page"', 'detach eth0 bypass', 'events', 'recover', 'resume smmu0 0',
);
const block = (inner: fc.Arbitrary<string[]>): fc.Arbitrary<string[]> => fc.tuple(fc.constantFrom('in vm', 'in host', 'in hypervisor', 'repeat 3 as x', 'repeat 2', 'parallel'), inner)
  .map(([head, lines]) => [head, ...lines.map((l) => `  ${l}`)]);
const lines = fc.array(fc.oneof({ weight: 3, arbitrary: usual.map((l) => [l]) }, { weight: 3, arbitrary: anyLine.map((l) => [l]) }, { weight: 3, arbitrary: block(fc.array(fc.oneof(usual, anyLine), { minLength: 1, maxLength: 5 })) }), { maxLength: 12 });

describe.each(Object.entries(MACHINES))('random scenarios on %s', (_, machine) => {
  it('never throw, and come to the same state when they run again', () => {
    fc.assert(fc.property(lines, (list) => {
      const text = `limit steps=3000\n${machine}${list.flat().join('\n')}\n`;
      const host = scenarioFiles({ '/s/r.smmu': text });
      const program = readScenario('/s/r.smmu', host);
      // What the binder refuses is left out: the rest runs.
      const run = createRun({ ...program, problems: [] }, host);
      if (!('runner' in run)) throw new Error(run.problems.map((p) => p.message).join());
      const { machine: m } = run.system;
      const first = run.runner.state;
      const start = m.hash;
      const outcomes = play(run).map(({ outcome }) => outcome);
      for (const { text: said } of outcomes) expect(said.length).toBeLessThan(20_000);
      const end = m.hash;
      expect(m.history.seek(0)).toBe(true);
      expect(m.hash).toBe(start);
      run.runner.state = first;
      expect(play(run).map(({ outcome }) => outcome)).toEqual(outcomes);
      expect(m.hash).toBe(end);
    }), { numRuns: 60 });
  });
});

describe('hostile scenarios', () => {
  const MACHINE = MACHINES['none'] ?? '';

  it.each([
    ['an endless repeat', 'repeat 0xffffffffffffffff\n  echo "x"\n', 'too large'],
    ['nested repeats', 'repeat 1000000000\n  repeat 1000000000\n    echo "x"\n', 'used up its limit'],
    ['repeats that map and map', 'in host\n  probe\n  attach eth0\n  repeat 1000000000 as i\n    map eth0 (i * 8K) -> 0x40100000 4K\n', 'used up its limit'],
    ['a parallel of endless lanes', 'parallel\n  repeat 1000000000\n    echo "a"\n  repeat 1000000000\n    echo "b"\n', 'used up its limit'],
    ['the largest map', 'in host\n  probe\n  attach eth0\n  map eth0 0 -> 0 0x8000000000000\n', 'descriptors are more'],
    ['a map that ends beyond the address space', 'in host\n  probe\n  attach eth0\n  map eth0 0xfffffffff000 -> 0x40000000 8K\n', '-ERANGE'],
    ['memory beyond the address space', 'poke 0xffffffffffff8 1\n', 'no memory answers'],
    ['a huge fill', 'fill 0x40000000 0xfffffffffffff 0\n', 'bytes at most'],
    ['a huge register', 'write smmu0 CR0 0xffffffffffffffff\n', '0xffffffffffffffff does not fit 4 bytes'],
    ['a stream beyond all tables', 'ste smmu0 0xffffffff V=1\n', 'no stream table yet'],
    ['very many aborts', 'repeat 2000 as i\n  fail (0x40000000 + i * 4K) 4K\n', 'fail already'],
    ['very many variables', 'let x = 1\nlet x = x + 1\nexpect x == 2\n', ''],
  ])('%s ends with a word about it', (_, text, message) => {
    const units = play(prepare(`limit steps=20000\n${MACHINE}${text}`), 30_000);
    expect(units.length).toBeLessThanOrEqual(20_001);
    const said = units.filter((u) => u.outcome.status !== 'ok').map((u) => u.outcome.text).join('\n');
    if (message === '') expect(said).toBe('');
    else expect(said).toContain(message);
  });
});
