import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hypervisorPage } from '../../../bench/hypervisors/page.ts';
import { attachStates, PARTIAL_SYSTEMS } from '../../../bench/hypervisors/states.ts';

describe('the page on hypervisors', () => {
  it('is made from the models (npm run docs:hypervisors -- --write)', () => {
    expect(readFileSync('docs/hypervisors.md', 'utf8')).toBe(hypervisorPage());
  });

  it('leads to the pages that it names', () => {
    for (const [, page] of hypervisorPage().matchAll(/\]\(([\w-]+\.md)\)/g)) expect(readFileSync(`docs/${page}`, 'utf8').length).toBeGreaterThan(0);
  });

  it('shows the five states in their order, each with what the hardware does', () => {
    expect(attachStates().map((s) => s.stream.comparison.sentence)).toEqual([
      'The guest asks for nothing (V is 0), the hardware does stage 1 only.', 'The guest asks for nothing (V is 0), the hardware does stage 2 only.', 'The hardware follows the guest: abort.',
      'The hardware follows the guest: stage 1 and stage 2.', 'The hardware follows the guest: stage 2 only.', 'The guest asks for bypass, the hardware does stage 1 only.',
    ]);
  });

  it.each(PARTIAL_SYSTEMS)('shows each partial configuration on %s, none of which leaves the domain', (_, situations) => {
    const list = situations();
    expect(list).toHaveLength(7);
    for (const { name, fate } of list) expect(fate, name).not.toContain('0x400');
    expect(list.find((s) => s.name === 'stage 1, the CD is empty')!.fate).toContain('C_BAD_CD');
    expect(list.find((s) => s.name.includes('outside'))!.fate).toContain('F_TRANSLATION');
  });
});
