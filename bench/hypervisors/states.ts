/** Situations of one stream on each system, for the page: what the guest asks for, and what the hardware does. */
import { encode, encodeCommand, Iommufd, IOMMUFD_LAYOUT, PKVM_TRAP_LAYOUT, PkvmTrap, READ, STE, type ComparedStream, type FieldInput, type Hypervisor, type Outcome } from '../../emulator/index.ts';
import { storeWords, viewOf } from '../../emulator/hypervisor/memoryView.ts';
import { Scene } from '../../emulator/hypervisor/xen/cases/scene.ts';

/** A situation, as it came out. */
export interface Situation {
  readonly name: string;
  readonly stream: ComparedStream;
  /** What a DMA met: where it went, or the event. */
  readonly fate: string;
  readonly violations: number;
}

function situation(name: string, h: Hypervisor, fate: Outcome): Situation {
  const [stream] = h.compareStreams();
  if (stream === undefined) throw new Error(`${name}: no stream`);
  return { name, stream, fate: fate.text === 'passed' ? `passed to 0x${(fate.value ?? 0).toString(16)}` : fate.text, violations: h.runtime.monitor.violations.length };
}

/** An address that a device of a guest sees as its own memory. */
const OWN = IOMMUFD_LAYOUT.guestBase + 0x8000;

function iommufd(): Iommufd {
  const h = new Iommufd({ vmm: 'qemu', smmus: [{ model: 'v3.3-full' }], devices: [{ name: 'nic', smmu: 0, sids: [0x420], isCoherent: true }], guest: [{ name: 'nic', virtualSid: 0x10 }] });
  h.boot();
  return h;
}

/** The life of an STE under VFIO: each step from the one before. */
export function attachStates(): readonly Situation[] {
  const h = iommufd();
  const steps: readonly (readonly [label: string, name: string])[] = [
    ['1, no container', 'closeContainer'], ['2, container for nesting', 'openContainer'], ['2a, the guest is not ready', 'start'], ['3, guest table bound', 'attach'],
    ['4, guest table unbound', 'bypass'], ['5, container closed', 'closeContainer'],
  ];
  return steps.map(([label, name]) => {
    const done = h.perform(name, { device: 'nic' });
    if (!done.ok) throw new Error(`${label}: ${done.text}`);
    return situation(label, h, h.dma('nic', OWN, READ));
  });
}

/** What a guest may leave unfinished. The pointers are given by who plays it. */
interface Partial { readonly name: string; readonly ste: (pointers: Pointers) => FieldInput; readonly isSent?: boolean; readonly hasCd?: boolean }
interface Pointers { readonly cd: number; readonly outside: number }

const PARTIAL: readonly Partial[] = [
  { name: 'an STE without its CFGI_STE', ste: () => ({ V: 1, Config: 4 }), isSent: false },
  { name: 'stage 1 with V=0', ste: ({ cd }) => ({ V: 0, Config: 5, S1ContextPtr: cd }) },
  { name: 'stage 1, the CD is empty', ste: ({ cd }) => ({ V: 1, Config: 5, S1ContextPtr: cd }) },
  { name: 'stage 1, the CD is outside of its memory', ste: ({ outside }) => ({ V: 1, Config: 5, S1ContextPtr: outside }) },
  { name: 'stage 1 with substreams, S1DSS terminates', ste: ({ cd }) => ({ V: 1, Config: 5, S1CDMax: 2, S1DSS: 0, S1ContextPtr: cd }) },
  { name: 'stage 1 with substreams, S1DSS bypasses', ste: ({ cd }) => ({ V: 1, Config: 5, S1CDMax: 2, S1DSS: 1, S1ContextPtr: cd }) },
  { name: 'stage 2 of its own', ste: ({ cd }) => ({ V: 1, Config: 7, S2TTB: cd }) },
];

function onIommufd({ name, ste, isSent = true }: Partial): Situation {
  const h = iommufd();
  h.guest.start();
  const at = h.guest.driver.streams.entry(0x10) ?? 0;
  storeWords(viewOf(h.machine.memory), at - IOMMUFD_LAYOUT.guestBase + IOMMUFD_LAYOUT.guestRam, encode(STE, ste({ cd: IOMMUFD_LAYOUT.guestBase + 0x10_0000, outside: IOMMUFD_LAYOUT.other })));
  if (isSent) h.guest.driver.queue.submit([encodeCommand('CFGI_STE', { StreamID: 0x10, Leaf: 1 }) ?? new Uint32Array(4)]);
  return situation(name, h, h.dma('nic', OWN, READ));
}

function onXen(profile: 'v3' | 'fixed' | 'architecture'): (partial: Partial) => Situation {
  return ({ name, ste, isSent = true }) => {
    const scene = new Scene(profile);
    scene.setup();
    const fields = ste({ cd: scene.at(0x15_0000), outside: 0x8000_0000 });
    if (isSent) scene.configure(0, fields);
    else scene.ste(0, fields);
    const outcome = scene.xen.dma({ device: '/nic', address: scene.at(0x3000), access: READ });
    return situation(name, scene.xen, scene.xen.runtime.crash === undefined ? outcome : { ok: false, text: 'the host has crashed' });
  };
}

function onPkvm({ name, ste, isSent = true }: Partial): Situation {
  const h = new PkvmTrap({ profile: 'v7', smmus: [{ model: 'v3.3-full' }], devices: [{ name: 'nic', smmu: 0, sid: 0x20 }], guests: 1 });
  h.boot();
  h.start();
  const at = h.drivers[0]?.streams.entry(0x20) ?? 0;
  const data = PKVM_TRAP_LAYOUT.drivers + PKVM_TRAP_LAYOUT.driversSize;
  storeWords(h.memory, at, encode(STE, ste({ cd: data, outside: PKVM_TRAP_LAYOUT.hyp })));
  if (isSent) h.drivers[0]?.queue.submit([encodeCommand('CFGI_STE', { StreamID: 0x20, Leaf: 1 }) ?? new Uint32Array(4)]);
  return situation(name, h, h.runtime.crash === undefined ? h.dma('nic', data + 0x8000, READ) : { ok: false, text: 'the machine has stopped: [rule ste]' });
}

/** All partial configurations on each system that has an emulated SMMU. */
export const PARTIAL_SYSTEMS: readonly (readonly [title: string, situations: () => readonly Situation[]])[] = [
  ['KVM with iommufd, QEMU', () => PARTIAL.map(onIommufd)],
  ['Xen, as posted (v3)', () => PARTIAL.map(onXen('v3'))],
  ['Xen, repaired (fixed)', () => PARTIAL.map(onXen('fixed'))],
  ['Xen, ideal (architecture)', () => PARTIAL.map(onXen('architecture'))],
  ['pKVM, trap-and-emulate (v7)', () => PARTIAL.map(onPkvm)],
];
