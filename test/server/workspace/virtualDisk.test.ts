import { describe, expect, it } from 'vitest';
import type { Disk } from '../../../server/workspace/disk.ts';
import { pathOfUri, uriOfPath } from '../../../server/workspace/uris.ts';
import { isVirtualPath, VirtualDisk, type VirtualEntry } from '../../../server/workspace/virtualDisk.ts';

const NOTHING: Disk = { readBytes: () => undefined, stamp: () => undefined, list: () => undefined, real: (path) => `real ${path}` };
const TOP = '/@memfs@box/w';
const FILES = new Map<string, VirtualEntry>([
  [`${TOP}/a.dts`, { bytes: new TextEncoder().encode('a') }],
  [TOP, { entries: [{ name: 'a.dts', folder: false }] }],
]);

/** A disk on FILES, and what it asked for, round by round. */
function disk(fetch?: (paths: readonly string[]) => Promise<readonly VirtualEntry[]>): { disk: VirtualDisk; rounds: (readonly string[])[]; fetched: () => number } {
  const rounds: (readonly string[])[] = [];
  let count = 0;
  const made = new VirtualDisk(NOTHING);
  made.restrictTo([TOP]);
  made.onFetched = () => (count += 1);
  made.connect(async (paths) => {
    rounds.push(paths);
    return fetch === undefined ? paths.map((path) => FILES.get(path) ?? null) : fetch(paths);
  });
  return { disk: made, rounds, fetched: () => count };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a virtual disk', () => {
  it('knows nothing at first, and what was asked for after it was fetched', async () => {
    const { disk: virtual, rounds, fetched } = disk();
    expect([virtual.readBytes(`${TOP}/a.dts`), virtual.list(TOP), virtual.real(`${TOP}/none`), virtual.readBytes(`${TOP}/a.dts`)]).toEqual([undefined, undefined, undefined, undefined]);
    await settled();
    expect(new TextDecoder().decode(virtual.readBytes(`${TOP}/a.dts`))).toBe('a');
    expect([virtual.list(TOP), virtual.real(TOP), virtual.list(`${TOP}/a.dts`), virtual.readBytes(TOP)]).toEqual([[{ name: 'a.dts', folder: false }], TOP, undefined, undefined]);
    expect(virtual.real(`${TOP}/none`)).toBeUndefined();
    expect(rounds).toEqual([[`${TOP}/a.dts`], [TOP, `${TOP}/none`]]);
    expect(fetched()).toBe(2);
  });

  it('asks for nothing twice, and again for what has changed', async () => {
    const { disk: virtual, rounds } = disk();
    virtual.stamp(`${TOP}/a.dts`);
    await settled();
    const before = virtual.stamp(`${TOP}/a.dts`);
    virtual.invalidate([`${TOP}/a.dts`, '/plain']);
    expect(virtual.stamp(`${TOP}/a.dts`)).toBeUndefined();
    await settled();
    expect(virtual.stamp(`${TOP}/a.dts`)).not.toBe(before);
    expect(rounds).toHaveLength(2);
  });

  it('leaves plain paths to the disk below, and asks for none outside its folders', async () => {
    const { disk: virtual, rounds } = disk();
    expect(virtual.real('/plain')).toBe('real /plain');
    expect(virtual.real('/@memfs@box/other/x')).toBeUndefined();
    expect(virtual.real('/@memfs@elsewhere/w/x')).toBeUndefined();
    await settled();
    expect(rounds).toEqual([]);
  });

  it('takes what cannot be fetched for absent, and tells nobody', async () => {
    const { disk: virtual, fetched, rounds } = disk(() => Promise.reject(new Error('gone')));
    virtual.real(TOP);
    await settled();
    expect([virtual.real(TOP), fetched()]).toEqual([undefined, 0]);
    expect(rounds, 'and asks once a look').toEqual([[TOP], [TOP]]);
  });

  it('does not ask for more than a board is made of', async () => {
    const { disk: virtual, rounds } = disk();
    for (let index = 0; index < 5000; index += 1) virtual.real(`${TOP}/${index}`);
    await settled();
    expect(rounds.flat().length).toBeLessThanOrEqual(2001);
  });
});

describe('the paths of virtual files', () => {
  it.each([
    ['memfs://box/my%20work/a%23.dts', '/@memfs@box/my work/a#.dts'], ['vscode-vfs://github/o/r/x.dts', '/@vscode-vfs@github/o/r/x.dts'], ['memfs:/a/b', '/@memfs@/a/b'],
  ])('%s is %s, and back', (uri, path) => {
    expect(pathOfUri(uri)).toBe(path);
    expect(uriOfPath(path)).toBe(uri);
    expect(isVirtualPath(path)).toBe(true);
  });

  it.each(['untitled:Untitled-1', 'untitled:/w/new.dts', 'vsmmu-dtb:/w/a.dtb.dts'])('%s stays what it is', (uri) => expect(pathOfUri(uri)).toBe(uri));
  it.each(['/a/@b@/c', '/w/a.dts'])('%s is no such path', (path) => expect(isVirtualPath(path)).toBe(false));
});
