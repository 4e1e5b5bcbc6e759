/**
 * `virtio` entries: virtio-mmio devices with a back end outside the toolstack, and whether they use
 * grant mappings. As libxl of August 2026 reads them.
 */
import { fault, partsOf, type Spec, type SpecFault, type SpecPart } from './spec.ts';

/** One `virtio` entry. */
export interface VirtioDevice {
  readonly type: string;
  readonly transport: string | undefined;
  /** Back-end domain, by name or number; domain 0 where absent. */
  readonly backend: string;
  /** Explicit `grant_usage`; undefined leaves it to libxl: on unless the back end is domain 0. */
  readonly grantUsage: boolean | undefined;
}

const NAMES = ['type', 'transport', 'backend', 'grant_usage'];

/** Reads one entry. A `type=virtio...` takes the next comma part with it, as in xl. */
export function readVirtio(text: string): Spec<VirtioDevice> {
  const faults: SpecFault[] = [];
  const values = new Map<string, string>();
  const parts = partsOf(text).filter((part) => part.end > part.start);
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i];
    if (part === undefined) continue;
    if (part.name === 'type' && part.value?.startsWith('virtio') === true) {
      i += 1;
      values.set('type', typeOf(part, parts[i], faults));
    } else if (part.value !== undefined && NAMES.includes(part.name)) {
      values.set(part.name, part.value);
      checkValue(part, faults);
    } else {
      faults.push(fault(part, 'refused', `Unknown string "${part.name}" in virtio spec`, `Use ${NAMES.map((name) => `${name}=`).join(', ')} only.`));
    }
  }
  const grant = values.get('grant_usage');
  const value: VirtioDevice = {
    type: values.get('type') ?? '',
    transport: values.get('transport'),
    backend: values.get('backend') ?? '0',
    grantUsage: grant === undefined ? undefined : Number.parseInt(grant, 10) > 0,
  };
  return { value, faults };
}

function typeOf(part: SpecPart, next: SpecPart | undefined, faults: SpecFault[]): string {
  if (next === undefined) {
    faults.push(fault(part, 'crash', `"${part.name}=${part.value ?? ''}" is the last part, and xl reads past it and crashes`, 'Write the device after it, for example "type=virtio,device22".'));
    return part.value ?? '';
  }
  const type = `${part.value ?? ''},${next.name}`;
  if (!type.startsWith('virtio,device')) {
    faults.push(fault({ start: part.start, end: next.end }, 'refused', `Invalid type for virtio device: ${type}`, 'Write "virtio,device" and the lower-case hexadecimal device id, for example "type=virtio,device22".'));
  }
  return type;
}

function checkValue(part: SpecPart, faults: SpecFault[]): void {
  const value = part.value ?? '';
  if (part.name === 'transport' && value !== 'mmio') {
    faults.push(fault(part, 'refused', `virtio transport "${value}" is not known to xl`, 'Only transport=mmio exists.'));
  }
  if (part.name === 'grant_usage' && value !== '0' && value !== '1') {
    faults.push(fault(part.valueSpan, 'ignored', `grant_usage=${value} counts as ${Number.parseInt(value, 10) > 0 ? 1 : 0}`, 'Write grant_usage=0 or grant_usage=1.'));
  }
}
