// `npm run test:vscode`: runs the suite.
// Words on the command line choose tests by name; `--headed` is not offered: screenshots tell more.
import { load } from './bundle.mjs';

const { main } = await load('main');
process.exitCode = await main(process.argv.slice(2));
