import { describe, expect, it } from 'vitest';
import { Client } from '../../../debugger/dap/client.ts';
import { Sources } from '../../../debugger/dap/sources.ts';

const TEXT = 'first\nsecond line\n\nlast';
const read = (path: string): string | undefined => (path === '/a/b c.smmu' ? TEXT : undefined);

function client(said: object): Client {
  const made = new Client();
  made.introduce({ adapterID: 'vsmmu', ...said });
  return made;
}

describe('what a client says of itself', () => {
  it.each([
    [{}, 3, 4],
    [{ linesStartAt1: true, columnsStartAt1: true }, 3, 4],
    [{ linesStartAt1: false, columnsStartAt1: false }, 2, 3],
    [{ linesStartAt1: true, columnsStartAt1: false }, 3, 3],
  ])('%j counts lines and columns', (said, line, column) => {
    const made = client(said);
    expect([made.line(2), made.column(3)]).toEqual([line, column]);
    expect([made.fromLine(line), made.fromColumn(column)]).toEqual([2, 3]);
  });

  it.each([
    ['path', '/a/b c.smmu', '/a/b c.smmu'],
    ['uri', '/a/b c.smmu', 'file:///a/b%20c.smmu'],
    ['uri', '/a/100%#1?.smmu', 'file:///a/100%25%231%3F.smmu'],
    ['uri', 'C:/a/b.smmu', 'file:///C:/a/b.smmu'],
  ])('writes paths as %s: %s', (pathFormat, ours, theirs) => {
    const made = client({ pathFormat });
    expect(made.path(ours)).toBe(theirs);
    expect(made.fromPath(theirs)).toBe(ours);
  });

  it('takes a path of Windows', () => {
    expect(client({}).fromPath('C:\\a\\b.smmu')).toBe('C:/a/b.smmu');
  });

  it.each(['file://%', 'file:', 'nonsense'])('survives the path %s', (path) => {
    expect(client({ pathFormat: 'uri' }).fromPath(path)).toBeTypeOf('string');
  });
});

describe('sources', () => {
  const sources = (said: object = {}): Sources => new Sources(client(said), read);

  it('lead from an offset to a place and back', () => {
    const made = sources();
    for (let offset = 0; offset <= TEXT.length; offset++) {
      expect(made.offset('/a/b c.smmu', made.position('/a/b c.smmu', offset))).toBe(offset);
    }
    expect(made.place({ file: '/a/b c.smmu', start: 6, end: 12 })).toMatchObject({ line: 2, column: 1, endLine: 2, endColumn: 7, source: { name: 'b c.smmu', path: '/a/b c.smmu' } });
  });

  it('count as the client counts', () => {
    expect(sources({ linesStartAt1: false, columnsStartAt1: false }).place({ file: '/a/b c.smmu', start: 6, end: 12 })).toMatchObject({ line: 1, column: 0 });
  });

  it('have a checksum of what they hold', () => {
    const [checksum] = sources().source('/a/b c.smmu').checksums ?? [];
    expect(checksum).toEqual({ algorithm: 'SHA256', checksum: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(sources().source('/nothing').checksums).toEqual([]);
  });

  it('give a text that is no file a number', () => {
    const made = sources();
    made.make('/a/made.smmu', 'probe\n');
    const source = made.source('/a/made.smmu');
    expect(source).toMatchObject({ name: 'made.smmu', sourceReference: 1 });
    expect(made.pathOf(source)).toBe('/a/made.smmu');
    expect(made.pathOf({ name: 'made.smmu' })).toBe('/a/made.smmu');
    expect(made.text('/a/made.smmu')).toBe('probe\n');
  });

  it('keep no file longer than they may', () => {
    let text = 'one';
    const made = new Sources(client({}), () => text);
    expect(made.text('/x')).toBe('one');
    text = 'two';
    expect(made.text('/x')).toBe('one');
    made.refresh();
    expect(made.text('/x')).toBe('two');
  });

  it('place what is nowhere at the beginning', () => {
    expect(sources().position('/nothing', 50)).toEqual({ line: 0, column: 0 });
    expect(sources().position('/a/b c.smmu', 1e9)).toEqual({ line: 3, column: 4 });
  });
});
