/**
 * Accesses and permissions as bits. A permission word of stage 1 has three bits for unprivileged
 * access and three for privileged; that of stage 2 has read, write and one execute bit for each.
 */

/** The access reads memory. */
export const READ = 1;
/** The access writes memory; atomics both read and write. */
export const WRITE = 2;
/** The access is privileged. */
export const PRIVILEGED = 4;
/** The access is an instruction fetch (reads only). */
export const INSTRUCTION = 8;

/** Stage-1 permissions, unprivileged; the privileged ones are three bits higher. */
export const UR = 1;
/** Unprivileged write. */
export const UW = 2;
/** Unprivileged execute. */
export const UX = 4;
/** Privileged read. */
export const PR = 8;
/** Privileged write. */
export const PW = 16;
/** Privileged execute. */
export const PX = 32;

/** Stage-2 execute permissions; read and write are READ and WRITE. */
export const S2_UX = 4;
/** Privileged execute at stage 2. */
export const S2_PX = 8;

/** What of a stage-1 permission word an access needs. */
export function needStage1(access: number): number {
  const data = (access & INSTRUCTION) !== 0 ? UX : access & (READ | WRITE);
  return (access & PRIVILEGED) !== 0 ? data << 3 : data;
}

/** What of a stage-2 permission word an access needs. */
export function needStage2(access: number): number {
  if ((access & INSTRUCTION) === 0) return access & (READ | WRITE);
  return (access & PRIVILEGED) !== 0 ? S2_PX : S2_UX;
}

/** What limits the permissions of a stage-1 leaf besides its own bits. */
export interface Stage1Rules {
  /** The StreamWorld has one privilege level (EL2). */
  readonly isOneLevel: boolean;
  readonly wxn: boolean;
  readonly pan: boolean;
}

/**
 * Permissions of a stage-1 leaf. `limits` are the OR-ed table bits 62:59, at bits 30:27. With
 * `isClean`, the AP[2] bit means clean rather than read-only.
 */
export function stage1Permissions(hi: number, lo: number, limits: number, rules: Stage1Rules): number {
  const isReadOnly = (lo & 0x80) !== 0 || (limits & 0x4000_0000) !== 0;
  if (rules.isOneLevel) return oneLevel(isReadOnly, ((hi >>> 22) | (limits >>> 28)) & 1, rules.wxn);
  const isUnprivileged = (lo & 0x40) !== 0 && (limits & 0x2000_0000) === 0;
  const isUxn = (((hi >>> 22) | (limits >>> 28)) & 1) !== 0;
  const isPxn = (((hi >>> 21) | (limits >>> 27)) & 1) !== 0;
  const data = isReadOnly ? READ : READ | WRITE;
  let perm = isUnprivileged ? data : 0;
  // PAN takes data access away from the privileged side; whether it may execute is another matter.
  if (!(rules.pan && isUnprivileged)) perm |= data << 3;
  const isUnprivilegedWritable = isUnprivileged && !isReadOnly;
  if (!isUxn && !(rules.wxn && isUnprivilegedWritable)) perm |= UX;
  if (!isPxn && !isUnprivilegedWritable && !(rules.wxn && !isReadOnly)) perm |= PX;
  return perm;
}

function oneLevel(isReadOnly: boolean, xn: number, wxn: boolean): number {
  const data = isReadOnly ? READ : READ | WRITE;
  const level = data | (xn !== 0 || (wxn && !isReadOnly) ? 0 : UX);
  return level | (level << 3);
}

/** Permissions of a stage-2 leaf. */
export function stage2Permissions(hi: number, lo: number, xnx: boolean): number {
  const data = (lo >>> 6) & 3;
  const xn = (hi >>> 21) & 3;
  if (!xnx) return data | ((xn & 2) === 0 ? S2_UX | S2_PX : 0);
  return data | ([S2_UX | S2_PX, S2_UX, 0, S2_PX][xn] ?? 0);
}

/** What an access does, in words: `unprivileged write`. */
export function accessText(access: number): string {
  const verb = (access & INSTRUCTION) !== 0 ? 'instruction fetch' : (access & (READ | WRITE)) === (READ | WRITE) ? 'atomic' : (access & WRITE) !== 0 ? 'write' : 'read';
  return `${(access & PRIVILEGED) !== 0 ? 'privileged' : 'unprivileged'} ${verb}`;
}
