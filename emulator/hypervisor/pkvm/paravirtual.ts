/**
 * The paravirtual IOMMU calls of pKVM (v2 of the pKVM SMMUv3 series, drivers/iommu/arm/arm-smmu-v3
 * and arch/arm64/kvm/hyp/nvhe/iommu): domains, attachment, mapping. The host asks, the hypervisor at
 * EL2 does. Call numbers are not a stable interface and are left out. Power is in power.ts.
 */
import { clear, loadWords } from '../memoryView.ts';
import { PAGE_SIZE } from '../pages.ts';
import { Box } from '../state.ts';
import { CD_SIZE, contextDescriptor, DOMAIN_TYPES, MOST_CD_PAGES, stage1Entry, stage2Entry, type Attachment, type Domain, type Stream } from './domains.ts';
import { DonatedPool } from './donatedPool.ts';
import type { PkvmSmmu } from './hardware.ts';
import { readScatterList, SCATTER_SIZE, type ScatterEntry, type ScatterList } from './scatterList.ts';
import { PkvmMapping, type MappingParts, type MappingRequest, type PageRange } from './mapping.ts';
import { REQUEST_POOLS, REQUEST_TYPES, type MemoryRequest } from './memoryRequest.ts';

/** Errors of the calls. */
export type CallError = '-E2BIG' | '-EBUSY' | '-EINVAL' | '-ENODEV' | '-ENOENT' | '-ENOMEM' | '-EPIPE';

/** What a call returns: a number, or an error; and a request for memory. */
export interface CallResult {
  readonly value: number;
  readonly error?: CallError;
  /** Which rule was broken, for people; a sentence without its full stop. */
  readonly why?: string;
  readonly request?: MemoryRequest;
}

/** Arguments of attach and detach. */
export interface Endpoint {
  readonly smmu: number;
  readonly domain: number;
  readonly sid: number;
  readonly pasid: number;
}

/** What the calls work on. */
export interface ParavirtualParts extends MappingParts {
  readonly smmus: readonly PkvmSmmu[];
}

const DOMAIN_IDS = 2 ** 16;
/** Entries of 16 bytes in a page of the table of domains. */
const DOMAINS_PER_PAGE = PAGE_SIZE / 16;

function error(name: CallError, why?: string): CallResult {
  return why === undefined ? { value: 0, error: name } : { value: 0, error: name, why };
}

const OKAY: CallResult = { value: 0 };

/** The calls. */
export class Paravirtual {
  readonly heap: DonatedPool;
  readonly pool: DonatedPool;
  readonly mapping: PkvmMapping;
  readonly #parts: ParavirtualParts;
  readonly #domains: Box<readonly Domain[]>;
  readonly #attachments: Box<readonly Attachment[]>;
  readonly #streams: Box<readonly Stream[]>;
  /** Groups of domain ids whose leaf page exists. */
  readonly #leaves: Box<readonly number[]>;

  constructor(parts: ParavirtualParts) {
    const { history } = parts.runtime.machine;
    this.#parts = parts;
    this.heap = new DonatedPool(history, 'pkvm.heap');
    this.pool = parts.pool;
    this.mapping = new PkvmMapping(parts);
    this.#domains = new Box<readonly Domain[]>(history, 'pkvm.domains', []);
    this.#attachments = new Box<readonly Attachment[]>(history, 'pkvm.attachments', []);
    this.#streams = new Box<readonly Stream[]>(history, 'pkvm.streams', []);
    this.#leaves = new Box<readonly number[]>(history, 'pkvm.leaves', []);
  }

  /** A live domain. */
  domain(id: number): Domain | undefined {
    return this.#domains.value.find((d) => d.id === id);
  }

  /** References of a domain: one for being alive, one for each attachment. */
  references(id: number): number {
    return this.domain(id) === undefined ? 0 : 1 + this.#attachments.value.filter((a) => a.domain === id).length;
  }

  /** `alloc_domain`. */
  allocDomain(id: number, type: number): CallResult {
    if (type !== DOMAIN_TYPES.stage1 && type !== DOMAIN_TYPES.stage2) return error('-EINVAL', `there is no domain type ${type}: 0 is stage 1, 1 is stage 2`);
    if (id < 0 || id >= DOMAIN_IDS) return error('-ENOMEM');
    const group = Math.floor(id / DOMAINS_PER_PAGE);
    if (!this.#leaves.value.includes(group)) {
      // The heap has no way to ask: the host gives it a page on its own accord.
      if (this.heap.allocate() === undefined) return error('-ENOMEM');
      this.#leaves.value = [...this.#leaves.value, group];
    }
    if (this.domain(id) !== undefined) return error('-EINVAL', `domain ${id} exists already`);
    this.#domains.value = [...this.#domains.value, { id, type, smmu: -1, root: 0 }];
    return OKAY;
  }

