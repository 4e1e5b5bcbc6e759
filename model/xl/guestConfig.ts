/**
 * A guest as its xl configuration describes it: the keys that matter to devices, interrupts, memory
 * and the virtual SMMU, read as xl reads them, each with the place it was written. Host facts are
 * not known here; `model/platform` joins the two.
 */
import { configOf, readLong, readString, stringsOf, type XlConfig, type XlSetting } from './config.ts';
import { dialectByName, dialectComment, keysOf, UPSTREAM, type XlDialect } from './dialects.ts';
import type { XlKey } from './keys.ts';
import { readDisk, type Disk } from './specs/disk.ts';
import { readVif } from './specs/network.ts';
import { readPci, type PciFunction } from './specs/pci.ts';
import { readDtdev, readIomem, readIoports, readIrq, type IomemRange } from './specs/resources.ts';
import { spanInAtom, type Spec, type SpecFault } from './specs/spec.ts';
import { readVirtio, type VirtioDevice } from './specs/virtio.ts';
import type { XlAtom, XlSyntax } from './syntax.ts';

/** A value with the atom it was read from. */
export interface Written<T> {
  readonly value: T;
  readonly atom: XlAtom;
}

/** A fault inside a string of a list, at its place in the file. */
export interface WrittenFault extends SpecFault {
  readonly key: string;
}

/** A decoded configuration. Lists are empty where the key is absent or is not a list. */
export interface XlGuest {
  readonly syntax: XlSyntax;
  readonly config: XlConfig;
  readonly dialect: XlDialect;
  /** The keys that the dialect reads, by name. */
  readonly keys: ReadonlyMap<string, XlKey>;
  readonly irqs: readonly Written<number>[];
  readonly iomem: readonly Written<IomemRange>[];
  readonly ioports: readonly Written<{ readonly first: number; readonly last: number }>[];
  /** Host device-tree paths. */
  readonly dtdev: readonly Written<string>[];
  readonly pci: readonly Written<PciFunction>[];
  readonly virtio: readonly Written<VirtioDevice>[];
  readonly disk: readonly Written<Disk>[];
  readonly vif: readonly Written<ReadonlyMap<string, string>>[];
  /** What is wrong inside the strings of the lists above. */
  readonly faults: readonly WrittenFault[];
  /** A single value's text; undefined where the key is absent, a list, or a placeholder. */
  text(key: string): Written<string> | undefined;
  /** A number as xl reads it; undefined where xl would drop it. */
  number(key: string): Written<number> | undefined;
}

/** How a configuration is read where the file itself does not say. */
export interface XlReadOptions {
  readonly dialect?: XlDialect | undefined;
  readonly extraKeys?: readonly string[];
}

/** Reads a parsed file as a guest. The dialect named in the file goes before the one in the options. */
export function guestOf(syntax: XlSyntax, options: XlReadOptions = {}): XlGuest {
  const config = configOf(syntax);
  const dialect = dialectByName(dialectComment(syntax)?.name ?? '') ?? options.dialect ?? UPSTREAM;
  const faults: WrittenFault[] = [];
  const list = <T>(key: string, read: (text: string) => Spec<T>): Written<T>[] => readEach(config, key, { read, faults });
  return {
    syntax,
    config,
    dialect,
    keys: keysOf(dialect, options.extraKeys),
    irqs: list('irqs', readIrq),
    iomem: list('iomem', readIomem),
    ioports: list('ioports', readIoports),
    dtdev: list('dtdev', readDtdev),
    pci: list('pci', readPci),
    virtio: list('virtio', readVirtio),
    disk: list('disk', readDisk),
    vif: list('vif', readVif),
    faults,
    text: (key) => single(config.settings.get(key), readString),
    number: (key) => single(config.settings.get(key), readLong),
  };
}

interface Reading<T> {
  readonly read: (text: string) => Spec<T>;
  readonly faults: WrittenFault[];
}

function readEach<T>(config: XlConfig, key: string, { read, faults }: Reading<T>): Written<T>[] {
  const value = config.settings.get(key)?.value;
  if (value?.kind !== 'list') return [];
  return stringsOf(value).flatMap((atom) => {
    if (isTemplate(atom)) return [];
    const spec = read(atom.text);
    faults.push(...spec.faults.map((f) => ({ ...f, ...spanInAtom(config.syntax, atom, f), key })));
    return spec.value === undefined ? [] : [{ value: spec.value, atom }];
  });
}

type Getter<T> = (setting: XlSetting) => { readonly ok: true; readonly value: T } | { readonly ok: false };

function single<T>(setting: XlSetting | undefined, get: Getter<T>): Written<T> | undefined {
  const atom = setting?.value;
  if (setting === undefined || atom === undefined || atom.kind === 'list' || isTemplate(atom)) return undefined;
  const read = get(setting);
  return read.ok ? { value: read.value, atom } : undefined;
}

const TEMPLATE_TEXT = /@[A-Z_]\w*@|\$\{[^}]*\}|\{\{[^}]*\}\}|\[[A-Z][A-Z0-9_]*\]|%[A-Z_]{2,}%/;

/** True for a value that a build will fill in: nothing can be said about it. */
export function isTemplate(atom: XlAtom): boolean {
  return atom.kind === 'placeholder' || TEMPLATE_TEXT.test(atom.text);
}

/** True where the guest asks for a virtual SMMU, whether or not its dialect knows the key. */
export function wantsViommu(guest: XlGuest): boolean {
  return guest.text('viommu')?.value.toLowerCase() === 'smmuv3';
}

/** True where something switches the guest's IOMMU on: `dtdev`, `pci`, or `passthrough`; nothing else does. */
export function hasIommu(guest: XlGuest): boolean {
  const word = guest.text('passthrough')?.value.toLowerCase();
  if (word === 'enabled' || word === 'share_pt') return true;
  return ['dtdev', 'pci'].some((key) => {
    const value = guest.config.settings.get(key)?.value;
    return value?.kind === 'list' && value.items.length > 0;
  });
}
