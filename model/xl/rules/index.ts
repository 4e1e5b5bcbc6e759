import { deprecatedKey } from './deprecatedKey.ts';
import { disk } from './disk.ts';
import { dtdev } from './dtdev.ts';
import { duplicateKey } from './duplicateKey.ts';
import { grantUsage } from './grantUsage.ts';
import { iomem } from './iomem.ts';
import { irqs } from './irqs.ts';
import { kindMismatch } from './kindMismatch.ts';
import { missingKey } from './missingKey.ts';
import { noMemory } from './noMemory.ts';
import { notANumber } from './notANumber.ts';
import { nrSpis } from './nrSpis.ts';
import { passthroughMode } from './passthroughMode.ts';
import { pci } from './pci.ts';
import { syntaxErrors } from './syntaxErrors.ts';
import { templatePlaceholder } from './templatePlaceholder.ts';
import { unknownKey } from './unknownKey.ts';
import { unknownWord } from './unknownWord.ts';
import { vif } from './vif.ts';
import { viommuAcpi } from './viommuAcpi.ts';
import { viommuInterrupt } from './viommuInterrupt.ts';
import { viommuUnknown } from './viommuUnknown.ts';
import { viommuWithoutDevices } from './viommuWithoutDevices.ts';
import { virtio } from './virtio.ts';
import { x86Key } from './x86Key.ts';
import type { XlRule } from './rule.ts';

/** Every rule over one xl configuration, in the order in which their pages are listed. */
export const XL_RULES: readonly XlRule[] = [
  syntaxErrors, templatePlaceholder, missingKey, noMemory, unknownKey, duplicateKey, x86Key, deprecatedKey,
  kindMismatch, notANumber, unknownWord, viommuUnknown, viommuWithoutDevices, viommuInterrupt, viommuAcpi,
  passthroughMode, irqs, iomem, dtdev, nrSpis, virtio, grantUsage, disk, vif, pci,
];
