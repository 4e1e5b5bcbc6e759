import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { INITIAL, parseRawGrammar, Registry, type IGrammar } from 'vscode-textmate';
import { beforeAll, describe, expect, it } from 'vitest';
import { marks, programOf } from '../debugger/scenario/support.ts';
import { VERBS, wordsOf } from '../../debugger/scenario/catalog.ts';

let grammar: IGrammar;

beforeAll(async () => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
  await loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const path = 'syntaxes/smmu-scenario.tmLanguage.json';
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: () => Promise.resolve(parseRawGrammar(readFileSync(path, 'utf8'), path)),
  });
  grammar = (await registry.loadGrammar('source.smmu-scenario'))!;
});

/** The innermost scope of each token that is not blank, as `text: scope`. */
function scopes(source: string): string[] {
  let stack = INITIAL;
  return source.split('\n').flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return tokens.flatMap(({ startIndex, endIndex, scopes: all }) => {
      const text = line.slice(startIndex, endIndex).trim();
      return text === '' ? [] : [`${text}: ${all.at(-1)!.replace(/\.smmu-scenario$/, '')}`];
    });
  });
}

describe('the grammar of scenarios', () => {
  it.each([
    ['dma ethernet@e6800000 write 0x10 "a\\n" # x', ['dma: keyword.other.action', 'ethernet@e6800000: entity.name.type.device', 'write: support.constant.keyword', '0x10: constant.numeric.hex', '\\n: constant.character.escape', '# x: comment.line.number-sign']],
    ['  map eth0 0x1000 -> 1G 16K rw ssid=3', ['map: keyword.other.action', '->: keyword.operator.arrow', '1G: constant.numeric.decimal', '16K: constant.numeric.decimal', 'rw: support.constant.keyword', 'ssid: variable.parameter.option', '3: constant.numeric.decimal']],
    ['in host', ['in: keyword.control.block', 'host: constant.language.domain']],
    ['expect fault F_TRANSLATION S2=0', ['expect: keyword.other.expectation', 'fault: keyword.other.expectation', 'F_TRANSLATION: constant.other.architecture', 'S2: variable.parameter.option']],
    ['expect ste(8).Config == 5', ['ste: entity.name.function', '8: constant.numeric.decimal', 'Config: variable.other.property', '==: keyword.operator']],
    ['command smmu0 CMD_CFGI_STE StreamID=8', ['CMD_CFGI_STE: constant.other.architecture', 'StreamID: variable.parameter.option']],
    ['echo "open', ['echo: keyword.other.action']],
    ['# all of it', ['# all of it: comment.line.number-sign']],
    ['let x = tlb where vmid == 2', ['let: keyword.other.action', 'where: keyword.other.word']],
  ])('%s', (source, expected) => {
    expect(scopes(source)).toEqual(expect.arrayContaining(expected));
  });

  it('ends an open string with its line', () => {
    expect(scopes('echo "open\nprobe')).toContain('probe: keyword.other.action');
  });

  it('knows every action of the catalog', () => {
    for (const verb of VERBS) for (const word of wordsOf(verb)) expect(scopes(verb.example).find((one) => one.startsWith(`${word}: `)), verb.name).toMatch(/: keyword\./);
  });
});

describe('the snippets of scenarios', () => {
  const snippets = JSON.parse(readFileSync('syntaxes/smmu-scenario.snippets.json', 'utf8')) as Record<string, { body: string[]; description: string; prefix: string }>;
  it.each(Object.entries(snippets))('%s is a scenario', (_, { body }) => {
    const text = body.join('\n').replaceAll(/\$\{\d+:([^}]*)\}/g, '$1').replaceAll(/\$\{\d+\|([^,|]*)[^}]*\}/g, '$1').replaceAll(/\$\d/g, 'probe');
    expect(marks(programOf(text))).toEqual([]);
  });
});
