import { JambusError } from '@jambus/schema';
import type { BusMessage } from './records.ts';

/** The side of a bus that events, results and dead letters go to. */
export interface EventSink {
  /**
   * Writes the batch; messages of one call on one channel stay in their order. Resolves when the broker has all of them.
   * A message that the broker refuses for good goes out as its `reduced`, in its place.
   *
   * @throws MessagesRefused when the broker has all of the batch but those that it will never take
   * @throws JambusError; when `retryable`, the same batch may be tried again (the broker may then have some of it twice,
   *   with the same CloudEvents ids).
   */
  publish(batch: readonly BusMessage[]): Promise<void>;
}

/** The broker has the whole batch except for these messages, which it will never take. */
export class MessagesRefused extends JambusError {
  /** Why, for each of them. */
  readonly refused: ReadonlyMap<BusMessage, JambusError>;

  /** @param refused at least one */
  constructor(refused: ReadonlyMap<BusMessage, JambusError>) {
    const [first] = refused.values();
    super('bus_refused', first?.message ?? 'refused', { cause: first });
    this.refused = refused;
  }
}
