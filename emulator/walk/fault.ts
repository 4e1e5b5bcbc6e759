/** Why a translation ended early: filled in place, so that a fault allocates nothing. */

/** Event codes of faults. */
export const F_WALK_EABT = 0x0b;
/** No translation. */
export const F_TRANSLATION = 0x10;
/** An address is too wide. */
export const F_ADDR_SIZE = 0x11;
/** Access flag clear. */
export const F_ACCESS = 0x12;
/** Not permitted. */
export const F_PERMISSION = 0x13;

/** CLASS: the access that faulted. */
export const CLASS_CD = 0;
/** A stage-1 table access. */
export const CLASS_TT = 1;
/** The input address itself. */
export const CLASS_IN = 2;

/** More than the event record can say about the cause. */
export type Cause =
  | '' | 'input-range' | 'half-disabled' | 'e0pd' | 'invalid' | 'reserved-page' | 'reserved-block' | 'table-size' | 'output-size'
  | 'access-flag' | 'permission' | 'device-table' | 'bypass-size' | 'update-denied' | 'external-abort';

/** The fault of the transaction in progress. */
export class Fault {
  code = 0;
  isStage2 = false;
  cls = CLASS_IN;
  /** Stage-2 faults: the address that stage 2 was asked for. */
  ipaHi = 0;
  ipaLo = 0;
  /** F_WALK_EABT: the descriptor. */
  fetchHi = 0;
  fetchLo = 0;
  /** TTRnW: 1 unless the denied table access was a write. */
  tableRead = 1;
  level = 0;
  cause: Cause = '';
  /** The fault never stalls and is always recorded (bypass size checks). */
  isAlwaysAbort = false;

  /** Starts the description of a fault at stage 1 or 2; gives the code back. */
  set(code: number, isStage2: boolean, cause: Cause, level: number): number {
    this.code = code;
    this.isStage2 = isStage2;
    this.cause = cause;
    this.level = level;
    this.cls = code === F_WALK_EABT && !isStage2 ? CLASS_TT : CLASS_IN;
    this.tableRead = 1;
    this.isAlwaysAbort = false;
    return code;
  }
}
