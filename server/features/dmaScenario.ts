/**
 * "Debug DMA" on a device: the lens above its node, and the scenario that lets this device make one
 * access, through a mapping made for it: by the kernel of the board, or, where a project file gives the
 * device to a guest, by that guest under Xen. Writes the text only; whether it runs is the debugger's to say.
 */
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import { regionsOf } from '../../model/platform/addresses.ts';
import type { Domain, System } from '../../model/platform/guests/types.ts';
import type { Master } from '../../model/platform/types.ts';
import { wantsViommu } from '../../model/xl/guestConfig.ts';
import { pathOf, type Board } from './board.ts';
import type { Lens } from './codeLenses.ts';
import type { RawDocument } from './raw/document.ts';

/** Masters of one file that get a lens. */
const MAX_LENSES = 1000;
const PAGE = 0x1000n;
const BLOCK = 0x20_0000n;

/** Whether the debugger's machine has the device with a stream on an SMMUv3. */
function canDma(master: Master): boolean {
  return master.enabled && master.uses.some((use) => use.id !== undefined && use.iommu.enabled && use.iommu.binding.kind === 'smmu-v3');
}

/** A lens for each device of a file that can make DMA through an SMMUv3. */
export function dmaLenses(board: Board, document: RawDocument): Lens[] {
  return board.platform.platform.masters.filter(canDma).slice(0, MAX_LENSES).flatMap((master) => {
    const range = master.node.definitions.map((syntax) => board.range(syntax.target)).find((place) => place.file === document.path);
    return range === undefined ? [] : [{ start: range.start, end: range.end, title: 'Debug DMA', action: 'dma' as const, places: [], device: master.path }];
  });
}

/** What is asked for: the device by its path, the address as the user wrote it, the file of the board. */
export interface DmaQuestion {
  readonly device: string;
  readonly address: string;
  readonly root: string;
  /** The project file that says which guests there are above the board. */
  readonly project?: { readonly path: string; readonly system: System } | undefined;
}

/** A scenario of one DMA, and the name that it is shown under; undefined where the board has no such device. */
export function dmaScenario(board: Board, { device, address, root, project }: DmaQuestion): { readonly name: string; readonly text: string } | undefined {
  const master = board.platform.platform.masters.find((candidate) => candidate.path === device);
  if (master === undefined || !canDma(master) || !/^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(address)) return undefined;
  const name = master.node.labels[0]?.name ?? master.path;
  const owner = project?.system.domains.find((domain) => domain.kind !== 'hardware' && domain.devices.some((one) => one.path === device));
  const access = { name, address, page: `0x${((BigInt(address) / PAGE) * PAGE).toString(16)}` };
  const lines = [
    `# One DMA from ${master.path}, made by "Debug DMA".`,
    '# Copy it into a file that ends in .smmu to keep and change it.',
    ...(project === undefined || owner === undefined ? hostLines(board, root, access) : guestLines(project.path, owner, access)),
  ];
  return { name: `${dirOf(root)}/${master.node.name.replace(/[^\w@.,-]/g, '-')}.smmu`, text: `${lines.join('\n')}\n` };
}

/** The access, and the page around it. */
interface Access {
  readonly name: string;
  readonly address: string;
  readonly page: string;
}

function hostLines(board: Board, root: string, { name, address, page }: Access): string[] {
  return [
    `board ${JSON.stringify(root)}`, '', 'probe', `attach ${name}`, `map ${name} ${page} -> 0x${target(board).toString(16)} 4K rw`, '',
    `dma ${name} write ${address} "hello"`, 'expect ok',
  ];
}

/** Where guests of Xen have their RAM on Arm, and a page in it that no kernel of 64 MiB or more puts its tables in. */
const GUEST_PAGE = 0x4100_0000;

/** The name of a domain as a scenario can write it. */
const DOMAIN_NAME = /^[\w.+~:-]+$/;

/** With a virtual SMMU the guest maps; without one its addresses are what the device uses. */
function guestLines(project: string, domain: Domain, { name, address, page }: Access): string[] {
  const hasVsmmu = domain.vsmmu !== undefined || (domain.config !== undefined && wantsViommu(domain.config));
  const machine = [`project ${JSON.stringify(project)}`, 'hypervisor xen', ''];
  const dma = [`dma ${name} write ${address} "hello"`];
  if (!hasVsmmu) return [...machine, `# ${domain.name} has no virtual SMMU: the device uses the guest's own addresses.`, ...dma, 'expect isolated'];
  if (!DOMAIN_NAME.test(domain.name)) return [...machine, `# ${domain.name} has the device; a scenario cannot write that name, so nothing is mapped.`, ...dma, 'expect isolated'];
  return [...machine, `in ${domain.name}`, '  probe', `  attach ${name}`, `  map ${name} ${page} -> 0x${GUEST_PAGE.toString(16)} 4K rw`, '', ...dma, 'expect ok', 'expect isolated'];
}

/** A page of memory in the lower quarter of the first bank, outside of what is reserved. */
function target(board: Board): bigint {
  const banks = [...board.nodes()].filter(isMemory).flatMap(regionsOf).filter((region) => region.size > 0n);
  const bank = banks[0] ?? { start: 0x4000_0000n, size: 0x4000_0000n };
  const reserved = board.platform.platform.reserved.flatMap(({ node }) => regionsOf(node));
  const first = ((bank.start + bank.size / 4n) / BLOCK) * BLOCK;
  for (let at = first < bank.start ? bank.start : first; at + PAGE <= bank.start + bank.size; at += BLOCK) {
    if (!reserved.some(({ start, size }) => at < start + size && start < at + PAGE)) return at;
  }
  return bank.start;
}

function isMemory(node: DtNode): boolean {
  return /^memory(?:@|$)/.test(node.name) && node.parent !== undefined && pathOf(node.parent) === '/';
}

function dirOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
