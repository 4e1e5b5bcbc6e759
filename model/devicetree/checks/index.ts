/**
 * All of dtc's checks that this product makes, in dtc's order. Left out on purpose:
 * `omit_unused_nodes`, `addr_size_cells`, `simple_bus_bridge` and `always_fail`, which never
 * report anything to an author, and `unique_unit_address`, which also reports legal alternatives of
 * which all but one are disabled: the kernel never runs it, and neither do we.
 */
import type { RuleInfo } from '../../rule.ts';
import { aliasPaths } from './aliasPaths.ts';
import { avoidDefaultAddrSize, avoidUnnecessaryAddrSize } from './cellCounts.ts';
import type { DtcCheck } from './check.ts';
import { chosenNodeBootargs, chosenNodeIsRoot, chosenNodeStdoutPath, obsoleteChosenInterruptController } from './chosen.ts';
import { explicitPhandles } from './explicitPhandles.ts';
import { FORMAT_CHECKS, nameIsString, namesIsStringList } from './formats.ts';
import { deprecatedGpioProperty, gpiosProperty } from './gpios.ts';
import { graphEndpoint, graphNodes, graphPort } from './graph.ts';
import { interruptMap } from './interruptMap.ts';
import { interruptProvider, interruptsProperty } from './interrupts.ts';
import { MERGED_CHECKS } from './merged.ts';
import { nameProperties } from './nameProperties.ts';
import { nodeNameChars, nodeNameCharsStrict, nodeNameFormat, nodeNameNotEmpty, nodeNameVsPropertyName } from './nodeNames.ts';
import { pciBridge, pciDeviceBusNum, pciDeviceReg } from './pci.ts';
import { propertyNameChars, propertyNameCharsStrict } from './propertyNames.ts';
import { PROVIDER_CHECKS } from './providers.ts';
import { dmaRangesFormat, rangesFormat } from './rangesFormat.ts';
import { regFormat } from './regFormat.ts';
import { i2cBusBridge, i2cBusReg, spiBusBridge, spiBusReg } from './serialBuses.ts';
import { simpleBusReg } from './simpleBusReg.ts';
import { uniqueUnitAddressIfEnabled, unitAddressFormat, unitAddressVsReg } from './unitAddress.ts';

/** The checks that run over a merged tree. */
export const DTC_RULES: readonly DtcCheck[] = [
  nodeNameChars, nodeNameFormat, nodeNameNotEmpty, propertyNameChars,
  nameIsString, nameProperties, nodeNameVsPropertyName,
  explicitPhandles,
  ...FORMAT_CHECKS, namesIsStringList,
  propertyNameCharsStrict, nodeNameCharsStrict,
  regFormat, rangesFormat, dmaRangesFormat,
  unitAddressVsReg, unitAddressFormat,
  pciBridge, pciDeviceReg, pciDeviceBusNum,
  simpleBusReg,
  i2cBusBridge, i2cBusReg, spiBusBridge, spiBusReg,
  avoidDefaultAddrSize, avoidUnnecessaryAddrSize, uniqueUnitAddressIfEnabled,
  obsoleteChosenInterruptController, chosenNodeIsRoot, chosenNodeBootargs, chosenNodeStdoutPath,
  ...PROVIDER_CHECKS,
  deprecatedGpioProperty, gpiosProperty,
  interruptsProperty, interruptProvider, interruptMap,
  aliasPaths,
  graphNodes, graphPort, graphEndpoint,
];

/** The words of every check, also of those that the merge makes. */
export const DTC_CHECKS: readonly RuleInfo[] = [...MERGED_CHECKS, ...DTC_RULES];
