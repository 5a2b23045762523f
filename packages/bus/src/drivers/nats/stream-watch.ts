import { JambusError } from '@jambus/schema';
import { millis, type StreamInfo } from 'nats';
import type { OnTrouble } from '../../trouble.ts';
import { oneAtATime } from '../../waiting/one-at-a-time.ts';
import { isStreamMissing } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import { watchEnd } from './lost-end.ts';
import { createSkipTally } from './skip-tally.ts';
import type { NeededStream } from './stream-faults.ts';

/** Sees when a stream was deleted, when another one has its name, and when one is set so that it cannot be used. */
export interface StreamWatch {
  /** Calls `listener` each time the stream of the commands is seen, with when it was created. @returns ends that */
  onSeen(listener: (created: string) => void): () => void;
  /** Whether the stream, with a majority of its copies, has been seen lately, by a look or since this watch began. */
  readonly seen: boolean;
  /** What an operator has to set right. */
  readonly faults: readonly string[];
  /** False while the stream stores commands where their readers do not look for them. */
  readonly readable: boolean;
  /** Looks at once, at all of them: something says that one is gone. */
  look(): void;
  /** A reader has missed at least so many commands behind the last one that it has read. */
  skipped(count: number, last: number): void;
}

export interface StreamWatchOptions {
  readonly link: Pick<NatsLink, 'connected' | 'jsm'>;
  /** The stream that is watched. */
  readonly commands: NeededStream;
  /** Whether it stores commands under the subjects that are read. */
  readonly isReadable: (info: StreamInfo) => boolean;
  /** Streams that have to be there as well. */
  readonly others: readonly NeededStream[];
  /** One of them is gone: make it anew. */
  readonly onMissing: () => void;
  /** Told of each that is there, at each look at all of them. Must not reject. */
  readonly onInfo: (info: StreamInfo) => Promise<void>;
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

/** Watches streams until the signal aborts. Consumers of a deleted stream may stay silent, and its successor says nothing. */
export function watchStream(options: StreamWatchOptions, signal: AbortSignal): StreamWatch {
  const { link, commands, others, onMissing, onTrouble } = options;
  const listeners = new Set<(created: string) => void>();
  /** Since when streams are gone, on the clock of `performance.now()`. */
  const gone = new Map<string, number>();
  const faults = new Map<string, string>();
  const skips = createSkipTally(commands.name, onTrouble);
  const commandsEnd = watchEnd();
  let known: string | undefined;
  let readable = true;
  let seenAt = performance.now();
  let lookingAgain: NodeJS.Timeout | undefined;

  const tell = (message: string): void =>
    onTrouble({ kind: 'broker_failed', error: new JambusError('bus_unavailable', message) });
  const onCommands = (info: StreamInfo): void => {
    const { created } = info;
    if (known !== undefined && known !== created)
      tell(`stream ${commands.name} was made anew, and is read from its beginning`);
    known = created;
    readable = options.isReadable(info);
    if (hasMajority(info)) seenAt = performance.now();
    skips.look(info, readable);
    for (const listener of [...listeners]) listener(created);
  };
  const lookAt = async (needed: NeededStream): Promise<StreamInfo | undefined> => {
    const { name } = needed;
    try {
      const info = await link.jsm.streams.info(name);
      gone.delete(name);
      const fault = needed.fault(info) ?? (needed === commands ? commandsEnd.fault(info) : undefined);
      if (fault === undefined) faults.delete(name);
      else faults.set(name, fault);
      if (fault !== undefined) onTrouble({ kind: 'unusable_setting', detail: fault });
      if (needed === commands) onCommands(info);
      return info;
    } catch (error) {
      // Other trouble is that of the readers and writers, who tell it.
      if (isStreamMissing(error)) onGone(name);
      return undefined;
    }
  };
  const onGone = (name: string): void => {
    const since = gone.get(name);
    // Its successor will be made as it has to be.
    faults.delete(name);
    if (since === undefined) {
      tell(`stream ${name} is gone`);
      gone.set(name, performance.now());
      clearTimeout(lookingAgain);
      // A timer may be a little early.
      lookingAgain = setTimeout(look, GONE_FOR_MS + 10);
    } else if (performance.now() - since >= GONE_FOR_MS) onMissing();
  };
  const lookAtAll = async (): Promise<void> => {
    if (signal.aborted || !link.connected()) return;
    const infos = await Promise.all([commands, ...others].map(lookAt));
    for (const info of infos) if (info !== undefined) await options.onInfo(info);
  };

  const look = oneAtATime(lookAtAll);
  const lookAtCommands = oneAtATime(async () => {
    if (!signal.aborted && link.connected()) await lookAt(commands);
  });
  // What comes next is compared with this.
  lookAtCommands();
  let looks = 0;
  const looking = setInterval(() => {
    if (++looks % LOOKS_PER_LOOK_AT_OTHERS === 0) look();
    else lookAtCommands();
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
    get faults() {
      return [...faults.values()];
    },
    get readable() {
      return readable;
    },
    onSeen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    look,
    skipped: skips.skipped,
  };
}

/** A leader that has lost the others answers for a while as if nothing were the matter, and can store nothing. */
function hasMajority({ cluster }: StreamInfo): boolean {
  const others = cluster?.replicas ?? [];
  const heard = others.filter(({ active, offline }) => offline !== true && millis(active) < UNSEEN_MS);
  return 2 * (heard.length + 1) > others.length + 1;
}
