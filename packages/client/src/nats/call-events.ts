import { attributesOf, fromNats, isMessageMissing, type NatsLink } from '@jambus/bus/nats-connection';
import { pause } from '@jambus/bus/waiting';
import { type BusNames, JambusError } from '@jambus/schema';
import type { CallLog } from '../calls/call-log.ts';
import { readEventOf } from '../event.ts';
import { eventsSubject } from './subjects.ts';

export interface CallEventsOptions {
  readonly link: NatsLink;
  readonly names: BusNames;
  /** The stream of the events. */
  readonly stream: string;
  readonly callSid: string;
  /** Number of the message that the log begins with. */
  readonly after: number;
  readonly log: CallLog;
}

/** What puts the events of one call into its log. */
export interface CallEvents {
  /** Resolves when the log has what the stream had before. Never rejects. */
  readonly caughtUp: Promise<void>;
  close(): void;
}

/** Before a server that could not tell is asked again, ms. */
const ASK_AGAIN_MS = 500;
/** What was heard may not be stored yet, ms. */
const STORED_WITHIN_MS = 1_000;
/** By then every server of the cluster knows that we listen, ms. */
const HEARD_EVERYWHERE_MS = 1_000;

/**
 * Hears the events of a call as they are published, which costs the server no consumer. What it cannot have heard is read from the
 * stream: what was there before, what a lost connection has kept away, and what is missing between two events.
 */
export function followCall({ link, names, stream, callSid, after, log }: CallEventsOptions): CallEvents {
  const subject = eventsSubject(names, callSid);
  const closing = new AbortController();
  let last = after;
  let wanted = 0;
  let reading: Promise<void> | undefined;

  const take = (headers: Parameters<typeof attributesOf>[0], data: Uint8Array): void => {
    try {
      log.take(readEventOf(undefined, callSid, attributesOf(headers), data));
    } catch (error) {
      link.onTrouble(JambusError.from(error, 'bad_message'));
    }
  };

  /** @returns false when there is no more */
  const readNext = async (): Promise<boolean> => {
    try {
      // The client's types do not know that the server can be asked for the first one of a subject from a number on.
      const query = { seq: last + 1, next_by_subj: subject };
      const { header, data, seq } = await link.jsm.streams.getMessage(stream, query);
      last = seq;
      take(header, data);
      return true;
    } catch (error) {
      if (isMessageMissing(error)) return false;
      throw error;
    }
  };

  const readAll = async (): Promise<void> => {
    for (let done = 0; done < wanted && !closing.signal.aborted; ) {
      const reason = wanted;
      try {
        while (!closing.signal.aborted && (await readNext()));
        done = reason;
        if (!log.hasGap) continue;
        await pause(STORED_WITHIN_MS, closing.signal);
        while (!closing.signal.aborted && (await readNext()));
        log.closeGap();
      } catch (error) {
        link.onTrouble(fromNats(error, `reading the events of call ${callSid}`));
        await pause(ASK_AGAIN_MS, closing.signal);
      }
    }
  };
  const catchUp = (): Promise<void> => {
    wanted++;
    reading ??= readAll().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  const subscription = link.subscribe(subject, ({ headers, data }) => {
    take(headers, data);
    if (log.hasGap && reading === undefined) void catchUp();
  });
  const unlisten = link.listen(({ kind }) => {
    if (kind === 'connected') void catchUp();
  });
  const caughtUp = catchUp();
  void pause(HEARD_EVERYWHERE_MS, closing.signal).then(() => {
    if (!closing.signal.aborted) void catchUp();
  });

  return {
    caughtUp,
    close: () => {
      closing.abort();
      unlisten();
      subscription.unsubscribe();
    },
  };
}
