import { describe, expect, it } from 'vitest';
import { OverlayFiles } from '../../../server/workspace/files.ts';
import { IncludePaths } from '../../../server/workspace/includePaths.ts';
import { isWithin, pathOfUri, uriOfPath, Uris } from '../../../server/workspace/uris.ts';
import { memoryDisk } from '../memory.ts';

describe('files', () => {
  it('shows open documents over the disk, and reads each file once', () => {
    const disk = memoryDisk({ '/w/a': 'disk' });
    const files = new OverlayFiles(disk);
    expect([files.readText('/w/a'), files.readText('/w/a'), files.readText('/w/none')]).toEqual(['disk', 'disk', undefined]);
    expect(disk.reads).toEqual(['/w/a']);
    files.setOpen('/w/a', 'edited');
    expect(files.readText('/w/a')).toBe('edited');
    files.setClosed('/w/a');
    expect(files.readText('/w/a')).toBe('disk');
  });

  it('notices what changed on disk, also that a file is there now', () => {
    const content: Record<string, string> = { '/w/a': '1' };
    const files = new OverlayFiles(memoryDisk(content));
    expect([files.readText('/w/a'), files.readText('/w/b')]).toEqual(['1', undefined]);
    content['/w/a'] = '2';
    content['/w/b'] = '3';
    expect(files.takeStale().sort()).toEqual(['/w/a', '/w/b']);
    expect([files.readText('/w/a'), files.readText('/w/b')]).toEqual(['2', '3']);
    expect(files.takeStale()).toEqual([]);
  });

  it.each([
    ['/w/in', true], ['/roots/x', true], ['/elsewhere/x', false], ['/w/link', false], ['/wider/x', false],
  ])('in an untrusted workspace reads %s: %s', (path, may) => {
    const disk = memoryDisk({ '/w/in': 't', '/w/link': 't', '/roots/x': 't', '/elsewhere/x': 't', '/wider/x': 't' }, { '/w/link': '/elsewhere/x' });
    const files = new OverlayFiles(disk);
    files.restrictTo(['/w', '/roots']);
    expect(files.readText(path) !== undefined).toBe(may);
    expect(files.readBytes(path) !== undefined).toBe(may);
    files.restrictTo(undefined);
    expect(files.readText(path)).toBe('t');
  });

  it('reads nothing from the disk for a document that is no file', () => {
    const files = new OverlayFiles(memoryDisk({ 'untitled:1': 'x' }));
    expect(files.readText('untitled:1')).toBeUndefined();
    files.setOpen('untitled:1', 'text');
    expect(files.readText('untitled:1')).toBe('text');
  });

  it('knows the path behind a link', () => {
    const files = new OverlayFiles(memoryDisk({ '/real/a': '' }, { '/link/a': '/real/a' }));
    expect(files.canonical('/link/a')).toBe('/real/a');
    expect(files.canonical('/none')).toBe('/none');
  });
});

describe('include paths', () => {
  it('are those of the settings, then those of the tree around a source', () => {
    const paths = new IncludePaths(memoryDisk({ '/linux/scripts/dtc/include-prefixes/x': '', '/linux/include/x': '', '/linux/arch/a.dts': '' }));
    expect(paths.rootsFor('/linux/arch/a.dts')).toEqual(['/linux/scripts/dtc/include-prefixes', '/linux/include']);
    paths.configure(['/mine']);
    expect(paths.rootsFor('/linux/arch/a.dts')[0]).toBe('/mine');
    expect(paths.rootsFor('/other/a.dts')).toEqual(['/mine']);
  });
});

describe('URIs', () => {
  it.each([
    ['file:///a/b.dts', '/a/b.dts'], ['file:///a%20b/c%2Bd.dts', '/a b/c+d.dts'], ['file:///c%3A/x.dts', 'c:/x.dts'], ['file:///C:/x.dts', 'c:/x.dts'],
    ['untitled:Untitled-1', 'untitled:Untitled-1'], ['file:///%zz', 'file:///%zz'],
  ])('%s is %s', (uri, path) => {
    expect(pathOfUri(uri)).toBe(path);
  });

  it.each(['/a b/c+d#e.dts', 'c:/x/y.dts', '/\u00fc.dts'])('%s goes there and back', (path) => {
    expect(pathOfUri(uriOfPath(path))).toBe(path);
  });

  it('are given back as the editor spells them', () => {
    const uris = new Uris();
    const path = uris.fromEditor('file:///a/b+c.dts');
    expect(uris.toEditor(path)).toBe('file:///a/b+c.dts');
    expect(uris.toEditor('/x+y')).toBe('file:///x%2By');
    expect(uris.toEditor('untitled:1')).toBe('untitled:1');
  });

  it.each([['/a/b', '/a', true], ['/a', '/a', true], ['/ab', '/a', false], ['/a/b', '/a/', true]])('%s within %s: %s', (path, folder, expected) => {
    expect(isWithin(path, folder)).toBe(expected);
  });
});
