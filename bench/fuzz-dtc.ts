/**
 * Compares accept, refuse and blob with dtc on mutated sources: node bench/run.mjs fuzz-dtc [RUNS
 * [SEED]]. VSMMU_DTC names one or more dtc binaries, separated by commas: what one of them accepts
 * we must accept, with its blob; what all refuse we must refuse. Prints each disagreement.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { toBlob } from '../model/devicetree/blob/write.ts';
import { DTC_RULES } from '../model/devicetree/checks/index.ts';
import { CheckTree } from '../model/devicetree/checks/view.ts';
import { identityText } from '../model/devicetree/source/identity.ts';
import { parseDts } from '../model/devicetree/syntax/parse.ts';
import { mergeDts } from '../model/devicetree/tree/merge.ts';
import { editedSources, rearrangedSources } from '../test/model/devicetree/syntax/sources.ts';

const runs = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? 1);
const dtcs = (process.env['VSMMU_DTC'] ?? 'dtc').split(',');
const folder = mkdtempSync(join(tmpdir(), 'vsmmu-fuzz-'));
const source = join(folder, 'a.dts');

function ours(text: string, symbols: boolean): { errors: string[]; blob: string } {
  const parsed = parseDts(text);
  const merged = mergeDts(parsed.syntax, { symbols });
  const view = new CheckTree(merged.tree, identityText({ path: '/a.dts', text }));
  const checks = DTC_RULES.filter((r) => r.level === 'error').flatMap((r) => [...r.check(view)]);
  const errors = [...parsed.problems, ...merged.problems, ...checks].filter((p) => p.level === 'error');
  return { errors: errors.map((p) => `${p.id}: ${p.message}`), blob: errors.length > 0 ? '' : Buffer.from(toBlob(merged.tree)).toString('hex') };
}

function theirs(dtc: string, symbols: boolean): string | undefined {
  const run = spawnSync(dtc, ['-q', ...(symbols ? ['-@'] : []), '-I', 'dts', '-O', 'dtb', source], { timeout: 5000 });
  return run.status === 0 ? run.stdout.toString('hex') : undefined;
}

const counts = { accepted: 0, refused: 0, disagreed: 0 };

function disagree(what: string, text: string): void {
  counts.disagreed++;
  process.stdout.write(`${what}\n${JSON.stringify(text)}\n`);
}

function compare(text: string, symbols: boolean): void {
  writeFileSync(source, text);
  const answers = dtcs.map((dtc) => theirs(dtc, symbols)).filter((a) => a !== undefined);
  const { errors, blob } = ours(text, symbols);
  if (answers.length === 0) {
    counts.refused++;
    if (errors.length === 0) disagree('dtc refuses, we accept', text);
  } else {
    counts.accepted++;
    if (errors.length > 0) disagree(`dtc accepts, we say ${errors[0]}`, text);
    else if (!answers.includes(blob)) disagree(`another blob${symbols ? ' -@' : ''}`, text);
  }
}

try {
  for (const [index, text] of fc.sample(rearrangedSources, { numRuns: runs, seed }).entries()) compare(text, index % 2 === 0);
  for (const [index, versions] of fc.sample(editedSources, { numRuns: runs, seed }).entries()) {
    // Includes are the preprocessor's business here and dtc's own there; dtc takes NUL and what is beyond ASCII for the end.
    for (const text of versions.slice(1, 3)) if (!/\/include\/|\/incbin\/|[\0\u0080-\uffff]/.test(text)) compare(text, index % 2 === 0);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${JSON.stringify(counts)}\n`);
