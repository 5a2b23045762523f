import { randomFillSync } from 'node:crypto';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const SHORT_ID_LENGTH = 22;

// Random bytes are fetched in bulk: one system call per message would be the dearest part of a message.
const pool = Buffer.allocUnsafe(4096);
let used = pool.length;

function randomBytes(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}

/** A message id as jambonz makes them: 22 base-58 characters. */
export function shortId(): string {
  let id = '';
  for (const byte of randomBytes(SHORT_ID_LENGTH)) id += BASE58.charAt(byte % BASE58.length);
  return id;
}

/** Random bytes in hex; `bytes` of them, so twice as many characters. */
export function hexId(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
