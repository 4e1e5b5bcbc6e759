import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { INITIAL, parseRawGrammar, Registry, type IGrammar } from 'vscode-textmate';
import { beforeAll, describe, expect, it } from 'vitest';

/** Colours a source as VS Code does, and tells the scope of every piece of it. */
let grammar: IGrammar;

beforeAll(async () => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
  await loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const path = 'syntaxes/dts.tmLanguage.json';
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: () => Promise.resolve(parseRawGrammar(readFileSync(path, 'utf8'), path)),
  });
  grammar = (await registry.loadGrammar('source.dts'))!;
});

/** The innermost scope of each token that is not blank, as `text: scope`. */
function scopes(source: string): string[] {
  const found: string[] = [];
  let stack = INITIAL;
  for (const line of source.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    for (const { startIndex, endIndex, scopes: all } of tokens) {
      const text = line.slice(startIndex, endIndex).trim();
      if (text !== '') found.push(`${text}: ${all.at(-1)!.replace(/\.dts$/, '')}`);
    }
  }
  return found;
}

/** Source, and pieces of it with the start of the scope each must have. */
const CASES: readonly [name: string, source: string, expected: readonly string[]][] = [
  ['a labelled node', 'smmu: iommu@2b400000 {', ['smmu: entity.name.function.label', 'iommu: entity.name.type.node', '2b400000: constant.numeric.unit-address']],
  ['the root node', '/ {\n};', ['/: entity.name.type.node.root']],
  ['a node opened by reference', '&smmu_io {\n};', ['smmu_io: entity.name.function.label']],
  ['a node opened by path', '&{/soc/iommu@0} {\n};', ['/soc/iommu@0: variable.other.path']],
  ['a node name made of a macro', 'timer@MACRO(1) {', ['timer: entity.name.type.node']],
  ['an IOMMU property', 'iommus = <&smmu 0x10>;', ['iommus: support.variable.property.iommu', '&: keyword.operator.reference', 'smmu: entity.name.function.label', '0x10: constant.numeric.hex']],
  ['a property that looks like a directive', '#address-cells = <2>;', ['#address-cells: support.variable.property', '2: constant.numeric.decimal']],
  ['a property without a value', 'dma-coherent;', ['dma-coherent: support.variable.property']],
  ['a property after a comment', '/* x */ status = "okay";', ['x: comment.block', 'status: support.variable.property', 'okay: string.quoted.double']],
  ['a value over several lines', 'iommus = <&a 1>,\n\t <&a SID(2)>;\nreg = <1>;', ['SID: entity.name.function.preprocessor', 'reg: support.variable.property']],
  ['a macro in cells', 'interrupts = <GIC_SPI 5 IRQ_LEVEL>;', ['GIC_SPI: constant.other.macro', '5: constant.numeric.decimal']],
  ['an expression', 'reg = <(SID(1) << 3)>;', ['<<: keyword.operator.arithmetic', '3: constant.numeric.decimal']],
  ['bytes', 'mac = [00 1b deadbe];', ['1b: constant.numeric.hex.byte', 'de: constant.numeric.hex.byte']],
  ['a character literal', "x = <'\\n'>;", ['\\n: constant.character']],
  ['an include', '#include <dt-bindings/a.h>', ['#include: keyword.control.directive.include', '<dt-bindings/a.h>: string.quoted.other.lt-gt.include']],
  ['a macro definition', '#define SID(x) (0x10 + (x))', ['SID: entity.name.function.preprocessor', '(x): variable.parameter.preprocessor', '0x10: constant.numeric.hex']],
  ['a definition over several lines', '#define A \\\n\t0x1\nb;', ['0x1: constant.numeric.hex', 'b: support.variable.property']],
  ['a conditional', '#if defined(A) && REV >= 2\n#endif', ['defined: keyword.operator.defined', 'REV: constant.other.macro', '#endif: keyword.control.directive.conditional']],
  ['directives of the language', '/dts-v1/;\n/plugin/;\n/delete-node/ &a;', ['/dts-v1/: keyword.other.directive', '/plugin/: keyword.other.directive', '/delete-node/: keyword.other.directive', 'a: entity.name.function.label']],
  ['sized cells', 'x = /bits/ 8 <1 2>;', ['/bits/: keyword.other.directive', '8: constant.numeric.decimal']],
  ['a string with an escape', 'x = "a\\"b";\ny;', ['\\": constant.character.escape', 'y: support.variable.property']],
  ['a comment over lines inside cells', 'x = <1 /* two\nthree */ 4>;', ['three: comment.block', '4: constant.numeric.decimal']],
  ['cells that are not closed', 'iommus = <&smmu 1;\nstatus = "okay";', ['status: support.variable.property']],
];

describe('the grammar of device trees', () => {
  it.each(CASES)('colours %s', (_name, source, expected) => {
    expect(scopes(source)).toEqual(expect.arrayContaining([...expected]));
  });

  it('leaves nothing open at the end of our example boards', () => {
    for (const file of ['merlin.dtsi', 'merlin-evk.dts', 'merlin-gateway.dts', 'merlin.h']) {
      const source = readFileSync(`examples/merlin/${file}`, 'utf8');
      expect(scopes(`${source}\n/dts-v1/;`).at(-2)).toBe('/dts-v1/: keyword.other.directive');
    }
  });
});
