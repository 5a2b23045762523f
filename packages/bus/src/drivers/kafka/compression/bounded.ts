/**
 * Most bytes that a batch may have when it is decompressed. Brokers bound the compressed bytes only, and a batch of 1 MiB can
 * stand for gigabytes, which would be the end of the process that reads it.
 */
export const MOST_DECOMPRESSED_BYTES = 64 * 1024 * 1024;

/** @throws RangeError when so many bytes are too many */
export function bounded(bytes: number): void {
  if (bytes > MOST_DECOMPRESSED_BYTES) {
    throw new RangeError(`it stands for ${bytes} bytes or more, and ${MOST_DECOMPRESSED_BYTES} are allowed`);
  }
}
