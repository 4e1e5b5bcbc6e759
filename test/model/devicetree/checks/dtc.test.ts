/**
 * Compares the checks with dtc's own output on small sources, as sets of (check, node path). The
 * output is captured in dtc.json; `VSMMU_DTC=/path/to/dtc npx vitest run <this file>` captures it anew.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodePath } from '../../../../model/devicetree/tree/values.ts';
import { DTC_RULES } from '../../../../model/devicetree/checks/index.ts';
import { CASES } from './cases.ts';
import { checkTree, findingsOf } from './support.ts';

const FIXTURE = new URL('dtc.json', import.meta.url);
const SOURCES: Record<string, string> = {
  ...CASES,
  ...Object.fromEntries(DTC_RULES.flatMap((rule) => [[`${rule.id}, bad`, rule.bad], [`${rule.id}, good`, rule.good]])),
};

/** What dtc said: `check path` for each message, and the checks that it did not run. */
interface Said { readonly found: readonly string[]; readonly skipped: readonly string[]; readonly error: boolean }

const ASKED = ['node_name_chars_strict', 'property_name_chars_strict', 'deprecated_gpio_property', 'unique_unit_address_if_enabled'];

function ask(dtc: string, source: string): Said {
  const text = `/dts-v1/;\n${source}`;
  const { stderr } = spawnSync(dtc, ['-I', 'dts', '-O', 'dtb', '-o', '/dev/null', ...ASKED.map((c) => `-W${c}`), '-'], { input: text, encoding: 'utf8' });
  const found = [...stderr.matchAll(/(?:Warning|ERROR) \((\w+)\): (\/[^:\s]*)(?::\S+)?: /g)].map((m) => `${m[1]} ${m[2]}`);
  const skipped = [...stderr.matchAll(/\((\w+)\): Failed prerequisite/g)].map((m) => m[1]!);
  return { found: [...new Set(found)].sort(), skipped, error: stderr.includes('ERROR (') };
}

const dtc = process.env['VSMMU_DTC'];
if (dtc !== undefined) {
  const version = spawnSync(dtc, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const cases = Object.fromEntries(Object.entries(SOURCES).map(([name, source]) => [name, ask(dtc, source)]));
  writeFileSync(FIXTURE, `${JSON.stringify({ version, cases }, undefined, 1)}\n`);
}
const captured = JSON.parse(readFileSync(FIXTURE, 'utf8')) as { version: string; cases: Record<string, Said> };

/** The same of ours, without the checks that dtc did not run: it stops after the first check with an error. */
function ours(source: string, said: Said): string[] {
  const tree = checkTree(source);
  const found = new Set<string>();
  for (const rule of DTC_RULES) {
    const name = rule.id.slice('dtc-'.length).replaceAll('-', '_');
    if (said.skipped.includes(name) || (said.error && !said.found.some((f) => f.startsWith(`${name} `)))) continue;
    for (const finding of findingsOf(rule, tree)) found.add(`${name} ${nodePath(finding.node)}`);
  }
  return [...found].sort();
}

describe(`dtc's own findings (${captured.version})`, () => {
  it.each(Object.keys(SOURCES))('%s', (name) => {
    const said = captured.cases[name];
    if (said === undefined) throw new Error(`not captured: ${name}`);
    const known = new Set(DTC_RULES.map((r) => r.id.slice('dtc-'.length).replaceAll('-', '_')));
    // The compiler's own names are not the author's to change.
    const expected = said.found.filter((f) => known.has(f.split(' ')[0]!) && !/^node_name_chars_strict .*\/__[^/]*$/.test(f));
    expect(ours(SOURCES[name]!, said)).toEqual(expected);
  });
});
