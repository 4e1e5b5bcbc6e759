/** Prints what each profile of Xen's vSMMU does in each case; `--write` keeps it in docs/xen-vsmmu.md. */
import { writeFileSync } from 'node:fs';
import { xenPage } from './xen/page.ts';

const page = xenPage();
process.stdout.write(page);
if (process.argv.includes('--write')) writeFileSync('docs/xen-vsmmu.md', page);
