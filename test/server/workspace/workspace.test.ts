import { describe, expect, it } from 'vitest';
import type { Context } from '../../../server/workspace/contexts.ts';
import { OverlayFiles } from '../../../server/workspace/files.ts';
import { IncludeGraph } from '../../../server/workspace/includeGraph.ts';
import { scanIncludes } from '../../../server/workspace/scanIncludes.ts';
import { Scheduler } from '../../../server/workspace/scheduler.ts';
import { Workspace } from '../../../server/workspace/workspace.ts';
import { HandClock, memoryDisk } from '../memory.ts';

interface FakeAnalysis { readonly files: ReadonlyMap<string, unknown>; readonly text: string }

/** A workspace whose analyses read a root and what it includes, in three steps, and note what they do. */
class World {
  readonly log: string[] = [];
  readonly clock = new HandClock();
  readonly overlay: OverlayFiles;
  readonly workspace: Workspace<FakeAnalysis>;

  constructor(readonly files: Record<string, string>) {
    const disk = memoryDisk(files);
    this.overlay = new OverlayFiles(disk);
    const graph = new IncludeGraph({
      disk, readText: (path) => this.overlay.readText(path), scan: scanIncludes, candidates: () => [], canonical: (path) => path,
    });
    const scheduler = new Scheduler(this.clock, (error) => this.log.push(String(error)));
    this.workspace = new Workspace(this.overlay, graph, scheduler, {
      analyse: (context, previous) => this.analyse(context, previous),
      analysed: (root) => this.log.push(`analysed ${root}`),
      contextChanged: (path) => this.log.push(`context of ${path}: ${this.workspace.contextOf(path)?.root}`),
    });
    this.workspace.configure(['/w'], []);
  }

  /** Opens a file as it is on disk, and waits until all is quiet. */
  open(path: string): void {
    this.workspace.openDocument(path, this.files[path] ?? '');
    this.clock.run();
  }

  private *analyse({ root, fragment }: Context, previous: FakeAnalysis | undefined): Generator<void, FakeAnalysis> {
    this.log.push(`start ${root}${fragment ? ' alone' : ''}${previous === undefined ? '' : ' again'}`);
    const files = new Map<string, unknown>();
    const pending = [root];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const text = this.overlay.readText(path);
      if (text === undefined || files.has(path)) continue;
      files.set(path, text);
      for (const edge of scanIncludes(text)) pending.push(`/w/${edge.path}`);
      this.clock.time += 5;
      yield;
    }
    return { files, text: [...files.values()].join('|') };
  }
}

const FILES = { '/w/a.dts': '#include "soc.dtsi"', '/w/b.dts': '#include "soc.dtsi"', '/w/soc.dtsi': 'soc', '/w/lone.dtsi': 'lone', '/w/tagged.dtsi': '/* x */ /dts-v1/;' };

