/** Prints the rules over guests with what each finds in its own examples: `node bench/run.mjs guest-rules`. */
import { SYSTEM_RULES } from '../model/platform/guests/rules/index.ts';
import type { Problem } from '../model/problem.ts';
import type { RuleInfo } from '../model/rule.ts';
import { guestOf } from '../model/xl/guestConfig.ts';
import { parseXl } from '../model/xl/parser.ts';
import { XL_RULES } from '../model/xl/rules/index.ts';
import { systemFindings, systemIn } from '../test/model/platform/guests/systemOf.ts';

function xlFindings(text: string): Problem[] {
  const guest = guestOf(parseXl('guest.cfg', text));
  return XL_RULES.flatMap((rule) => [...rule.check(guest)]);
}

function row(rule: RuleInfo, findings: (text: string) => Problem[]): string {
  const fires = findings(rule.bad).filter((problem) => problem.id === rule.id).length;
  const others = findings(rule.bad).length - fires;
  return `${rule.id.padEnd(30)} ${rule.level.padEnd(12)} ${String(fires).padStart(5)} ${String(others).padStart(7)} ${String(findings(rule.good).length).padStart(7)}  ${rule.title}`;
}

const rows = [...XL_RULES.map((rule) => row(rule, xlFindings)), ...SYSTEM_RULES.map((rule) => row(rule, (text) => systemFindings(systemIn(text))))];
console.log(`${'rule'.padEnd(30)} ${'level'.padEnd(12)} fires  others  silent  title`);
for (const line of rows) console.log(line);
console.log(`\n${rows.length} rules. "fires": its findings in its bad example; "others": those of other rules there; "silent": all findings in its good one.`);
