import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Machine } from '../../../../emulator/index.ts';
import { PageOwnership, TRANSITION_NAMES, type TransitionName } from '../../../../emulator/hypervisor/pkvm/ownership.ts';
import { fixture, original } from '../linux/fixtures.ts';

interface Step { op: TransitionName; page: 'g0' | 'g1' | null; expect: string; after: Record<string, string> }
const { pkvmOwnership } = fixture<{ pkvmOwnership: Step[] }>('grants-pkvm');

const RAM = 0x4000_0000;
const PAGE = RAM + 0x3000;

function system() {
  const machine = new Machine({ regions: [{ name: 'ram', kind: 'ram', base: RAM, size: 0x10_0000, owner: 'host' }], smmus: [] });
  const ownership = new PageOwnership({
    history: machine.history, owners: machine.owners, ram: { base: RAM, size: 0x10_0000 },
    hypDevices: [{ base: 0x900_0000, size: 0x2_0000 }], guests: [{ pages: 4 }, { pages: 4 }],
  });
  return { machine, ownership };
}

function states({ records }: PageOwnership): Record<string, string | undefined> {
  const page = (PAGE - RAM) / 4096;
  return { host: records.state('host', page), hyp: records.state('hyp', page), guest0: records.guestPage(0, 0)?.state, guest1: records.guestPage(1, 0)?.state };
}

describe("the kernel's own sequence of ownership changes", () => {
  const { machine, ownership } = system();
  // The sequence starts with a page of the hypervisor.
  ownership.change('host_donate_hyp', { address: PAGE });

  it.each(pkvmOwnership.map((s, i) => ({ i, ...s })))('$i: $op $page gives $expect', ({ op, page, expect: expected, after }) => {
    const result = ownership.change(op, { address: PAGE, guest: page === 'g1' ? 1 : 0, gfn: 0 });
    expect(result).toBe(expected === 'void' ? '0' : expected);
    expect(states(ownership)).toEqual(after);
  });

  it('has 102 steps and leaves the page with its owner', () => {
    expect(pkvmOwnership).toHaveLength(102);
    expect(machine.owners.at(PAGE)).toBe('hyp');
  });

  it.skipIf(original('linux-conformance') === undefined)('is the shared one (skipped without ../shared)', () => {
    expect(pkvmOwnership).toEqual(original<{ pkvmOwnership: Step[] }>('linux-conformance')!.pkvmOwnership);
  });
});

describe('references of DMA', () => {
  it('keep the host from sharing or donating the page, until the last one is gone', () => {
    const { ownership } = system();
    ownership.useDma(PAGE, 0x2000);
    ownership.useDma(PAGE, 0x1000);
    const away: TransitionName[] = ['host_donate_hyp', 'host_donate_guest', 'host_share_hyp', 'host_share_guest', 'host_share_ffa'];
    for (const name of away) expect(ownership.change(name, { address: PAGE }), name).toBe('-EINVAL');
    ownership.unuseDma(PAGE, 0x1000);
    for (const name of away) expect(ownership.change(name, { address: PAGE }), name).toBe('-EINVAL');
    ownership.unuseDma(PAGE, 0x1000);
    expect(ownership.change('host_donate_guest', { address: PAGE })).toBe('0');
    expect(ownership.change('host_donate_guest', { address: PAGE + 0x1000, gfn: 1 })).toBe('-EINVAL');
  });

  it.each([
    ['host_share_hyp', '-EPERM'], ['host_donate_hyp', '-EPERM'], ['host_donate_guest', '-EPERM'], ['host_share_guest', '-EPERM'],
  ] as const)('are refused after %s, for the whole range', (name, expected) => {
    const { ownership } = system();
    ownership.change(name, { address: PAGE + 0x1000 });
    expect(ownership.useDma(PAGE, 0x2000)).toBe(expected);
    expect(ownership.dmaRefs(PAGE)).toBe(0);
  });

  it('are not counted for device registers, and refused for those of the hypervisor', () => {
    const { ownership } = system();
    expect(ownership.useDma(0x800_0000, 0x1000)).toBe('0');
    expect(ownership.dmaRefs(0x800_0000)).toBe(0);
    expect(ownership.unuseDma(0x800_0000, 0x1000)).toBe('0');
    expect(ownership.useDma(0x901_0000, 0x1000)).toBe('-EPERM');
  });

  it('come in whole pages, and never go below zero', () => {
    const { ownership } = system();
    expect(ownership.useDma(PAGE + 8, 0x1000)).toBe('-EINVAL');
    expect(ownership.useDma(PAGE, 0x800)).toBe('-EINVAL');
    expect(ownership.unuseDma(PAGE, 0x1000)).toBe('-EINVAL');
    expect(ownership.change('host_share_hyp', { address: 0x800_0000 })).toBe('-EINVAL');
  });
});

describe('random changes', () => {
  // Ending a share with the secure world trusts its caller, so it is not part of the random ones.
  const names = [...TRANSITION_NAMES.filter((n) => !n.endsWith('_ffa')), 'use', 'unuse'] as const;
  const action = fc.record({ name: fc.constantFrom(...names), page: fc.nat(2), guest: fc.nat(1), gfn: fc.nat(1) });

  it('never leave a page with two owners, nor a device with a page that the host gave away', () => {
    fc.assert(fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const { machine, ownership } = system();
      machine.history.recording = true;
      const hash = machine.hash;
      for (const { name, page, guest, gfn } of actions) {
        const address = RAM + page * 4096;
        if (name === 'use') ownership.useDma(address, 4096);
        else if (name === 'unuse') ownership.unuseDma(address, 4096);
        else ownership.change(name, { address, guest, gfn });
        const { records } = ownership;
        for (let p = 0; p < 3; p++) {
          const owners = [records.state('host', p), records.state('hyp', p)].filter((s) => s === 'OWNED' || s === 'SHARED_OWNED').length;
          expect(owners + (records.ownerOf(p) === undefined ? 0 : 1)).toBe(1);
          if (records.count('dmaRefs', p) > 0) expect(records.state('host', p)).toBe('OWNED');
        }
      }
      machine.history.mark();
      machine.history.back(1);
      expect(machine.hash).toBe(hash);
    }), { numRuns: 150 });
  });
});
