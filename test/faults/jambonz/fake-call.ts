import { type RawData, WebSocket } from 'ws';
import type { CallSocket, Saying, Write } from '../history/index.ts';
import type { CallPlan } from '../load/call-plan.ts';
import { markerIn } from '../load/marker.ts';
import { LASTING_VERB } from '../load/script.ts';

/** What all calls write down. */
export interface Notes {
  readonly sockets: CallSocket[];
  readonly writes: Write[];
  readonly sayings: Saying[];
}

const FIRST_BACKOFF_MS = 500;
const VERB_MS = 20;
const READING_MS = 300;
const NOT_READING_MS = 1_200;
const NORMAL_CLOSURE = 1000;
/** The initial application has as much in it as a real one: the whole INVITE. */
const INVITE = 'x'.repeat(2_500);

interface Verb {
  readonly id: string;
  readonly marker: string;
}

/**
 * The cheapest call that still comes back as jambonz does: after 0.5, 1, 2, 4 s and on, with `session:reconnect`, and with what
 * it could not say meanwhile. Writes down what it got and said. Every verb with an id runs for 20 ms, one after the other.
 */
export class FakeCall {
  readonly plan: CallPlan;
  /** Resolves when it has its application. */
  readonly answered: Promise<void>;
  readonly #urls: readonly string[];
  readonly #notes: Notes;
  readonly #unsaid: { readonly type: string; readonly data: object; readonly verb?: Saying['verb'] }[] = [];
  readonly #verbs: Verb[] = [];
  #answer: () => void = () => {};
  #socket: WebSocket | undefined;
  /** Of the websocket that is open, or was last. */
  #current: { -readonly [Name in keyof CallSocket]: CallSocket[Name] } | undefined;
  /** The message whose ack is waited for before anything else is said. */
  #asked = '';
  #backoffMs = FIRST_BACKOFF_MS;
  #msgids = 0;
  #sockets = 0;
  #running = false;
  #away = false;
  #over = false;
  #reading = true;

