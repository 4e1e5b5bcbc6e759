import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { RULES } from '../../cli/rules.ts';
import { testIo } from './support.ts';

describe('vsmmu explain', () => {
  it('lists all rules', async () => {
    const io = testIo();
    expect(await run(['explain'], io)).toBe(0);
    const lines = io.out().split('\n');
    for (const [id, { title }] of RULES) expect(lines.find((l) => l.trim().startsWith(`${id} `))).toContain(title);
  });

  it('prints the page of one', async () => {
    const io = testIo();
    expect(await run(['explain', 'dtc-reg-format'], io)).toBe(0);
    expect(io.out()).toContain('# dtc-reg-format');
    expect(io.out()).toContain(RULES.get('dtc-reg-format')!.remedy);
  });

  it('suggests rules of a similar name', async () => {
    const io = testIo();
    expect(await run(['explain', 'reg-format'], io)).toBe(2);
    expect(io.err()).toContain('dtc-reg-format');
  });
});
