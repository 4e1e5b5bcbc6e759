/**
 * Virtio devices that another domain serves, with and without grants: `hypervisor grant-dma`. A DMA is
 * an access of the back end; a mapping is a grant, whose address the guest's kernel chooses.
 */
import { GRANT_LAYOUT, GrantDma, type VirtioDevice } from '../../emulator/hypervisor/grant-dma/grantDma.ts';
import { grantAddress } from '../../emulator/hypervisor/grant-dma/address.ts';
import { pagesOf } from '../../emulator/hypervisor/grant-dma/dmaOps.ts';
import { failed, type Outcome } from '../../emulator/hypervisor/hypervisor.ts';
import type { MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import { fromNumber, hex, type U64 } from '../../emulator/bits/u64.ts';
import { READ, WRITE } from '../../emulator/walk/access.ts';
import type { Problem } from '../../model/problem.ts';
import { guestDomains, setupProblem, unsupported } from './base.ts';
import { HostedSystem } from './common.ts';
import type { DescribedDevice, DescribedDomain, Description } from './description.ts';
import type { DmaOutcome, DmaRequest, DomainActions, MapRange, System, SystemDevice } from './system.ts';

const HOST_DOMID = 0;
const FIRST_BACKEND = 2;

interface Served {
  readonly device: DescribedDevice;
  readonly backend: string;
}

/** The devices that are served: those of the guest's configuration, and those that the scenario gives to it. */
function servedDevices(description: Description, guest: DescribedDomain): Served[] {
  const configured = guest.grants.map(({ device, backend }, i): Served => {
    const word = device.replace(/^virtio,/, '');
    const isTaken = guest.grants.findIndex((g) => g.device === device) !== i;
    return { backend, device: plainDevice(isTaken ? `${word}${i}` : word, [device], guest) };
  });
  const declared = description.devices.filter((d) => d.domain === guest.name).map((device): Served => ({ device, backend: 'backend' }));
  return [...configured, ...declared];
}

function plainDevice(name: string, aliases: readonly string[], guest: DescribedDomain): DescribedDevice {
  return { name, aliases, smmu: undefined, sids: [], requesters: [], domain: guest.name, at: guest.at, node: guest.at };
}

/** Makes a system with grant DMA. */
export function grantDmaSystem(description: Description): System | { readonly problems: readonly Problem[] } {
  const { at } = description.hypervisor;
  const guest = description.domains.find((d) => d.grants.length > 0) ?? description.domains.find((d) => description.devices.some((v) => v.domain === d.name));
  if (guest === undefined) return { problems: [setupProblem('No guest has a virtio device that another domain serves: give it one, by its configuration or with `guest NAME devices="..."`.', at)] };
  const served = servedDevices(description, guest);
  const domids = new Map<string, number>([['dom0', HOST_DOMID], ['Domain-0', HOST_DOMID], ['0', HOST_DOMID]]);
  for (const { backend } of served) if (!domids.has(backend)) domids.set(backend, FIRST_BACKEND + domids.size - 3);
  const devices = served.map(({ device, backend }): VirtioDevice => {
    const domid = domids.get(backend) ?? HOST_DOMID;
    return { name: device.name, source: { kind: 'iommus', isGrantDma: true, domid }, backEnd: domid };
  });
  const names = new Map([...[...domids].filter(([, domid]) => domid !== HOST_DOMID).map(([name, domid]): [number, string] => [domid, name]), [GRANT_LAYOUT.guestDomid, guest.name]]);
  const hypervisor = new GrantDma({ devices, names });
  return new GrantDmaSystem({ ...description, smmus: [], devices: served.map(({ device }) => device) }, hypervisor, guest.name);
}

class GrantDmaSystem extends HostedSystem<GrantDma> {
  readonly kind = 'grant-dma';
  readonly ownerNames: ReadonlyMap<string, string> = new Map([['host', 'dom0']]);
  readonly #guest: string;

  constructor(description: Description, hypervisor: GrantDma, guest: string) {
    super(description, hypervisor, { actor: 'dom0', guests: guestDomains(description), drivers: [] });
    this.#guest = guest;
  }

  override dma({ device, address, access, data }: DmaRequest): DmaOutcome {
    const isWrite = (access & WRITE) !== 0;
    const length = typeof data === 'number' ? data : data.length;
    let first: DmaOutcome | undefined;
    const read: number[] = [];
    let done = 0;
    for (const piece of pagesOf(address, Math.max(1, length))) {
      const outcome = this.hypervisor.access(device.name, { address: piece.address, size: piece.size, isWrite });
      if (!outcome.ok || outcome.value === undefined) return { ...NOTHING, status: 'abort', sentence: outcome.text };
      const moved = this.machine.reach(outcome.value, typeof data === 'number' ? { length: piece.size } : { length: piece.size, write: data.subarray(done, done + piece.size) }, -1);
      first ??= { ...NOTHING, address: fromNumber(outcome.value) };
      read.push(...(moved.data ?? []));
      done += piece.size;
    }
    return { ...(first ?? NOTHING), data: typeof data === 'number' ? Uint8Array.from(read) : undefined };
  }

  actions(domain: string): DomainActions | undefined {
    if (domain !== this.#guest) return undefined;
    const { runtime } = this.hypervisor;
    return {
      probe: () => unsupported(NO_SMMU),
      attach: () => unsupported(NO_SMMU),
      detach: () => unsupported(NO_SMMU),
      map: (device, range) => runtime.operation(this.#guest, `grants memory to the back end of ${device.name}`, () => this.#map(device, range)),
      unmap: (device, range) => runtime.operation(this.#guest, `ends grants of ${device.name}`, () => this.#unmap(device, range.iova, range.size)),
      events: () => undefined,
      recover: () => unsupported(NO_SMMU),
    };
  }

  /** IOVAs here are offsets into granted space: reference times page size, without the bit that marks grants. */
  #map(device: SystemDevice, { iova, address, size, access }: MapRange): Outcome {
    const direction = (access & WRITE) === 0 ? 'to-device' : (access & READ) === 0 ? 'from-device' : 'bidirectional';
    const outcome = this.hypervisor.map(device.name, address, size, direction);
    if (!outcome.ok || outcome.value === undefined) return outcome;
    const granted = grantAddress({ ref: outcome.value, offset: address % 4096 });
    const wanted = iova % 4096 === 0 && iova / 4096 === outcome.value;
    if (!wanted && iova !== 0) this.hypervisor.ops(device.name)?.unmap(granted, size, direction);
    return wanted || iova === 0 ? { ...outcome, text: `granted, at DMA address ${hex(granted)}` } : failed(`-EINVAL: the guest's kernel chooses the address, and chose ${hex(granted)}: write 0 for the IOVA`);
  }

  #unmap(device: SystemDevice, iova: number, size: number): Outcome {
    const place: U64 = { hi: (0x8000_0000 | Math.floor(iova / 2 ** 32)) >>> 0, lo: iova >>> 0 };
    const ops = this.hypervisor.ops(device.name);
    if (ops === undefined) return failed(`${device.name} does ordinary DMA`);
    return ops.unmap(place, size, 'bidirectional') ? { ok: true, text: 'the grants are ended' } : failed('the grant is still in use');
  }

  driver(): undefined {
    return undefined;
  }

  smmusOf(): [] {
    return [];
  }

  override memoryOf(domain: string | undefined): MemoryView {
    return domain === this.#guest ? this.hypervisor.memory : super.memoryOf(domain);
  }

  override ownerOf(): string {
    return this.#guest;
  }
}

const NO_SMMU = 'no SMMU takes part, the back end reaches memory by grants';
const NOTHING: DmaOutcome = { status: 'ok', address: undefined, data: undefined, event: undefined, record: undefined, stag: undefined, sentence: '' };
