import type { Address } from '../wire/address.ts';
import type { Inbound } from '../wire/inbound.ts';
import { Requestor, type RequestorContext } from './requestor.ts';
import type { Answer, Outgoing } from './requests.ts';

const NORMAL_CLOSURE = 1000;

/** What the owner of a call's sockets is told. */
export interface SocketsListener {
  /** A command or a broken message, on the socket that commands count on. */
  received(inbound: Exclude<Inbound, { kind: 'ack' }>, on: Requestor): void;
  /** Whatever came on any socket. */
  arrived(): void;
  /** The first socket of the call is open. */
  opened(): void;
  /** The server closed the control socket with 1000: it wants no more of this call. */
  givenUp(): void;
  /** A first connect failed; `only` when it was the call's first one. */
  failed(reason: string, first: boolean): void;
  /** `session:reconnect` failed on the control socket. */
  reconnectLost(fault: string, connected: boolean): void;
  crashed(error: Error): void;
}

/**
 * The sockets of one call and their roles. The control socket brings hooks and verb statuses and takes commands; the notifier
 * brings `call:status`. They are one and the same until a `redirect` verb names another server for either.
 */
export class CallSockets {
  readonly #context: RequestorContext;
  readonly #listener: SocketsListener;
  readonly #all: Requestor[] = [];
  #control: Requestor;
  #notifier: Requestor;
  #opened = false;

  constructor(address: Address, context: RequestorContext, listener: SocketsListener) {
    this.#context = context;
    this.#listener = listener;
    this.#control = this.#add(address);
    this.#notifier = this.#control;
  }

  get control(): Requestor {
    return this.#control;
  }

  /** How many sockets the call has had. */
  get count(): number {
    return this.#all.length;
  }

  /** Of all sockets together. */
  get reconnects(): number {
    return this.#all.reduce((sum, { connection }) => sum + connection.reconnects, 0);
  }

  say(outgoing: Outgoing): Promise<Answer> {
    return (outgoing.type === 'call:status' ? this.#notifier : this.#control).say(outgoing);
  }

  /**
   * A `redirect` verb names another server: the control socket goes there. The old one keeps the statuses, nobody listens to
   * what comes on it, and it comes back only when there is something to say.
   */
  handOver(address: Address): void {
    const old = this.#control;
    this.#control = this.#add(address);
    old.connection.retire();
  }

  /** A `redirect` verb names another server for `call:status`. The socket that had them is closed, whatever else it was for. */
  moveStatuses(address: Address): void {
    const old = this.#notifier;
    this.#notifier = this.#add(address);
    if (old === this.#control) this.#listener.givenUp();
    void old.close(NORMAL_CLOSURE);
  }

  /** Misbehaves on the n-th socket, from 1: cuts TCP, or closes with a code. */
  drop(number: number, code?: number): void {
    this.#all[number - 1]?.connection.drop(code);
  }

  /** Nothing is said any more, on any socket. */
  silence(): void {
    for (const socket of this.#all) socket.silence();
  }

  /** Gives up what waits for an ack, on all sockets. */
  giveUp(): void {
    for (const socket of this.#all) socket.giveUp();
  }

  /** False when last words could not be said. */
  async drained(): Promise<boolean> {
    const said = await Promise.all([...this.#live()].map((socket) => socket.drained()));
    return said.every(Boolean);
  }

  /**
   * Closes all sockets for good. A third one, left over from a second redirect, jambonz forgets and leaves open; the simulator
   * does not want to keep it and cuts it.
   */
  async close(code: number): Promise<void> {
    const live = this.#live();
    for (const socket of this.#all) if (!live.has(socket)) socket.connection.drop();
    await Promise.all(this.#all.map((socket) => socket.close(code)));
  }

  #live(): ReadonlySet<Requestor> {
    return new Set([this.#control, this.#notifier]);
  }

  #add(address: Address): Requestor {
    const socket: Requestor = new Requestor(this.#all.length + 1, address, this.#context, {
      received: (inbound) => this.#received(socket, inbound),
      arrived: () => this.#listener.arrived(),
      opened: () => this.#onOpened(),
      givenUp: () => {
        if (socket === this.#control) this.#listener.givenUp();
      },
      failed: (reason) => this.#listener.failed(reason, socket.number === 1),
      reconnectLost: (fault, connected) => {
        if (socket === this.#control) this.#listener.reconnectLost(fault, connected);
        else this.#context.ignored(`session:reconnect of a socket for statuses only: ${fault}`);
      },
      crashed: (error) => this.#listener.crashed(error),
    });
    this.#all.push(socket);
    return socket;
  }

  #onOpened(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#listener.opened();
  }

  #received(socket: Requestor, inbound: Exclude<Inbound, { kind: 'ack' }>): void {
    if (inbound.kind === 'invalid') {
      void socket.say({ type: 'jambonz:error', data: inbound.error });
      return;
    }
    if (socket === this.#control) this.#listener.received(inbound, socket);
    else this.#context.ignored(`${inbound.command.command}: it came on a socket that is for statuses only`);
  }
}
