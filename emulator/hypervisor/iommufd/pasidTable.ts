/**
 * The interface before iommufd (VFIO_IOMMU_SET_PASID_TABLE, 2018 to 2021, never merged): judged only,
 * so that old documents and programs can be understood. Nothing is carried out.
 */
import { given, refused, type Result } from './result.ts';

/** struct iommu_pasid_table_config. */
export interface PasidTableConfig {
  readonly version: number;
  /** 1 is SMMUv3. */
  readonly format: number;
  /** log2 of the contexts of the guest. */
  readonly pasidBits: number;
  readonly config: 'translate' | 'bypass' | 'abort';
}

/** What the device is at when the call comes. */
export interface PasidTableState {
  readonly stage: 'stage 1' | 'stage 2' | 'nested';
  /** A guest table is bound. */
  readonly isBound: boolean;
}

/** Judges the call that binds a guest's table. */
export function judgePasidTable(config: PasidTableConfig, state: PasidTableState): Result<'bound' | 'bypass' | 'abort'> {
  if (config.version !== 1) return refused('-EINVAL', `version ${config.version} is not 1`);
  if (config.format !== 1) return refused('-EINVAL', `format ${config.format} is not SMMUv3`);
  if (state.stage !== 'nested') return refused('-EINVAL', 'the domain was not made for nesting');
  if (config.config !== 'translate') return given(config.config);
  if (state.isBound) return refused('-EINVAL', 'a table is bound: unset it first');
  return config.pasidBits === 0 ? given('bound') : refused('-EINVAL', 'only a single context descriptor is supported');
}

/** A cache invalidation of that interface. */
export interface OldInvalidation {
  readonly cache: 'iotlb' | 'pasid' | 'device tlb';
  readonly granularity: 'domain' | 'pasid' | 'address';
  readonly hasArchId?: boolean;
  readonly usesPasid?: boolean;
  readonly granule?: number;
  readonly pages?: number;
}

const GRANULES = new Set([4096, 16384, 65536]);

/** Judges an invalidation; gives the command that it becomes. */
export function judgeOldInvalidation(request: OldInvalidation): Result<'TLBI_NH_ALL' | 'TLBI_NH_ASID' | 'TLBI_NH_VA'> {
  if (request.cache !== 'iotlb') return refused('-ENOENT', `the ${request.cache} cache is not handled`);
  if (request.granularity === 'domain') return given('TLBI_NH_ALL');
  if (request.granularity === 'pasid') return request.hasArchId === true ? given('TLBI_NH_ASID') : refused('-ENOENT', 'the architecture identifier (ASID) is needed');
  if (request.usesPasid === true) return refused('-ENOENT', 'addresses are named by ASID, not by PASID');
  if (!GRANULES.has(request.granule ?? 0) || (request.pages ?? 0) === 0) return refused('-EINVAL', 'the granule is not supported or the size is zero');
  return given('TLBI_NH_VA');
}
