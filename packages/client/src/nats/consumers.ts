import { fromNats, isConsumerMissing, type NatsLink } from '@jambus/bus/nats-connection';
import { JambusError } from '@jambus/schema';
import { AckPolicy, type ConsumerInfo, DeliverPolicy, millis, nanos, ReplayPolicy } from 'nats';
import type { ConsumerAddress } from './fetch-ahead.ts';

/** How long a process may keep an event without a sign of life before another gets it, ms. A caller waits so long, too. */
export const ACK_WAIT_MS = 5_000;
/** A consumer that nobody pulls from is deleted by the server after this time, ms. */
const INACTIVE_MS = 60_000;

/** Where the next life of a consumer goes on. */
export interface Bookmark {
  /** Creation time of the stream whose numbers these are. */
  readonly created: string;
  /** Number of the last message that needs not come again. */
  readonly after: number;
}

export interface OpenedConsumer extends ConsumerAddress {
  /** Where it begins; undefined when the server keeps its place. */
  readonly bookmark: Bookmark | undefined;
  /** How long a message may be kept without a sign of life; undefined when messages are not acknowledged. */
  readonly ackWaitMs: number | undefined;
  /** It is not needed any more. Never throws. */
  release(): void;
}

/** Finds the consumer to pull from, or makes it. Called for every life of the connection. */
export type OpenConsumer = (bookmark: Bookmark | undefined) => Promise<OpenedConsumer>;

/**
 * The stream that has the records of a subject.
 *
 * @throws JambusError `bus_unavailable` when there is none (yet), `bad_config` when there are several; as `fromNats` otherwise
 */
export async function streamOf(link: NatsLink, subject: string): Promise<string> {
  const [stream, another] = await link.jsm.streams.names(subject).next();
  if (stream === undefined) {
    throw new JambusError('bus_unavailable', `no stream has ${subject}: no adapter has been here yet`);
  }
  if (another === undefined) return stream;
  throw new JambusError('bad_config', `more than one stream has ${subject}: ${stream}, ${another}`);
}

/** A consumer of its own, without acknowledgements: from now on, and then from where the former one broke off. */
export function ephemeral(link: NatsLink, channelSubject: string, filter: string): OpenConsumer {
  return translated(`reading ${filter}`, async (former) => {
    const stream = await streamOf(link, channelSubject);
    const { created, state } = await link.jsm.streams.info(stream);
    // It was made anew when it is another (streams in a server's memory do not outlive it): all that is there is new.
    const after = former === undefined ? state.last_seq : former.created === created ? former.after : 0;
    const { name } = await addEphemeral(link, stream, filter, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
    });
    const release = releasing(link, stream, name);
    return { stream, consumer: name, bookmark: { created, after }, ackWaitMs: undefined, release };
  });
}

/** A consumer of its own, without acknowledgements, for what the stream has since a time (ms since the epoch). */
export async function openSince(link: NatsLink, subject: string, since: number) {
  const stream = await streamOf(link, subject);
  const { name, num_pending: stored } = await addEphemeral(link, stream, subject, {
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: new Date(since).toISOString(),
  });
  return { stream, consumer: name, stored, release: releasing(link, stream, name) };
}

function addEphemeral(
  link: NatsLink,
  stream: string,
  filter: string,
  start: { readonly deliver_policy: DeliverPolicy; readonly opt_start_seq?: number; readonly opt_start_time?: string },
): Promise<ConsumerInfo> {
  return link.jsm.consumers.add(stream, {
    ...start,
    ack_policy: AckPolicy.None,
    replay_policy: ReplayPolicy.Instant,
    filter_subject: filter,
    inactive_threshold: nanos(INACTIVE_MS),
    mem_storage: true,
    num_replicas: 1,
  });
}

/** The server deletes it by itself in a while, so what comes of this does not matter. */
function releasing(link: NatsLink, stream: string, consumer: string): () => void {
  return () => {
    if (link.connected()) link.jsm.consumers.delete(stream, consumer).catch(() => {});
  };
}

/**
 * The consumer of this name, which all who know the name share. One that waits longer than ours is told to wait as long.
 *
 * @param mostHeld most messages that all have together and have not acknowledged, for a consumer that is made here
 */
export function durable(
  link: NatsLink,
  channelSubject: string,
  filter: string,
  name: string,
  mostHeld?: number,
): OpenConsumer {
  const waitOf = shortening(link);
  return translated(`opening consumer ${name}`, async () => {
    const stream = await streamOf(link, channelSubject);
    const info = (await infoOf(link, stream, name)) ?? (await addDurable(link, stream, filter, name, mostHeld));
    const fault = faultOf(info, filter);
    if (fault !== undefined) {
      throw new JambusError('bad_config', `NATS consumer ${name} of ${stream} cannot be used: ${fault}`);
    }
    return { stream, consumer: name, bookmark: undefined, ackWaitMs: await waitOf(info), release: () => {} };
  });
}

async function infoOf(link: NatsLink, stream: string, name: string): Promise<ConsumerInfo | undefined> {
  try {
    return await link.jsm.consumers.info(stream, name);
  } catch (error) {
    if (isConsumerMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Has consumers that were made with a longer wait wait as long as ours. A refusal is told once, and then it is not tried again.
 *
 * @returns what tells how long a consumer waits from now on, ms. It throws when the server cannot tell.
 */
function shortening(link: NatsLink): (info: ConsumerInfo) => Promise<number> {
  let refused = false;
  return async (info) => {
    const waitMs = ackWaitOf(info);
    if (waitMs <= ACK_WAIT_MS || refused) return waitMs;
    const { stream_name: stream, name } = info;
    try {
      return ackWaitOf(await link.jsm.consumers.update(stream, name, { ack_wait: nanos(ACK_WAIT_MS) }));
    } catch (error) {
      const why = fromNats(error, `NATS consumer ${name} of ${stream} keeps its ack_wait of ${waitMs} ms`);
      if (why.retryable) throw error;
      refused = true;
      link.onTrouble(why);
      return waitMs;
    }
  };
}

function ackWaitOf({ config }: ConsumerInfo): number {
  return millis(config.ack_wait ?? nanos(ACK_WAIT_MS));
}

function addDurable(
  link: NatsLink,
  stream: string,
  filter: string,
  name: string,
  mostHeld: number | undefined,
): Promise<ConsumerInfo> {
  return link.jsm.consumers.add(stream, {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    deliver_policy: DeliverPolicy.New,
    replay_policy: ReplayPolicy.Instant,
    filter_subject: filter,
    ...(mostHeld !== undefined && { max_ack_pending: mostHeld }),
  });
}

/** A server changes a consumer that is added with another filter, under the feet of those who use it; so we look first. */
function faultOf({ config }: ConsumerInfo, filter: string): string | undefined {
  if (config.filter_subject !== filter) return `it reads ${config.filter_subject}, not ${filter}; take another name`;
  if (config.ack_policy !== AckPolicy.Explicit) return `its acknowledgements are ${config.ack_policy}, not explicit`;
  if (config.deliver_subject !== undefined) return 'it pushes';
  return undefined;
}

function translated(doing: string, open: OpenConsumer): OpenConsumer {
  return async (bookmark) => {
    try {
      return await open(bookmark);
    } catch (error) {
      throw fromNats(error, doing);
    }
  };
}
