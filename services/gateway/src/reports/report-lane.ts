import { createFifo, type Fifo } from './fifo.ts';
import { bytesOf, type Report, type ReportLink } from './report.ts';

export interface LaneWindow {
  /** Reports sent to one adapter that it has not put on the bus yet. */
  readonly reports: number;
  /** Their bytes. One report goes out whatever its size. */
  readonly bytes: number;
}

/** The reports for one adapter, in their order: those sent and not confirmed, and those that wait for room in its window. */
export class ReportLane {
  /** Identifies the lane for rendezvous hashing: an adapter keeps its calls when it starts anew under its name. */
  readonly id: string;
  readonly boot: string;
  readonly #window: LaneWindow;
  readonly #sent: Fifo<Report> = createFifo();
  readonly #waiting: Fifo<Report> = createFifo();
  #sentBytes = 0;
  /** Number of the last confirmed report; those in `#sent` follow. */
  #confirmed = 0;
  /** Undefined while the connection is down and the adapter may come back to it. */
  link: ReportLink | undefined;
  /** The adapter takes no new reports. */
  draining = false;

  constructor(link: ReportLink, window: LaneWindow) {
    this.id = link.id;
    this.boot = link.boot;
    this.link = link;
    this.#window = window;
  }

  get isEmpty(): boolean {
    return this.#sent.length === 0 && this.#waiting.length === 0;
  }

  /** Reports sent and not confirmed. */
  get sent(): number {
    return this.#sent.length;
  }

  add(report: Report): void {
    if (this.#waiting.length > 0 || !this.#hasRoom(report)) this.#waiting.push(report);
    else this.#send(report);
  }

  /** Confirms everything up to `n`. @param each called for each report that is confirmed by it */
  confirm(n: number, each: (report: Report) => void): void {
    while (this.#confirmed < n) {
      const report = this.#sent.shift();
      if (report === undefined) break;
      this.#confirmed++;
      this.#sentBytes -= bytesOf(report);
      each(report);
    }
    this.#sendWaiting();
  }

  /** The adapter is back on another connection, and has received everything up to `received`. */
  resume(link: ReportLink, received: number): void {
    this.link = link;
    let n = this.#confirmed;
    for (const report of this.#sent) if (++n > received) link.send(n, report);
    this.#sendWaiting();
  }

  /** Takes out what was not sent yet. */
  takeWaiting(): Report[] {
    const waiting: Report[] = [];
    for (let report = this.#waiting.shift(); report !== undefined; report = this.#waiting.shift()) waiting.push(report);
    return waiting;
  }

  /** Everything that is not confirmed, oldest first. */
  unconfirmed(): Report[] {
    return [...this.#sent, ...this.#waiting];
  }

  #sendWaiting(): void {
    for (let next = this.#waiting.peek(); next !== undefined && this.#hasRoom(next); next = this.#waiting.peek()) {
      this.#waiting.shift();
      this.#send(next);
    }
  }

  #hasRoom(report: Report): boolean {
    if (this.link === undefined) return false;
    if (this.#sent.length === 0) return true;
    return this.#sent.length < this.#window.reports && this.#sentBytes + bytesOf(report) <= this.#window.bytes;
  }

  #send(report: Report): void {
    this.#sent.push(report);
    this.#sentBytes += bytesOf(report);
    this.link?.send(this.#confirmed + this.#sent.length, report);
  }
}
