/** What can be asked of the grant DMA model by name and plain values: the entry for scenarios and the debugger. */
import { fromNumber, type U64 } from '../../bits/u64.ts';
import { done, failed, type Operation, type OperationValues, type Outcome } from '../hypervisor.ts';
import { grantAddress } from './address.ts';
import type { Buffer, DmaDirection } from './dmaOps.ts';
import type { GrantDma } from './grantDma.ts';

const DIRECTIONS: ReadonlyMap<string, DmaDirection> = new Map([['read', 'to-device'], ['write', 'from-device'], ['both', 'bidirectional']]);

function number(values: OperationValues, name: string): number {
  return Number(values[name] ?? 0);
}

function device(values: OperationValues): string {
  return String(values['device'] ?? '');
}

/** What devices may do with a buffer: `read`, `write` or `both`. */
function direction(values: OperationValues): DmaDirection {
  return DIRECTIONS.get(String(values['access'])) ?? 'none';
}

function granted(values: OperationValues): U64 {
  return grantAddress({ ref: number(values, 'ref'), offset: number(values, 'offset') });
}

function unmap(hypervisor: GrantDma, values: OperationValues): Outcome {
  const ops = hypervisor.ops(device(values));
  if (ops === undefined) return done('ordinary DMA');
  return ops.unmap(granted(values), number(values, 'size'), 'bidirectional') ? done('ended') : failed('the grant is still in use');
}

function access(isWrite: boolean, toAddress: (values: OperationValues) => U64, keep = false): Operation<GrantDma>['run'] {
  return (hypervisor, values) => hypervisor.access(device(values), { address: toAddress(values), size: number(values, 'size'), isWrite, keep });
}

const MOST_BYTES = 2 ** 26;

function parseBuffers(text: string): Buffer[] | undefined {
  const buffers = text.split(',').map((part) => {
    const [address = Number.NaN, size = Number.NaN, ...more] = part.split('+').map(Number);
    return more.length === 0 && Number.isSafeInteger(address) && address >= 0 && size > 0 && size <= MOST_BYTES ? { address, size } : undefined;
  });
  return buffers.includes(undefined) ? undefined : buffers.filter((b) => b !== undefined);
}

const PLACE = ['device', 'ref', 'offset', 'size'] as const;

/** All operations. */
export const GRANT_DMA_OPERATIONS: readonly Operation<GrantDma>[] = [
  {
    name: 'map', text: 'The guest grants a buffer to the back end of a device.', parameters: ['device', 'address', 'size', 'access'],
    run: (h, v) => h.map(device(v), number(v, 'address'), number(v, 'size'), direction(v)),
  },
  {
    name: 'mapSg', text: 'The guest grants several buffers, or none; `list` is `address+size,address+size`.', parameters: ['device', 'list', 'access'],
    run: (h, v) => {
      const buffers = parseBuffers(String(v['list']));
      return buffers === undefined ? failed('the list is not of the form address+size,...') : h.mapList(device(v), buffers, direction(v));
    },
  },
  { name: 'unmap', text: 'The guest ends the grants of a buffer.', parameters: PLACE, run: unmap },
  { name: 'allocate', text: 'The guest makes a coherent buffer, as for the rings of a device.', parameters: ['device', 'size'], run: (h, v) => h.allocate(device(v), number(v, 'size')) },
  { name: 'release', text: 'The guest frees a coherent buffer.', parameters: ['device', 'ref', 'size'], run: (h, v) => h.release(device(v), number(v, 'ref'), number(v, 'size')) },
  { name: 'read', text: 'The back end reads a granted buffer.', parameters: PLACE, run: access(false, granted) },
  { name: 'write', text: 'The back end writes a granted buffer.', parameters: PLACE, run: access(true, granted) },
  { name: 'hold', text: 'The back end reads a granted buffer and keeps it mapped.', parameters: PLACE, run: access(false, granted, true) },
  { name: 'letGo', text: 'The back end unmaps everything that it holds.', parameters: ['device'], run: (h, v) => h.letGo(device(v)) },
  {
    name: 'foreign', text: 'The back end maps a page of the guest that nobody granted, and reads it.', parameters: ['device', 'address', 'size'],
    run: access(false, (v) => fromNumber(number(v, 'address'))),
  },
];

/** The same, with the parameters that are text. */
export const GRANT_DMA_TABLE = { operations: GRANT_DMA_OPERATIONS, texts: new Set(['device', 'access', 'list']) } as const;
