import type { StoredMsg } from 'nats';
import { pause } from '../../waiting/pause.ts';
import type { NatsLink } from './connection/link.ts';
import type { Delivery } from './connection/pull.ts';

export interface ReadSinglyOptions {
  readonly link: Pick<NatsLink, 'connected' | 'jsm'>;
  readonly stream: string;
  /** Creation time of the stream that is read. */
  readonly streamCreated: string;
  readonly filterSubject: string;
  /** Number of the last message that was read. */
  readonly after: () => number;
  readonly hasRoom: () => boolean;
  readonly onDelivery: (delivery: Delivery) => void;
}

/** A consumer is there within this time when all is well, ms. */
const PATIENCE_MS = 250;
/** How soon a partition that had nothing, or a stream that has no leader, is asked again, ms. */
const ASK_AGAIN_MS = 100;

/**
 * Reads a partition without a consumer, one message at a time, for as long as something else takes. To make a consumer takes
 * the leader of the whole cluster. When that is lost, others need up to ten seconds to agree on the next one; the leader of
 * the stream goes on meanwhile, and to ask it for a message takes nobody else.
 *
 * @param during what is waited for; its failure is left to others
 */
export async function readSinglyDuring(
  during: Promise<unknown>,
  options: ReadSinglyOptions,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  during.then(end, end);
  await pause(PATIENCE_MS, over.signal, signal);
  while (!over.signal.aborted && !signal.aborted) {
    const delivery = options.hasRoom() ? await next(options) : undefined;
    if (signal.aborted) return;
    if (delivery === undefined) await pause(ASK_AGAIN_MS, over.signal, signal);
    else options.onDelivery(delivery);
  }
}

/** @returns undefined when there is none now, or nobody who can tell */
async function next(options: ReadSinglyOptions): Promise<Delivery | undefined> {
  const { link, stream, streamCreated, filterSubject, after } = options;
  if (!link.connected()) return undefined;
  try {
    // The client's types do not know that the server can be asked for the first one of a subject from a number on.
    const query = { seq: after() + 1, next_by_subj: filterSubject };
    const stored = await link.jsm.streams.getMessage(stream, query);
    // A stream that was made anew before has other messages under these numbers.
    const { created } = await link.jsm.streams.info(stream);
    return created === streamCreated ? deliveryOf(stored) : undefined;
  } catch {
    // Mostly there is none. What else is wrong is told by whatever is waited for.
    return undefined;
  }
}

function deliveryOf(stored: StoredMsg): Delivery {
  const { subject, data, seq: sequence, time } = stored;
  const message = {
    subject,
    data,
    // Read when they are asked for, as they may not be readable.
    get headers() {
      return stored.header;
    },
  };
  return { message, sequence, storedAt: time.getTime(), pending: 0 };
}
