/**
 * The platform rules, most wanted first. The server iterates the list itself, so that it can do
 * something else between two rules; `checkPlatform` runs them all.
 */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import type { PlatformContext } from '../context.ts';
import { atsNotPci } from './atsNotPci.ts';
import { booleanValue } from './booleanValue.ts';
import { iommuAddressesCollision } from './iommuAddressesCollision.ts';
import { iommuAddressesDevice } from './iommuAddressesDevice.ts';
import { iommuAddressesFormat } from './iommuAddressesFormat.ts';
import { iommuAddressesMapping } from './iommuAddressesMapping.ts';
import { iommuCells } from './iommuCells.ts';
import { iommuCompatible } from './iommuCompatible.ts';
import { iommuMapNoBus } from './iommuMapNoBus.ts';
import { iommusDisabled } from './iommusDisabled.ts';
import { iommusDuplicate } from './iommusDuplicate.ts';
import { iommusEmpty } from './iommusEmpty.ts';
import { iommusLength } from './iommusLength.ts';
import { iommusOverride } from './iommusOverride.ts';
import { iommusProviders } from './iommusProviders.ts';
import { iommusSelf } from './iommusSelf.ts';
import { iommusTarget } from './iommusTarget.ts';
import { ipmmuMain } from './ipmmuMain.ts';
import { literalPhandle } from './literalPhandle.ts';
import { memoryRegionTarget } from './memoryRegionTarget.ts';
import { misspeltProperty } from './misspelt.ts';
import { msiMapCoverage } from './msiMapCoverage.ts';
import { msiMapDisabled } from './msiMapDisabled.ts';
import { pasidBits } from './pasidBits.ts';
import { pciDeviceIommus } from './pciDeviceIommus.ts';
import { pciHostIommus } from './pciHostIommus.ts';
import { pciHostNoMap } from './pciHostNoMap.ts';
import { pciStall } from './pciStall.ts';
import { reservedFlags } from './reservedFlags.ts';
import { reservedRoot } from './reservedRoot.ts';
import { ridMapCells } from './ridMapCells.ts';
import { ridMapCoverage } from './ridMapCoverage.ts';
import { ridMapEndpoint } from './ridMapEndpoint.ts';
import { ridMapLength } from './ridMapLength.ts';
import { ridMapMaskAlone } from './ridMapMaskAlone.ts';
import { ridMapMaskBase } from './ridMapMaskBase.ts';
import { ridMapMaskFolds } from './ridMapMaskFolds.ts';
import { ridMapMaskPair } from './ridMapMaskPair.ts';
import { ridMapMaskValue } from './ridMapMaskValue.ts';
import { ridMapOverlap } from './ridMapOverlap.ts';
import { ridMapRange } from './ridMapRange.ts';
import { ridMapTarget } from './ridMapTarget.ts';
import { smmuCoherency } from './smmuCoherency.ts';
import { smmuInterruptMissing } from './smmuInterruptMissing.ts';
import { smmuInterruptNames } from './smmuInterruptNames.ts';
import { smmuInterruptShared } from './smmuInterruptShared.ts';
import { smmuInterruptTrigger } from './smmuInterruptTrigger.ts';
import { smmuLegacy } from './smmuLegacy.ts';
import { smmuNodeName } from './smmuNodeName.ts';
import { smmuProperties } from './smmuProperties.ts';
import { smmuReg } from './smmuReg.ts';
import { smmuRegOverlap } from './smmuRegOverlap.ts';
import { smmuV2Interrupts } from './smmuV2Interrupts.ts';
import { statusValue } from './statusValue.ts';
import { streamIdRange } from './streamIdRange.ts';
import { streamMaskRange } from './streamMaskRange.ts';
import { streamMatchMask } from './streamMatchMask.ts';
import { streamMatchOverlap } from './streamMatchOverlap.ts';
import { streamShared } from './streamShared.ts';
import { virtioIommuSelf } from './virtioIommuSelf.ts';
import { virtioMmioIommus } from './virtioMmioIommus.ts';
import { xenGrantDma } from './xenGrantDma.ts';
import { xenGrantDmaRanges } from './xenGrantDmaRanges.ts';
import { xenInterruptTwice } from './xenInterruptTwice.ts';
import { xenPassthrough } from './xenPassthrough.ts';

/** Every rule over a platform. */
export const PLATFORM_RULES: readonly Rule<PlatformContext>[] = [
  iommusLength, iommusTarget, iommusEmpty, iommusProviders, iommusSelf, iommusDisabled, iommusDuplicate, iommusOverride, pasidBits, literalPhandle, misspeltProperty,
  streamIdRange, streamMaskRange, streamShared, streamMatchOverlap, streamMatchMask,
  ridMapLength, ridMapTarget, ridMapOverlap, ridMapRange, ridMapCells, ridMapMaskBase, ridMapMaskValue, ridMapMaskFolds, ridMapMaskPair, ridMapMaskAlone, ridMapCoverage, msiMapCoverage, msiMapDisabled, ridMapEndpoint, iommuMapNoBus,
  pciHostNoMap, pciHostIommus, pciDeviceIommus, virtioIommuSelf, pciStall, atsNotPci, virtioMmioIommus,
  iommuCells, iommuCompatible, ipmmuMain, statusValue, booleanValue,
  smmuReg, smmuRegOverlap, smmuInterruptNames, smmuInterruptMissing, smmuInterruptShared, smmuInterruptTrigger, smmuProperties, smmuNodeName, smmuCoherency, smmuV2Interrupts, smmuLegacy,
  iommuAddressesFormat, iommuAddressesDevice, iommuAddressesMapping, iommuAddressesCollision, memoryRegionTarget, reservedFlags, reservedRoot,
  xenPassthrough, xenInterruptTwice, xenGrantDma, xenGrantDmaRanges,
];

/** The findings of all rules, rule by rule. */
export function* checkPlatform(context: PlatformContext): Generator<Problem> {
  for (const rule of PLATFORM_RULES) yield* rule.check(context);
}
