/** The page tables of example scenarios: what is shown, who wrote it, whose it is, what changed since the stop before. */
import { describe, expect, it } from 'vitest';
import type { ViewPage } from '../../../debugger/views/page.ts';
import { rowsOf, rowText, Scene } from './support.ts';

const FIRST = 'first-translation.smmu';
const NESTED = 'nested-fault.smmu';

/** The rows of a tree that stand for ranges. */
function ranges({ trees }: ViewPage, id: string): string[] {
  return trees.find((tree) => tree.id === id)?.rows.filter((row) => /\/(range|gone):/.test(row.id)).map(rowText) ?? [];
}

const fact = (page: ViewPage): string | undefined => page.facts.find((text) => /difference|first stop/.test(text));

describe('page tables', () => {
  it('are those of the present stream, as a tree from the first table on, with who wrote each entry', () => {
    const page = new Scene(FIRST).toLine('map eth0').over().page('pageTables');
    expect(page.title).toBe('Page tables of stream 0x20 of smmu_io (eth0)');
    expect(rowsOf(page, 'stage 1').map((row) => row.replace(/0x[0-9a-f]{8}\b(?! \| \w)/g, 'X'))).toEqual([
      expect.stringMatching(/^CD 0, TTB0 \| 256T \| level 0, 4K pages \| table X .* \| line 10 at 1\.\d+$/),
      expect.stringMatching(/^0x0–0x7fffffffff \| 512G \| level 0 \[0x0\], a table \| .* \| line 11 at 2\.1$/),
      expect.stringMatching(/^0x0–0x3fffffff \| 1G \| level 1 \[0x0\], a table \| .* \| line 11 at 2\.2$/),
      expect.stringMatching(/\| 2M \| level 2 \[0x80\], a table \| .* \| line 11 at 2\.3$/),
      expect.stringMatching(/\| 16K \| level 3, 4 pages \| .* \| user: read, write, execute; privileged: read, write \| Normal WB RA WA \| host \| .* \| line 11 at 2\.7 \(new\)$/),
    ]);
    const [root] = page.trees[0]?.rows ?? [];
    expect(root).toMatchObject({ depth: 1, fold: 'open' });
    expect(root?.cells.at(-1)?.parts).toMatchObject([{ place: { line: 10 } }, { act: { name: 'goTo', value: { unit: 1 } } }]);
  });

  it('lead to the moment right after the write', () => {
    const scene = new Scene(FIRST).toLine('dma eth0 write');
    const range = scene.page('pageTables').trees[0]?.rows.at(-1);
    const act = range?.cells.at(-1)?.parts[1]?.act;
    if (act?.name !== 'goTo') throw new Error('no moment');
    scene.session.run({ kind: 'to', moment: act.value, isJump: true });
    expect(scene.session.writer({ kind: 'memory', address: Number(range?.cells.at(-2)?.parts[0]?.text) + 24, size: 8 })?.moment).toEqual(scene.session.moment);
  });

  it('say why there are none', () => {
    const page = new Scene(FIRST).toEnd().page('pageTables');
    expect(page.trees.find(({ id }) => id === 'stage 2')).toMatchObject({ rows: [], empty: 'The STE has no stage 2.' });
  });

  it('show stage 1, stage 2 and both for a nested stream, and only what is asked for', () => {
    const scene = new Scene(NESTED).toLine('dma eth0 read 0x10000000').over();
    const page = scene.page('pageTables');
    expect(page.trees.map(({ id }) => id)).toEqual(['stage 1', 'stage 2', 'combined']);
    expect(ranges(page, 'combined')).toEqual([expect.stringMatching(/^0x10000000–0x10000fff \| 4K \| 0x48000000 \| 0xa5000000 \| .* \| domd \| 0x\w+ 0x\w+ \| line 13 at /)]);
    expect(page.facts).toEqual(['belongs to domd', 'stage 1: 1 range, 4K', 'stage 2: 1 range, 512M', 'stage 1 and stage 2 together: 1 range, 4K', 'no difference since the stop before']);
    expect(scene.page('pageTables', { stage: 'stage 2' }).trees.map(({ id }) => id)).toEqual(['stage 2']);
    expect(scene.page('pageTables', { stage: 'no such', stream: '7:7', context: 'x', address: 'zz', folds: '+ - x' }).trees).toHaveLength(3);
  });

  it('find an address in every stage, in stage 2 where stage 1 leads', () => {
    const page = new Scene(NESTED).toLine('dma eth0 read 0x10000000').over().page('pageTables', { address: '0x10000abc' });
    const found = page.trees.map(({ id, rows }) => [id, rows.find(({ note }) => note.includes('is here'))?.note]);
    expect(found).toEqual([['stage 1', '0x10000abc is here'], ['stage 2', '0x48000abc is here'], ['combined', '0x10000abc is here']]);
  });

  it.each([
    ['0x10001000', ['0x10001000 is not mapped in stage 1', '0x10001000 is not mapped in stage 1 and stage 2 together']], ['0xffff000000001000', 2], ['268435456', 0],
    ['zz', ['“zz” is no address']], ['  ', 0], ['__proto__', 1],
  ])('say where an address is not: %s', (address, said) => {
    const { facts } = new Scene(NESTED).toLine('dma eth0 read 0x10000000').over().page('pageTables', { address });
    const found = facts.filter((fact) => /not mapped|no address/.test(fact));
    if (typeof said === 'number') expect(found).toHaveLength(said);
    else expect(found).toEqual(said);
  });

  it('mark memory that the domain does not own', () => {
    const scene = new Scene(NESTED).toLine('dma eth0 read 0x10000000').over();
    const page = scene.page('pageTables');
    const entry = Number(page.trees[2]?.rows[1]?.cells.at(-2)?.parts[1]?.text);
    const { session } = scene;
    // The entry of stage 2 that maps the buffer is bent to Xen's own memory.
    const [xen] = session.system.machine.owners.ranges.filter(({ owner }) => owner === 'xen');
    session.edit(() => void session.system.machine.memory.write(entry, blockAt(xen?.base ?? 0)));
    const bent = scene.page('pageTables');
    expect(ranges(bent, 'combined')).toEqual([expect.stringMatching(/ \| xen \| .* \| by hand \(was 0xa?.* of domd; memory of xen: domd does not own it\)$/)]);
    expect(bent.trees[2]?.rows[1]?.mark).toBe('warning');
    expect(ranges(page, 'stage 2').join()).not.toContain('does not own');
  });

  it('list the SubstreamIDs that have a CD, and show the tables of the one that is chosen', () => {
    const scene = new Scene('substreams.smmu').toEnd();
    const all = scene.page('pageTables');
    const choices = all.controls.find(({ id }) => id === 'context')?.options.map(({ value }) => value) ?? [];
    expect(choices.length).toBeGreaterThan(2);
    const pages = choices.slice(1).map((context) => scene.page('pageTables', { context }));
    expect(new Set(pages.map((page) => JSON.stringify(ranges(page, 'stage 1')))).size).toBeGreaterThan(1);
    expect(pages.map(({ title }) => title).every((title, i) => title.endsWith(`SubstreamID ${choices[i + 1]}`))).toBe(true);
  });

  it('begin without a stream', () => {
    const text = 'memory ram 0x80000000 16M\nsmmu smmu0 base=0x9050000\necho "x"\n';
    expect(new Scene('made.smmu', text).answer('pageTables')).toMatchObject({ kind: 'empty', advice: expect.stringContaining('attaches a device') });
  });
});

