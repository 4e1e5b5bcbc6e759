/**
 * `disk` entries: `name=value` parts and positional ones (target, format, vdev, access) in any mix,
 * as libxlu's disk scanner reads them: at each place the longest of several patterns counts, blanks
 * are skipped only in front of a part, and a position that a name has filled is passed over. What
 * a deprecated prefix such as `tap:aio:` selects is deliberately not modelled beyond that it is one.
 */
import { fault, type Spec, type SpecFault } from './spec.ts';

/** What of a disk matters to a guest on Arm. */
export interface Disk {
  readonly target: string | undefined;
  /** `raw` where nothing is said, and `empty` for a drive without a medium. */
  readonly format: string;
  readonly vdev: string | undefined;
  readonly cdrom: boolean;
  /** False where the guest may only read. */
  readonly writable: boolean;
  /** `xen` or `virtio`; virtio takes a virtio-mmio slot. */
  readonly specification: string | undefined;
  readonly backendtype: string | undefined;
  readonly backend: string;
  readonly grantUsage: boolean | undefined;
  readonly script: string | undefined;
}

/** The state of one reading. */
interface Scan {
  readonly faults: SpecFault[];
  readonly values: Map<string, string>;
  cdrom: boolean;
  /** A prefix such as `phy:` stood there: what follows the target is the vdev. */
  hasPrefix: boolean;
  /** The fourth position is taken; `access=` does not take it. */
  hasAccess: boolean;
  isOver: boolean;
}

/** One match: where it stands, and its value. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Pattern {
  /** Sticky; the first group that matched is the value. */
  readonly match: RegExp;
  readonly take: (scan: Scan, piece: Piece) => void;
}

const FORMATS = ['raw', 'qcow', 'qcow2', 'vhd', 'qed', 'empty'];
const ACCESS = ['r', 'ro', 'w', 'rw'];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  format: ['', ...FORMATS],
  access: ['', ...ACCESS],
  backendtype: ['phy', 'tap', 'qdisk', 'standalone'],
  specification: ['xen', 'virtio'],
};
/** Parts that a later one of the same name simply replaces. */
const REPEATABLE = new Set(['access', 'colo-port']);
const NAMES = [
  'format', 'access', 'backend', 'backendtype', 'specification', 'vdev', 'script', 'colo-host', 'colo-port', 'colo-export', 'active-disk', 'hidden-disk',
];
const FLAGS = ['direct-io-safe', 'discard', 'no-discard', 'colo', 'no-colo', 'trusted', 'untrusted'];
const FORMAT_PREFIXES = ['raw', 'qcow', 'qcow2', 'vhd'];
const SCRIPT_PREFIXES = ['iscsi', 'nbd', 'enbd', 'drbd'];
const PREFIXES = ['tapdisk', 'tap', 'tap2', 'aio', 'ioemu', 'file', 'phy'];

const BLANKS = /[ \t\n]*/y;

/** These count as if they reached to the end of the string: the first that matches is taken. */
const FIRST: readonly Pattern[] = [
  ...FORMAT_PREFIXES.map((name) => prefix(name, (scan, piece) => set(scan, 'format', piece))),
  ...SCRIPT_PREFIXES.map((name) => prefix(name, (scan, piece) => set(scan, 'script', { ...piece, text: `block-${name}` }))),
  ...PREFIXES.map((name) => prefix(name, () => {})),
  {
    match: /([a-z][a-z0-9]*):(?![a-z0-9])/y,
    take: (scan, piece) => stop(scan, piece, `unknown deprecated disk prefix "${piece.text}:"`, 'Write format=, vdev= and target= without a prefix.'),
  },
];

/** Of these the longest match is taken, the first of several as long. */
const LONGEST: readonly Pattern[] = [
  ...NAMES.map((name): Pattern => ({ match: new RegExp(`${name}=([^,]*),?`, 'y'), take: (scan, piece) => set(scan, name, piece) })),
  { match: /(cdrom|devtype=cdrom),?/y, take: (scan) => void (scan.cdrom = true) },
  { match: /(devtype=disk),?/y, take: (scan) => void (scan.cdrom = false) },
  { match: /devtype=([^,]*),?/y, take: (scan, piece) => report(scan, piece, `unknown value "${piece.text}" for devtype`, 'Use cdrom or disk.') },
  ...FLAGS.map((name): Pattern => ({ match: new RegExp(`(${name}),?`, 'y'), take: () => {} })),
  // Newer than the libxlutil that the tests ask: these two spellings, and no other value.
  { match: /grant_usage=([01]),?/y, take: (scan, { text }) => void scan.values.set('grant_usage', text) },
  { match: /target=([^\n]*)/y, take: (scan, piece) => set(scan, 'target', { ...piece, text: piece.text.replace(/,$/, '') }) },
  { match: /([a-z][-a-z0-9]*)=[^,],?/y, take: (scan, piece) => report(scan, piece, `unknown parameter "${piece.text}"`, 'Check the spelling against xl-disk-configuration(5).') },
  { match: /(?:([^=,]*),|([^=,]+))/y, take: positional },
];

function prefix(name: string, take: Pattern['take']): Pattern {
  return {
    match: new RegExp(`(${name}):`, 'y'),
    take: (scan, piece) => {
      scan.hasPrefix = true;
      take(scan, piece);
    },
  };
}

