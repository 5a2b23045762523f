import type { Tally } from '../tally.ts';
import { shortId } from '../wire/ids.ts';
import type { JsonObject } from '../wire/json.ts';
import { wantsAck } from '../wire/wants-ack.ts';
import { SettledAcks } from './settled-acks.ts';

/** How many messages may wait for a socket. */
const MAX_QUEUED = 1000;

/** What came of a message that wanted an ack. */
export type Answer = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly fault: string };

/** A message before it has an id. */
export interface Outgoing {
  readonly type: string;
  readonly hook?: string | undefined;
  readonly data: JsonObject;
}

/** What the requests need from their socket. */
export interface RequestsPort {
  /** Gives the message its envelope and writes it to the open socket. */
  transmit(msgid: string, outgoing: Outgoing): void;
  /** There is something to say and no socket: reconnect at once. */
  wake(): void;
  /** `session:reconnect` failed; jambonz hangs up. `connected` tells whether there is a socket to say so on. */
  reconnectLost(fault: string, connected: boolean): void;
  /** Something from the server that had no effect. */
  ignored(reason: string): void;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

interface Queued {
  readonly outgoing: Outgoing;
  readonly resolve: ((answer: Answer) => void) | undefined;
}

/**
 * Where the requests of one socket stand. `away`: no socket, or none yet. `reconnecting`: `session:reconnect` is not acked.
 * `mute`: jambonz waits for ever for an ack that has come; see {@link Requests.resume}. `silent`: nothing is said any more.
 */
type RequestState = 'away' | 'reconnecting' | 'live' | 'mute' | 'silent';

/**
 * What jambonz says on one socket and which acks it waits for. A message that wants an ack waits 5 s for it; when the socket
 * drops the wait is over at once. While there is no socket, and until `session:reconnect` is acked, messages queue.
 */
export class Requests {
  readonly #port: RequestsPort;
  readonly #ackTimeoutMs: number;
  readonly #tally: Tally;
  readonly #pending = new Map<string, Pending>();
  readonly #settled = new SettledAcks();
  #queue: Queued[] = [];
  #state: RequestState = 'away';
  /** The msgid whose ack is the initial application: of `session:new`, or of the `session:reconnect` that took its place. */
  #initial: string | undefined;
  #drained: (() => void) | undefined;

  constructor(port: RequestsPort, ackTimeoutMs: number, tally: Tally) {
    this.#port = port;
    this.#ackTimeoutMs = ackTimeoutMs;
    this.#tally = tally;
  }

  /** Everything is queued although the socket is open. */
  get mute(): boolean {
    return this.#state === 'mute';
  }

