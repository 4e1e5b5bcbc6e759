import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The layers of docs/ARCHITECTURE.md, each with the layers it may import. */
export const LAYERS: Record<string, readonly string[]> = {
  client: [],
  // The language server serves scenarios too; layers.test.ts keeps it to debugger/scenario and debugger/expression.
  server: ['model', 'debugger'],
  debugger: ['model', 'emulator'],
  emulator: [],
  model: [],
  cli: ['server', 'debugger', 'emulator', 'model'],
};

/** One source file of the product, by its path from the top of the checkout. */
export interface Source {
  path: string;
  layer: string;
  text: string;
}

/** A layer of the design may have no files yet. */
function walk(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** Every TypeScript file of the product's layers; tests and benches are not among them. */
export function productSources(): Source[] {
  return Object.keys(LAYERS).flatMap((layer) =>
    walk(layer).map((path) => ({ path, layer, text: readFileSync(path, 'utf8') })),
  );
}
