// Collects the sentences of the client and its webviews (`vscode.l10n.t('...')`, `t('...')`) into
// l10n/bundle.l10n.json, the file that a translation starts from. A test says when it is due.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const CALL = /(?<![\w.])(?:vscode\.l10n\.)?t\(\s*'((?:[^'\\\n]|\\.)*)'/g;

/** Every sentence, in order. */
export function sentences() {
  const files = readdirSync('client', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  const found = files.flatMap((entry) => [...readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(CALL)].map(([, text]) => text.replaceAll(/\\(.)/g, '$1')));
  return [...new Set(found)].sort();
}

/** The file's text. */
export function bundle() {
  return `${JSON.stringify(Object.fromEntries(sentences().map((text) => [text, text])), null, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync('l10n', { recursive: true });
  writeFileSync('l10n/bundle.l10n.json', bundle());
}