/** Reads one entry. */
export function readDisk(text: string): Spec<Disk> {
  const scan: Scan = { faults: [], values: new Map(), cdrom: false, hasPrefix: false, hasAccess: false, isOver: false };
  for (let at = skipBlanks(text, 0); at < text.length && !scan.isOver;) {
    const found = matchOf(FIRST.find(({ match }) => matches(match, text, at)), text, at) ?? longest(text, at);
    if (found === undefined) {
      // libxlu does not notice a wrong character that ends the string.
      if (at + 1 < text.length) stop(scan, { start: at, end: text.length, text: '' }, 'bad disk syntax', 'Write name=value parts with commas between them; "=" may stand in target= only.');
      break;
    }
    found.pattern.take(scan, found.piece);
    at = skipBlanks(text, found.next);
  }
  if (scan.faults.length === 0) checkWhole(text, scan);
  return { value: diskOf(scan), faults: scan.faults };
}

interface Match {
  readonly pattern: Pattern;
  readonly piece: Piece;
  readonly next: number;
}

function skipBlanks(text: string, at: number): number {
  BLANKS.lastIndex = at;
  return at + (BLANKS.exec(text)?.[0].length ?? 0);
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

function matchOf(pattern: Pattern | undefined, text: string, at: number): Match | undefined {
  if (pattern === undefined) return undefined;
  pattern.match.lastIndex = at;
  const found = pattern.match.exec(text);
  if (found === null || found[0] === '') return undefined;
  const value = found.slice(1).find((group) => group !== undefined) ?? '';
  const start = at + found[0].lastIndexOf(value);
  return { pattern, piece: { start, end: start + value.length, text: value }, next: at + found[0].length };
}

function longest(text: string, at: number): Match | undefined {
  let best: Match | undefined;
  for (const pattern of LONGEST) {
    const found = matchOf(pattern, text, at);
    if (found !== undefined && found.next > (best?.next ?? 0)) best = found;
  }
  return best;
}

function set(scan: Scan, name: string, piece: Piece): void {
  const words = WORDS[name];
  if (words?.includes(piece.text) === false || (name === 'colo-port' && !/^\s*[+-]?\d+\s*$/.test(piece.text))) {
    const advice = words === undefined ? 'Write a decimal number.' : `Use one of ${words.filter((word) => word !== '').join(', ')}.`;
    return report(scan, piece, `unknown value "${piece.text}" for ${name}`, advice);
  }
  const value = name === 'format' && piece.text === '' ? 'raw' : piece.text;
  const before = scan.values.get(name) ?? '';
  const isSame = words !== undefined && before === value;
  if (before !== '' && !isSame && !REPEATABLE.has(name)) return report(scan, piece, `${name} respecified`, `Keep one ${name}.`);
  scan.values.set(name, value);
}

/** What stands without a name goes to the first of the four that has nothing yet. */
function positional(scan: Scan, piece: Piece): void {
  const { values } = scan;
  if (scan.faults.length > 0) return;
  if (!values.has('target')) values.set('target', piece.text);
  else if (!values.has('format') && !scan.hasPrefix && !isOldDrive(values, piece.text)) set(scan, 'format', piece);
  else if (!values.has('vdev')) vdevWithType(scan, piece);
  else if (!scan.hasAccess) {
    scan.hasAccess = true;
    set(scan, 'access', piece);
  } else stop(scan, piece, 'too many positional parameters', 'After target, format, vdev and access, write name=value.');
}

/** `,hdc:cdrom`: a drive without a medium, which needs no format. */
function isOldDrive(values: ReadonlyMap<string, string>, text: string): boolean {
  return values.get('target') === '' && text.includes(':');
}

/** The deprecated `hdc:cdrom`. */
function vdevWithType(scan: Scan, piece: Piece): void {
  const colon = piece.text.lastIndexOf(':');
  const type = piece.text.slice(colon + 1);
  if (colon >= 0 && type !== 'cdrom' && type !== 'disk') return report(scan, piece, `unknown deprecated type "${type}"`, 'Write the vdev alone, and cdrom as a part of its own.');
  if (colon >= 0) scan.cdrom = type === 'cdrom';
  if (isOldDrive(scan.values, piece.text) && !scan.hasPrefix && !scan.values.has('format')) scan.values.set('format', 'empty');
  scan.values.set('vdev', colon < 0 ? piece.text : piece.text.slice(0, colon));
}

function report(scan: Scan, span: Piece, message: string, advice: string): void {
  scan.faults.push(fault(span, 'refused', message, advice));
}

function stop(scan: Scan, span: Piece, message: string, advice: string): void {
  report(scan, span, message, advice);
  scan.isOver = true;
}

function checkWhole(text: string, { values, cdrom, faults }: Scan): void {
  const whole = { start: 0, end: text.length };
  if (!values.has('vdev')) faults.push(fault(whole, 'refused', 'no vdev specified', 'Name the guest device, for example "vdev=xvda".'));
  else if (!values.has('target') && !cdrom) faults.push(fault(whole, 'refused', 'no target specified (and device not removable)', 'Name what backs the disk.'));
  // What follows is libxl's, when it creates the disk.
  if (values.get('backendtype') === 'standalone' && values.get('specification') !== 'virtio') {
    faults.push(fault(whole, 'refused', 'backendtype=standalone works only with specification=virtio', 'Add specification=virtio.'));
  }
}

function diskOf({ values, cdrom }: Scan): Disk {
  const grant = values.get('grant_usage');
  const isEmpty = cdrom && (values.get('target') ?? '') === '';
  return {
    target: values.get('target'),
    format: isEmpty ? 'empty' : values.get('format') ?? 'raw',
    vdev: values.get('vdev'),
    cdrom,
    writable: !cdrom && !['r', 'ro'].includes(values.get('access') ?? ''),
    specification: values.get('specification'),
    backendtype: values.get('backendtype'),
    backend: values.get('backend') ?? '0',
    grantUsage: grant === undefined ? undefined : grant === '1',
    script: values.get('script'),
  };
}
