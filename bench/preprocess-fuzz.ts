/**
 * Random macro programs through cpp and through our preprocessor: where cpp has no error, the
 * texts must be equal but for comments and amounts of white space. Prints `equal / compared` and
 * each program that differs.
 *
 *   npx esbuild --bundle --platform=node --format=esm --outfile=out/fuzz.mjs bench/preprocess-fuzz.ts
 *   node out/fuzz.mjs [PROGRAMS] [SEED]
 */
import { spawnSync } from 'node:child_process';
import { preprocess } from '../model/devicetree/preprocess/preprocess.ts';
import { normalise } from '../test/model/devicetree/preprocess/normalise.ts';

const total = Number(process.argv[2] ?? 500);
let seed = Number(process.argv[3] ?? 1);

function random(below: number): number {
  // Numerical Recipes' generator: reproducible, and good enough to pick words.
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

function pick<T>(list: readonly T[]): T {
  return list[random(list.length)] as T;
}

const NAMES = ['A', 'B', 'C', 'F', 'G', 'H', 'V'];
const ATOMS = [
  ...NAMES, ...NAMES, 'x', 'y', '1', '0x2', '.5', '1e', '+', '-', '<', '>', '=', ':', '.', '/', '%', '&', '|', '@', '#', ',', ';', '"s"', '\'c\'', '->', '>>', '...',
];
const GAPS = ['', '', ' ', ' ', '  ', '/**/', '\t'];

function text(length: number, extra: readonly string[] = []): string {
  let made = '';
  for (let i = random(length) + 1; i > 0; i--) {
    const kind = random(10);
    if (kind < 2) made += `${pick(['F', 'G', 'H', 'V'])}${pick(['', ' '])}(${text(3, extra)}${random(2) === 0 ? '' : `,${text(2, extra)}`})`;
    else made += pick(extra.length > 0 && random(2) === 0 ? extra : ATOMS);
    made += pick(GAPS);
  }
  // A slash followed by a slash or star would comment out the rest, closing parentheses included.
  return made.replace(/\/(?=\/|\*(?!\*\/))/g, '%');
}

function definition(): string {
  const name = pick(NAMES);
  if (random(8) === 0) return `#undef ${name}`;
  const undef = `#undef ${name}\n`;
  if ('ABC'.includes(name)) return `${undef}#define ${name} ${text(4)}`;
  const parameters = name === 'V' ? pick(['...', 'x, ...', 'x, r...']) : pick(['x', 'x, y', 'x']);
  const words = parameters.includes('r...') ? ['x', 'r'] : parameters.includes('...') ? ['__VA_ARGS__', 'x'] : ['x', 'y'];
  const body = text(5, [...words, ...words, ...words.map((word) => `#${word}`), ...words.map((word) => `${word}##`), ...words.map((word) => `##${word}`)]);
  return `${undef}#define ${name}(${parameters}) q ${body} q`;
}

function program(): string {
  const lines: string[] = [];
  for (let i = random(6) + 2; i > 0; i--) lines.push(definition());
  for (let i = random(5) + 2; i > 0; i--) lines.push(random(6) === 0 ? definition() : text(8));
  return `${lines.join('\n')}\n`;
}

let equal = 0;
let compared = 0;
for (let i = 0; i < total; i++) {
  const source = program();
  const { stdout, status } = spawnSync('cpp', ['-P', '-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', '-'], { input: source, encoding: 'utf8' });
  if (status !== 0) continue;
  compared++;
  const { expanded, problems } = preprocess('/a.dts', { readText: (path) => (path === '/a.dts' ? source : undefined), readBytes: () => undefined }, { includeRoots: [] });
  const [ours, theirs] = [normalise(expanded.text), normalise(stdout)];
  const errors = problems.filter((problem) => problem.level === 'error');
  if (ours === theirs && errors.length === 0) equal++;
  else console.log(`--- program ${i}\n${source}--- ours\n${ours}\n--- cpp's\n${theirs}\n${errors.map((problem) => problem.message).join('\n')}`);
}
console.log(`${equal} / ${compared} equal`);
