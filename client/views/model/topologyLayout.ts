/**
 * The picture of a board. One column each for domains, devices, StreamIDs and IOMMUs; the devices of
 * an IOMMU stand beside its box, so that lines stay short and never cross, however many there are. A
 * device with streams on a second IOMMU has a second line, which names that one.
 */
import { type Drawing, fitted, type Shape } from './drawing.ts';
import type { Device, Domain, Group, Iommu, Shown, Stream } from './topology.ts';

const LINE = 26;
const GAP = 28;
const MARGIN = 12;
/** Widths of the letters of both fonts at 12 px, taken generously. */
const CHAR = 7.3;
const PILL_CHAR = 7.5;
const PILL_PAD = 12;
const PILL_GAP = 8;
const DEVICE_WIDTH = 190;
const DOMAIN_WIDTH = 110;
const IOMMU_WIDTH = 170;
const PILLS_WIDTH = 380;
/** Streams of one device on one IOMMU beyond these are counted, not drawn. */
const MAX_PILLS = 12;
/** The name of a tall box is repeated, so that it is always in sight. */
const REPEAT = 18 * LINE;

interface Columns {
  readonly domain: number;
  readonly device: number;
  readonly pills: number;
  readonly iommu: number;
  readonly width: number;
}

/** Draws what is shown. */
export function drawTopology(shown: Shown, title: string): Drawing {
  const hasDomains = shown.groups.some(({ devices }) => devices.some(({ domain }) => domain !== null));
  const device = MARGIN + (hasDomains ? DOMAIN_WIDTH + 14 : 0);
  const pills = device + DEVICE_WIDTH + 22;
  const iommu = pills + PILLS_WIDTH + 16;
  const columns: Columns = { domain: MARGIN, device, pills, iommu, width: iommu + IOMMU_WIDTH + MARGIN };
  const groups = place(shown.groups);
  const end = groups.at(-1);
  const picture = new Picture(columns, shown.iommus, new Map(shown.domains.map((domain) => [domain.name, domain])));
  return {
    width: columns.width, height: end === undefined ? LINE * 2 : end.top + end.height + MARGIN, title,
    shapes: groups.flatMap((placed) => picture.group(placed)),
  };
}

interface PlacedDevice {
  readonly device: Device;
  readonly top: number;
  readonly height: number;
  readonly rows: readonly PillRow[];
}

/** One StreamID on a line, or all that have no room of their own. */
interface Pill {
  readonly text: string;
  readonly streams: readonly Stream[];
  readonly x: number;
  readonly width: number;
}

/** One line of a device: streams to one IOMMU, as many as fit. */
interface PillRow {
  readonly iommu: string;
  readonly pills: readonly Pill[];
  readonly end: number;
}

interface PlacedGroup {
  readonly group: Group;
  readonly top: number;
  readonly height: number;
  readonly devices: readonly PlacedDevice[];
}

function place(groups: readonly Group[]): PlacedGroup[] {
  let y = MARGIN;
  return groups.map((group) => {
    const top = y;
    y += 8;
    const devices = group.devices.map((device) => {
      const rows = rowsOf(device);
      const placed = { device, top: y, height: Math.max(1, rows.length) * LINE, rows };
      y += placed.height;
      return placed;
    });
    y = Math.max(y + 8, top + LINE * 2);
    const height = y - top;
    y += GAP;
    return { group, top, height, devices };
  });
}

function rowsOf(device: Device): PillRow[] {
  const iommus = [...new Set(device.streams.map(({ iommu }) => iommu))];
  return iommus.flatMap((iommu) => {
    const all = device.streams.filter((stream) => stream.iommu === iommu);
    const rest = all.slice(MAX_PILLS);
    const texts = all.slice(0, MAX_PILLS).map((stream) => [marked(stream.text, [stream]), [stream]] as const);
    return wrap(iommu, rest.length === 0 ? texts : [...texts, [marked(`+${rest.length}`, rest), rest]]);
  });
}