/** A stage-2 block descriptor, as bytes. */
function blockAt(address: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(address - (address % 0x20_0000)) | 0x7fdn, true);
  return bytes;
}

describe('differences since the stop before', () => {
  it('are there though the view was not open at that stop, and go with the next', () => {
    const scene = new Scene(FIRST);
    expect(fact(scene.toLine('map eth0').over().page('pageTables'))).toBe('1 difference since the stop before');
    expect(fact(scene.page('pageTables'))).toBe('1 difference since the stop before');
    expect(rowsOf(scene.page('pageTables'), 'changes')).toEqual([expect.stringMatching(/^Stage 1 \| 0x10000000–0x10003fff \| 16K \| new \| 0x\w+ \| line 11 at 2\.4 \|  \| 0x90000000, .* of host$/)]);
    expect(fact(scene.over().page('pageTables'))).toBe('no difference since the stop before');
  });

  it('count from the other side after a step back', () => {
    const scene = new Scene(FIRST).toLine('map eth0').over();
    scene.session.run({ kind: 'step', how: 'over', direction: 'backward', granularity: 'statement' });
    const page = scene.page('pageTables');
    expect(rowsOf(page, 'changes')).toEqual([expect.stringMatching(/16K \| gone \| 0x\w+ \| before the first line \| 0x90000000, .* of host \| $/)]);
    expect(ranges(page, 'stage 1')).toEqual([expect.stringMatching(/\(gone\)$/)]);
  });

  it('are none at the first stop, nor right after a restart', () => {
    const scene = new Scene(FIRST);
    expect(fact(scene.page('pageTables', { stream: '0:32' }))).toBe('this is the first stop');
    scene.toEnd();
    scene.session.restart();
    expect(fact(scene.page('pageTables', { stream: '0:32' }))).toBe('this is the first stop');
  });

  it('show what a hypervisor took away, where it was and who did it', () => {
    const page = new Scene(NESTED).toLine('revoke domd').over().page('pageTables');
    const gone = ranges(page, 'stage 2').filter((row) => row.endsWith('(gone)'));
    expect(gone).toEqual([expect.stringMatching(/^0x5f009000–0x5f009fff \| 4K \| .* \| domd \| 0x\w+ \| line 18 at /)]);
    // Where a table of stage 1 is out of reach, nothing is mapped any more.
    expect(rowsOf(page, 'changes').map((row) => row.split(' | ').slice(0, 4).join(' | '))).toEqual([
      'Stage 1 | 0x10000000–0x10000fff | 4K | gone', 'Stage 2 | 0x5f009000–0x5f009fff | 4K | gone', 'Stage 1 and stage 2 together | 0x10000000–0x10000fff | 4K | gone',
    ]);
    expect(page.facts).toContain('stage 1: 1 range with a problem');
    // What hides that table is the entry of stage 2 for it.
    for (const row of ranges(page, 'stage 1')) expect(row).toMatch(/ \| 0x\w+ \| line 18 at 6\.\d+ \((?:stage 2 does not map this table|gone)\)$/);
  });

  it('tell an edit by hand from what came before it', () => {
    const scene = new Scene(FIRST).toLine('dma eth0 write');
    const entry = Number(scene.page('pageTables').trees[0]?.rows.at(-1)?.cells.at(-2)?.parts[0]?.text);
    const { session } = scene;
    session.edit(() => void session.system.machine.memory.write(entry, new Uint8Array(8)));
    expect(rowsOf(scene.page('pageTables'), 'changes')).toEqual([expect.stringMatching(/^Stage 1 \| 0x10000000–0x10000fff \| 4K \| gone \| 0x\w+ \| by hand \| 0x90000000/)]);
  });

  it('agree with a comparison of listings at both stops, at every step of an example', () => {
    const scene = new Scene(NESTED).toLine('map eth0');
    const listed = (page: ViewPage): string => JSON.stringify(page.trees.map(({ id }) => ranges(page, id).filter((row) => !row.endsWith('(gone)')).map((row) => row.replace(/ \|[^|]*\|[^|]*$/, ''))));
    const look = (): ViewPage => scene.page('pageTables', { stream: '0:288' });
    let before = listed(look());
    for (let i = 0; i < 25; i++) {
      scene.into(1);
      const page = look();
      const now = listed(page);
      expect(fact(page)).toMatch(before === now ? /^no difference/ : /^\d+ difference/);
      before = now;
    }
  });
});
