/** The webviews' side of client/: pure parts know no editor, scripts know nothing of the host, and nothing is fetched. */
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { productSources } from './sources.ts';

const PURE = /^client\/views\/(?:model\/|web\/|shape|messages|page)/;

describe('the webviews', () => {
  const sources = productSources().filter(({ path }) => PURE.test(path));

  it('import neither VS Code nor anything outside the pure parts', () => {
    expect(sources.length).toBeGreaterThan(8);
    const found = sources.flatMap(({ path, text }) => parseSync(path, text).module.staticImports.map((one) => [path, one.moduleRequest.value] as const))
      .filter(([path, target]) => !(/^\.\.?\//.test(target) && PURE.test(new URL(target, `file:///${path}`).pathname.slice(1))));
    expect(found).toEqual([]);
  });

  it('never build markup from text, and fetch nothing', () => {
    const found = sources.filter(({ text }) => /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bfetch\(|XMLHttpRequest|WebSocket|import\(/.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
