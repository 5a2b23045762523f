import { JambusError } from '@jambus/schema';
import type { OnTrouble } from '../../trouble.ts';
import { oneAtATime } from '../../waiting/one-at-a-time.ts';
import { isStreamMissing } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';

/** Sees when a stream was deleted, and when another one has its name. */
export interface StreamWatch {
  /** Calls `listener` each time the stream is seen, with when it was created. @returns ends that */
  onSeen(listener: (created: string) => void): () => void;
  /** Looks at once: something says that the stream is gone. */
  look(): void;
}

export interface StreamWatchOptions {
  readonly link: Pick<NatsLink, 'connected' | 'jsm'>;
  readonly stream: string;
  /** The stream is gone: make it anew. */
  readonly onMissing: () => void;
  readonly onTrouble: OnTrouble;
}

/** A stream that is gone is noticed within this time, ms, also when nobody publishes. */
const LOOK_INTERVAL_MS = 1_000;

/** Watches a stream until the signal aborts. Consumers of a deleted stream may stay silent, and its successor says nothing. */
export function watchStream(options: StreamWatchOptions, signal: AbortSignal): StreamWatch {
  const { link, stream, onMissing, onTrouble } = options;
  const listeners = new Set<(created: string) => void>();
  let known: string | undefined;

  const tell = (message: string): void =>
    onTrouble({ kind: 'broker_failed', error: new JambusError('bus_unavailable', `stream ${stream} ${message}`) });
  const seen = (created: string): void => {
    if (known !== undefined && known !== created) tell('was made anew, and is read from its beginning');
    known = created;
    for (const listener of [...listeners]) listener(created);
  };
  const look = oneAtATime(async () => {
    if (signal.aborted || !link.connected()) return;
    try {
      seen((await link.jsm.streams.info(stream)).created);
    } catch (error) {
      // Other trouble is that of the readers, who tell it.
      if (!isStreamMissing(error)) return;
      tell('is gone');
      onMissing();
    }
  });
  const looking = setInterval(look, LOOK_INTERVAL_MS);
  signal.addEventListener('abort', () => clearInterval(looking), { once: true });

  return {
    onSeen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    look,
  };
}
