import type { JambusError } from '@jambus/schema';

/**
 * Something went wrong and was dealt with; told so that an operator can see it. Never a reason to act for the program:
 * whatever has to happen next has been arranged already.
 */
export type BusTrouble =
  /** A handler threw, which is a defect (or, when the error is retryable, a shortcut for `retry`). */
  | {
      readonly kind: 'handler_threw';
      readonly error: JambusError;
      readonly position: string;
      readonly attempts: number;
    }
  /** A dead letter could not be published; it is tried again. */
  | { readonly kind: 'dead_letter_failed'; readonly error: JambusError; readonly position: string }
  /** So many handlers did not end before the stop's deadline; their records will be handed over again. */
  | { readonly kind: 'handlers_abandoned'; readonly count: number }
  /** A batch of so many messages was not published: tried again when the error is retryable, else taken apart. */
  | { readonly kind: 'publish_failed'; readonly error: JambusError; readonly messages: number }
  /** The broker, or the way to it, failed at something that is tried again or done without: reading, leases, positions. */
  | { readonly kind: 'broker_failed'; readonly error: JambusError }
  /** The broker is set so that it cannot hold what is promised. Told once for as long as it lasts, with what to do. */
  | { readonly kind: 'risky_setting'; readonly detail: string }
  /** The broker has been set so that a promise would break: the bus is not healthy until somebody sets it as the text says. */
  | { readonly kind: 'unusable_setting'; readonly detail: string }
  /** There is no room for more commands: their publishers are refused until commands that wait are dealt with. */
  | { readonly kind: 'commands_full'; readonly detail: string }
  /** Commands that waited were deleted by somebody, so that nobody has read them; reading goes on behind them. */
  | { readonly kind: 'commands_skipped'; readonly detail: string }
  /** What was told of as risky or unusable is as it should be again. */
  | { readonly kind: 'mended_setting'; readonly detail: string }
  /** A callback given to the outbox threw, which is a defect of its owner. */
  | { readonly kind: 'callback_threw'; readonly error: JambusError };

/** Told about trouble; must not throw. Called for each failed attempt: whoever logs it limits the rate. */
export type OnTrouble = (trouble: BusTrouble) => void;
