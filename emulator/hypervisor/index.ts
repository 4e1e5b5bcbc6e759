/** What of the hypervisor models the debugger and the command line may use; iommufd and pKVM add theirs. */
export { compareStes, type ComparedField, type SteComparison } from './compare.ts';
export { COST_NAMES, type CostName, type CostTable } from './costs.ts';
export type { Hypervisor, LogLine, Operation, OperationValues, Outcome, Runtime } from './hypervisor.ts';
export type { IsolationMonitor, Violation } from './monitor.ts';
export { play as playXenCase, type XenCase } from './xen/cases/case.ts';
export { OBSERVATIONS as XEN_OBSERVATIONS, XEN_CASES } from './xen/cases/index.ts';
export { BEHAVIOURS as XEN_BEHAVIOURS, PROFILE_NAMES as XEN_PROFILE_NAMES, profileOf as xenProfileOf, type Behaviour, type XenProfile, type ProfileName as XenProfileName } from './xen/profiles.ts';
export { Xen, type Dma as XenDma, type XenConfig } from './xen/xen.ts';
