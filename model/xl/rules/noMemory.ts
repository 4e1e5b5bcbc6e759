import { problemAt, type XlRule } from './rule.ts';

const MEMORY_MIN = 'the guest would get 32 MiB';

/** Memory left out: the guest boots with next to nothing. */
export const noMemory: XlRule = {
  id: 'xl-no-memory',
  level: 'information',
  title: 'No memory given',
  explanation: 'Without `memory` (or `maxmem`) libxl gives the guest 32 MiB, in which no Linux boots. It may be given on the command line of `xl create`, or added by a build.',
  remedy: 'Add `memory = ` with a number of MiB.',
  bad: 'name = "domd"\nkernel = "Image"\nvcpus = 2\n',
  good: 'name = "domd"\nkernel = "Image"\nvcpus = 2\nmemory = 512\n',
  sources: ['libxl: LIBXL_MEMKB_DEFAULT becomes 32 MiB; no message'],
  *check(guest) {
    const { settings } = guest.config;
    const name = settings.get('name');
    if (name === undefined || settings.has('memory') || settings.has('maxmem') || guest.syntax.errors.length > 0) return;
    if (!settings.has('kernel') && !settings.has('bootloader')) return;
    yield problemAt(this, guest, name.statement.keySpan, { message: `No memory is given, and ${MEMORY_MIN}.`, advice: 'Add memory = with a number of MiB.' });
  },
};
