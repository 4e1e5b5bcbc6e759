/** Integer and character constants of `#if`, in 64 bits as gcc's preprocessor has them. Floating constants are refused. */

/** A value of `#if`: 64 bits, signed or not. */
export interface ConditionValue {
  readonly value: bigint;
  readonly unsigned: boolean;
}

const INTEGER = /^(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0([0-7]*)|([1-9][0-9]*))([uUlL]*)$/;
const SUFFIX = /^(?:u|l|ul|lu|ll|ull|llu)$/;
const ESCAPES: Readonly<Record<string, number>> = {
  a: 7, b: 8, e: 27, E: 27, f: 12, n: 10, r: 13, t: 9, v: 11,
};

/** The value of an integer constant, or undefined where the text is none. `digits` caps its length. */
export function integerConstant(text: string, digits: number): ConditionValue | undefined {
  if (text.length > digits + 5) return undefined;
  const match = INTEGER.exec(text);
  if (match === null) return undefined;
  const [, hex, binary, octal, decimal, suffix = ''] = match;
  if (suffix !== '' && (!SUFFIX.test(suffix.toLowerCase()) || /lL|Ll/.test(suffix))) return undefined;
  const whole = parse(hex, binary, octal ?? '') ?? BigInt(decimal ?? '0');
  const value = BigInt.asUintN(64, whole);
  const unsigned = /u/i.test(suffix) || value > 0x7fffffffffffffffn;
  return { value: unsigned ? value : BigInt.asIntN(64, value), unsigned };
}

function parse(hex: string | undefined, binary: string | undefined, octal: string): bigint | undefined {
  if (hex !== undefined) return BigInt(`0x${hex}`);
  if (binary !== undefined) return BigInt(`0b${binary}`);
  return octal === '' ? undefined : BigInt(`0o${octal}`);
}

/** The value of a character constant with its quotes; several characters are packed, eight bits each. */
export function charConstant(text: string): ConditionValue | undefined {
  const codes: number[] = [];
  const body = text.slice(1, -1);
  for (let i = 0; i < body.length;) {
    const escape = /^\\(?:x([0-9a-fA-F]+)|([0-7]{1,3})|(.))/s.exec(body.slice(i, i + 64));
    if (escape === null) {
      codes.push(body.charCodeAt(i));
      i++;
    } else {
      const [all, hex, octal, other = ''] = escape;
      const plain = ESCAPES[other] ?? other.charCodeAt(0);
      codes.push(hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : plain);
      i += all.length;
    }
  }
  if (codes.length === 0) return undefined;
  const packed = codes.reduce((value, code) => (value << 8) | (code & 0xff), 0);
  const value = codes.length === 1 ? (packed << 24) >> 24 : packed;
  return { value: BigInt(value), unsigned: false };
}
