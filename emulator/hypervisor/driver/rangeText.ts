/** What a driver says of ranges: why one cannot be mapped or unmapped, and how much of one was. Sizes in bytes. */
import { PAGE_SIZE } from '../pages.ts';

/** Tables have four levels of a 4K granule. */
const INPUT_END = 2 ** 48;

/** Why a range of inputs cannot be mapped or unmapped; undefined where it can. */
export function rangeProblem(iova: number, size: number): string | undefined {
  if (size <= 0 || size % PAGE_SIZE !== 0 || iova % PAGE_SIZE !== 0) return '-EINVAL: address and size must be multiples of 4K';
  return iova + size > INPUT_END ? '-ERANGE: the tables have 48 bits of input address' : undefined;
}

/** `1 page`, `4 pages`. */
export function pagesText(bytes: number): string {
  return bytes === PAGE_SIZE ? '1 page' : `${bytes / PAGE_SIZE} pages`;
}

/** What an unmap took away; a range need not have been mapped whole. */
export function unmappedText(covered: number, size: number): string {
  if (covered === 0) return 'nothing was mapped there';
  return covered === size ? `unmapped ${pagesText(covered)}` : `unmapped ${pagesText(covered)}, the rest of the range was not mapped`;
}
