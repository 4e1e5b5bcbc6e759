/**
 * `disk` entries: positional target, format, vdev, access, mixed with `key=value`, as libxlu's disk
 * scanner reads them. Deliberately not modelled: what a deprecated prefix such as `tap:aio:` selects, and COLO's parameters beyond their names.
 */
import { fault, partsOf, type Spec, type SpecFault, type SpecPart } from './spec.ts';

/** What of a disk matters to a guest on Arm. */
export interface Disk {
  readonly target: string | undefined;
  readonly format: string | undefined;
  readonly vdev: string | undefined;
  readonly access: string | undefined;
  /** `xen` or `virtio`; virtio takes a virtio-mmio slot. */
  readonly specification: string | undefined;
  readonly backendtype: string | undefined;
  readonly backend: string;
  readonly grantUsage: boolean | undefined;
}

const FORMATS = ['raw', 'qcow', 'qcow2', 'vhd', 'qed', 'empty'];
const ACCESS = ['r', 'ro', 'w', 'rw'];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  format: FORMATS,
  access: ACCESS,
  backendtype: ['phy', 'tap', 'qdisk', 'standalone'],
  specification: ['xen', 'virtio'],
  grant_usage: ['0', '1'],
};
const VALUES = new Set([
  'target', 'format', 'vdev', 'access', 'devtype', 'backend', 'backendtype', 'specification', 'script', 'transport',
  'grant_usage', 'colo-host', 'colo-port', 'colo-export', 'active-disk', 'hidden-disk',
]);
const FLAGS = new Set(['cdrom', 'direct-io-safe', 'discard', 'no-discard', 'trusted', 'untrusted', 'colo', 'no-colo']);
const OLD_PREFIX = /^[a-z][a-z0-9]*:/;
const POSITIONS = ['target', 'format', 'vdev', 'access'];

/** Reads one entry. */
export function readDisk(text: string): Spec<Disk> {
  const faults: SpecFault[] = [];
  const values = new Map<string, string>();
  const flags = new Set<string>();
  let position = 0;
  for (const part of partsBeforeTarget(text, values)) {
    if (part.value !== undefined && VALUES.has(part.name)) set(values, part.name, part.value, { part, faults });
    else if (FLAGS.has(part.name)) flags.add(part.name);
    else if (part.value !== undefined && /^[a-z][-a-z_]*$/.test(part.name) && position > 0) {
      faults.push(fault(part, 'refused', `unknown parameter "${part.name}"`, 'Check the spelling against xl-disk-configuration(5).'));
    } else position = positional(part, position, { values, faults });
  }
  const removable = flags.has('cdrom') || values.get('devtype') === 'cdrom';
  checkWhole(text, { values, removable, faults });
  return { value: diskOf(values), faults };
}

/** `target=` takes the rest of the string, commas and all. */
function partsBeforeTarget(text: string, values: Map<string, string>): SpecPart[] {
  const found = /(^|,)\s*target=/.exec(text);
  if (found === null) return partsOf(text);
  values.set('target', text.slice(found.index + found[0].length));
  return found.index === 0 ? [] : partsOf(text.slice(0, found.index));
}

interface Filling {
  readonly values: Map<string, string>;
  readonly faults: SpecFault[];
}

function set(values: Map<string, string>, name: string, value: string, at: { part: SpecPart; faults: SpecFault[] }): void {
  if (values.has(name)) at.faults.push(fault(at.part, 'refused', `${name} respecified`, `Keep one ${name}.`));
  const words = WORDS[name];
  if (words !== undefined && value !== '' && !words.includes(value)) {
    const span = at.part.value === undefined ? at.part : at.part.valueSpan;
    at.faults.push(fault(span, 'refused', `unknown value "${value}" for ${name}`, `Use one of ${words.join(', ')}.`));
  }
  values.set(name, value);
}

function positional(part: SpecPart, position: number, { values, faults }: Filling): number {
  const name = POSITIONS[position];
  const text = part.value === undefined ? part.name : `${part.name}=${part.value}`;
  if (name === undefined) faults.push(fault(part, 'refused', 'too many positional parameters', 'After target, format, vdev and access, write name=value.'));
  else if (text !== '') set(values, name, text, { part, faults });
  // A deprecated prefix (`phy:`, `file:`) says the format: the next place is the vdev's.
  return position === 0 && OLD_PREFIX.test(text) ? 2 : position + 1;
}

function checkWhole(text: string, { values, removable, faults }: Filling & { removable: boolean }): void {
  const whole = { start: 0, end: text.length };
  const isVirtio = values.get('specification') === 'virtio';
  if (!values.has('vdev')) faults.push(fault(whole, 'refused', 'no vdev specified', 'Name the guest device, for example "vdev=xvda".'));
  if (!values.has('target') && !removable && values.get('format') !== 'empty') {
    faults.push(fault(whole, 'refused', 'no target specified (and device not removable)', 'Name what backs the disk.'));
  }
  if (values.has('transport') && !isVirtio) {
    faults.push(fault(whole, 'refused', 'Transport is only supported for specification virtio', 'Drop transport=, or add specification=virtio.'));
  }
  if (values.get('backendtype') === 'standalone' && !isVirtio) {
    faults.push(fault(whole, 'refused', 'backendtype=standalone works only with specification=virtio', 'Add specification=virtio.'));
  }
}

function diskOf(values: ReadonlyMap<string, string>): Disk {
  const grant = values.get('grant_usage');
  return {
    target: values.get('target'),
    format: values.get('format'),
    vdev: values.get('vdev'),
    access: values.get('access'),
    specification: values.get('specification'),
    backendtype: values.get('backendtype'),
    backend: values.get('backend') ?? '0',
    grantUsage: grant === undefined ? undefined : grant === '1',
  };
}
