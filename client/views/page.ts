/**
 * The HTML of every webview: nothing but a place to draw in, our style sheet and our script. The
 * policy lets nothing else in: no remote content, no inline style, and no script without the nonce
 * of this very page.
 */

/** What a page is made from. */
export interface PageParts {
  /** Which view's script draws it. */
  readonly view: string;
  /** Whose view it is; the script keeps it, so that the host can restore the panel. */
  readonly subject: string;
  readonly title: string;
  /** The user's language, and the sentences in it. */
  readonly language: string;
  readonly strings: Readonly<Record<string, string>>;
  /** Addresses as the webview may load them. */
  readonly script: string;
  readonly style: string;
  /** The webview's own source, for the policy. */
  readonly source: string;
  readonly nonce: string;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;'], ["'", '&#39;']]);

/** Text as it may stand in HTML and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => ESCAPES.get(char) ?? char);
}

/** The page of a view. */
export function pageOf(parts: PageParts): string {
  const { view, subject, title, language, strings, script, style, source, nonce } = parts;
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  const given = { view, subject, strings: JSON.stringify(strings) };
  const data = Object.entries(given).map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`).join('');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${escapeHtml(style)}">
</head>
<body${data}><main id="view"></main><script nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script></body>
</html>`;
}

const NONCE_BYTES = 24;

/** A nonce that cannot be guessed. */
export function nonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