describe('the workspace', () => {
  it('analyses an open board, and anew after a change, from where it was', () => {
    const world = new World(FILES);
    world.open('/w/a.dts');
    world.workspace.changeDocument('/w/a.dts', 'changed');
    expect(world.workspace.isCurrent('/w/a.dts')).toBe(false);
    world.clock.run();
    expect(world.log).toEqual(['context of /w/a.dts: /w/a.dts', 'start /w/a.dts', 'analysed /w/a.dts', 'start /w/a.dts again', 'analysed /w/a.dts']);
    expect(world.workspace.latest('/w/a.dts')?.text).toBe('changed');
  });

  it('understands a shared file through the nearest board', () => {
    const world = new World(FILES);
    world.open('/w/soc.dtsi');
    expect(world.log).toEqual(['context of /w/soc.dtsi: /w/a.dts', 'start /w/a.dts', 'analysed /w/a.dts']);
  });

  it('prefers a board that is open, and stays with it when that is closed', () => {
    const world = new World(FILES);
    world.open('/w/b.dts');
    world.open('/w/soc.dtsi');
    expect(world.workspace.contextOf('/w/soc.dtsi')?.root).toBe('/w/b.dts');
    world.workspace.closeDocument('/w/b.dts');
    world.clock.run();
    expect(world.workspace.contextOf('/w/soc.dtsi')?.root).toBe('/w/b.dts');
    expect(world.workspace.latest('/w/soc.dtsi')).toBeDefined();
  });

  it('lets the user choose, and choose again automatically', () => {
    const world = new World(FILES);
    world.open('/w/soc.dtsi');
    world.workspace.choose('/w/soc.dtsi', '/w/b.dts');
    world.clock.run();
    expect(world.log.slice(-3)).toEqual(['context of /w/soc.dtsi: /w/b.dts', 'start /w/b.dts', 'analysed /w/b.dts']);
    world.workspace.choose('/w/soc.dtsi', undefined);
    world.clock.run();
    expect(world.workspace.contextOf('/w/soc.dtsi')?.root).toBe('/w/a.dts');
  });

  it('prefers the boards of the settings', () => {
    const world = new World(FILES);
    world.workspace.configure(['/w'], ['/w/b.dts']);
    world.open('/w/soc.dtsi');
    expect(world.workspace.contextOf('/w/soc.dtsi')?.root).toBe('/w/b.dts');
  });

  it.each([['/w/lone.dtsi', 'start /w/lone.dtsi alone'], ['/w/tagged.dtsi', 'start /w/tagged.dtsi']])('compiles %s, which no board includes', (path, start) => {
    const world = new World(FILES);
    world.open(path);
    expect(world.log).toContain(start);
  });

  it('analyses every open board that a changed file is part of, the one in force first', () => {
    const world = new World(FILES);
    world.open('/w/b.dts');
    world.open('/w/a.dts');
    world.open('/w/soc.dtsi');
    world.workspace.choose('/w/soc.dtsi', '/w/b.dts');
    world.clock.run();
    world.log.length = 0;
    world.workspace.changeDocument('/w/soc.dtsi', 'new');
    world.clock.run();
    expect(world.log.filter((entry) => entry.startsWith('analysed'))).toEqual(['analysed /w/b.dts', 'analysed /w/a.dts']);
  });

  it('gives up an analysis that a newer change makes useless', () => {
    const world = new World(FILES);
    world.open('/w/a.dts');
    world.log.length = 0;
    for (const text of ['1', '2', '3']) world.workspace.changeDocument('/w/a.dts', text);
    world.clock.run();
    expect(world.log).toEqual(['start /w/a.dts again', 'analysed /w/a.dts']);
    expect(world.workspace.latest('/w/a.dts')?.text).toBe('3');
  });

  it('takes notice of files that change or appear on disk', () => {
    const world = new World({ ...FILES, '/w/c.dts': '#include "late.dtsi"' });
    world.open('/w/c.dts');
    world.files['/w/late.dtsi'] = 'here';
    world.workspace.filesChanged(['/w/late.dtsi']);
    world.clock.run();
    expect(world.workspace.latest('/w/c.dts')?.text).toContain('here');
  });

  it('answers at once with what there is, and waits as long as it is told', async () => {
    const world = new World(FILES);
    world.workspace.openDocument('/w/a.dts', 'x');
    const hasty = world.workspace.ready('/w/a.dts', 10);
    world.clock.pass(10);
    await Promise.resolve();
    world.clock.pass(10);
    expect(await hasty).toBeUndefined();
    const patient = world.workspace.ready('/w/a.dts', 1000);
    world.clock.run();
    expect((await patient)?.text).toBe('x');
  });

  it('lists all boards of a file after a search of the whole workspace', async () => {
    const world = new World({ ...FILES, '/w/sub/deep/c.dts': '#include "../../soc.dtsi"' });
    const search = world.workspace.allContexts('/w/soc.dtsi', 1000);
    world.clock.run();
    expect(await search).toEqual({ roots: ['/w/a.dts', '/w/b.dts', '/w/sub/deep/c.dts'], complete: true });
  });
});
