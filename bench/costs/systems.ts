/** The systems of the cost table. Each maker gives its masters one stream and one address space each. */
import { Runtime } from '../../emulator/hypervisor/hypervisor.ts';
import { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import { physicalPort } from '../../emulator/hypervisor/driver/port.ts';
import { Iommufd, LAYOUT } from '../../emulator/hypervisor/iommufd/iommufd.ts';
import { viewOf } from '../../emulator/hypervisor/memoryView.ts';
import { PROT } from '../../emulator/hypervisor/pkvm/mapping.ts';
import { Pkvm } from '../../emulator/hypervisor/pkvm/pkvm.ts';
import { PkvmTrap, TRAP_LAYOUT } from '../../emulator/hypervisor/pkvm/trap/trapAndEmulate.ts';
import { PagePool } from '../../emulator/hypervisor/pages.ts';
import { Xen } from '../../emulator/hypervisor/xen/xen.ts';
import type { ProfileName } from '../../emulator/hypervisor/xen/profiles.ts';
import { commandOf, fromNumber, Machine, OK, PRESETS, READ, requestOf, Response } from '../../emulator/index.ts';
import type { CostedSystem, SystemMaker } from './workload.ts';

const SID = 0x20;
const MEGABYTE = 0x10_0000;

function all(results: readonly { readonly ok: boolean; readonly text: string }[]): void {
  const problem = results.find((r) => !r.ok);
  if (problem !== undefined) throw new Error(problem.text);
}

function range(masters: number): number[] {
  return Array.from({ length: masters }, (_, i) => i);
}

const native: SystemMaker = {
  name: 'native', text: 'Linux on the hardware, no hypervisor.',
  make(masters): CostedSystem {
    const machine = new Machine({ regions: [{ name: 'ram', kind: 'ram', base: 0x4000_0000, size: 0x800_0000, owner: 'linux' }], smmus: [{ model: 'v3.3-full' }] });
    const runtime = new Runtime(machine, 'native', { domainOf: () => 'linux' });
    const { costs, monitor } = runtime;
    const smmu = machine.smmus[0]!;
    const driver = new SmmuDriver({
      history: machine.history, name: 'linux', port: physicalPort(smmu), memory: viewOf(machine.memory),
      pages: new PagePool(machine.history, 'linux', { base: 0x4000_0000, size: 0x400_0000 }),
      onTableWrite: () => costs.count('tableWrites'),
      onCommand: (words) => {
        const name = commandOf(words)?.name ?? '';
        costs.count('commands');
        costs.count(name === 'SYNC' ? 'syncs' : 'invalidations');
      },
    });
    all([driver.probe(), ...range(masters).map((m) => driver.attach([SID + m]))]);
    return {
      costs, monitor,
      map: (m, iova, size) => driver.map(SID + m, iova, 0x4400_0000 + m * MEGABYTE, size).ok,
      unmap: (m, iova, size) => driver.unmap(SID + m, iova, size).ok,
      dma: (m, iova) => {
        const response = new Response();
        smmu.translate(requestOf({ sid: SID + m, address: fromNumber(iova), access: READ }), response);
        return response.status === OK;
      },
    };
  },
};

const iommufd: SystemMaker = {
  name: 'KVM, iommufd nesting', text: 'A Linux guest on QEMU with accel=on: stage 1 in hardware, commands passed on one by one.',
  make(masters): CostedSystem {
    const names = range(masters).map((m) => `dev${m}`);
    const system = new Iommufd({
      vmm: 'qemu', smmus: [{ model: 'v3.3-full' }], devices: names.map((name, m) => ({ name, smmu: 0, sids: [SID + m], isCoherent: true })),
      guest: names.map((name, m) => ({ name, virtualSid: 8 + m })),
    });
    const { guest, runtime } = system;
    all([system.boot(), guest.start(), ...names.map((name) => guest.attach(name))]);
    return {
      costs: runtime.costs, monitor: runtime.monitor,
      map: (m, iova, size) => guest.map(`dev${m}`, iova, LAYOUT.guestBase + m * MEGABYTE, size).ok,
      unmap: (m, iova, size) => guest.unmap(`dev${m}`, iova, size).ok,
      dma: (m, iova) => system.dma(`dev${m}`, iova, READ).ok,
    };
  },
};

function xen(profile: ProfileName, name: string, text: string): SystemMaker {
  return {
    name, text,
    make(masters): CostedSystem {
      const paths = range(masters).map((m) => `/dev${m}`);
      const system = new Xen({ profile, smmus: [{ model: 'v3.3-full' }], devices: paths.map((path, m) => ({ path, smmu: 0, sids: [SID + m] })) });
      all([system.create({ kind: 'xl', viommu: 'smmuv3', devices: paths })]);
      const guest = system.guest('dom1');
      if (guest === undefined) throw new Error('Xen made no guest');
      all([guest.start(), ...paths.map((path) => guest.attach(path))]);
      return {
        costs: system.runtime.costs, monitor: system.runtime.monitor,
        map: (m, iova, size) => guest.map(`/dev${m}`, iova, m * MEGABYTE, size).ok,
        unmap: (m, iova, size) => guest.unmap(`/dev${m}`, iova, size).ok,
        dma: (m, iova) => system.dma({ device: `/dev${m}`, address: iova, access: READ }).ok,
      };
    },
  };
}

/** Without IDR3.RIL, so that pages are invalidated one by one as by the other drivers here. */
const PAGE_BY_PAGE = { ...PRESETS['v3.3-full'], IDR3: PRESETS['v3.3-full'].IDR3 & ~(1 << 10) };

const pkvm: SystemMaker = {
  name: 'pKVM, paravirtual', text: 'A Linux host that asks EL2 for each map and unmap: stage-1 domains, no SMMU of its own.',
  make(masters): CostedSystem {
    const system = new Pkvm({ smmus: [{ model: PAGE_BY_PAGE }], devices: range(masters).map((m) => ({ name: `dev${m}`, smmu: 0, sid: SID + m })), guests: 0 });
    const { runtime } = system;
    all([system.boot()]);
    all(range(masters).flatMap((m) => [system.perform('allocDomain', { domain: m + 1, type: 0 }), system.perform('attach', { device: `dev${m}`, domain: m + 1, pasid: 0, pasidBits: 0 })]));
    return {
      costs: runtime.costs, monitor: runtime.monitor,
      map: (m, iova, size) => system.map(m + 1, { iova, paddr: 0x4200_0000 + m * MEGABYTE, pgsize: 4096, pgcount: size / 4096, prot: PROT.read | PROT.write }).ok,
      unmap: (m, iova, size) => system.unmap(m + 1, { iova, pgsize: 4096, pgcount: size / 4096 }).ok,
      dma: (m, iova) => system.dma(`dev${m}`, iova, READ).ok,
    };
  },
};

const pkvmTrap: SystemMaker = {
  name: 'pKVM, trap-and-emulate', text: 'A Linux host with the ordinary driver on SMMUs that EL2 traps and shadows: v7, stage 2 an identity table of pages.',
  make(masters): CostedSystem {
    const system = new PkvmTrap({ profile: 'v7', smmus: [{ model: 'v3.3-full' }], devices: range(masters).map((m) => ({ name: `dev${m}`, smmu: 0, sid: SID + m })), guests: 0 });
    const { runtime } = system;
    all([system.boot(), system.start(), ...range(masters).map((m) => system.perform('attach', { device: `dev${m}` }))]);
    const data = TRAP_LAYOUT.drivers + TRAP_LAYOUT.driversSize;
    return {
      costs: runtime.costs, monitor: runtime.monitor,
      map: (m, iova, size) => system.perform('map', { device: `dev${m}`, iova, address: data + m * MEGABYTE, size }).ok,
      unmap: (m, iova, size) => system.perform('unmap', { device: `dev${m}`, iova, size }).ok,
      dma: (m, iova) => system.dma(`dev${m}`, iova, READ).ok,
    };
  },
};

/** All systems, in the order of the table. */
export const SYSTEMS: readonly SystemMaker[] = [
  native, iommufd,
  xen('v3', 'Xen vSMMUv3, v3', 'The series as posted: a flush of the whole domain for each TLB command.'),
  xen('architecture', 'Xen vSMMUv3, ideal', 'An ideal virtual SMMU: exact invalidation.'),
  pkvm,
  pkvmTrap,
];
