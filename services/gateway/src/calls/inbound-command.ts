import type { CommandFrame } from '@jambus/link';
import type { RejectionCode } from '@jambus/schema';
import type { Span } from '@jambus/telemetry';

/** A command as it comes from an adapter, and what the adapter is told of it. */
export interface LinkedCommand {
  readonly frame: CommandFrame;
  readonly payload: Buffer;
  /** It waits for the websocket of its call, and no longer counts in the window of the link. Told once. */
  hold(): void;
  /** Its outcome is decided, and on the bus. @param code of a refusal */
  settle(code: RejectionCode | undefined): void;
  /** It had no effect on the call here, and has none any more. */
  giveBack(): void;
}

/** A command on its way to a call's websocket. */
export interface InboundCommand extends LinkedCommand {
  /** Its way through this gateway. */
  readonly span: Span;
  /** When it came, ms since the epoch. */
  readonly receivedAt: number;
}