  constructor(plan: CallPlan, urls: readonly string[], notes: Notes) {
    this.plan = plan;
    this.#urls = urls;
    this.#notes = notes;
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  begin(): void {
    void this.answered.then(() => this.#follow());
    this.#dial(0);
  }

  /** Ends the call as the caller does, and closes its websocket for good once that is said. */
  hangUp(): void {
    if (this.#over) return;
    this.#over = true;
    this.#say('call:status', { call_status: 'completed' });
    this.#closeWhenSaid();
  }

  /** From now on it reads what comes at once. */
  readOn(): void {
    this.#reading = true;
    this.#socket?.resume();
  }

  /** True when the call is over and its websocket gone. */
  get gone(): boolean {
    return this.#over && this.#socket === undefined && this.#unsaid.length === 0;
  }

  #follow(): void {
    const { away, endsAt, kind } = this.plan;
    if (endsAt !== undefined) setTimeout(() => this.hangUp(), endsAt);
    if (kind === 'slow') this.#readSlowly();
    if (away === undefined) return;
    setTimeout(() => {
      this.#away = true;
      if (this.#current !== undefined) this.#current.closedBy = 'cut';
      this.#socket?.terminate();
    }, away.from);
    setTimeout(() => {
      this.#away = false;
      this.#dial(0);
    }, away.to);
  }

  #readSlowly(): void {
    if (this.#over) return;
    this.#reading = false;
    this.#socket?.pause();
    setTimeout(() => {
      this.readOn();
      setTimeout(() => this.#readSlowly(), READING_MS);
    }, NOT_READING_MS);
  }

  /** @param tried gateways that have not taken it this time */
  #dial(tried: number): void {
    if (this.#away || this.#socket !== undefined || (this.#over && this.#unsaid.length === 0)) return;
    const gateway = (this.plan.number + this.#sockets + tried) % this.#urls.length;
    const socket = new WebSocket(this.#urls[gateway] as string, 'ws.jambonz.org', { perMessageDeflate: false });
    this.#socket = socket;
    let opened = false;
    socket.on('error', () => {});
    socket.on('unexpected-response', () => socket.terminate());
    socket.on('message', (data) => this.#heard(data));
    socket.on('open', () => {
      opened = true;
      this.#opened(gateway);
    });
    socket.on('close', (code) => {
      this.#socket = undefined;
      if (opened) this.#closed(code);
      else if (tried + 1 < this.#urls.length) this.#dial(tried + 1);
      else this.#dialLater();
    });
  }

  #dialLater(): void {
    setTimeout(() => this.#dial(0), this.#backoffMs);
    this.#backoffMs = this.#backoffMs < 2_000 ? this.#backoffMs * 2 : this.#backoffMs + 2_000;
  }

  #opened(gateway: number): void {
    this.#sockets += 1;
    const { callSid, kind } = this.plan;
    const openedAt = Date.now();
    this.#current = { callSid, socket: this.#sockets, gateway, openedAt, slow: kind === 'slow' };
    this.#notes.sockets.push(this.#current);
    if (!this.#reading) this.#socket?.pause();
    const facts = { call_sid: callSid, direction: 'inbound', from: '+15083084809', to: '+15083728299' };
    const data = { ...facts, call_status: 'trying', sip: { raw: INVITE } };
    this.#asked = this.#send(this.#sockets === 1 ? 'session:new' : 'session:reconnect', data);
  }

  #closed(code: number): void {
    const by = this.#current?.closedBy ?? (this.#over ? 'hang-up' : 'gateway');
    if (this.#current !== undefined) Object.assign(this.#current, { closedAt: Date.now(), closedBy: by, code });
    if (code !== NORMAL_CLOSURE && !this.#away) this.#dialLater();
  }

  #heard(data: RawData): void {
    const { callSid } = this.plan;
    // ws hands over one Buffer unless told otherwise.
    const text = (data as Buffer).toString();
    const marker = markerIn(text);
    if (marker !== undefined) this.#notes.writes.push({ callSid, socket: this.#sockets, at: Date.now(), marker });
    const message = JSON.parse(text) as { type?: string; msgid?: string; data?: unknown };
    if (message.type === 'ack' && message.msgid === this.#asked) this.#accepted();
    if (marker !== undefined && Array.isArray(message.data)) this.#run(message.data, marker);
  }

  #accepted(): void {
    this.#asked = '';
    if (this.#sockets === 1) {
      this.#answer();
      this.#say('call:status', { call_status: 'in-progress' });
    }
    for (const { type, data, verb } of this.#unsaid.splice(0)) this.#say(type, data, verb);
    if (this.#over) this.#closeWhenSaid();
  }

  #closeWhenSaid(): void {
    if (this.#unsaid.length > 0) return;
    if (this.#current !== undefined) this.#current.closedBy ??= 'hang-up';
    this.#socket?.close(NORMAL_CLOSURE);
  }

  #run(verbs: readonly { readonly id?: string }[], marker: string): void {
    for (const { id } of verbs) {
      if (id === undefined) continue;
      if (id === LASTING_VERB) this.#status({ id, marker }, 'starting');
      else this.#verbs.push({ id, marker });
    }
    if (!this.#running) this.#next();
  }

  #next(): void {
    const verb = this.#over ? undefined : this.#verbs.shift();
    this.#running = verb !== undefined;
    if (verb === undefined) return;
    this.#status(verb, 'starting');
    setTimeout(() => {
      if (!this.#over) this.#status(verb, 'finished');
      this.#next();
    }, VERB_MS);
  }

  #status({ id, marker }: Verb, event: string): void {
    this.#say('verb:status', { event, id, name: 'say', marker }, { id, event, marker });
  }

  /** Says it now, or when the websocket is back. */
  #say(type: string, data: object, verb?: Saying['verb']): void {
    if (this.#asked !== '' || this.#socket?.readyState !== WebSocket.OPEN) {
      this.#unsaid.push({ type, data, ...(verb === undefined ? {} : { verb }) });
    } else {
      this.#send(type, data, verb);
    }
  }

  #send(type: string, data: object, verb?: Saying['verb']): string {
    const { callSid } = this.plan;
    this.#msgids += 1;
    const msgid = `${callSid}-${this.#msgids}`;
    this.#socket?.send(JSON.stringify({ type, msgid, call_sid: callSid, data }));
    const { call_status: status } = data as { call_status?: string };
    this.#notes.sayings.push({
      callSid,
      socket: this.#sockets,
      at: Date.now(),
      msgid,
      type: type === 'call:status' ? `${type} ${status}` : type,
      ...(verb === undefined ? {} : { verb }),
    });
    return msgid;
  }
}
