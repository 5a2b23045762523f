import type { BusMessage } from '../../port/index.ts';
import { Wakers } from '../../waiting/wakers.ts';
import { Log, type Retention } from './log.ts';

/** What to read of a channel. */
export interface ReadOptions {
  /**
   * Read what comes after this offset; left out: what comes from now on; -1: everything that is kept. An offset that has
   * not been given out is from another life of the broker, and means everything that is kept, too.
   */
  readonly after?: number;
  /** Only messages of this call. */
  readonly callSid?: string;
  /** Only messages of this type, e.g. `verb:status`. */
  readonly type?: string;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/** What a reader gets. */
export type ReadItem =
  | { readonly kind: 'message'; readonly offset: number; readonly message: BusMessage }
  /** The reader was too slow or came too late: so many messages (of any call and type) were dropped before it read them. */
  | { readonly kind: 'gap'; readonly missed: number };

/** What a message costs beside its payload, bytes, roughly. */
const MESSAGE_OVERHEAD_BYTES = 512;

interface Stored {
  readonly message: BusMessage;
  readonly bytes: number;
}

/** Bytes that do not keep a larger buffer alive, which a view of a receive buffer would, uncounted. */
export function ownBytes(payload: Uint8Array): Uint8Array {
  return payload.byteLength === payload.buffer.byteLength ? payload : new Uint8Array(payload);
}

/** The log of events, of results or of dead letters: keeps the newest, readers go through it at their own pace. */
export class ChannelLog {
  readonly #log: Log<Stored>;
  readonly #wakers = new Wakers();

  constructor(retention: Retention) {
    this.#log = new Log(retention);
  }

  append(message: BusMessage): void {
    const payload = ownBytes(message.payload);
    const bytes = payload.byteLength + MESSAGE_OVERHEAD_BYTES;
    while (this.#log.isFullFor(bytes)) this.#log.dropBefore(this.#log.firstOffset + 1);
    const { reduced: _, ...kept } = message;
    this.#log.append({ message: { ...kept, payload }, bytes });
  }

  /** Lets the readers see what was appended. */
  flush(): void {
    this.#wakers.wake();
  }

  /** Starts where the log stands at this moment, not at the first pull. Nothing is buffered for the reader. */
  read(options: ReadOptions): AsyncGenerator<ReadItem, void, undefined> {
    return this.#readFrom(this.#startOf(options.after), options);
  }

  #startOf(after: number | undefined): number {
    if (after === undefined) return this.#log.nextOffset;
    return after < this.#log.nextOffset ? Math.max(0, after + 1) : this.#log.firstOffset;
  }

  async *#readFrom(start: number, { callSid, type, signal }: ReadOptions): AsyncGenerator<ReadItem, void, undefined> {
    let offset = start;
    while (!signal.aborted) {
      const missed = this.#log.firstOffset - offset;
      if (missed > 0) {
        offset += missed;
        yield { kind: 'gap', missed };
        continue;
      }
      const stored = this.#log.at(offset);
      if (stored === undefined) {
        await this.#wakers.wait(signal);
        continue;
      }
      const { message } = stored;
      const wanted =
        (callSid === undefined || message.callSid === callSid) && (type === undefined || message.type === type);
      if (wanted) yield { kind: 'message', offset, message };
      offset++;
    }
  }
}