  /** `free_domain`: a domain that is still attached stops the machine. */
  freeDomain(id: number): CallResult {
    const domain = this.domain(id);
    if (domain === undefined || this.references(id) !== 1) {
      this.#parts.runtime.stop(`free_domain: domain ${id} has ${this.references(id)} references, not 1`);
      return error('-EINVAL');
    }
    this.mapping.destroy(domain, this.#parts.smmus[domain.smmu]);
    this.#domains.value = this.#domains.value.filter((d) => d !== domain);
    return OKAY;
  }

  /** `attach_dev`: pasid 0 first; `pasidBits` sizes the table of context descriptors. */
  attach(endpoint: Endpoint, pasidBits: number): CallResult {
    const smmu = this.#parts.smmus[endpoint.smmu];
    if (smmu === undefined) return error('-EINVAL', `there is no SMMU ${endpoint.smmu}`);
    const found = this.domain(endpoint.domain);
    if (found === undefined) {
      this.#parts.runtime.stop(`attach_dev: domain ${endpoint.domain} has no references`);
      return error('-EINVAL');
    }
    const bits = Math.min(pasidBits, smmu.features.ssidSize);
    const refusal = this.#refusal(found, endpoint, bits);
    if (refusal !== undefined) return error(...refusal);
    this.pool.lacking = 0;
    const domain = smmu.reserve(endpoint.sid) ? this.#withTables(found, endpoint.smmu) : undefined;
    if (domain === undefined) return this.#lacking();
    const isStage2 = domain.type === DOMAIN_TYPES.stage2;
    const stream = this.#stream(endpoint) ?? this.#newStream(endpoint, domain.type, bits);
    if (stream === undefined) return this.#lacking();
    if (!isStage2) smmu.writeCd(stream.cdTable + endpoint.pasid * CD_SIZE, contextDescriptor(domain, smmu.features), endpoint);
    if (endpoint.pasid === 0) smmu.installSte(endpoint.sid, isStage2 ? stage2Entry(domain, smmu.features) : stage1Entry(stream));
    this.#attachments.value = [...this.#attachments.value, { domain: domain.id, smmu: endpoint.smmu, sid: endpoint.sid, pasid: endpoint.pasid }];
    return OKAY;
  }

  /** `detach_dev`: pasid 0 last. */
  detach(endpoint: Endpoint): CallResult {
    const smmu = this.#parts.smmus[endpoint.smmu];
    if (smmu === undefined) return error('-EINVAL', `there is no SMMU ${endpoint.smmu}`);
    if (this.references(endpoint.domain) <= 1) return error('-EINVAL', `domain ${endpoint.domain} is attached nowhere`);
    const domain = this.domain(endpoint.domain);
    const stream = this.#stream(endpoint);
    if (stream === undefined || domain === undefined) return error('-ENODEV', `nothing is attached to StreamID 0x${endpoint.sid.toString(16)}`);
    if (stream.type === DOMAIN_TYPES.stage1 && endpoint.pasid >= 2 ** stream.pasidBits) return error('-E2BIG', beyondPasids(stream));
    const here = this.#attachments.value.filter((a) => a.smmu === endpoint.smmu && a.sid === endpoint.sid);
    const mine = here.find((a) => a.pasid === endpoint.pasid && a.domain === endpoint.domain);
    if (mine === undefined) return error('-EINVAL', `domain ${endpoint.domain} is not attached to pasid ${endpoint.pasid} of StreamID 0x${endpoint.sid.toString(16)}`);
    if (endpoint.pasid === 0 && here.length > 1) return error('-EINVAL', 'pasid 0 is detached last, and other pasids of the stream are attached');
    if (smmu.isOff) return error('-EPIPE', NO_POWER);
    if (endpoint.pasid === 0) smmu.clearSte(endpoint.sid);
    if (stream.cdTable !== 0) smmu.writeCd(stream.cdTable + endpoint.pasid * CD_SIZE, new Uint32Array(16), endpoint);
    smmu.invalidateAll(domain);
    this.#attachments.value = this.#attachments.value.filter((a) => a !== mine);
    if (endpoint.pasid !== 0) return OKAY;
    if (stream.cdTable !== 0) this.pool.free(stream.cdTable, tablePages(stream.pasidBits));
    this.#streams.value = this.#streams.value.filter((s) => s !== stream);
    return OKAY;
  }

  /** `map_pages`: gives the bytes that were mapped, 0 on any error. */
  map(id: number, range: MappingRequest): CallResult {
    const domain = this.domain(id);
    if (domain === undefined) return OKAY;
    this.pool.lacking = 0;
    const value = this.mapping.map(domain, range);
    return this.pool.lacking === 0 ? { value } : { value, request: this.#request() };
  }

  /** `map_sg` with its list in pages that the host has shared: they stay pinned meanwhile. */
  mapSgList(id: number, iova: number, list: ScatterList): CallResult {
    const { ownership, memory } = this.#parts;
    const pages = Array.from({ length: Math.ceil((list.count * SCATTER_SIZE) / PAGE_SIZE) }, (_, i) => ({ address: list.address + i * PAGE_SIZE }));
    const pinned = pages.filter((page) => ownership.change('hyp_pin_shared_mem', page) === '0');
    const isWhole = list.address % PAGE_SIZE === 0 && pinned.length === pages.length;
    const result = isWhole ? this.mapSg(id, iova, readScatterList(memory, list), list.prot) : OKAY;
    for (const page of pinned) ownership.change('hyp_unpin_shared_mem', page);
    return result;
  }

  /** The mapping of a scatter list: the bytes that were mapped, up to the first entry that falls short. */
  mapSg(id: number, iova: number, entries: readonly ScatterEntry[], prot: number): CallResult {
    let value = 0;
    for (const { phys, pgsize, pgcount } of entries) {
      const part = this.map(id, { iova: iova + value, paddr: phys, pgsize, pgcount, prot });
      value += part.value;
      if (part.value < pgsize * pgcount) return { ...part, value };
    }
    return { value };
  }

  /** `unmap_pages`: gives the bytes that were unmapped. */
  unmap(id: number, range: PageRange): CallResult {
    const domain = this.domain(id);
    return domain === undefined ? OKAY : { value: this.mapping.unmap(domain, range, this.#parts.smmus[domain.smmu]) };
  }

  /** `iova_to_phys`: 0 where nothing is mapped. */
  iovaToPhys(id: number, iova: number): CallResult {
    const domain = this.domain(id);
    return { value: domain === undefined || domain.root === 0 ? 0 : (this.mapping.table(domain).find(iova)?.output ?? 0) };
  }

  /** Which rule an attachment breaks. */
  #refusal(domain: Domain, { smmu, sid, pasid }: Endpoint, bits: number): Parameters<typeof error> | undefined {
    const stream = this.#streams.value.find((s) => s.smmu === smmu && s.sid === sid);
    const hardware = this.#parts.smmus[smmu];
    const who = `StreamID 0x${sid.toString(16)}`;
    if (sid >= (hardware?.sids ?? 0)) return ['-ENOMEM', `the stream table has no ${who}`];
    if (hardware?.isOff === true) return ['-EPIPE', NO_POWER];
    if (domain.smmu >= 0 && domain.smmu !== smmu) return ['-EINVAL', `domain ${domain.id} is of SMMU ${domain.smmu}: a domain has one SMMU`];
    if (domain.type === DOMAIN_TYPES.stage2) return stream !== undefined || pasid !== 0 ? ['-EBUSY', `a stage-2 domain is the only one of a stream: ${stream === undefined ? `pasid ${pasid} is not 0` : `${who} has one`}`] : undefined;
    if (stream?.type === DOMAIN_TYPES.stage2) return ['-EBUSY', `${who} has a stage-2 domain, which is the only one of a stream`];
    if (stream === undefined && pasid > 0) return ['-EINVAL', `pasid 0 is attached first, and nothing is attached to ${who}`];
    if (stream === undefined) return tablePages(bits) > MOST_CD_PAGES ? ['-ENOMEM', `a table of 2^${bits} context descriptors is larger than EL2 makes`] : undefined;
    if (pasid >= 2 ** stream.pasidBits) return ['-E2BIG', beyondPasids(stream)];
    const cd = loadWords(this.#parts.memory, stream.cdTable + pasid * CD_SIZE, 2);
    return (cd?.[0] ?? 0) === 0 ? undefined : ['-EBUSY', `pasid ${pasid} of ${who} has a domain`];
  }

  #stream({ smmu, sid }: Endpoint): Stream | undefined {
    return this.#streams.value.find((s) => s.smmu === smmu && s.sid === sid);
  }

  #withTables(domain: Domain, smmu: number): Domain | undefined {
    const root = domain.root === 0 ? this.mapping.create(domain.type)?.root : domain.root;
    if (root === undefined) return undefined;
    const next = { ...domain, root, smmu };
    this.#domains.value = this.#domains.value.map((d) => (d === domain ? next : d));
    return next;
  }

  #newStream({ smmu, sid }: Endpoint, type: number, pasidBits: number): Stream | undefined {
    const pages = tablePages(pasidBits);
    const cdTable = type === DOMAIN_TYPES.stage2 ? 0 : this.pool.allocate(pages);
    if (cdTable === undefined) return undefined;
    if (cdTable !== 0) clear(this.#parts.memory, cdTable, pages * PAGE_SIZE);
    const stream = { smmu, sid, type, cdTable, pasidBits };
    this.#streams.value = [...this.#streams.value, stream];
    return stream;
  }

  #lacking(): CallResult {
    return { ...error('-ENOMEM'), request: this.#request() };
  }

  #request(): MemoryRequest {
    return { type: REQUEST_TYPES.memory, pool: REQUEST_POOLS.iommu, blocks: 1, size: this.pool.lacking * PAGE_SIZE };
  }
}

const NO_POWER = 'the SMMU has no power';

function beyondPasids({ pasidBits }: Stream): string {
  return `the stream was attached with ${pasidBits} bits of pasid`;
}

function tablePages(pasidBits: number): number {
  return Math.ceil((2 ** pasidBits * CD_SIZE) / PAGE_SIZE);
}
