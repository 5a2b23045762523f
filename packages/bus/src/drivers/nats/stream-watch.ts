import { JambusError } from '@jambus/schema';
import { millis, type StreamInfo } from 'nats';
import type { OnTrouble } from '../../trouble.ts';
import { oneAtATime } from '../../waiting/one-at-a-time.ts';
import { isStreamMissing } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';

/** Sees when a stream was deleted, and when another one has its name. */
export interface StreamWatch {
  /** Calls `listener` each time the stream is seen, with when it was created. @returns ends that */
  onSeen(listener: (created: string) => void): () => void;
  /** Whether the stream, with a majority of its copies, has been seen lately, by a look or since this watch began. */
  readonly seen: boolean;
  /** Looks at once, at all of them: something says that one is gone. */
  look(): void;
}

export interface StreamWatchOptions {
  readonly link: Pick<NatsLink, 'connected' | 'jsm'>;
  /** The stream that is watched. */
  readonly stream: string;
  /** Streams that have to be there as well. */
  readonly others: readonly string[];
  /** One of them is gone: make it anew. */
  readonly onMissing: () => void;
  readonly onTrouble: OnTrouble;
}

/** A stream that is gone is noticed within this time, ms, also when nobody publishes. */
const LOOK_INTERVAL_MS = 1_000;
/** A stream that has not been seen for so long cannot be used, ms: longer than the election of a leader takes, mostly. */
const UNSEEN_MS = 5_000;
/** At each so many of these looks the others are looked at as well. */
const LOOKS_PER_LOOK_AT_OTHERS = 5;
/**
 * How long a stream is gone before it is made anew, ms. Whoever deletes it may make it anew, and a server that deletes files
 * still may delete those of a successor (2.9 does).
 */
const GONE_FOR_MS = 500;

/** Watches a stream until the signal aborts. Consumers of a deleted stream may stay silent, and its successor says nothing. */
export function watchStream(options: StreamWatchOptions, signal: AbortSignal): StreamWatch {
  const { link, stream, others, onMissing, onTrouble } = options;
  const listeners = new Set<(created: string) => void>();
  /** Since when streams are gone, on the clock of `performance.now()`. */
  const gone = new Map<string, number>();
  let known: string | undefined;
  let seenAt = performance.now();
  let lookingAgain: NodeJS.Timeout | undefined;

  const tell = (message: string): void =>
    onTrouble({ kind: 'broker_failed', error: new JambusError('bus_unavailable', message) });
  const onSeen = (created: string): void => {
    if (known !== undefined && known !== created)
      tell(`stream ${stream} was made anew, and is read from its beginning`);
    known = created;
    for (const listener of [...listeners]) listener(created);
  };
  const lookAt = async (name: string): Promise<void> => {
    try {
      const info = await link.jsm.streams.info(name);
      gone.delete(name);
      if (name !== stream) return;
      if (hasMajority(info)) seenAt = performance.now();
      onSeen(info.created);
    } catch (error) {
      // Other trouble is that of the readers and writers, who tell it.
      if (isStreamMissing(error)) onGone(name);
    }
  };
  const onGone = (name: string): void => {
    const since = gone.get(name);
    if (since === undefined) {
      tell(`stream ${name} is gone`);
      gone.set(name, performance.now());
      clearTimeout(lookingAgain);
      // A timer may be a little early.
      lookingAgain = setTimeout(look, GONE_FOR_MS + 10);
    } else if (performance.now() - since >= GONE_FOR_MS) onMissing();
  };
  const lookAtAll = async (names: readonly string[]): Promise<void> => {
    if (!signal.aborted && link.connected()) await Promise.all(names.map(lookAt));
  };

  const look = oneAtATime(() => lookAtAll([stream, ...others]));
  const lookAtStream = oneAtATime(() => lookAtAll([stream]));
  let looks = 0;
  const looking = setInterval(() => {
    if (++looks % LOOKS_PER_LOOK_AT_OTHERS === 0) look();
    else lookAtStream();
  }, LOOK_INTERVAL_MS);
  const end = () => {
    clearInterval(looking);
    clearTimeout(lookingAgain);
  };
  signal.addEventListener('abort', end, { once: true });

  return {
    get seen() {
      return performance.now() - seenAt < UNSEEN_MS;
    },
    onSeen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    look,
  };
}

/** A leader that has lost the others answers for a while as if nothing were the matter, and can store nothing. */
function hasMajority({ cluster }: StreamInfo): boolean {
  const others = cluster?.replicas ?? [];
  const heard = others.filter(({ active, offline }) => offline !== true && millis(active) < UNSEEN_MS);
  return 2 * (heard.length + 1) > others.length + 1;
}
