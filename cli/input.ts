/** Reading inputs that may be compressed, or come from standard input. */
import { gunzipSync } from 'node:zlib';
import { type Io, UsageError } from './command.ts';
import { absolute } from './paths.ts';

/** The text of a file, decompressed where it is gzip; `-` is standard input. */
export async function readInput(path: string, io: Io): Promise<string> {
  const bytes = path === '-' ? await io.stdin?.() : io.files.readBytes(absolute(path, io.cwd));
  if (bytes === undefined) throw new UsageError(path === '-' ? 'there is no standard input' : `no such file: ${path}`);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return new TextDecoder('utf-8').decode(isGzip ? gunzipSync(bytes) : bytes);
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Parsed JSON, or what is wrong with the text. */
export function parseJson(text: string): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
