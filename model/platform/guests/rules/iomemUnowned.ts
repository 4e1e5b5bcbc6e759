import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { regionsOf } from '../../addresses.ts';
import { hex } from '../../units.ts';
import { below } from '../fragment.ts';
import type { Domain, OwnedPages } from '../types.ts';
import { problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

const PAGE = 4096n;

interface Range {
  readonly start: bigint;
  readonly end: bigint;
}

/** Rule 10 of the survey, the other way round. */
export const iomemUnowned: SystemRule = {
  id: 'guest-iomem-unowned',
  level: 'information',
  title: '`iomem` range that no node of the host tree owns',
  explanation: 'The range is no device\'s `reg` in the host tree. It may be meant (a region that no node describes), or a digit is wrong: then the guest gets registers of nothing, or of another device.',
  remedy: 'Compare with `reg` of the host node; frames are 4 KiB, in hexadecimal.',
  bad: board() + guest({ iomem: 'iomem = [ "0xfe100,1", "0xfe900,1" ]' }) + fragment(),
  good: board() + guest() + fragment(),
  sources: ['xl.cfg(5), `iomem`: START and NUM are page frame numbers in hexadecimal'],
  *check(system) {
    const { host } = system;
    if (host?.isWhole !== true) return;
    let owned: Range[] | undefined;
    for (const domain of system.domains) {
      if (domain.kind !== 'xl' || !domain.devices.some((device) => device.node !== undefined)) continue;
      owned ??= ranges(host.tree.root);
      for (const pages of domain.pages) {
        if (isOwned(owned, pages.host, pages.size)) continue;
        const meant = asDecimal(domain, pages);
        const isDecimal = meant !== undefined && isOwned(owned, meant, pages.size);
        yield problem(this, pages.at, {
          level: isDecimal ? 'warning' : 'information',
          message: `No node of the host tree has registers at ${hex(pages.host)}.`,
          advice: isDecimal ? `The frame is read as hexadecimal; ${hex(meant)} was meant: write 0x${(meant / PAGE).toString(16)}.` : 'Compare with reg of the host node.',
        });
      }
    }
  },
};

function isOwned(owned: readonly Range[], start: bigint, size: bigint): boolean {
  return owned.some((range) => range.start < start + size && range.end > start);
}

/** The address of an entry whose digits were meant as decimal; undefined where they cannot be. */
function asDecimal(domain: Domain, pages: OwnedPages): bigint | undefined {
  const entry = domain.config?.iomem.find(({ atom }) => atom.start === pages.at.start);
  const digits = entry?.value.looksDecimal === true ? /^\s*(\d+)/.exec(entry.atom.text)?.[1] : undefined;
  return digits === undefined ? undefined : BigInt(digits) * PAGE;
}

function ranges(root: DtNode): Range[] {
  return [...below(root)].flatMap((node) => regionsOf(node).flatMap(({ physical, size }) => (physical === undefined ? [] : [{ start: physical, end: physical + size }])));
}
