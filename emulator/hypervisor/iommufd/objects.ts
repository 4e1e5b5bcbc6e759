/**
 * The objects that user space makes through iommufd, as plain values under the undo log, and who uses
 * whom. Nothing here judges a call. File descriptors, permissions and accounting of pinned memory are
 * not modelled.
 */
import type { History } from '../../history/history.ts';
import { Box, Fields } from '../state.ts';
import type { GuestConfig, GuestSte } from './guestSte.ts';
import { refused, type Failure } from './result.ts';
import type { EventQueueState } from './veventq.ts';

/** A stretch of an address space and the physical memory behind it. */
export interface Mapping {
  readonly iova: number;
  readonly size: number;
  readonly address: number;
}

/** An I/O address space. */
export interface Ioas {
  readonly kind: 'ioas';
  readonly id: number;
  readonly maps: readonly Mapping[];
}

/** A page table that the kernel fills from an address space; as a nesting parent it is stage 2. */
export interface PagingHwpt {
  readonly kind: 'paging';
  readonly id: number;
  readonly ioas: number;
  readonly smmu: number;
  readonly isNestParent: boolean;
  readonly isFaultCapable: boolean;
  readonly vmid: number;
  /** Physical address of the tables. */
  readonly root: number;
}

/** A slice of a physical SMMU that belongs to a guest. */
export interface Viommu {
  readonly kind: 'viommu';
  readonly id: number;
  readonly parent: number;
  readonly smmu: number;
  readonly vmid: number;
}

/** The name of a device inside a guest: its virtual StreamID. */
export interface Vdevice {
  readonly kind: 'vdevice';
  readonly id: number;
  readonly viommu: number;
  readonly device: string;
  readonly virtualSid: number;
}

/** A guest's STE that the kernel has accepted. */
export interface NestedHwpt {
  readonly kind: 'nested';
  readonly id: number;
  readonly viommu: number;
  readonly config: GuestConfig;
  readonly words: GuestSte;
  readonly ats: boolean;
}

/** A queue of events for a guest. */
export interface Veventq {
  readonly kind: 'veventq';
  readonly id: number;
  readonly viommu: number;
  readonly queue: EventQueueState;
}

/** Any object. */
export type IommufdObject = Ioas | PagingHwpt | Viommu | Vdevice | NestedHwpt | Veventq;

/** An object of a kind. */
export type ObjectOf<K extends IommufdObject['kind']> = Extract<IommufdObject, { readonly kind: K }>;

/** Where a device is attached; 0 is the kernel's default domain. */
export interface Attachment {
  readonly device: string;
  readonly hwpt: number;
}

/** The objects each object keeps alive. */
function uses(object: IommufdObject): number[] {
  if (object.kind === 'ioas') return [];
  if (object.kind === 'paging') return [object.ioas];
  if (object.kind === 'viommu') return [object.parent];
  return [object.viommu];
}

/** All objects of one iommufd. */
export class ObjectStore {
  readonly #objects: Box<readonly IommufdObject[]>;
  readonly #attached: Box<readonly Attachment[]>;
  readonly #ids: Fields<'next' | 'vmid'>;

  constructor(history: History, name: string) {
    this.#objects = new Box<readonly IommufdObject[]>(history, `${name}.objects`, []);
    this.#attached = new Box<readonly Attachment[]>(history, `${name}.attached`, []);
    this.#ids = new Fields(history, `${name}.ids`, ['next', 'vmid']);
  }

  /** All objects in the order in which they were made. */
  get all(): readonly IommufdObject[] {
    return this.#objects.value;
  }

  /** A new identifier. */
  nextId(): number {
    return this.#ids.add('next');
  }

  /** A new VMID; 0 is the host's own. */
  nextVmid(): number {
    return this.#ids.add('vmid');
  }

  /** Keeps a new object; gives its identifier. */
  add(object: IommufdObject): number {
    this.#objects.value = [...this.all, object];
    return object.id;
  }

  /** Replaces the object of the same identifier. */
  put(object: IommufdObject): void {
    this.#objects.value = this.all.map((o) => (o.id === object.id ? object : o));
  }

  /** The object of a kind and identifier, or undefined. */
  get<K extends IommufdObject['kind']>(kind: K, id: number): ObjectOf<K> | undefined {
    return this.of(kind).find((o) => o.id === id);
  }

  /** All objects of a kind. */
  of<K extends IommufdObject['kind']>(kind: K): ObjectOf<K>[] {
    return this.all.filter((o): o is ObjectOf<K> => o.kind === kind);
  }

  /** Forgets an object that nothing uses. */
  remove(id: number): IommufdObject | Failure {
    const object = this.all.find((o) => o.id === id);
    if (object === undefined) return refused('-ENOENT', `there is no object ${id}`);
    const user = this.all.find((o) => uses(o).includes(id));
    if (user !== undefined) return refused('-EBUSY', `${user.kind} ${user.id} still uses ${object.kind} ${id}`);
    const device = this.#attached.value.find((a) => a.hwpt === id)?.device;
    if (device !== undefined) return refused('-EBUSY', `${device} is attached to ${object.kind} ${id}`);
    this.#objects.value = this.all.filter((o) => o.id !== id);
    return object;
  }

  /** What a device is attached to; 0 for the default domain. */
  attachment(device: string): number {
    return this.#attached.value.find((a) => a.device === device)?.hwpt ?? 0;
  }

  /** Notes what a device is attached to. */
  attach(device: string, hwpt: number): void {
    const others = this.#attached.value.filter((a) => a.device !== device);
    this.#attached.value = hwpt === 0 ? others : [...others, { device, hwpt }].toSorted((a, b) => (a.device < b.device ? -1 : 1));
  }
}
