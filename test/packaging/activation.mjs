// Loads and activates the built extension in this process, against an editor that takes every call and
// does nothing, and prints how much of the processor's time that took, in milliseconds, so that what else
// the machine does counts little. What VS Code itself says is looked at in test/vscode.
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** Stands for any class, function, object or value of the editor's. */
const anything = new Proxy(function anything() {}, {
  get: (target, name) => {
    if (name === 'prototype') return target.prototype;
    if (name === Symbol.toPrimitive) return () => '';
    if (name === Symbol.iterator) return () => [].values();
    return name === 'then' ? undefined : anything;
  },
  set: () => true,
  apply: () => anything,
  construct: () => ({ event: anything, fire: () => undefined, dispose: () => undefined }),
});

// A bundle copies what a module has, by its names.
const require = createRequire(import.meta.url);
const types = readFileSync(join(dirname(require.resolve('@types/vscode/package.json')), 'index.d.ts'), 'utf8');
const editor = Object.fromEntries([...types.matchAll(/^\s+export (?:class|enum|namespace|const) (\w+)/gm)].map(([, name]) => [name, anything]));
editor.version = '1.100.0';

const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? editor : load(name, ...rest));

const used = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

const start = process.cpuUsage();
const extension = require(resolve('dist/extension.js'));
const loaded = used(start);
const context = { subscriptions: [], extensionUri: anything, workspaceState: anything, globalState: anything, asAbsolutePath: (path) => resolve(path), extensionPath: resolve('.') };
let failure;
try {
  // The client would start the server here; the time counts until activation hands control back.
  void Promise.resolve(extension.activate(context)).catch(() => undefined);
} catch (error) {
  failure = error;
}
const all = used(start);
console.log(JSON.stringify({ load: loaded, activate: all - loaded, subscriptions: context.subscriptions.length, failure: failure?.stack }));
process.exit(0);
