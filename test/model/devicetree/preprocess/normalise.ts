/**
 * Text as a device-tree lexer sees it: comments gone, any white space one blank. Literals, also
 * those that a lone quote leaves open to the end of the line, stay as they are.
 */
export function normalise(text: string): string {
  return text
    .replace(/"(?:[^"\\\n]|\\[^\n])*"?|'(?:[^'\\\n]|\\[^\n])*'?|\/\*[\s\S]*?\*\/|\/\/[^\n]*|\s+/g, (found) => (/^["']/.test(found) ? found : ' '))
    .replace(/ +/g, ' ')
    .trim();
}
