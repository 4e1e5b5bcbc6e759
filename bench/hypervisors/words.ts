/** The written parts of docs/hypervisors.md. */

/** What the models are, and how they are used. */
export const OPENING = `# Hypervisors

Made by \`npm run docs:hypervisors -- --write\` from the models in \`emulator/hypervisor\`; a test holds it.

vSMMU Workbench models the systems that put something between a guest and an SMMUv3. Each runs on the
same emulated SMMU, with the same driver model in the guest or host, so that the only difference is the
hypervisor. Nothing is simulated in time: an operation happens when it is asked for, can be stopped at
each of its steps, is counted ([costs](hypervisor-costs.md)), and can be undone.

| System | Status outside | Profiles here |
| --- | --- | --- |
| Xen, virtual SMMUv3 | posted, not merged | \`v3\`, \`wip\`, \`fixed\`, \`architecture\` |
| KVM with VFIO and iommufd | in Linux; QEMU with accel=on | kernel \`linux\` or \`tightened\`, with one of four monitors |
| pKVM, paravirtual IOMMU | v2 of the series, and Android | one |
| pKVM, trap-and-emulate | v4 to v8 of the series, not merged | \`v7\`, \`fixed\` |
| Xen grant DMA for virtio | in Linux and Xen | one; kernels and devices vary |

A *profile* is a version of a system: what its code does, what a repaired one does, or what the
architecture asks for. Compare two profiles to see whether a fault is yours or theirs.

An *isolation monitor* watches all of them. It compares where each DMA went with who owns that memory,
and names the table entry, the cached translation or the register that let it through. It enforces
nothing. It also watches table walks at addresses that a guest chose, and messages (MSIs) that an SMMU
writes by itself where a host may say where to. It does not watch processors.`;

/** Xen, iommufd. */
export const XEN_AND_KVM = `## Xen

Domains with stage-2 tables, dom0, xl and dom0less guests, device assignment, a virtual SMMUv3 with
trapped registers, queue processing in the write of CMDQ_PROD, virtual to physical StreamIDs, event
forwarding. [Xen's virtual SMMUv3, by profile](xen-vsmmu.md) lists every behaviour, 35 scenarios and nine
security observations under each profile. *own* in its tables marks what was read and not confirmed by
anybody on the list; \`wip\` is a hint from a public fork.

Not modelled: scheduling, most of the vGIC, ballooning, PCI beyond requester IDs.

## KVM with VFIO and iommufd

The objects and calls of iommufd with their errors (address spaces, nesting parent, vIOMMU, vDEVICE, nested
page tables from the two STE words, invalidation with guest commands, event queue, hardware info), the
host driver's hitless STE updates, and a monitor in the way of QEMU that traps the guest's SMMU. The kernel
\`linux\` passes the bits of accepted commands unchecked; \`tightened\` refuses stray ones, as a series of
mid-2026 does. An SMMU with an erratum that forbids nesting is refused.

Uncertain: QEMU's accelerated model was read, not run, since that takes an Arm host. Versions of kernels
are not told apart.`;

/** pKVM. */
export const PKVM = `## pKVM, paravirtual

The host asks EL2 for everything: domains, attachment, mapping, \`map_sg\`, with arguments, limits and errors of v2.
A page is in use for DMA before it is mapped, and until its mapping is gone from the table **and** from the
TLB; meanwhile it cannot be shared or given away. Between unmap and release a descriptor is invalid and keeps its
address: watch it in the memory of the domain's table. Calls that run out of memory ask for it, and the host
tops the pool up and goes on. Level-2 stream tables, context tables and page tables come from that pool.
Commands go out in batches of 64 with one CMD_SYNC. The event queue is the host's, lent for good; of the registers
it reaches four (EVENTQ_PROD, EVENTQ_CONS, GERROR, GERRORN).

Power domains follow a call or SCMI messages. While the power is off nothing is invalidated, on the
assumption that translations do not outlive it; \`keepsTlb\` shows what happens on hardware where they do.

Not modelled: call numbers, locks, non-coherent SMMUs, layouts with page 0 only, bugs of the RFC.

## pKVM, trap-and-emulate

The ordinary driver runs in the host, its accesses trap, EL2 shadows its stream table and filters its commands.
Every stream goes through one stage-2 table that maps each page to itself where the host may reach it; it
follows every change of ownership, and TLBs with it. An SMMU needs both stages, coherent walks, and no nesting
erratum.

Uncertain: read from v7 and one posted state of the code, not run; access sizes and the rule on CR1 may change
before it is merged. One posted state rewrites a CMD_SYNC that asks for a message in a copy that it then does
not send; here the rewriting works, as intended.

The profile \`fixed\` is this project's: all four rows were found by reading and with this model, and nobody has
confirmed them. The three that leak need a host that is already hostile; two of them also need hardware
with MSIs, or a device with ATS.`;

/** Grants, and the comparisons. */
export const CLOSING = `## Xen grant DMA

Virtio devices served by another domain: DMA addresses with bit 63 that stand for grants, the grant table,
Xen's checks when a back end maps one, and the probe of a device with everything that decides about
grants: the kernel's options, \`iommus\` or \`iommu-map\`, VIRTIO_F_VERSION_1, VIRTIO_F_ACCESS_PLATFORM, a DMA mask
of 64 bits. A grant that is still in use when it ends breaks the device for good. Foreign mapping is beside
it, to show what grants close: the monitor reports every page that a back end reaches without a grant.

Not modelled: rings and the virtio protocol, grant tables of version 2, the processors of the domains.

## Guest against host

What a guest's stream table entry asks for beside the entry that the hardware uses, for each stream that a guest
configures by itself. *merged*: the hardware's value follows from the guest's. *host*: the hypervisor's own.
*dropped*: the guest's wish has no effect. *differs*: the hardware does something else. The DMA is a read of
memory that belongs to the guest; *reported* means that the isolation monitor speaks up.`;
