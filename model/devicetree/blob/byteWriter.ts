/** Bytes that grow at the end, big-endian. */

/** Growing bytes. */
export class ByteWriter {
  length = 0;
  private data = new Uint8Array(4096);
  private view = new DataView(this.data.buffer);

  private reserve(size: number): number {
    const at = this.length;
    this.length = at + size;
    if (this.length > this.data.length) {
      const grown = new Uint8Array(Math.max(this.length, this.data.length * 2));
      grown.set(this.data);
      this.data = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }

  /** Appends a 32-bit word. */
  word(value: number): void {
    const at = this.reserve(4);
    this.view.setUint32(at, value);
  }

  /** Appends a 64-bit word. */
  long(value: bigint): void {
    const at = this.reserve(8);
    this.view.setBigUint64(at, BigInt.asUintN(64, value));
  }

  /** Appends bytes. */
  bytes(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.data.set(bytes, at);
  }

  /** Appends a string, one character a byte, and a NUL. */
  string(text: string): void {
    const at = this.reserve(text.length + 1);
    for (let i = 0; i < text.length; i++) this.data[at + i] = text.charCodeAt(i);
    this.data[at + text.length] = 0;
  }

  /** Appends zeroes up to a multiple of `size`. */
  align(size: number): void {
    const rest = this.length % size;
    if (rest > 0) this.reserve(size - rest);
  }

  /** What has been written. */
  take(): Uint8Array {
    return this.data.slice(0, this.length);
  }
}
