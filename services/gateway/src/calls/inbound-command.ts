import type { CommandFrame } from '@jambus/link';
import type { RejectionCode } from '@jambus/schema';
import type { Span } from '@jambus/telemetry';
import type { ReportLink } from '../reports/report.ts';

/** A command on its way from an adapter to a call's websocket, and what the adapter is told of it. */
export interface InboundCommand {
  readonly frame: CommandFrame;
  readonly payload: Buffer;
  /** The link that it came by. */
  readonly link: ReportLink;
  /** Its way through this gateway. */
  span: Span;
  /** When it came, ms since the epoch. */
  readonly receivedAt: number;
  /** It waits for the websocket of its call, and no longer counts in the window of the link. */
  hold(): void;
  /**
   * Its outcome is decided, and on the bus.
   *
   * @param code of a refusal
   * @param isKnown the adapter has put its result there itself, and need not be told
   */
  settle(code: RejectionCode | undefined, isKnown?: boolean): void;
  /** It had no effect on the call here, and has none any more. */
  giveBack(): void;
}
