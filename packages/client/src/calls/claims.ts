import type { JambusEventOf } from '../event.ts';
import type { CallLog } from './call-log.ts';

/** A call that this process serves, until it is done, gives it back, or loses it. */
export interface Claim {
  readonly session: JambusEventOf<'session:new'>;
  /** Abandoned when another process may serve the call. */
  readonly log: CallLog;
  /** Another process may have served it before. What the log has by now is of that time. */
  readonly resumed: boolean;
  /** Its function is done: nobody runs it again. */
  done(): void;
  /** Lets it be served again, by another process where there is one. */
  giveBack(): void;
}

/** Calls of a durable name, as a bus shares them out. */
export interface Claims {
  /** Resolves when no call that begins from now on is missed. @throws JambusError as `Subscription.ready` */
  ready(): Promise<void>;
  /** The next call, to be asked for when there is room for one; undefined once this has ended. @throws JambusError when the broker refuses it for good */
  next(): Promise<Claim | undefined>;
  /** Takes no more calls. Those there are stay. Idempotent. */
  end(): void;
  /** Gives up what is left. Never rejects. Idempotent. */
  close(): Promise<void>;
}

export interface ClaimOptions {
  readonly durable: string;
  readonly application: string | undefined;
}
