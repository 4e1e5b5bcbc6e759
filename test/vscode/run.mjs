// `npm run test:vscode`: runs the suite.
// The words of the command line are explained in main.ts; `--headed` is not offered: screenshots tell more.
import { bundleHostTests, load } from './bundle.mjs';

const { main } = await load('main');
await bundleHostTests();
process.exitCode = await main(process.argv.slice(2));
