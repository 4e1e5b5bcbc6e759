/** A description in the making, as the lines of a setup fill it one after the other. */
import type { Problem, SourceRange } from '../../model/problem.ts';
import type { HostTree } from '../../model/platform/guests/types.ts';
import type { System as ModelSystem } from '../../model/platform/guests/types.ts';
import type { XlDialect } from '../../model/xl/dialects.ts';
import type { XlGuest } from '../../model/xl/guestConfig.ts';
import type { DescribedDevice, DescribedMemory, DescribedSmmu, Description } from './description.ts';
import type { SetupLine } from './setupLine.ts';

/** A `guest` line. */
export interface GuestLine {
  readonly name: string;
  readonly at: SourceRange;
  readonly config: XlGuest | undefined;
  readonly hasVsmmu: boolean | undefined;
  readonly memory: number | undefined;
  readonly devices: readonly string[];
  readonly kind: 'xl' | 'dom0less';
  /** Named by a `create` action, not by the setup. */
  readonly isLater: boolean;
}

/** A description in the making. */
export interface Draft {
  smmus: DescribedSmmu[];
  devices: DescribedDevice[];
  memory: DescribedMemory[];
  reserved: { readonly base: number; readonly size: number }[];
  hypervisor: Description['hypervisor'];
  /** `hypervisor ... viommu=`. */
  hasVsmmus: boolean | undefined;
  cache: Description['cache'];
  image: Description['image'];
  limit: number | undefined;
  host: HostTree | undefined;
  /** Read from a project file, guests joined. */
  project: ModelSystem | undefined;
  dialect: XlDialect | undefined;
  guests: GuestLine[];
  problems: Problem[];
}

/** Guests of a scenario, those that it creates later too: a machine is made at once. */
export const MOST_GUESTS = 256;

/** Problems of one setup that are kept: nobody is shown more. */
const MOST_PROBLEMS = 1000;

/** Keeps a problem, unless there are too many; an error is always kept where there is none among the last. */
export function tell(problems: Problem[], found: Problem): void {
  const isFull = problems.length >= MOST_PROBLEMS && (found.level !== 'error' || problems.at(-1)?.level === 'error');
  if (!isFull) problems.push(found);
}

/** Reads one line of the setup into the draft; in slices where that takes long. */
export type Reader = (draft: Draft, line: SetupLine) => void | Generator<void, void>;
