/** Prints what the hypervisor models make of a guest's entries; `--write` keeps it in docs/hypervisors.md. */
import { writeFileSync } from 'node:fs';
import { hypervisorPage } from './hypervisors/page.ts';

const page = hypervisorPage();
process.stdout.write(page);
if (process.argv.includes('--write')) writeFileSync('docs/hypervisors.md', page);
