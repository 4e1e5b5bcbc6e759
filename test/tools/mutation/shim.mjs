/**
 * Stands in for vitest inside the bundle of a mutation run: the tests register themselves, and
 * `runAll` runs them until the first failure. Knows what the emulator's tests use of vitest.
 */
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = Object.assign((value, message) => chai.expect(value, message), chai.expect);

const tests = [];
let path = [];
let before = [];

function format(name, row) {
  const values = Array.isArray(row) ? row : [row];
  let next = 0;
  return name.replaceAll(/%[sdijo]/g, () => String(values[next++]));
}

function each(register) {
  return (rows) => (name, run, options) => {
    for (const row of rows) register(format(name, row), () => run(...(Array.isArray(row) ? row : [row])), options);
  };
}

function addTest(name, run) {
  if (typeof run === 'function') tests.push({ name: [...path, name].join(' > '), run, before: [...before] });
}

function addSuite(name, run) {
  const outer = { path, before };
  path = [...path, name];
  before = [...before];
  if (typeof run === 'function') run();
  ({ path, before } = outer);
}

function withVariants(register) {
  const none = Object.assign(() => undefined, { each: () => () => undefined });
  return Object.assign(register, {
    each: each(register), skip: none, todo: none, only: register, concurrent: register, sequential: register,
    skipIf: (condition) => (condition ? none : register), runIf: (condition) => (condition ? register : none),
  });
}

export const it = withVariants(addTest);
export const test = it;
export const describe = withVariants(addSuite);
export const beforeEach = (run) => void before.push(run);
export const beforeAll = (run) => {
  let done = false;
  before.push(async () => {
    if (!done) await run();
    done = true;
  });
};
export const afterEach = () => undefined;
export const afterAll = () => undefined;

/** Runs one test; false where it fails. */
async function passes(t) {
  try {
    for (const hook of t.before) await hook();
    await t.run();
    return true;
  } catch {
    return false;
  }
}

/** A test that alone takes this share of all the time is not worth it for every mutant. */
const SLOW = 0.08;

/** Runs every test: the numbers of those that pass, quick ones first, and the names of those that fail or are too slow. */
export async function survey() {
  const passing = [];
  const leftOut = [];
  let total = 0;
  for (const [number, t] of tests.entries()) {
    const start = performance.now();
    const isRight = await passes(t);
    const time = performance.now() - start;
    total += time;
    if (isRight) passing.push({ number, time });
    else leftOut.push(`fails without any mutant: ${t.name}`);
  }
  const quick = passing.filter((t) => t.time <= total * SLOW).toSorted((a, b) => a.time - b.time);
  for (const t of passing) if (t.time > total * SLOW) leftOut.push(`slow: ${tests[t.number].name}`);
  return { order: quick.map((t) => t.number), leftOut };
}

/** Runs tests by their numbers; answers that of the first that fails. */
export async function runAll(order) {
  for (const number of order) if (!(await passes(tests[number]))) return number;
  return undefined;
}
