/**
 * What of the hypervisor models the debugger and the command line may use. Each system has its class,
 * its configuration and where it puts things; all of them are driven by name through `Hypervisor`.
 */
export { compareStes, type ComparedField, type ComparedStream, type SteComparison } from './compare.ts';
export { COST_NAMES, type CostName, type CostTable } from './costs.ts';
export type { Hypervisor, LogLine, Operation, OperationValues, Outcome, Runtime } from './hypervisor.ts';
export type { IsolationMonitor, Violation } from './monitor.ts';

export { play as playXenCase, type XenCase } from './xen/cases/case.ts';
export { OBSERVATIONS as XEN_OBSERVATIONS, XEN_CASES } from './xen/cases/index.ts';
export { BEHAVIOURS as XEN_BEHAVIOURS, PROFILE_NAMES as XEN_PROFILE_NAMES, profileOf as xenProfileOf, type Behaviour, type XenProfile, type ProfileName as XenProfileName } from './xen/profiles.ts';
export { Xen, type Dma as XenDma, type XenConfig } from './xen/xen.ts';

export { ATTACH_STATES, type AttachState, type AttachStateInfo } from './iommufd/attachStates.ts';
export { Iommufd, LAYOUT as IOMMUFD_LAYOUT, type IommufdConfig } from './iommufd/iommufd.ts';
export type { HostDevice as IommufdHostDevice } from './iommufd/kernel.ts';
export { VMM_PROFILES, type VmmProfile } from './iommufd/vmm/profiles.ts';
export type { GuestDevice as IommufdGuestDevice } from './iommufd/vmm/vmm.ts';

export { PROT as PKVM_PROT, type PageRange as PkvmPageRange } from './pkvm/mapping.ts';
export { PAGE_STATES as PKVM_PAGE_STATES, type PageState as PkvmPageState } from './pkvm/pageStates.ts';
export { TRANSITION_NAMES as PKVM_TRANSITIONS, type OwnershipResult, type TransitionName as PkvmTransition } from './pkvm/ownership.ts';
export { Pkvm, PKVM_LAYOUT, type PkvmConfig, type PkvmDevice } from './pkvm/pkvm.ts';
export { TRAP_BEHAVIOURS as PKVM_TRAP_BEHAVIOURS, TRAP_PROFILES as PKVM_TRAP_PROFILES, type TrapProfile as PkvmTrapProfile, type TrapProfileName as PkvmTrapProfileName } from './pkvm/trap/profiles.ts';
export { TRAP_RULES as PKVM_TRAP_RULES, type TrapRule as PkvmTrapRule } from './pkvm/trap/rules.ts';
export { PkvmTrap, TRAP_LAYOUT as PKVM_TRAP_LAYOUT, type HostAccess as PkvmHostAccess, type TrapConfig as PkvmTrapConfig } from './pkvm/trap/trapAndEmulate.ts';

export { grantAddress, grantPlace, type GrantPlace } from './grant-dma/address.ts';
export type { BackEndMapRow, EndpointSource } from './grant-dma/endpoints.ts';
export { GRANT_LAYOUT, GrantDma, type BackEndAccess, type GrantDmaConfig, type VirtioDevice } from './grant-dma/grantDma.ts';
export { GRANT_STATUS, type GrantMapping, type GrantStatus } from './grant-dma/mapping.ts';
export { probeVirtio, USUAL_KERNEL, USUAL_OFFER, type GuestKernel, type VirtioOffer, type VirtioProbe } from './grant-dma/virtio.ts';
export { DEFAULT_MAX_FRAMES, GTF, type GrantEntry } from './grant-dma/table.ts';
