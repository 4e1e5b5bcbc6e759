import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Drawing, drawingText, fitted, type Shape } from '../../../../client/views/model/drawing.ts';
import { type Choice, type Device, select, summary, TOPOLOGY, type Topology } from '../../../../client/views/model/topology.ts';
import { drawTopology, TOPOLOGY_STYLE } from '../../../../client/views/model/topologyLayout.ts';

const place = { uri: 'file:///b.dts', line: 1 };
const ALL: Choice = { filter: '', show: 'all' };

/** `name iommu:id,id iommu:id` with `!` behind an id that is shared, `-` for no streams. */
function device(line: string, more: Partial<Device> = {}): Device {
  const [name = '', ...groups] = line.split(' ');
  const streams = groups.filter((group) => group !== '-').flatMap((group) => (group.split(':')[1] ?? '').split(',').map((id) => ({
    iommu: group.split(':')[0] ?? '', first: Number.parseInt(id, 16), text: `0x${id.replace('!', '')}`, detail: '', conflict: id.endsWith('!') ? 'also used by x' : null, place,
  })));
  return { id: `/soc/${name}`, name, enabled: true, domain: null, streams, unprotected: null, place, ...more };
}

function board(devices: readonly Device[], domains: readonly string[] = []): Topology {
  return {
    board: 'b.dts', devices, domains: domains.map((name) => ({ name, kind: 'xl', place })),
    iommus: ['s0', 's1'].map((id) => ({ id, name: `smmu_${id}`, kind: 'Arm SMMUv3', enabled: true, place })),
  };
}

const groups = (topology: Topology, choice: Choice): string[] => select(topology, choice).groups.map(({ iommu, devices }) => `${iommu?.id ?? '-'}: ${devices.map(({ name }) => name).join(' ')}`);

describe('what is shown', () => {
  const topology = board([
    device('b s0:20'), device('a s0:10'), device('c s1:5!'), device('off s1:6', { enabled: false }), device('bare -', { unprotected: 'has no iommus' }), device('two s1:1 s0:9', { domain: 'domd' }),
  ], ['dom0', 'domd']);

  it.each<[Choice, readonly string[]]>([
    [ALL, ['s0: a b', 's1: two c off', '-: bare']],
    [{ filter: '', show: 'enabled' }, ['s0: a b', 's1: two c', '-: bare']],
    [{ filter: '', show: 'problems' }, ['s1: c', '-: bare']],
    [{ filter: 'smmu_s0', show: 'all' }, ['s0: a b', 's1: two']],
    [{ filter: '0x20', show: 'all' }, ['s0: b']],
    [{ filter: '32', show: 'all' }, ['s0: b']],
    [{ filter: 'domd', show: 'all' }, ['s1: two']],
    [{ filter: 'unprotected', show: 'all' }, ['-: bare']],
    [{ filter: 'nothing', show: 'all' }, []],
  ])('under %j', (choice, expected) => expect(groups(topology, choice)).toEqual(expected));

  it('shows an IOMMU that nobody uses, unless something else is looked for', () => {
    expect(groups(board([device('a s0:1')]), ALL)).toEqual(['s0: a', 's1: ']);
    expect(groups(board([device('a s0:1')]), { filter: 'a', show: 'all' })).toEqual(['s0: a']);
  });

  it('is summed up in words', () => {
    const words = (message: string, ...values: readonly (string | number)[]): string => message.replaceAll(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)]));
    expect(summary(select(topology, ALL), words)).toBe('6 devices · 1 share a StreamID · 1 unprotected');
    expect(summary(select(topology, { filter: 'a', show: 'enabled' }), words)).toContain('of 6 devices');
    expect(summary(select(board([device('a s0:1')]), ALL), words)).toBe('1 devices · no shared StreamID · all protected');
  });
});

interface Box { readonly key: string; readonly x: number; readonly y: number; readonly width: number; readonly height: number }

function boxes(drawing: Drawing, kind: string): Box[] {
  return drawing.shapes.filter(({ key }) => key?.startsWith(`${kind} `) === true).map(({ key = '', children = [] }) => {
    const rect = children.find((child): child is Shape => typeof child !== 'string' && child.tag === 'rect');
    const { x, y, width, height } = rect?.attributes ?? {};
    return { key, x: Number(x), y: Number(y), width: Number(width), height: Number(height) };
  });
}

