/** Random dialogues; `VSMMU_DIALOGUES=10000` sets how many. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HANDLERS } from '../../../debugger/dap/requests/index.ts';
import { dialogue, nonsense, play, thereAndBack } from './model.ts';

const RUNS = Number(process.env['VSMMU_DIALOGUES'] ?? 200);
const TIMEOUT = 60_000 + RUNS * 200;

describe('random dialogues', () => {
  it('are always answered, with one stop for each movement', async () => {
    await fc.assert(fc.asyncProperty(dialogue, play), { numRuns: RUNS });
  }, TIMEOUT);

  it('come back to where they were', async () => {
    const length = { minLength: 1, maxLength: 40 };
    const steps = fc.oneof(
      fc.array(fc.constantFrom('stepIn' as const, 'next' as const), length), fc.array(fc.constant('next' as const), length), fc.array(fc.constant('stepIn' as const), length),
    );
    await fc.assert(fc.asyncProperty(fc.nat({ max: 3 }), steps, thereAndBack), { numRuns: Math.ceil(RUNS / 5) });
  }, TIMEOUT);

  it('survive a client that says anything in any order', async () => {
    const request = fc.record({ command: fc.constantFrom(...Object.keys(HANDLERS)), args: fc.anything({ maxDepth: 2 }) });
    await fc.assert(fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 10 }), nonsense), { numRuns: RUNS });
    expect(Object.keys(HANDLERS).length).toBeGreaterThan(40);
  }, TIMEOUT);
});
