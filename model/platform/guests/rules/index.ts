/** Every rule over a whole system: host tree, guests and partial device trees together. */
import { deviceNotMarked } from './deviceNotMarked.ts';
import { deviceTwice } from './deviceTwice.ts';
import { deviceUnknown } from './deviceUnknown.ts';
import { deviceWithoutIommu } from './deviceWithoutIommu.ts';
import { dlForceAssign } from './dlForceAssign.ts';
import { dlHardwareDomain } from './dlHardwareDomain.ts';
import { dlMissing } from './dlMissing.ts';
import { dlPassthrough } from './dlPassthrough.ts';
import { dlStaticMemory } from './dlStaticMemory.ts';
import { dlVcpu } from './dlVcpu.ts';
import { dlViommu } from './dlViommu.ts';
import { dlVpl011 } from './dlVpl011.ts';
import { fragmentWithoutDevices } from './fragmentWithoutDevices.ts';
import { grantBackend } from './grantBackend.ts';
import { grantMap } from './grantMap.ts';
import { iomemMissing } from './iomemMissing.ts';
import { iomemUnowned } from './iomemUnowned.ts';
import { irqsMissing } from './irqsMissing.ts';
import { noSmmu } from './noSmmu.ts';
import { pdBus } from './pdBus.ts';
import { pdDroppedNode } from './pdDroppedNode.ts';
import { pdGuestAddress } from './pdGuestAddress.ts';
import { pdHostMismatch } from './pdHostMismatch.ts';
import { pdInterruptParent } from './pdInterruptParent.ts';
import { pdIommusDangling } from './pdIommusDangling.ts';
import { pdIommusDepth } from './pdIommusDepth.ts';
import { pdIommusEdited } from './pdIommusEdited.ts';
import { pdIommusLength } from './pdIommusLength.ts';
import { pdNoPassthrough } from './pdNoPassthrough.ts';
import { pdPhandle } from './pdPhandle.ts';
import { pdXenProperties } from './pdXenProperties.ts';
import { pdXenReg } from './pdXenReg.ts';
import { streamOnTwoSmmus } from './streamOnTwoSmmus.ts';
import { streamTwice } from './streamTwice.ts';
import { vmNesting } from './vmNesting.ts';
import { vmPci } from './vmPci.ts';
import type { SystemRule } from './rule.ts';

/** In the order in which their pages are listed. */
export const SYSTEM_RULES: readonly SystemRule[] = [
  deviceUnknown, deviceWithoutIommu, deviceNotMarked, noSmmu, deviceTwice, streamTwice, streamOnTwoSmmus,
  irqsMissing, iomemMissing, iomemUnowned, fragmentWithoutDevices, pdNoPassthrough, pdBus, pdDroppedNode,
  pdPhandle, pdXenProperties, pdXenReg, pdGuestAddress, pdInterruptParent, pdIommusDangling, pdIommusLength,
  pdIommusDepth, pdIommusEdited, pdHostMismatch, dlMissing, dlStaticMemory, dlPassthrough, dlHardwareDomain,
  dlForceAssign, dlViommu, dlVcpu, dlVpl011, vmPci, vmNesting, grantBackend, grantMap,
];
