import type { EventFrame, ResultFrame } from '@jambus/link';

/** What a gateway says of a call to the bus: a message of jambonz, or the outcome of a command. */
export interface Report {
  /** Its number `n` is given anew each time it goes over a link. */
  readonly frame: EventFrame | ResultFrame;
  readonly payload: Uint8Array;
  /** The command that a result answers, at the adapter which sent it; undefined for an event. */
  readonly answers: { readonly link: ReportLink; readonly n: number } | undefined;
  /**
   * Called once, when an adapter has put it on the bus; undefined when nobody waits for that.
   *
   * @param by the link to that adapter, while it is up
   */
  readonly onTaken: ((by: ReportLink | undefined) => void) | undefined;
}

/** What a report costs besides its payload, bytes, roughly. */
const REPORT_BYTES = 256;

/** What a report counts for against a bound, bytes. */
export function bytesOf({ payload }: Report): number {
  return payload.length + REPORT_BYTES;
}

/** The way to one adapter. */
export interface ReportLink {
  /** Name and life of the adapter. */
  readonly id: string;
  readonly boot: string;
  send(n: number, report: Report): void;
  /** No report comes any more, and all that were sent are on the bus. */
  sendDrained(): void;
}
