/** So many bytes are made at a time. What is kept of them keeps them all, so they are few. */
const CHUNK_BYTES = 2_048;
/** What is larger than this part of it gets bytes of its own. */
const MOST_SHARED_BYTES = CHUNK_BYTES / 4;

let chunk = new Uint8Array(CHUNK_BYTES);
let used = 0;

/**
 * A copy of bytes that are a view of many. Small ones share what holds them: to make a buffer for each takes longer than all
 * else about it.
 */
export function keptBytes(view: Uint8Array): Uint8Array {
  const { byteLength } = view;
  if (byteLength > MOST_SHARED_BYTES) return new Uint8Array(view);
  if (used + byteLength > CHUNK_BYTES) {
    chunk = new Uint8Array(CHUNK_BYTES);
    used = 0;
  }
  const kept = chunk.subarray(used, used + byteLength);
  kept.set(view);
  used += byteLength;
  return kept;
}
