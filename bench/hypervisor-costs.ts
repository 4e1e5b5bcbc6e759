/** Prints the cost table of the hypervisor models; `--write` keeps it in docs/hypervisor-costs.md. */
import { writeFileSync } from 'node:fs';
import { costPage } from './costs/table.ts';

const page = costPage();
process.stdout.write(page);
if (process.argv.includes('--write')) writeFileSync('docs/hypervisor-costs.md', page);
