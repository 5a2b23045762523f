const FIRST_BYTES = 16 * 1024;
/** A buffer that had to hold more is not kept for the next use. */
const MOST_KEPT_BYTES = 1024 * 1024;

const MOST_VARINT_BYTES = 5;
/** A character of a text is so many bytes of UTF-8 at most. */
const MOST_CHARACTER_BYTES = 3;
/** Of a text up to this length the count takes one byte, and a loop is faster than a call out of the engine. */
const SHORT_CHARACTERS = 63;

/**
 * One buffer that fields are written into one behind the other, and that is used again. It grows with what is written:
 * nothing is counted beforehand.
 */
export class GrowingBytes {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #at = 0;

  /** How many bytes are written. */
  get at(): number {
    return this.#at;
  }

  /** What was written from there on, as a view that holds until the next write. */
  since(at: number): Buffer {
    return this.#bytes.subarray(at, this.#at);
  }

  /** Begins anew. */
  clear(): void {
    this.#at = 0;
    if (this.#bytes.byteLength > MOST_KEPT_BYTES) this.#bytes = Buffer.allocUnsafe(FIRST_BYTES);
  }

  /** Takes back what was written from there on. */
  backTo(at: number): void {
    this.#at = at;
  }

  int8(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  int16(value: number): void {
    this.#room(2);
    this.#at = this.#bytes.writeInt16BE(value, this.#at);
  }

  int32(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  int64(value: bigint): void {
    this.#room(8);
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
  }

  /** Leaves room for a number of 32 bits that is known later. @returns where, for `fillInt32` */
  holdInt32(): number {
    this.#room(4);
    this.#at += 4;
    return this.#at - 4;
  }

  /** @param value with or without a sign */
  fillInt32(at: number, value: number): void {
    this.#bytes.writeInt32BE(value | 0, at);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.byteLength);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.byteLength;
  }

  /** A text behind its count of bytes in 16 bits. */
  string(text: string): void {
    const bytes = Buffer.from(text);
    this.int16(bytes.byteLength);
    this.raw(bytes);
  }

  /** A number with its sign in the last bit, as in records: up to 31 bits. */
  varint(value: number): void {
    this.#room(MOST_VARINT_BYTES);
    let left = (value << 1) ^ (value >> 31);
    while ((left & ~0x7f) !== 0) {
      this.#bytes[this.#at++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.#bytes[this.#at++] = left;
  }

  /** Bytes behind their count, as in records. */
  varintBytes(bytes: Uint8Array): void {
    this.varint(bytes.byteLength);
    this.raw(bytes);
  }

  /** A text behind its count of bytes, as in records. */
  varintText(text: string): void {
    const { length } = text;
    this.#room(MOST_VARINT_BYTES + MOST_CHARACTER_BYTES * length);
    if (length <= SHORT_CHARACTERS && this.#ascii(text)) return;
    const count = Buffer.byteLength(text);
    this.varint(count);
    this.#at += this.#bytes.write(text, this.#at);
  }

  /**
   * Leaves room for a count that is known later.
   *
   * @param expected a count that takes as many bytes as it most likely will: then nothing is moved
   * @returns where what comes behind it begins, for `fillCount`
   */
  holdCount(expected: number): number {
    const held = sizeOfCount(expected);
    this.#room(held);
    this.#at += held;
    return this.#at;
  }

  /**
   * Puts a count where room was left for it.
   *
   * @param begin what `holdCount` returned
   * @param expected as it was held for
   * @param count left out: of the bytes that were written since
   */
  fillCount(begin: number, expected: number, count = this.#at - begin): void {
    const at = begin - sizeOfCount(expected);
    const moved = at + sizeOfCount(count);
    const end = this.#at + moved - begin;
    if (moved !== begin) {
      this.#room(MOST_VARINT_BYTES);
      this.#bytes.copyWithin(moved, begin, this.#at);
    }
    this.#at = at;
    this.varint(count);
    this.#at = end;
  }

  /** Writes a short text and its count. @returns whether it was such, else nothing is written */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    const { length } = text;
    const begin = this.#at + 1;
    for (let n = 0; n < length; n++) {
      const code = text.charCodeAt(n);
      if (code > 0x7f) return false;
      bytes[begin + n] = code;
    }
    bytes[this.#at] = length << 1;
    this.#at = begin + length;
    return true;
  }

  #room(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.byteLength) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.byteLength));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Bytes of a count. */
function sizeOfCount(count: number): number {
  if (count < 1 << 6) return 1;
  if (count < 1 << 13) return 2;
  if (count < 1 << 20) return 3;
  return count < 1 << 27 ? 4 : 5;
}
