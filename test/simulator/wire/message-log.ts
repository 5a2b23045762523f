import { Journal } from './journal.ts';
import type { JsonObject } from './json.ts';

/** One websocket message of a call, in either direction. */
export interface LoggedMessage {
  readonly direction: 'received' | 'sent';
  /** On which of the call's sockets, in the order they were first needed: 1, 2, …; a reconnect keeps the number. */
  readonly socket: number;
  /** On the clock of `performance.now()`, ms. */
  readonly at: number;
  /** What went over the wire. */
  readonly raw: Buffer;
  /** The same as JSON; undefined when it is no JSON object. */
  readonly message: JsonObject | undefined;
}

/** What to look for: a predicate, or the `type` or `command` of a message. */
export type MessageMatch = string | ((logged: LoggedMessage) => boolean);

interface Waiter {
  readonly matches: (logged: LoggedMessage) => boolean;
  readonly resolve: (logged: LoggedMessage) => void;
}

function asPredicate(match: MessageMatch): (logged: LoggedMessage) => boolean {
  if (typeof match === 'function') return match;
  return ({ message }) => message?.['type'] === match || message?.['command'] === match;
}

/** All messages of a call, as far back as its bound reaches, and who waits for the next ones. */
export class MessageLog {
  readonly #received: Journal<LoggedMessage>;
  readonly #sent: Journal<LoggedMessage>;
  readonly #waiters = new Set<Waiter>();
  readonly #limit: number;
  readonly #listener: ((logged: LoggedMessage) => void) | undefined;

  constructor(limit: number, listener: ((logged: LoggedMessage) => void) | undefined) {
    this.#limit = limit;
    this.#listener = listener;
    this.#received = new Journal(limit);
    this.#sent = new Journal(limit);
  }

  get received(): readonly LoggedMessage[] {
    return this.#received.items;
  }

  get sent(): readonly LoggedMessage[] {
    return this.#sent.items;
  }

  /** False when nothing would be kept or told: then there is no need to build entries at all. */
  get wanted(): boolean {
    return this.#limit > 0 || this.#waiters.size > 0 || this.#listener !== undefined;
  }

  add(logged: LoggedMessage): void {
    (logged.direction === 'received' ? this.#received : this.#sent).push(logged);
    this.#listener?.(logged);
    for (const waiter of this.#waiters) if (waiter.matches(logged)) waiter.resolve(logged);
  }

  /** The first message in the log that matches, in the order of time. */
  find(match: MessageMatch): LoggedMessage | undefined {
    const matches = asPredicate(match);
    const received = this.received.find(matches);
    const sent = this.sent.find(matches);
    if (received === undefined || sent === undefined) return received ?? sent;
    return received.at <= sent.at ? received : sent;
  }

  /**
   * The next message that matches, from now on.
   * @throws Error after `timeoutMs`, saying what was waited for.
   */
  next(match: MessageMatch, timeoutMs: number): Promise<LoggedMessage> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        matches: asPredicate(match),
        resolve: (logged) => {
          settle();
          resolve(logged);
        },
      };
      const timer = setTimeout(() => {
        settle();
        const wanted = typeof match === 'string' ? `"${match}"` : 'that matches';
        reject(new Error(`no message ${wanted} within ${timeoutMs} ms`));
      }, timeoutMs);
      // Whoever waits for a message of a call that is over keeps no process alive.
      timer.unref();
      this.#waiters.add(waiter);
    });
  }
}
