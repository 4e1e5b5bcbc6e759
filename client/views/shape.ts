/**
 * What a message looks like, as checks at run time from which the types follow. A webview and its
 * host are two programs: neither believes what the other sends before it has the right shape.
 * Checks only; nothing is converted or mended.
 */

/** A check that is also a type. */
export type Shape<T> = (value: unknown) => value is T;

/** The type behind a shape. */
export type ShapeOf<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = (value): value is string => typeof value === 'string';

/** Any number but NaN and the infinities. */
export const number: Shape<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);

export const flag: Shape<boolean> = (value): value is boolean => typeof value === 'boolean';

/** Checked by somebody further on. */
export const anything: Shape<unknown> = (value): value is unknown => value !== undefined;

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  return (value): value is T => words.some((word) => word === value);
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value): value is T | null => value === null || shape(value);
}

/** A field that may be left out. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value): value is T | undefined => value === undefined || shape(value);
}

export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value): value is A | B => first(value) || second(value);
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every((item) => shape(item));
}

/** An object with at least these fields. */
export function object<const F extends Readonly<Record<string, Shape<unknown>>>>(fields: F): Shape<{ readonly [K in keyof F]: ShapeOf<F[K]> }> {
  const checks = Object.entries(fields);
  return (value): value is { readonly [K in keyof F]: ShapeOf<F[K]> } => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const own = new Map(Object.entries(value));
    return checks.every(([name, shape]) => shape(own.get(name)));
  };
}
