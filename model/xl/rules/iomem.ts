import { GUEST_MAP } from '../guestMap.ts';
import { BASE } from './examples.ts';
import { faultsOf, problemAt, type XlRule } from './rule.ts';

const PAGE = 4096;

/** XL017: page frames in hexadecimal, outside what the guest already has. */
export const iomem: XlRule = {
  id: 'xl-iomem',
  level: 'error',
  title: 'MMIO range that cannot be given to the guest',
  explanation: '`iomem` takes page frame numbers of 4 KiB, always hexadecimal, as `START,NUM[@GFN]`. Without `@GFN` the guest sees the range at the host\'s address, which may be where its own memory or emulated devices are.',
  remedy: 'Write frames in hexadecimal, and choose a guest frame outside the guest\'s own map.',
  bad: `${BASE}iomem = [ "0xfe100000-0xfe101000" ]\n`,
  good: `${BASE}iomem = [ "0xfe100,1@0x8000" ]\n`,
  sources: ['xl: "xl: Invalid argument parsing iomem: X"', 'libxl: "failed to map to domain iomem range ... to guest address ..."', 'xen/include/public/arch-arm.h: the guest map (not a stable ABI)'],
  *check(guest) {
    yield* faultsOf(this, guest, 'iomem');
    for (const { value, atom } of guest.iomem) {
      const region = GUEST_MAP.find((one) => one.when(guest) && value.gfn * PAGE < one.base + one.size && (value.gfn + value.count) * PAGE > one.base);
      if (region !== undefined) {
        yield problemAt(this, guest, atom, {
          level: region.isMemory === true ? 'information' : 'warning',
          message: `Guest address 0x${(value.gfn * PAGE).toString(16)} lies in the guest's ${region.name} (0x${region.base.toString(16)}, size 0x${region.size.toString(16)}).`,
          advice: 'Put the range elsewhere with @GFN, for example below 0x2000000.',
        });
      }
      if (value.attribute !== undefined) {
        yield problemAt(this, guest, atom, {
          level: 'information',
          message: `The third field "${value.attribute}" is a product layer's: upstream xl refuses the entry.`,
          advice: 'Ignore this if your xl reads it.',
        });
      }
    }
  },
};
