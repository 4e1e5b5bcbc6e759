/** Asks two versions of dtc for every case and keeps their answers: `node test/model/devicetree/blob/capture.mjs DTC NEWER_DTC`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const dtcs = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'vsmmu-capture-'));
try {
  const bundle = join(folder, 'cases.mjs');
  buildSync({ entryPoints: [join(import.meta.dirname, 'cases.ts')], outfile: bundle, format: 'esm', bundle: true });
  const { CASES } = await import(bundle);
  const source = join(folder, 'case.dts');
  const answers = CASES.map(({ text, symbols }) => {
    writeFileSync(source, text);
    const [blob, newer] = dtcs.map((dtc) => {
      const run = spawnSync(dtc, ['-q', ...(symbols ? ['-@'] : []), '-I', 'dts', '-O', 'dtb', source]);
      return run.status === 0 ? run.stdout.toString('base64') : null;
    });
    return { text, symbols, blob, ...(newer === blob ? {} : { newer }) };
  });
  const versions = dtcs.map((dtc) => execFileSync(dtc, ['--version']).toString().trim());
  const rows = answers.map((answer) => JSON.stringify(answer)).join(',\n');
  writeFileSync(join(import.meta.dirname, 'dtc.json'), `{"versions": ${JSON.stringify(versions)}, "answers": [\n${rows}\n]}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