const apart = (a: Box, b: Box): boolean => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe('the picture', () => {
  const anyDevice = fc.tuple(fc.nat({ max: 9999 }), fc.array(fc.tuple(fc.constantFrom('s0', 's1'), fc.nat({ max: 0xffff }), fc.boolean()), { maxLength: 40 }), fc.option(fc.constantFrom('dom0', 'domd')), fc.boolean())
    .map(([number, streams, domain, enabled]): Device => ({
      ...device(`dev${number} -`), enabled, domain, unprotected: streams.length === 0 ? 'has no iommus' : null,
      streams: streams.map(([iommu, id, isShared]) => ({ iommu, first: id, text: `0x${id.toString(16)}`, detail: '', conflict: isShared ? 'x' : null, place })),
    }));

  it('never draws one thing over another, and nothing outside of it', () => {
    fc.assert(fc.property(fc.array(anyDevice, { maxLength: 120 }), (devices) => {
      const drawing = drawTopology(select(board(devices, ['dom0', 'domd']), ALL), 'T');
      for (const kind of ['domain', 'device', 'stream', 'iommu']) {
        const found = boxes(drawing, kind).toSorted((a, b) => a.y - b.y);
        for (const [index, one] of found.entries()) {
          expect(one.x >= 0 && one.y >= 0 && one.x + one.width <= drawing.width && one.y + one.height <= drawing.height).toBe(true);
          for (const other of found.slice(index + 1, index + 14)) expect(apart(one, other)).toBe(true);
        }
      }
      expect(boxes(drawing, 'device')).toHaveLength(devices.length);
    }), { numRuns: 40 });
  });

  it('stays readable with 100 masters: one line each, every name there, no wider than an editor', () => {
    const devices = Array.from({ length: 100 }, (_, index) => device(`master${index} s${index % 2}:${(index * 3).toString(16)}`));
    const drawing = drawTopology(select(board(devices), ALL), 'T');
    const text = drawingText(drawing, '');
    expect(devices.every(({ name }) => text.includes(`>${name}</text>`))).toBe(true);
    expect(drawing.width).toBeLessThan(1000);
    expect(drawing.height / devices.length).toBeLessThan(29);
    expect(text.split('>smmu_s0</text>').length - 1).toBeGreaterThan(2);
  });

  it('puts a device beside its IOMMU, and names another that it uses too', () => {
    const drawing = drawTopology(select(board([device('two s0:1,2 s1:3')]), ALL), 'T');
    const [iommu] = boxes(drawing, 'iommu');
    const [own] = boxes(drawing, 'device');
    expect(own !== undefined && iommu !== undefined && own.y > iommu.y && own.y + own.height < iommu.y + iommu.height).toBe(true);
    expect(drawingText(drawing, '')).toContain('→ smmu_s1');
    expect(boxes(drawing, 'stream').map(({ y }) => y)).toHaveLength(3);
  });

  it('counts what does not fit, and says what is shared and what is unprotected without colour', () => {
    const ids = Array.from({ length: 30 }, (_, index) => index.toString(16)).join(',');
    const text = drawingText(drawTopology(select(board([device(`many s0:${ids}`), device('shared s0:5!'), device('bare -', { unprotected: 'has no iommus' })]), ALL), 'T'), '');
    expect(text).toContain('>+18</text>');
    expect(text).toContain('18 more from 0xc of many');
    expect(text).toContain('>⚠ 0x5</text>');
    expect(text).toContain('>⚠ bare</text>');
    expect(text).toContain('unprotected: has no iommus');
  });

  it('gives everything that leads to a line a label and a key of its own, in the order of reading', () => {
    const { shapes } = drawTopology(select(board([device('a s0:1', { domain: 'domd' }), device('b s1:2')], ['domd']), ALL), 'T');
    const linked = shapes.filter(({ place: at }) => at !== undefined && at !== null);
    expect(linked.map(({ label }) => label)).toEqual([
      'Domain domd, xl', 'Device a, /soc/a, of domd', 'StreamID 0x1 of a', 'IOMMU smmu_s0, Arm SMMUv3, 1 devices',
      'Device b, /soc/b', 'StreamID 0x2 of b', 'IOMMU smmu_s1, Arm SMMUv3, 1 devices',
    ]);
    expect(new Set(linked.map(({ key }) => key)).size).toBe(linked.length);
  });
});

describe('a saved picture', () => {
  it('is an SVG file of its own, whatever a device is called', () => {
    const text = drawingText(drawTopology(select(board([device('<script>&"\u0001 s0:1')]), ALL), 'A & B'), TOPOLOGY_STYLE);
    expect(text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+" height="\d+" viewBox="0 0 \d+ \d+" role="img">\n<title>A &amp; B<\/title>/);
    expect(text).not.toMatch(/<script|href|@import|url\(/);
    expect(text).not.toContain('\u0001');
    expect(text).toContain('&lt;script&gt;&amp;');
  });

  it.each([['short', 100, 'short'], ['a-very-long-name', 50, 'a-very…'], ['x', 0, 'x']])('cuts %j to fit %i', (text, width, expected) => expect(fitted(text, width, 7)).toBe(expected));
});

it('the shape takes the board of these tests', () => expect(TOPOLOGY(board([device('a s0:1')]))).toBe(true));
