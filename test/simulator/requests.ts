import type { Tally } from './tally.ts';
import { shortId } from './wire/ids.ts';
import type { JsonObject } from './wire/json.ts';

/** What jambonz says without waiting for an ack (jambonz feature-server 0.9.8); everything else wants one. */
const WITHOUT_ACK: ReadonlySet<string> = new Set([
  'call:status',
  'verb:status',
  'jambonz:error',
  'llm:event',
  'llm:tool-call',
  'agent:event',
  'agent:tool-call',
  'tts:tokens-result',
  'tts:streaming-event',
]);

/** How many messages may wait for a socket, and how many message ids are remembered to tell late acks from unknown ones. */
const MAX_QUEUED = 1000;
const MAX_REMEMBERED = 16;

/** What came of a message that wanted an ack. */
export type Answer = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly fault: string };

/** A message before it has an id. */
export interface Outgoing {
  readonly type: string;
  readonly hook?: string | undefined;
  readonly data: JsonObject;
}

/** What the requests need from their call. */
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
 * What jambonz says and which acks it waits for. A message that wants an ack waits 5 s for it; when the socket drops the
 * wait is over at once. While there is no socket, and until `session:reconnect` is acked, messages queue.
 */
export class Requests {
  readonly #port: RequestsPort;
  readonly #ackTimeoutMs: number;
  readonly #tally: Tally;
  readonly #pending = new Map<string, Pending>();
  readonly #settled = new Map<string, 'answered' | 'given up'>();
  #queue: Queued[] = [];
  #state: 'away' | 'reconnecting' | 'live' | 'silent' = 'away';
  /** The msgid whose ack is the initial application: of `session:new`, or of the `session:reconnect` that took its place. */
  #initial: string | undefined;
  #drained: (() => void) | undefined;

  constructor(port: RequestsPort, ackTimeoutMs: number, tally: Tally) {
    this.#port = port;
    this.#ackTimeoutMs = ackTimeoutMs;
    this.#tally = tally;
  }

  /** The first socket is open: asks for the initial application. */
  begin(outgoing: Outgoing): Promise<Answer> {
    this.#state = 'live';
    return new Promise((resolve) => {
      this.#initial = this.#transmit(outgoing, resolve);
    });
  }

  /** A later socket is open. What waits in the queue goes out after the ack to `outgoing`, the `session:reconnect`. */
  resume(outgoing: Outgoing): void {
    if (this.#state === 'silent') return;
    this.#state = 'reconnecting';
    const initial = this.#initial === undefined ? undefined : this.#forget(this.#initial);
    const msgid = this.#transmit(outgoing, (answer) => {
      this.#resumed(answer);
      initial?.resolve(answer);
    });
    if (initial) this.#initial = msgid;
  }

  /** Says something. The promise resolves with its ack, at once when the message wants none. */
  say(outgoing: Outgoing): Promise<Answer> {
    // What jambonz says on a session that was closed with 1000 is dropped, and nobody waits for an answer.
    if (this.#state === 'silent') return Promise.resolve({ ok: true, data: undefined });
    if (WITHOUT_ACK.has(outgoing.type)) {
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
      this.#remember(msgid, 'answered');
      this.#tally.acksAnswered += 1;
      if (this.#initial === msgid) this.#initial = undefined;
      pending.resolve({ ok: true, data });
      return;
    }
    const earlier = this.#settled.get(msgid);
    if (earlier === 'answered') {
      this.#tally.acksDuplicate += 1;
      this.#port.ignored(`second ack for ${msgid}`);
    } else if (earlier === 'given up') {
      this.#tally.acksLate += 1;
      this.#port.ignored(`late ack for ${msgid}: nobody waits for it any more`);
    } else {
      this.#tally.acksUnknown += 1;
      this.#port.ignored(`ack for unknown msgid ${msgid}`);
    }
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
    this.#remember(msgid, 'given up');
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

  #remember(msgid: string, how: 'answered' | 'given up'): void {
    this.#settled.set(msgid, how);
    if (this.#settled.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#settled.keys();
    if (oldest !== undefined) this.#settled.delete(oldest);
  }
}
