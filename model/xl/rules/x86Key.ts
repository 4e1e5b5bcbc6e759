import { isForX86, problemAt, settingsOf, type XlRule } from './rule.ts';

const NOWHERE_ON_ARM = new Set(['x86-only', 'hvm-only', 'pv-only']);

/** XL006: a key without use on Arm. */
export const x86Key: XlRule = {
  id: 'xl-x86-key',
  level: 'information',
  title: 'Key without use on Arm',
  explanation: 'Some keys are read only for x86 or for HVM guests, which Arm does not have. In a configuration of an Arm guest they do nothing.',
  remedy: 'Remove the key.',
  bad: 'name = "domd"\nkernel = "Image"\nmemory = 512\ndtdev = [ "/soc/dma@1000" ]\nnestedhvm = 1\n',
  good: 'name = "domd"\nkernel = "Image"\nmemory = 512\ndtdev = [ "/soc/dma@1000" ]\n',
  sources: ['xl.cfg(5); libxl reads the key only when the guest type or architecture asks for it'],
  *check(guest) {
    const { settings } = guest.config;
    const isArm = ['dtdev', 'device_tree', 'gic_version', 'vuart', 'viommu', 'nr_spis'].some((key) => settings.has(key));
    if (!isArm || isForX86(guest)) return;
    for (const setting of settingsOf(guest)) {
      const key = guest.keys.get(setting.key);
      if (key === undefined || !NOWHERE_ON_ARM.has(key.arm)) continue;
      yield problemAt(this, guest, setting.statement.keySpan, {
        message: `"${setting.key}" does nothing for a guest on Arm (${key.arm}).`,
        advice: 'Remove it.',
      });
    }
  },
};
