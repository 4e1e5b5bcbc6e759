/**
 * Results of iommufd calls: a value, or the error number that user space sees together with the
 * reason, which the kernel does not tell. Names only; their numbers are not modelled.
 */

/** Error numbers that these calls give. */
export type Errno = '-EBUSY' | '-EEXIST' | '-EFAULT' | '-EINVAL' | '-EIO' | '-ENODEV' | '-ENOENT' | '-ENOMEM' | '-EOPNOTSUPP';

/** A call that failed. */
export interface Failure {
  readonly ok: false;
  readonly errno: Errno;
  /** The rule that was broken, as a sentence. */
  readonly why: string;
}

/** What a call gives. */
export type Result<T> = { readonly ok: true; readonly value: T } | Failure;

/** A success. */
export function given<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A failure. */
export function refused(errno: Errno, why: string): Failure {
  return { ok: false, errno, why };
}
