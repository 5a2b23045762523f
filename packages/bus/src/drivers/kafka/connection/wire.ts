/** An id of a topic, as 16 bytes. */
export const UUID_BYTES = 16;

/** Reads what the protocol of Kafka writes, in its older form and in the compact one of "flexible" versions. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** How many bytes were read. */
  get at(): number {
    return this.#at;
  }

  /** What was read since then, as a view. */
  since(at: number): Buffer {
    return this.#bytes.subarray(at, this.#at);
  }

  /** The next bytes, as a view. */
  take(count: number): Buffer {
    if (count < 0 || this.#at + count > this.#bytes.byteLength)
      throw new RangeError('a message of Kafka ends too soon');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  int16(): number {
    return this.take(2).readInt16BE();
  }

  int32(): number {
    return this.take(4).readInt32BE();
  }

  /** An offset: exact up to 2^53. */
  int64(): number {
    return Number(this.take(8).readBigInt64BE());
  }

  string(): string {
    return this.take(this.int16()).toString();
  }

  /** Undefined stands for null. */
  nullableString(): string | undefined {
    const length = this.int16();
    return length < 0 ? undefined : this.take(length).toString();
  }

  /** Undefined stands for null. */
  compactBytes(): Buffer | undefined {
    const length = this.#varint();
    return length === 0 ? undefined : this.take(length - 1);
  }

  compactString(): string | undefined {
    return this.compactBytes()?.toString();
  }

  array<T>(item: () => T): T[] {
    return this.#items(this.int32(), item);
  }

  compactArray<T>(item: () => T): T[] {
    return this.#items(this.#varint() - 1, item);
  }

  /** Fields of later versions, which end every structure. */
  skipTags(): void {
    for (let left = this.#varint(); left > 0; left--) {
      this.#varint();
      this.take(this.#varint());
    }
  }

  #items<T>(count: number, item: () => T): T[] {
    const items: T[] = [];
    for (let left = count; left > 0; left--) items.push(item());
    return items;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.take(1)[0] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
}

/** Writes what `WireReader` reads. */
export class WireWriter {
  readonly #parts: Buffer[] = [];

  /** Adds bytes as they are, without a copy. */
  raw(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }

  int8(value: number): this {
    return this.raw(Buffer.from([value]));
  }

  int16(value: number): this {
    const bytes = Buffer.allocUnsafe(2);
    bytes.writeInt16BE(value);
    return this.raw(bytes);
  }

  int32(value: number): this {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value);
    return this.raw(bytes);
  }

  int64(value: number): this {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(BigInt(value));
    return this.raw(bytes);
  }

  string(text: string): this {
    const bytes = Buffer.from(text);
    return this.int16(bytes.byteLength).raw(bytes);
  }

  compactString(text: string): this {
    const bytes = Buffer.from(text);
    return this.#varint(bytes.byteLength + 1).raw(bytes);
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  compactArray<T>(items: readonly T[], write: (item: T) => void): this {
    this.#varint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  noTags(): this {
    return this.int8(0);
  }

  /** A number with its sign in the last bit, as in records. */
  varint(value: number): this {
    return this.#varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Bytes behind their count, as in records. */
  varintBytes(bytes: Buffer): this {
    return this.varint(bytes.byteLength).raw(bytes);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #varint(value: number): this {
    const bytes: number[] = [];
    let left = value;
    for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) + 0x80);
    return this.raw(Buffer.from([...bytes, left]));
  }
}
