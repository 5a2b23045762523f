import type { CommandFrame, EventFrame, Outcome } from '@jambus/link';

/** What a gateway says of a call to the bus: a message of jambonz, or the outcome of a command. */
export type Report = EventReport | ResultReport;

export interface EventReport {
  readonly kind: 'event';
  readonly callSid: string;
  /** Its number `n` is given anew each time it goes over a link. */
  readonly frame: EventFrame;
  readonly payload: Uint8Array;
}

export interface ResultReport {
  readonly kind: 'result';
  readonly callSid: string;
  readonly payload: Uint8Array;
  /** The command, and the link that it came by. */
  readonly command: { readonly link: ReportLink; readonly frame: CommandFrame };
  readonly outcome: Outcome;
  /**
   * Called once, when an adapter has put it on the bus.
   *
   * @param by the link to that adapter, while it is up
   */
  onTaken(by: ReportLink | undefined): void;
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
