/** Scenarios in memory. */
import { type CheckedScenario, checkSteps } from '../../../debugger/scenario/check/check.ts';
import { SCENARIO_LIMITS, type ScenarioLimits } from '../../../debugger/scenario/limits.ts';
import { boardNames, NO_BOARD } from '../../../debugger/scenario/machine.ts';
import type { Action, Program, ScenarioFiles, Value } from '../../../debugger/scenario/program.ts';
import { finish } from '../../../debugger/scenario/pace.ts';
import { readScenarioSteps, type ScenarioReading } from '../../../debugger/scenario/read.ts';
import { compile } from '../../../model/devicetree/compile.ts';
import { PlatformContext } from '../../../model/platform/context.ts';
import { assemble } from '../../../model/platform/guests/assemble.ts';
import { hostTree } from '../../../model/platform/guests/host.ts';
import { systemOf } from '../../../model/platform/guests/system.ts';
import type { System } from '../../../model/platform/guests/types.ts';
import { platform } from '../../../model/platform/platform.ts';
import type { Problem } from '../../../model/problem.ts';

/** Files by path below `/s/`. */
export function filesOf(texts: Readonly<Record<string, string>>): ScenarioFiles {
  const all = new Map(Object.entries(texts).map(([name, text]) => [`/s/${name}`, text]));
  return { readText: (path) => all.get(path), readBytes: () => undefined, resolve: (_, name) => `/s/${name}` };
}

/** Reads `main.smmu`. */
export function reading(texts: string | Readonly<Record<string, string>>, limits: Partial<ScenarioLimits> = SCENARIO_LIMITS): ScenarioReading {
  const files = typeof texts === 'string' ? { 'main.smmu': texts } : texts;
  return finish(readScenarioSteps('/s/main.smmu', filesOf(files), { limits }));
}

export function programOf(texts: string | Readonly<Record<string, string>>, limits?: Partial<ScenarioLimits>): Program {
  return reading(texts, limits).program;
}

/** What is marked, and why: `id: text`. */
export function marks(program: Program): string[] {
  return program.problems.map((problem) => `${problem.id}: ${marked(program, problem)}`);
}

export function marked(program: Program, { range }: Problem): string {
  return program.texts.find((one) => one.path === range.file)?.text.slice(range.start, range.end) ?? '';
}

/** A text after the first quick fix of each of its problems, last one first. */
export function mended(program: Program): string {
  const [{ text } = { text: '' }] = program.texts;
  const edits = program.problems.flatMap((one) => one.fixes?.[0]?.edits ?? []).toSorted((a, b) => b.range.start - a.range.start);
  return edits.reduce((now, { range, text: replacement }) => now.slice(0, range.start) + replacement + now.slice(range.end), text);
}

/** An action in short: its name, its values, its body in braces. */
export function short({ verb, values, body }: Action): string {
  const shown = [...values].map(([name, value]) => ` ${name}=${shortValue(value)}`).join('');
  return `${verb}${shown}${body.length === 0 ? '' : ` { ${body.map(short).join('; ')} }`}`;
}

function shortValue(value: Value): string {
  if (value.kind === 'word') return value.text;
  if (value.kind === 'text') return JSON.stringify(value.text);
  if (value.kind === 'fields') return `[${value.fields.map((one) => one.name).join(' ')}]`;
  if (value.kind === 'numbers') return value.expressions.map((one) => (one.kind === 'number' ? String(one.lo) : one.kind)).join(',');
  if (value.kind === 'template') return value.parts.map((part) => (typeof part === 'string' ? part : `{${part.kind}}`)).join('');
  return value.expression.kind === 'number' ? `0x${(value.expression.hi * 2 ** 32 + value.expression.lo).toString(16)}` : `(${value.expression.kind})`;
}

/** The board of these tests: two SMMUs, devices, and PCI. */
export const BOARD = `/dts-v1/;
/ {
	compatible = "acme,board";
	#address-cells = <2>;
	#size-cells = <2>;
	smmu: iommu@5000000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x5000000 0x0 0x20000>;
		#iommu-cells = <1>;
	};
	gpu_smmu: iommu@6000000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x6000000 0x0 0x20000>;
		#iommu-cells = <1>;
	};
	eth0: ethernet@e6800000 {
		reg = <0x0 0xe6800000 0x0 0x1000>;
		iommus = <&smmu 0x8>, <&smmu 0x9>;
	};
	gpu@fd000000 {
		reg = <0x0 0xfd000000 0x0 0x1000>;
		iommus = <&gpu_smmu 0x20>;
	};
	uart@9000000 {
		reg = <0x0 0x9000000 0x0 0x1000>;
	};
	pcie0: pcie@40000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x0 0x40000000 0x0 0x10000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		ranges = <0x02000000 0x0 0x50000000 0x0 0x50000000 0x0 0x10000000>;
		bus-range = <0x0 0xff>;
		iommu-map = <0x0 &smmu 0x10000 0x10000>;
	};
};
`;

/** The system of a board and nothing else. */
export function systemOfBoard(text: string): System {
  const files = { readText: (path: string) => (path === '/s/board.dts' ? text : undefined), readBytes: () => undefined };
  const compiled = compile('/s/board.dts', files, { includeRoots: [] });
  const context = new PlatformContext(platform(compiled.tree), compiled.expanded);
  return systemOf(assemble({ trees: [hostTree(compiled, context)], configs: [], association: 'stated', dialect: undefined }));
}

/** Reads and checks `main.smmu`; `board.dts` among the files is its board. */
export function checked(texts: string | Readonly<Record<string, string>>): CheckedScenario {
  const files = typeof texts === 'string' ? { 'main.smmu': texts } : texts;
  const board = files['board.dts'];
  return finish(checkSteps(reading(files), board === undefined ? NO_BOARD : boardNames(systemOfBoard(board)), { files: filesOf(files) }));
}
