import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guestOf } from '../../../model/xl/guestConfig.ts';
import { parseXl } from '../../../model/xl/parser.ts';
import { XL_RULES } from '../../../model/xl/rules/index.ts';
import { XL_LIMITS } from '../../../model/xl/syntax.ts';

const RUNS = Number(process.env['VSMMU_FUZZ_RUNS'] ?? 2000);

/**
 * Reads, decodes and checks a text as the editor does; the ids found, and milliseconds of the clock or of this
 * process's processor time, whichever is less: other programs stretch the one, tests in other threads the other.
 */
function readAll(text: string): { ms: number; reasons: Set<string>; ids: Set<string> } {
  const [wall, start] = [performance.now(), process.cpuUsage()];
  const guest = guestOf(parseXl('hostile.cfg', text));
  const ids = new Set(XL_RULES.flatMap((rule) => [...rule.check(guest)].map((problem) => problem.id)));
  const { user, system } = process.cpuUsage(start);
  return { ms: Math.min((user + system) / 1000, performance.now() - wall), reasons: new Set(guest.syntax.errors.map((error) => error.reason)), ids };
}

describe('hostile configurations', () => {
  it.each([
    ['100,000 open brackets', `a = ${'['.repeat(100_000)}\n`, 'limit-depth'],
    ['100,000 nested lists', `a = ${'['.repeat(100_000)}${']'.repeat(100_000)}\n`, 'limit-depth'],
    ['a million entries', `a = [ ${'1,'.repeat(1_000_000)} ]\n`, 'limit-items'],
    ['a string of 2 MB', `a = "${'x'.repeat(2 << 20)}"\n`, 'limit-string'],
    ['an unterminated string of 2 MB', `a = "${'x'.repeat(2 << 20)}\n`, 'limit-string'],
    ['a million errors', 'x\n'.repeat(1_000_000), 'limit-problems'],
    ['NUL bytes', 'a = 1\n\0\0\0\nb = 2\n', 'nul'],
    ['replacement characters of invalid UTF-8', 'a = \uFFFD\uFFFD\n', 'bad-character'],
    ['carriage returns', 'a = 1\r\n'.repeat(10_000), 'carriage-return'],
  ])('%s', (_what, text, reason) => {
    const { ms, reasons } = readAll(text);
    expect([...reasons]).toContain(reason);
    expect(ms).toBeLessThan(1000);
  });

  it('keeps every statement around a broken one', () => {
    const { statements } = parseXl('x', 'a = 1\nb = [ 1, 2\nc = 3\nd = "x\ne = 5\n');
    expect(statements.map((one) => one.key)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('takes __proto__ as an ordinary text', () => {
    const guest = guestOf(parseXl('x', 'name = "__proto__"\nconstructor = 1\ntostring = 2\n'));
    expect(guest.text('name')?.value).toBe('__proto__');
    expect([...guest.config.settings.keys()]).toEqual(['name', 'constructor', 'tostring']);
  });

  it('has a limit on each thing that grows', () => {
    expect(Object.keys(XL_LIMITS).sort()).toEqual(['depth', 'items', 'problems', 'stringChars']);
  });

  it(`never throws, in ${RUNS} mutations`, () => {
    const piece = fc.constantFrom(
      'name = "x"\n', 'irqs = [ 32, "0x40" ]\n', 'iomem = [ "fe100,1@8000" ]\n', 'virtio = [ "type=virtio" ]\n', 'disk = [ "a,b,c,d,e=f" ]\n',
      'vif = [ "mac=1" ]\n', 'pci = [ "1:2.3@4,x=1" ]\n', 'dtdev = [ "/a", [1] ]\n', '[', ']', '"', "'", '\\', '#', '=', '+=', ',', ';', '\n', '\r', '\0', 'é', '@X@', '${', '{{',
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (parts) => {
      const guest = guestOf(parseXl('x', parts.join('')));
      for (const rule of XL_RULES) {
        for (const problem of rule.check(guest)) {
          expect(problem.range.end).toBeGreaterThanOrEqual(problem.range.start);
          expect(problem.range.end).toBeLessThanOrEqual(guest.syntax.text.length);
        }
      }
    }), { numRuns: RUNS });
  });
});