  /** The first socket is open. */
  opened(): void {
    if (this.#state === 'silent') return;
    this.#state = 'live';
    this.#flush();
  }

  /** The first connect failed: what made jambonz dial is lost. */
  failed(reason: string): void {
    this.#loseQueue(reason);
  }

  /**
   * A later socket is open. What waits in the queue goes out after the ack to `outgoing`, the `session:reconnect`. When that
   * ack stands in for the one to `session:new`, jambonz takes the application from it and then forgets to open the queue:
   * it is mute until the next reconnect.
   */
  resume(outgoing: Outgoing): void {
    if (this.#state === 'silent') return;
    this.#state = 'reconnecting';
    const initial = this.#initial === undefined ? undefined : this.#forget(this.#initial);
    const msgid = this.#transmit(outgoing, (answer) => {
      if (initial && answer.ok && this.#state !== 'silent') this.#state = 'mute';
      else this.#resumed(answer);
      initial?.resolve(answer);
    });
    if (initial) this.#initial = msgid;
  }

  /** Says something. The promise resolves with its ack, at once when the message wants none. */
  say(outgoing: Outgoing): Promise<Answer> {
    // What jambonz says on a session that was closed with 1000 is dropped, and nobody waits for an answer.
    if (this.#state === 'silent') return Promise.resolve({ ok: true, data: undefined });
    if (!wantsAck(outgoing.type)) {
      if (this.#state === 'live') this.#port.transmit(shortId(), outgoing);
      else this.#enqueue({ outgoing, resolve: undefined });
      return Promise.resolve({ ok: true, data: undefined });
    }
    return new Promise((resolve) => {
      if (this.#state === 'live') this.#transmit(outgoing, resolve);
      else this.#enqueue({ outgoing, resolve });
    });
  }

  /** Takes an ack from the server. Late, repeated and unknown ones are only noted, as jambonz only logs them. */
  ack(msgid: string, data: unknown): void {
    const pending = this.#forget(msgid);
    if (pending) {
      this.#settled.add(msgid, 'answered');
      this.#tally.acksAnswered += 1;
      if (this.#initial === msgid) this.#initial = undefined;
      pending.resolve({ ok: true, data });
      return;
    }
    this.#port.ignored(this.#settled.countOdd(msgid, this.#tally));
  }

  /** The socket went away. Acks it owes will not come; only the initial application may still come through the next socket. */
  dropped(): void {
    if (this.#state === 'silent') return;
    const wasReconnecting = this.#state === 'reconnecting';
    this.#state = 'away';
    for (const msgid of [...this.#pending.keys()]) {
      if (msgid !== this.#initial || wasReconnecting) this.#giveUp(msgid, 'the socket dropped before the ack');
    }
  }

  /** The server refused a reconnect with an HTTP status: what made jambonz dial is lost, the rest keeps waiting. */
  refused(): void {
    const trigger = this.#queue.shift();
    if (!trigger) return;
    this.#tally.messagesLost += 1;
    trigger.resolve?.({ ok: false, fault: 'the server refused the reconnect' });
  }

  /** From now on nothing is said. Acks that are due may still arrive until they time out. */
  silence(): void {
    this.#state = 'silent';
    this.#loseQueue('the session is over');
  }

  /** Gives up everything; no timer is left. */
  close(): void {
    this.silence();
    for (const msgid of [...this.#pending.keys()]) this.#giveUp(msgid, 'the call ended');
  }

  /** Resolves when nothing waits for a socket any more, or with false after the time for an ack. */
  drained(): Promise<boolean> {
    if (this.#queue.length === 0) return Promise.resolve(true);
    if (this.#state === 'mute') return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), this.#ackTimeoutMs);
      this.#drained = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  #transmit(outgoing: Outgoing, resolve: (answer: Answer) => void): string {
    const msgid = shortId();
    const timer = setTimeout(() => {
      this.#tally.acksUnanswered += 1;
      this.#giveUp(msgid, `no ack to ${outgoing.type} within ${this.#ackTimeoutMs} ms`);
    }, this.#ackTimeoutMs);
    this.#pending.set(msgid, { resolve, timer });
    if (outgoing.type === 'session:new') this.#initial = msgid;
    this.#port.transmit(msgid, outgoing);
    return msgid;
  }

  #enqueue(queued: Queued): void {
    if (this.#queue.length >= MAX_QUEUED) {
      this.#tally.messagesLost += 1;
      queued.resolve?.({ ok: false, fault: `more than ${MAX_QUEUED} messages wait for a socket` });
      return;
    }
    this.#queue.push(queued);
    this.#port.wake();
  }

  #resumed(answer: Answer): void {
    if (this.#state === 'silent') return;
    if (!answer.ok) {
      this.#loseQueue(answer.fault);
      const connected = this.#state === 'reconnecting';
      if (connected) this.#state = 'live';
      this.#port.reconnectLost(answer.fault, connected);
      return;
    }
    this.#state = 'live';
    this.#flush();
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { outgoing, resolve } of queue) {
      if (resolve) this.#transmit(outgoing, resolve);
      else this.#port.transmit(shortId(), outgoing);
    }
    this.#drained?.();
  }

  #loseQueue(fault: string): void {
    const queue = this.#queue;
    this.#queue = [];
    this.#tally.messagesLost += queue.length;
    for (const { resolve } of queue) resolve?.({ ok: false, fault });
    this.#drained?.();
  }

  #giveUp(msgid: string, fault: string): void {
    const pending = this.#forget(msgid);
    if (!pending) return;
    this.#settled.add(msgid, 'given up');
    if (this.#initial === msgid) this.#initial = undefined;
    pending.resolve({ ok: false, fault });
  }

  #forget(msgid: string): Pending | undefined {
    const pending = this.#pending.get(msgid);
    if (!pending) return undefined;
    clearTimeout(pending.timer);
    this.#pending.delete(msgid);
    return pending;
  }
}
