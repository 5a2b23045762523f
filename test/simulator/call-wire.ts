import { Connection, type ConnectionListener } from './connection.ts';
import type { CallSettings } from './options.ts';
import type { Outgoing } from './requests.ts';
import type { Tally } from './tally.ts';
import type { CallFacts } from './wire/call-facts.ts';
import { composeMessage } from './wire/compose-message.ts';
import { type Inbound, readInbound } from './wire/inbound.ts';
import { isJsonObject } from './wire/json.ts';
import { MessageLog } from './wire/message-log.ts';

/** What the owner of a wire is told. */
export interface WireListener extends Omit<ConnectionListener, 'message'> {
  received(inbound: Inbound): void;
}

/** What goes over the connection of a call, in both directions: composed and read, counted and logged, late if so wished. */
export class CallWire {
  readonly log: MessageLog;
  readonly connection: Connection;
  readonly #facts: CallFacts;
  readonly #settings: CallSettings;
  readonly #tally: Tally;
  readonly #listener: WireListener;

  constructor(facts: CallFacts, settings: CallSettings, tally: Tally, listener: WireListener) {
    this.#facts = facts;
    this.#settings = settings;
    this.#tally = tally;
    this.#listener = listener;
    this.log = new MessageLog(settings.logLimit, settings.onMessage);
    this.connection = new Connection(
      { ...settings, speed: settings.reconnectSpeed },
      { ...listener, message: (data) => this.#onMessage(data) },
    );
  }

  /** Says something under this id. */
  transmit(msgid: string, outgoing: Outgoing): void {
    if (outgoing.type === 'verb:status') this.#tally.verbStatusesSent += 1;
    if (outgoing.type === 'call:status') this.#tally.callStatusesSent += 1;
    const text = composeMessage(this.#facts, msgid, outgoing);
    const { delaySendingMs } = this.#settings;
    if (delaySendingMs > 0) setTimeout(() => this.#write(text), delaySendingMs);
    else this.#write(text);
  }

  /** Puts bytes on the socket as they are; false when there is none. */
  sendRaw(data: string | Buffer): boolean {
    if (!this.connection.send(data)) return false;
    this.#tally.messagesSent += 1;
    this.#tally.bytesSent += Buffer.byteLength(data);
    if (this.log.wanted) {
      const raw = Buffer.from(data);
      this.log.add({ direction: 'sent', at: performance.now(), raw, message: parseOrNothing(raw) });
    }
    return true;
  }

  #write(text: string): void {
    if (!this.sendRaw(text)) this.#tally.messagesLost += 1;
  }

  #onMessage(data: Buffer): void {
    this.#tally.messagesReceived += 1;
    this.#tally.bytesReceived += data.length;
    const { delayReceivingMs } = this.#settings;
    if (delayReceivingMs > 0) setTimeout(() => this.#receive(data), delayReceivingMs);
    else this.#receive(data);
  }

  #receive(data: Buffer): void {
    const { json, inbound } = readInbound(data, this.#facts.callSid);
    if (this.log.wanted) {
      const message = isJsonObject(json) ? json : undefined;
      this.log.add({ direction: 'received', at: performance.now(), raw: data, message });
    }
    this.#listener.received(inbound);
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
