/**
 * Xen's side of grants: GNTTABOP_map_grant_ref and unmap_grant_ref (common/grant_table.c), with the
 * checks in Xen's order. Each granter has one table of version 1. Entries do not change while Xen
 * looks at them, so the retries for an unstable entry are not modelled.
 */
import type { History } from '../../history/history.ts';
import { Box } from '../state.ts';
import { GTF, type GrantTable } from './table.ts';

/** Statuses that these operations give, by Xen's names without GNTST. */
export const GRANT_STATUS = { okay: 0, general_error: -1, bad_domain: -2, bad_gntref: -3, bad_handle: -4, permission_denied: -8, no_space: -13 } as const;

/** Name of a status. */
export type GrantStatus = keyof typeof GRANT_STATUS;

/** Handles in a 4K frame of the map track: entries of 16 bytes. */
const HANDLES_PER_FRAME = 256;

/** A grant that some domain has mapped. */
export interface GrantMapping {
  readonly handle: number;
  readonly caller: number;
  readonly granter: number;
  readonly ref: number;
  /** Guest frame number, in the granter. */
  readonly frame: number;
  readonly readOnly: boolean;
}

/** What a domain asks for. */
export type MapRequest = Pick<GrantMapping, 'caller' | 'granter' | 'ref' | 'readOnly'>;

/** A handle, or why there is none. */
export type MapResult = { readonly status: 'okay'; readonly mapping: GrantMapping } | { readonly status: Exclude<GrantStatus, 'okay'>; readonly why: string };

/** What the operations work on. */
export interface GrantMapperParts {
  readonly history: History;
  /** The tables of the domains that exist. */
  readonly tables: ReadonlyMap<number, GrantTable>;
  /** Whether the security policy lets a domain map what another one granted to it. */
  readonly permits: (caller: number, granter: number) => boolean;
  /** Frames for the handles of one domain (`gnttab_max_maptrack_frames`). */
  readonly maxTrackFrames: number;
}

/** All mapped grants of a machine. */
export class GrantMapper {
  readonly #parts: GrantMapperParts;
  readonly #mappings: Box<readonly GrantMapping[]>;

  constructor(parts: GrantMapperParts) {
    this.#parts = parts;
    this.#mappings = new Box<readonly GrantMapping[]>(parts.history, 'grant mappings', []);
  }

  /** What is mapped. */
  get mappings(): readonly GrantMapping[] {
    return this.#mappings.value;
  }

  /** Maps a grant into the caller. */
  map(request: MapRequest): MapResult {
    const { caller, granter, ref, readOnly } = request;
    const table = this.#parts.tables.get(granter);
    if (table === undefined) return { status: 'bad_domain', why: `Could not find domain ${granter}` };
    if (!this.#parts.permits(caller, granter)) return { status: 'permission_denied', why: 'refused by the security policy' };
    const handle = this.#freeHandle(caller);
    if (handle === undefined) return { status: 'no_space', why: 'Failed to obtain maptrack handle' };
    const entry = table.entry(ref);
    if (entry === undefined) return { status: 'bad_gntref', why: `Bad ref 0x${ref.toString(16)} for d${granter}` };
    if ((entry.flags & GTF.typeMask) !== GTF.permitAccess || entry.domid !== caller) {
      return { status: 'general_error', why: `Bad flags (0x${entry.flags.toString(16)}) or dom (${entry.domid}); expected d${caller}` };
    }
    if (!readOnly && (entry.flags & GTF.readonly) !== 0) return { status: 'general_error', why: 'Attempt to write-pin a r/o grant entry' };
    table.mark(ref, readOnly ? GTF.reading : GTF.reading | GTF.writing, 0);
    const mapping: GrantMapping = { handle, caller, granter, ref, frame: entry.frame, readOnly };
    this.#mappings.value = [...this.mappings, mapping];
    return { status: 'okay', mapping };
  }

  /** Unmaps by handle; the entry's marks go when nobody uses the grant any more. */
  unmap(caller: number, handle: number): GrantStatus {
    const mapping = this.mappings.find((m) => m.caller === caller && m.handle === handle);
    if (mapping === undefined) return 'bad_handle';
    this.#mappings.value = this.mappings.filter((m) => m !== mapping);
    const others = this.mappings.filter((m) => m.granter === mapping.granter && m.ref === mapping.ref);
    const reading = others.length === 0 ? GTF.reading : 0;
    const writing = others.every((m) => m.readOnly) ? GTF.writing : 0;
    this.#parts.tables.get(mapping.granter)?.mark(mapping.ref, 0, reading | writing);
    return 'okay';
  }

  #freeHandle(caller: number): number | undefined {
    const used = new Set(this.mappings.filter((m) => m.caller === caller).map((m) => m.handle));
    const limit = this.#parts.maxTrackFrames * HANDLES_PER_FRAME;
    let handle = 0;
    while (used.has(handle)) handle++;
    return handle < limit ? handle : undefined;
  }
}
