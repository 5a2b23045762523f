import type { CallSettings } from '../options.ts';
import type { Tally } from '../tally.ts';
import type { Address } from '../wire/address.ts';
import type { CallFacts } from '../wire/call-facts.ts';
import { composeMessage } from '../wire/compose-message.ts';
import { shortId } from '../wire/ids.ts';
import { type Inbound, readInbound } from '../wire/inbound.ts';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import type { MessageLog } from '../wire/message-log.ts';
import { Connection } from './connection.ts';
import { type Answer, type Outgoing, Requests } from './requests.ts';

/** What all sockets of a call share. */
export interface RequestorContext {
  readonly facts: CallFacts;
  readonly settings: CallSettings;
  readonly tally: Tally;
  readonly log: MessageLog;
  /** Something from the server that had no effect. */
  ignored(reason: string): void;
}

/** What the owner of a requestor is told. */
export interface RequestorListener {
  /** Anything but an ack that belongs here. */
  received(inbound: Exclude<Inbound, { kind: 'ack' }>): void;
  /** Whatever came, before it is looked at. */
  arrived(): void;
  /** A socket is open; `first` for the first one. */
  opened(first: boolean): void;
  /** The server closed with 1000. */
  givenUp(): void;
  failed(reason: string): void;
  /** `session:reconnect` failed. `connected` tells whether there is a socket to say so on. */
  reconnectLost(fault: string, connected: boolean): void;
  crashed(error: Error): void;
}

/**
 * One websocket of a call over all its reconnects, with what is said on it: jambonz has one such object per URL and role. It
 * dials when it first has something to say.
 */
export class Requestor {
  readonly number: number;
  readonly connection: Connection;
  readonly #requests: Requests;
  readonly #context: RequestorContext;
  readonly #listener: RequestorListener;
  /** Known once there is a `session:new` to say, which may still wait for the socket. */
  #callSid: string | undefined;
  /** What `session:reconnect` repeats. */
  #sessionData: JsonObject = {};
  #closed = false;

  /** @param number of the socket within its call, from 1. */
  constructor(number: number, address: Address, context: RequestorContext, listener: RequestorListener) {
    const { settings, tally } = context;
    this.number = number;
    this.#context = context;
    this.#listener = listener;
    this.#requests = new Requests(
      {
        transmit: (msgid, outgoing) => this.#transmit(msgid, outgoing),
        wake: () => this.connection.wake(),
        reconnectLost: (fault, connected) => listener.reconnectLost(fault, connected),
        ignored: (reason) => context.ignored(reason),
      },
      settings.ackTimeoutMs,
      tally,
    );
    this.connection = new Connection(
      { ...settings, address, speed: settings.reconnectSpeed },
      {
        ...listener,
        opened: (first) => this.#opened(first),
        message: (data) => this.#onMessage(data),
        dropped: () => {
          tally.drops += 1;
          this.#requests.dropped();
        },
        givenUp: () => {
          this.#requests.silence();
          listener.givenUp();
        },
        refused: () => this.#requests.refused(),
        failed: (reason) => {
          listener.failed(reason);
          this.#requests.failed(reason);
        },
      },
    );
  }

  /** What commands that name no leg are taken to be for. */
  get callSid(): string | undefined {
    return this.#callSid;
  }

  get mute(): boolean {
    return this.#requests.mute;
  }

  /** Says something, dialling if needed. Resolves with the ack, at once when the type wants none. */
  say(outgoing: Outgoing): Promise<Answer> {
    if (outgoing.type === 'session:new' && typeof outgoing.data['call_sid'] === 'string') {
      this.#callSid = outgoing.data['call_sid'];
    }
    return this.#requests.say(outgoing);
  }

  /** A message with a fresh id, as text. */
  compose(type: string, data: JsonObject): string {
    return composeMessage(this.#context.facts, this.#callSid, shortId(), { type, data });
  }

  /** Puts bytes on the socket as they are; false when there is none. */
  sendRaw(data: string | Buffer): boolean {
    if (!this.connection.send(data)) return false;
    const { tally, log } = this.#context;
    tally.messagesSent += 1;
    tally.bytesSent += Buffer.byteLength(data);
    if (log.wanted) {
      const raw = Buffer.from(data);
      log.add({ direction: 'sent', socket: this.number, at: performance.now(), raw, message: parseOrNothing(raw) });
    }
    return true;
  }

  /** From now on nothing is said. */
  silence(): void {
    this.#requests.silence();
  }

  /** Resolves when nothing waits for a socket any more; with false when that takes too long. */
  drained(): Promise<boolean> {
    return this.#requests.drained();
  }

  /** Gives up everything that waits; the socket stays. */
  giveUp(): void {
    this.#requests.close();
  }

  /** Closes for good. Resolves when the socket is gone. */
  close(code: number): Promise<void> {
    this.#closed = true;
    this.#requests.close();
    return this.connection.close(code);
  }

  #opened(first: boolean): void {
    this.#listener.opened(first);
    if (first) {
      this.#requests.opened();
      return;
    }
    this.#context.tally.reconnects += 1;
    this.#requests.resume({ type: 'session:reconnect', data: this.#sessionData });
  }

  #transmit(msgid: string, outgoing: Outgoing): void {
    const { tally, facts, settings } = this.#context;
    if (outgoing.type === 'verb:status') tally.verbStatusesSent += 1;
    if (outgoing.type === 'session:new' || outgoing.type === 'session:adulting') this.#sessionData = outgoing.data;
    if (outgoing.type === 'call:status') tally.callStatusesSent += 1;
    const text = composeMessage(facts, this.#callSid, msgid, outgoing);
    const { delaySendingMs } = settings;
    if (delaySendingMs > 0) setTimeout(() => this.#write(text), delaySendingMs);
    else this.#write(text);
  }

  #write(text: string): void {
    if (!this.sendRaw(text)) this.#context.tally.messagesLost += 1;
  }

  #onMessage(data: Buffer): void {
    const { tally, settings } = this.#context;
    tally.messagesReceived += 1;
    tally.bytesReceived += data.length;
    const { delayReceivingMs } = settings;
    if (delayReceivingMs > 0) setTimeout(() => this.#receive(data), delayReceivingMs);
    else this.#receive(data);
  }

  #receive(data: Buffer): void {
    if (this.#closed) return;
    const { log } = this.#context;
    const { json, inbound } = readInbound(data, this.#callSid);
    if (log.wanted) {
      const message = isJsonObject(json) ? json : undefined;
      log.add({ direction: 'received', socket: this.number, at: performance.now(), raw: data, message });
    }
    this.#listener.arrived();
    if (inbound.kind === 'ack') this.#requests.ack(inbound.msgid, inbound.data);
    else this.#listener.received(inbound);
  }
}

function parseOrNothing(raw: Buffer) {
  try {
    const json: unknown = JSON.parse(raw.toString('utf8'));
    return isJsonObject(json) ? json : undefined;
  } catch {
    // Sent by a test that wants it to be broken.
    return undefined;
  }
}