/** Breaks pills into lines; an IOMMU's name may have to follow the last. */
function wrap(iommu: string, texts: readonly (readonly [text: string, streams: readonly Stream[]])[]): PillRow[] {
  const rows: { iommu: string; pills: Pill[]; end: number }[] = [];
  for (const [text, streams] of texts) {
    const width = Math.min(PILLS_WIDTH, text.length * PILL_CHAR + PILL_PAD);
    let row = rows.at(-1);
    if (row === undefined || row.end + PILL_GAP + width > PILLS_WIDTH) rows.push((row = { iommu, pills: [], end: -PILL_GAP }));
    row.pills.push({ text, streams, x: row.end + PILL_GAP, width });
    row.end += PILL_GAP + width;
  }
  return rows;
}

function marked(text: string, streams: readonly Stream[]): string {
  return streams.some(({ conflict }) => conflict !== null) ? `⚠ ${text}` : text;
}

/** Boxes lead to lines and are named in full for a screen reader; what is written on them is for the eye, and may be cut or repeated. */
class Picture {
  readonly #columns: Columns;
  readonly #iommus: ReadonlyMap<string, Iommu>;
  readonly #domains: ReadonlyMap<string, Domain>;

  constructor(columns: Columns, iommus: ReadonlyMap<string, Iommu>, domains: ReadonlyMap<string, Domain>) {
    [this.#columns, this.#iommus, this.#domains] = [columns, iommus, domains];
  }

  group(placed: PlacedGroup): Shape[] {
    const { group, devices } = placed;
    // Lines lie below everything; all else comes in the order in which one reads.
    return [
      ...devices.flatMap((one) => this.#lines(one, group.iommu)),
      ...this.#domainBoxes(devices),
      ...devices.flatMap((one) => [...this.#device(one), ...this.#pills(one)]),
      ...this.#iommu(placed),
    ];
  }

  /** One box for each run of devices that have the same owner. */
  #domainBoxes(devices: readonly PlacedDevice[]): Shape[] {
    const runs: { name: string; top: number; bottom: number }[] = [];
    for (const { device, top, height } of devices) {
      const last = runs.at(-1);
      if (last?.name === device.domain) last.bottom = top + height;
      else if (device.domain !== null) runs.push({ name: device.domain, top, bottom: top + height });
    }
    return runs.flatMap(({ name, top, bottom }): Shape[] => {
      const domain = this.#domains.get(name);
      const at = { x: this.#columns.domain, y: top + 2, width: DOMAIN_WIDTH, height: bottom - top - 4 };
      const label = `Domain ${name}${domain === undefined ? '' : `, ${domain.kind}`}`;
      return [{ tag: 'g', key: `domain ${name} ${top}`, label, place: domain?.place ?? null, attributes: { class: 'domain' }, children: [box(at)] }, ...names(name, at, { className: 'owner' })];
    });
  }

  #device({ device, top, height }: PlacedDevice): Shape[] {
    const { name, id, enabled, unprotected, domain, place: at } = device;
    const mark = unprotected === null ? '' : '⚠ ';
    const said = [`Device ${name}`, id, enabled ? '' : 'disabled', domain === null ? '' : `of ${domain}`, unprotected === null ? '' : `unprotected: ${unprotected}`];
    const area = { x: this.#columns.device, y: top + 2, width: DEVICE_WIDTH, height: height - 4 };
    const label = said.filter((part) => part !== '').join(', ');
    const className = ['device', enabled ? '' : 'disabled', unprotected === null ? '' : 'unprotected'].filter((part) => part !== '').join(' ');
    const shapes: Shape[] = [
      { tag: 'g', key: `device ${id}`, label, place: at, attributes: { class: className }, children: [box(area)] },
      write(fitted(`${mark}${name}`, DEVICE_WIDTH - 16, CHAR), area.x + 8, top + LINE / 2),
    ];
    if (unprotected !== null) shapes.push(write(fitted(unprotected, PILLS_WIDTH, CHAR), this.#columns.pills, top + LINE / 2, 'reason'));
    return shapes;
  }

  /** From a device through its StreamIDs to the IOMMU, or to the name of another one. */
  #lines({ top, rows }: PlacedDevice, own: Iommu | undefined): Shape[] {
    return rows.flatMap((row, index) => {
      const y = top + LINE * index + LINE / 2;
      const isOwn = row.iommu === own?.id;
      const end = isOwn ? this.#columns.iommu : this.#columns.pills + row.end + PILL_GAP;
      const line: Shape = { tag: 'path', attributes: { class: isOwn ? 'line' : 'line away', d: `M${this.#columns.device + DEVICE_WIDTH} ${y}H${end}` } };
      const away = `→ ${this.#iommus.get(row.iommu)?.name ?? row.iommu}`;
      const name = isOwn ? [] : [write(fitted(away, this.#columns.iommu - end - 8, CHAR), end + 4, y)];
      return [line, ...name];
    });
  }

  #pills({ device, top, rows }: PlacedDevice): Shape[] {
    return rows.flatMap(({ pills }, index) => pills.flatMap((pill) => this.#pill(pill, top + LINE * index + LINE / 2, device)));
  }

  #pill({ text, streams, x, width }: Pill, y: number, device: Device): Shape[] {
    const left = this.#columns.pills + x;
    const [stream] = streams;
    const conflicts = streams.flatMap(({ conflict }) => conflict ?? []);
    const ids = streams.length === 1 ? stream?.text ?? '' : `${streams.length} more from ${stream?.text ?? ''}`;
    const label = [`StreamID ${ids} of ${device.name}`, streams.length === 1 ? stream?.detail ?? '' : '', conflicts[0] ?? ''];
    return [{
      tag: 'g', key: `stream ${device.id} ${stream?.iommu} ${text}`, label: label.filter((part) => part !== '').join(', '), place: stream?.place ?? null,
      attributes: { class: conflicts.length === 0 ? 'stream' : 'stream conflict' },
      children: [{ tag: 'rect', attributes: { x: left, y: y - 9, width, height: 18, rx: 9 } }],
    }, write(text, left + PILL_PAD / 2, y, 'id')];
  }

  #iommu({ group: { iommu, devices }, top, height }: PlacedGroup): Shape[] {
    const at = { x: this.#columns.iommu, y: top, width: IOMMU_WIDTH, height };
    if (iommu === undefined) return [{ tag: 'g', attributes: { class: 'iommu none' }, children: [box(at)] }, ...names('No IOMMU', at, { note: 'nothing translates' })];
    const note = [iommu.kind, ...(iommu.enabled ? [] : ['disabled'])].join(', ');
    const className = iommu.enabled ? 'iommu' : 'iommu disabled';
    return [{
      tag: 'g', key: `iommu ${iommu.id}`, label: `IOMMU ${iommu.name}, ${note}, ${devices.length} devices`, place: iommu.place, attributes: { class: className },
      children: [box(at)],
    }, ...names(iommu.name, at, { note })];
  }
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function box(area: Area): Shape {
  return { tag: 'rect', attributes: { ...area, rx: 4 } };
}

function write(text: string, x: number, middle: number, className = 'name'): Shape {
  return { tag: 'text', attributes: { class: className, x, y: middle + 4 }, children: [text] };
}

/** The name in a box, with a note below it where there is room, again and again where the box is tall. */
function names(name: string, { x, y, width, height }: Area, { note = '', className = 'name' }: { note?: string; className?: string }): Shape[] {
  const found: Shape[] = [];
  for (let at = y; at === y || at < y + height - LINE * 2; at += REPEAT) {
    found.push(write(fitted(name, width - 16, CHAR), x + 8, at + Math.min(LINE, height) / 2 + 1, className));
    if (note !== '') found.push(write(fitted(note, width - 16, CHAR - 0.8), x + 8, at + LINE + 10, 'note'));
  }
  return found;
}

/** The look of a picture that is saved as a file: nothing of VS Code's is there. */
export const TOPOLOGY_STYLE = `
svg { background: #fff; } text { font: 12px sans-serif; fill: #1f1f1f; } .id { font-family: monospace; } .note, .reason { fill: #595959; font-size: 11px; }
rect { fill: #f3f3f3; stroke: #8a8a8a; } .domain rect { fill: #e8eef7; } .stream rect { fill: #fff; } .line { fill: none; stroke: #8a8a8a; } .away, .none rect, .disabled rect { stroke-dasharray: 4 3; }
.conflict rect, .unprotected rect { stroke: #a35200; stroke-width: 2; }`;
