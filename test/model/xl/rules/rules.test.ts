import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../model/problem.ts';
import { guestOf } from '../../../../model/xl/guestConfig.ts';
import { parseXl } from '../../../../model/xl/parser.ts';
import { XL_RULES } from '../../../../model/xl/rules/index.ts';

/** Every finding in one configuration, as `id@text-it-points-at`. */
function problemsIn(text: string): Problem[] {
  const guest = guestOf(parseXl('guest.cfg', text));
  return XL_RULES.flatMap((rule) => [...rule.check(guest)]);
}

/** `^id` under the text that a finding must mark; lines without markers must be silent. */
function check(marked: string): void {
  const lines = marked.split('\n');
  const wanted: string[] = [];
  const source: string[] = [];
  for (const line of lines) {
    const marker = /^#? *(\^+) ([\w-]+)$/.exec(line);
    if (marker === null) source.push(line);
    else wanted.push(`${source.length}:${line.indexOf('^')}+${marker[1]?.length} ${marker[2]}`);
  }
  const text = source.join('\n');
  const found = problemsIn(text).map((problem) => {
    const before = text.slice(0, problem.range.start).split('\n');
    return `${before.length}:${before.at(-1)?.length}+${problem.range.end - problem.range.start} ${problem.id}`;
  });
  expect(found.sort()).toEqual(wanted.sort());
}

/** Applies the first fix of the first finding. */
function fixed(text: string): string {
  const edits = problemsIn(text).flatMap((problem) => problem.fixes?.[0]?.edits ?? []).slice(0, 1);
  return edits.reduceRight((now, edit) => now.slice(0, edit.range.start) + edit.text + now.slice(edit.range.end), text);
}

describe.each(XL_RULES)('$id', (rule) => {
  it('fires on its bad example, alone', () => {
    const ids = new Set(problemsIn(rule.bad).map((problem) => problem.id));
    expect([...ids]).toEqual([rule.id]);
  });
  it('is silent on its good example, and so is every other rule', () => {
    expect(problemsIn(rule.good)).toEqual([]);
  });
  it('ends every message and piece of advice with a full stop', () => {
    for (const problem of problemsIn(rule.bad)) {
      expect(problem.message).toMatch(/[.?!]$/);
      expect(problem.advice).toMatch(/[.?!]$/);
    }
  });
});

const BASE = 'name = "d"\nkernel = "k"\nmemory = 512\n';

describe('findings', () => {
  it.each([
    ['one finding for all carriage returns', 'name = "d"\r\nkernel = "k"\r\nmemory = 5\r\n', ['xl-syntax']],
    ['an octal number', `${BASE}vcpus = 010\n`, []],
    ['a boolean in words', `${BASE}acpi = "true"\n`, ['xl-not-a-number']],
    ['a wanted word in another case', `${BASE}gic_version = "V3"\n`, []],
    ['a prefix of a type', `${BASE}type = "pv"\n`, []],
    ['a value behind +=', `${BASE}vcpus = 1\nvcpus += 2\n`, ['xl-not-a-number']],
    ['a product key', `${BASE}dt_passthrough_nodes = [ "/soc" ]\n`, ['xl-unknown-key']],
    ['an x86 guest', 'name = "w"\ntype = "hvm"\nmemory = 512\nhap = 1\nvnc = 1\n', []],
    ['overlapping iomem', `${BASE}iomem = [ "fe100,1", "fe100,2" ]\n`, []],
    ['iomem in the grant table', `${BASE}iomem = [ "fe100,1@38000" ]\n`, ['xl-iomem']],
    ['iomem beyond the guest\'s memory', `${BASE}iomem = [ "e6800,1" ]\n`, []],
    ['iomem in the guest\'s memory', `${BASE}iomem = [ "48000,1" ]\n`, ['xl-iomem']],
    ['an iomem attribute', `${BASE}iomem = [ "fe100,1@fe100,nc" ]\n`, ['xl-iomem']],
    ['an SPI number without 32', `${BASE}irqs = [ 20 ]\n`, ['xl-irqs']],
    ['the UART\'s interrupt', `${BASE}irqs = [ 32 ]\nvuart = "sbsa_uart"\n`, ['xl-irqs']],
    ['a virtio interrupt in use', `${BASE}irqs = [ 33 ]\nvirtio = [ "type=virtio,device22,transport=mmio" ]\n`, ['xl-irqs']],
    ['a virtio interrupt not in use', `${BASE}irqs = [ 34 ]\nvirtio = [ "type=virtio,device22,transport=mmio" ]\n`, []],
    ['sync_pt', `${BASE}dtdev = [ "/a" ]\npassthrough = "sync_pt"\n`, ['xl-passthrough-mode']],
    ['ballooning with a device', `name = "d"\nkernel = "k"\nmemory = 512\nmaxmem = 1024\ndtdev = [ "/a" ]\n`, ['xl-passthrough-mode']],
    ['a device twice', `${BASE}dtdev = [ "/a", "/a" ]\n`, ['xl-dtdev']],
    ['a placeholder inside a string', `${BASE}memory = "@MEM@"\n`, ['xl-duplicate-key']],
    ['an empty list of devices', `${BASE}dtdev = [ ]\npci = [ ]\n`, []],
    ['a legal disk', `${BASE}disk = [ "phy:/dev/vg/x,xvda,w", "/img.raw,raw,xvdb,rw", "vdev=xvdc,target=a,b" ]\n`, []],
    ['a piece that a build adds to a file', 'irqs = [ 112 ]\nextra = "x"\ndevice_tree = "a.dtb"\n', []],
  ])('%s', (_title, text, ids) => {
    expect(problemsIn(text).map((problem) => problem.id)).toEqual(ids);
  });

  it('marks the digits of a bad entry', () => check([
    'name = "d"', 'kernel = "k"', 'memory = 512',
    'irqs = [ 112, "0x70" ]',
    '               ^^^^ xl-irqs',
  ].join('\n')));

  it('offers the word that was meant', () => {
    expect(fixed(`${BASE}dtdevs = [ "/a" ]\n`)).toBe(`${BASE}dtdev = [ "/a" ]\n`);
    expect(fixed(`${BASE}on_crash = destroy\n`)).toBe(`${BASE}on_crash = "destroy"\n`);
    expect(fixed(`${BASE}irqs = [ 20 ]\n`)).toBe(`${BASE}irqs = [ 52 ]\n`);
    expect(fixed('name = "d"\nkernel = "k"\nmemory = "1G"\n')).toBe('name = "d"\nkernel = "k"\nmemory = 1024\n');
  });
});
