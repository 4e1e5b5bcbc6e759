import { isForX86, problemAt, type XlRule } from './rule.ts';

/** XL008: keys that every guest needs, and counts that contradict each other. */
export const missingKey: XlRule = {
  id: 'xl-missing-key',
  level: 'error',
  title: 'A guest needs a name, and a kernel or a boot loader',
  explanation: 'xl stops when the name is absent, libxl when nothing says what to boot, and when `maxvcpus` is below `vcpus`.',
  remedy: 'Add the key.',
  bad: 'name = "domd"\nmemory = 512\n',
  good: 'name = "domd"\nmemory = 512\nkernel = "/boot/Image"\n',
  sources: ['xl, at `xl create`: "Domain name must be specified."; libxl: no kernel and no bootloader specified', 'xl: "xl: maxvcpus < vcpus"'],
  *check(guest) {
    const { settings } = guest.config;
    if (guest.syntax.errors.length > 0) return;
    // Without a kernel and without a name it is a piece that a build adds to another file.
    const isWhole = settings.has('name') || settings.has('kernel') || settings.has('bootloader');
    if (!isWhole) return;
    const top = { start: 0, end: 0 };
    if (!settings.has('name')) {
      yield problemAt(this, guest, top, { message: 'The guest has no name, and xl stops.', advice: 'Add name = "...".' });
    } else if (!settings.has('kernel') && !settings.has('bootloader') && !isForX86(guest)) {
      const span = settings.get('name')?.statement.keySpan ?? top;
      yield problemAt(this, guest, span, { message: 'Nothing says what the guest boots.', advice: 'Add kernel = "..." or bootloader = "...".' });
    }
    const vcpus = guest.number('vcpus');
    const most = guest.number('maxvcpus');
    if (vcpus !== undefined && most !== undefined && most.value < vcpus.value) {
      yield problemAt(this, guest, most.atom, { message: `maxvcpus ${most.value} is below vcpus ${vcpus.value}, and xl stops.`, advice: `Set maxvcpus to ${vcpus.value} or more, or remove it.` });
    }
  },
};
