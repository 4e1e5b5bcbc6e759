import { builtinModules } from 'node:module';
import { join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { LAYERS, productSources, type Source } from './sources.ts';

const NODE_GLOBALS = /(?<![.\w'"`])(process\.|Buffer\.|__dirname|setImmediate\(|require\()/;
const PURE = new Set(['model', 'emulator']);

/** Every module that a file imports or re-exports, at load time or later. */
function imports(source: Source): string[] {
  const { module } = parseSync(source.path, source.text);
  const dynamic = module.dynamicImports.map((i) => source.text.slice(i.moduleRequest.start + 1, i.moduleRequest.end - 1));
  const exported = module.staticExports.flatMap((e) => e.entries.flatMap((entry) => entry.moduleRequest?.value ?? []));
  return [...module.staticImports.map((i) => i.moduleRequest.value), ...exported, ...dynamic];
}

/** What is wrong with one import, or undefined where the arrow is allowed. */
function violation(source: Source, target: string): string | undefined {
  if (target.startsWith('.')) {
    const layer = normalize(join(source.path, '..', target)).split('/')[0] ?? '';
    if (layer === source.layer || layer.endsWith('package.json')) return undefined;
    const isRuntime = layer === 'debugger' && !/^debugger\/(scenario|expression)\//.test(normalize(join(source.path, '..', target)));
    if (source.layer === 'server' && isRuntime) return `${source.path} imports the debugger beyond its language`;
    return LAYERS[source.layer]?.includes(layer) ? undefined : `${source.path} imports layer ${layer}`;
  }
  if (target === 'vscode') return source.layer === 'client' ? undefined : `${source.path} imports vscode`;
  const isNode = target.startsWith('node:') || builtinModules.includes(target);
  if (isNode && !target.startsWith('node:')) return `${source.path} imports ${target} without node:`;
  if (PURE.has(source.layer)) return `${source.path} imports ${target}`;
  const isLsp = target.startsWith('vscode-language');
  if (isLsp && source.layer !== 'client' && !source.path.startsWith('server/lsp/')) {
    return `${source.path} imports ${target} outside server/lsp`;
  }
  return undefined;
}

describe('layers', () => {
  const sources = productSources();

  it('imports only what the layer may import', () => {
    const found = sources.flatMap((s) => imports(s).map((i) => violation(s, i)).filter((v) => v !== undefined));
    expect(found).toEqual([]);
  });

  it('keeps model/ and emulator/ free of Node globals', () => {
    const code = (s: Source): string => s.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const found = sources.filter((s) => PURE.has(s.layer) && NODE_GLOBALS.test(code(s))).map((s) => s.path);
    expect(found).toEqual([]);
  });

  it('would notice a forbidden arrow', () => {
    const source = { path: 'model/x/a.ts', layer: 'model', text: '' };
    expect(violation(source, 'node:fs')).toBeDefined();
    expect(violation(source, '../../server/a.ts')).toBeDefined();
    expect(violation(source, '../y/b.ts')).toBeUndefined();
    const server = { path: 'server/features/a.ts', layer: 'server', text: '' };
    expect(violation(server, '../../debugger/scenario/parse.ts')).toBeUndefined();
    expect(violation(server, '../../debugger/session/session.ts')).toBeDefined();
    const text = "import a from 'x';\nexport { b } from 'y';\nvoid import('z');";
    expect(imports({ ...source, text })).toEqual(['x', 'y', 'z']);
  });
});
