// Moves the words of package.json that users read into package.nls.json, from where VS Code takes them
// in the user's language: run it after writing such words into package.json as they are. A test says
// when it is due.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Fields whose text is shown to users; the language model's descriptions are for it and stay English. */
const SHOWN = new Set(['title', 'description', 'markdownDescription', 'label', 'displayName', 'contents', 'userDescription', 'deprecationMessage', 'markdownDeprecationMessage', 'altText']);
const SHOWN_LISTS = new Set(['enumDescriptions', 'markdownEnumDescriptions']);
/** What an element of a list is called by. */
const NAMES = ['command', 'id', 'viewType', 'type', 'name', 'view'];

const isReference = (text) => /^%[\w.-]+%$/.test(text);

/** Every string of package.json that users read, with its key and a way to replace it. */
export function* shownStrings(value, path = []) {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, child] of Object.entries(value)) {
    const part = Array.isArray(value) ? NAMES.map((one) => child?.[one]).find((one) => typeof one === 'string') ?? name : name;
    const at = [...path, part];
    if (typeof child === 'string' && SHOWN.has(name) && child !== '') yield { key: keyOf(at), text: child, replace: (text) => (value[name] = text) };
    else if (Array.isArray(child) && SHOWN_LISTS.has(name)) {
      for (const [index, text] of child.entries()) yield { key: keyOf([...at, String(index)]), text, replace: (other) => (child[index] = other) };
    } else yield* shownStrings(child, at);
  }
}

/** A short and stable key: settings by their own names, everything else by its place. */
function keyOf(path) {
  const words = path.filter((part) => !['contributes', 'properties', 'capabilities'].includes(part)).map((part) => part.replaceAll(/[^\w.-]/g, '-'));
  return words.join('.').replace(/^configuration\.(?:\d+\.)?(?=vsmmu\.)/, '');
}

/** The manifest with references, and the words that they lead to; `known` keeps what was moved before. */
export function extract(manifest, known) {
  const words = new Map();
  for (const { key, text, replace } of shownStrings({ capabilities: manifest.capabilities, contributes: manifest.contributes })) {
    if (isReference(text)) words.set(text.slice(1, -1), known[text.slice(1, -1)]);
    else {
      let free = key;
      for (let count = 2; words.has(free); count += 1) free = `${key}.${count}`;
      words.set(free, text);
      replace(`%${free}%`);
    }
  }
  return Object.fromEntries([...words].sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const read = (path, fallback) => { try { return JSON.parse(readFileSync(path, 'utf8')); } catch { return fallback; } };
  const manifest = read('package.json');
  const words = extract(manifest, read('package.nls.json', {}));
  writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync('package.nls.json', `${JSON.stringify(words, null, 2)}\n`);
}
