import type { CallSocket, WriteState } from '../../src/calls/call-socket.ts';

export interface WireMessage {
  readonly type: string;
  readonly msgid?: string;
  readonly command?: string;
  readonly data?: unknown;
}

interface BufferedWrite {
  readonly message: WireMessage;
  readonly onEnd: (written: boolean) => void;
}

/** A websocket that remembers what has reached the other end of it. */
export class FakeSocket implements CallSocket {
  isOpen = true;
  bufferedBytes = 0;
  /** What jambonz has. */
  readonly sent: WireMessage[] = [];
  closedWith: number | undefined;
  paused = false;
  /** What the next writes come to. */
  writes: WriteState = 'written';
  #buffered: BufferedWrite[] = [];

  /** Messages that the operating system has not taken yet. */
  get buffered(): WireMessage[] {
    return this.#buffered.map(({ message }) => message);
  }

  send(bytes: Uint8Array, onEnd: (written: boolean) => void): WriteState {
    if (!this.isOpen) return 'closed';
    const message = JSON.parse(Buffer.from(bytes).toString()) as WireMessage;
    // Bytes leave in their order: behind a buffered write nothing is written at once.
    const state = this.writes === 'written' && this.#buffered.length > 0 ? 'buffered' : this.writes;
    if (state === 'written') this.sent.push(message);
    if (state === 'buffered') this.#buffered.push({ message, onEnd });
    return state;
  }

  /** The peer reads: the operating system takes the oldest buffered writes. */
  take(count = this.#buffered.length): void {
    for (const { message, onEnd } of this.#buffered.splice(0, count)) {
      this.sent.push(message);
      onEnd(true);
    }
  }

  /** The connection breaks: what is buffered does not leave any more. */
  cut(): void {
    this.isOpen = false;
    for (const { onEnd } of this.#buffered.splice(0)) onEnd(false);
  }

  close(code: number): void {
    this.isOpen = false;
    this.closedWith = code;
  }

  terminate(): void {
    this.isOpen = false;
    this.closedWith = 1006;
  }

  probe(_withinMs: number, onEnd: (gone: boolean) => void): void {
    onEnd(!this.isOpen);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }
}
