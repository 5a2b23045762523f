/*
 * Work that never changes, of the kind that jambus does for a round trip: text from bytes, JSON both ways, look-ups, bytes into
 * buffers, promises. What it takes says how fast this machine is at this moment. Whoever changes it has to record all ratios anew.
 */

/** Of one step, so that it takes about as long as a round trip. */
const REPEATS = 12;
const HEADER_BYTES = 16;
const QUOTE = 0x22;

interface Entry {
  steps: number;
  readonly open: Map<string, unknown>;
}

/** @returns what does so many steps, and resolves with a sum over all that it did */
export function createReferenceLoop(): (steps: number) => Promise<number> {
  const keys = Array.from({ length: 1_000 }, (_, index) => `call-${index}`);
  const entries = new Map<string, Entry>(keys.map((key) => [key, { steps: 0, open: new Map() }]));
  const decoder = new TextDecoder();
  const settled = Promise.resolve();
  let n = 0;

  return async (steps) => {
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const key = keys[n % keys.length] as string;
      const id = `v${String(n++).padStart(7, '0')}`;
      const bytes = Buffer.from(
        `{"type":"command","command":"redirect","data":[{"verb":"say","id":"${id}","text":"hello from the bench"}]}`,
      );
      for (let repeat = 0; repeat < REPEATS; repeat++) {
        const message = JSON.parse(decoder.decode(bytes)) as { readonly data: readonly [{ readonly id: string }] };
        const entry = entries.get(key) as Entry;
        entry.steps++;
        entry.open.set(message.data[0].id, { n, message });
        const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes.length);
        frame.writeUInt32BE(entry.steps, 0);
        frame.writeDoubleBE(n, 4);
        frame.set(bytes, HEADER_BYTES);
        sum += frame.indexOf(QUOTE, HEADER_BYTES + repeat);
        entry.open.delete(message.data[0].id);
        await settled;
        sum += JSON.stringify({ commandId: id, callSid: key, status: 'delivered', at: n }).length;
      }
    }
    return sum;
  };
}
