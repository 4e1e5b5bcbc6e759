/**
 * What an observer of the machine is told: one typed step for each thing that the procedure does, in
 * the order in which it does it. Steps are made only while somebody observes. A step describes; the
 * state at that moment is reached by seeking the history to its position.
 */
import type { U64 } from '../bits/u64.ts';

/** A configuration structure in memory. */
export type StructureName = 'L1STD' | 'STE' | 'L1CD' | 'CD';

/** A transaction enters an SMMU. */
export interface TransactionStep {
  readonly kind: 'transaction';
  readonly sid: number;
  readonly ssid: number | undefined;
  readonly address: U64;
  /** READ, WRITE, PRIVILEGED, INSTRUCTION of walk/access.ts. */
  readonly access: number;
  /** The device says that the address is translated already (PCIe ATS). */
  readonly isTranslated?: true;
}

/** A configuration structure was read, from memory or from a cache. */
export interface FetchStep {
  readonly kind: 'fetch';
  readonly structure: StructureName;
  /** Physical address. */
  readonly address: U64;
  /** The address before stage 2, for the CD of a nested stream. */
  readonly ipa: U64 | undefined;
  /** The words; empty where the read aborted. */
  readonly words: Uint32Array;
  readonly isCached: boolean;
  readonly isAborted: boolean;
}

/** A descriptor of a translation table was read. */
export interface DescriptorStep {
  readonly kind: 'descriptor';
  readonly stage: 1 | 2;
  readonly level: number;
  readonly address: U64;
  readonly ipa: U64 | undefined;
  readonly index: number;
  readonly value: U64;
  readonly type: 'table' | 'block' | 'page' | 'invalid' | 'aborted';
  /** What the walk looks up. */
  readonly input: U64;
}

/** A cache answered. */
export interface HitStep {
  readonly kind: 'hit';
  readonly cache: 'tlb' | 'stage-2 tlb' | 'walk cache';
  readonly stage: 1 | 2;
  readonly input: U64;
  readonly output: U64;
}

/** Permissions were compared. */
export interface PermissionStep {
  readonly kind: 'permission';
  readonly stage: 1 | 2;
  readonly access: number;
  /** Permission bits of walk/access.ts for the stage. */
  readonly permissions: number;
  readonly isAllowed: boolean;
}

/** Hardware changed a descriptor: access flag or dirty state. */
export interface UpdateStep {
  readonly kind: 'update';
  readonly stage: 1 | 2;
  readonly address: U64;
  readonly before: U64;
  readonly after: U64;
}

/** A transaction ended. */
export interface ResultStep {
  readonly kind: 'result';
  readonly status: 'ok' | 'abort' | 'raz-wi' | 'stall';
  readonly address: U64 | undefined;
  readonly attributes: string;
  /** Why it did not pass, in plain sentences; empty where it passed. */
  readonly sentence: string;
}

/** An event record was made. */
export interface EventStep {
  readonly kind: 'event';
  readonly words: Uint32Array;
  readonly fate: 'written' | 'waiting' | 'dropped' | 'merged';
}

/** A command was taken from the command queue. */
export interface CommandStep {
  readonly kind: 'command';
  readonly index: number;
  /** Physical address of its slot in the queue. */
  readonly address: U64;
  readonly words: Uint32Array;
  /** CERROR code; 0 where it was carried out. */
  readonly error: number;
  /** Cache entries that it removed. */
  readonly removed: number;
}

/** An interrupt was signalled. */
export interface InterruptStep {
  readonly kind: 'interrupt';
  readonly source: 'event queue' | 'PRI queue' | 'CMD_SYNC' | 'global error';
  /** Where the MSI went; undefined for a wired interrupt. */
  readonly msi: U64 | undefined;
  readonly data: number;
}

/** A global error became active: GERROR tells, and interrupts where it may. */
export interface GlobalErrorStep {
  readonly kind: 'global error';
  /** The bit of GERROR. */
  readonly error: number;
}

/** A register was written. */
export interface RegisterStep {
  readonly kind: 'register';
  readonly offset: number;
  readonly size: 4 | 8;
  readonly value: U64;
  /** False where a guard made the SMMU ignore the write. */
  readonly isTaken: boolean;
}

/** A page request went to the PRI queue, or was answered. */
export interface PageRequestStep {
  readonly kind: 'page request';
  readonly words: Uint32Array;
  readonly fate: 'written' | 'dropped' | 'success' | 'failure';
}

/** A stalled transaction appeared or went away. */
export interface StallStep {
  readonly kind: 'stall';
  readonly sid: number;
  readonly stag: number;
  readonly action: 'parked' | 'retried' | 'aborted' | 'terminated';
}

/** A hypervisor, or a guest above it, did something: see emulator/hypervisor. */
export interface HypervisorStep {
  readonly kind: 'hypervisor';
  /** Who did it, for example `xen` or `dom1`. */
  readonly actor: string;
  readonly action:
    | 'operation' | 'result' | 'hypercall' | 'trap' | 'command' | 'table read' | 'table write' | 'entry write' | 'invalidation'
    | 'event' | 'interrupt' | 'log' | 'crash' | 'violation';
  readonly text: string;
  /** How many operations this is part of. */
  readonly depth: number;
}

/** A processor wrote memory: a driver, a guest or a hypervisor. Writes that change nothing are not reported. */
export interface StoreStep {
  readonly kind: 'store';
  /** Who wrote, for example `host` or `xen`. */
  readonly actor: string;
  /** Physical address of the 64-bit word. */
  readonly address: U64;
  readonly before: U64;
  readonly after: U64;
}

/** Data of a DMA were read or written at the address where the transaction came out. */
export interface AccessStep {
  readonly kind: 'access';
  readonly isWrite: boolean;
  /** Physical address of the first byte. */
  readonly address: U64;
  /** How many bytes. */
  readonly bytes: number;
  /** The first bytes, at most `ACCESS_BYTES`; empty where memory aborted. */
  readonly data: Uint8Array;
  /** No memory answered. */
  readonly isAborted: boolean;
}

/** How many bytes of an access a step holds. */
export const ACCESS_BYTES = 64;

/** Everything that can happen. */
export type StepBody =
  | TransactionStep | FetchStep | DescriptorStep | HitStep | PermissionStep | UpdateStep | ResultStep
  | EventStep | CommandStep | InterruptStep | RegisterStep | PageRequestStep | StallStep | HypervisorStep | GlobalErrorStep | StoreStep | AccessStep;

/** One step with its place: the SMMU (-1 for a hypervisor's), and the history position right after it. */
export type Step = StepBody & { readonly smmu: number; readonly position: number };

/** Somebody who watches. */
export interface Observer {
  step(step: Step): void;
}
