import { busNames } from '@jambus/schema';
import { millis, type StreamInfo } from 'nats';
import { DEFAULT_LANES_SETTINGS } from '../../lanes/index.ts';
import { type Bus, type CommandHandler, EQUAL_STANDING } from '../../port/index.ts';
import { oneAtATime } from '../../waiting/one-at-a-time.ts';
import { retry } from '../../waiting/retry.ts';
import { whenAborted } from '../../waiting/when-aborted.ts';
import { type Buckets, ensureBuckets } from './buckets.ts';
import { callHistory } from './call-history.ts';
import { fromNats } from './connection/errors.ts';
import { openLink } from './connection/link.ts';
import { natsCommandSource } from './nats-command-source.ts';
import {
  DEFAULT_NATS_CONNECT_WITHIN_MS,
  DEFAULT_NATS_LEASE_MS,
  DEFAULT_NATS_STOP_MS,
  DEFAULT_NATS_STREAM_SETTINGS,
  type NatsBusOptions,
} from './options.ts';
import { createPublisher } from './publisher.ts';
import { openRequestDoor } from './requests.ts';
import { withCopies } from './stream-copies.ts';
import { risksOfSize } from './stream-risks.ts';
import { ensureStreams, type Topology } from './streams.ts';
import { bucketStream, natsNames as namesOnNats } from './subjects.ts';

/** How long a closing connection waits for the server to have read all, ms. */
const FLUSH_MS = 1_000;
/** How long it waits for results that somebody asked for at once, and that other adapters may have to give, ms. */
const ANSWER_WITHIN_MS = 1_000;

/**
 * Connects to NATS with JetStream, and creates the streams and buckets that are missing. `onTrouble` may be called from
 * here on.
 *
 * @throws JambusError `bad_config` when a setting or a stream cannot be used, `bus_refused` when the server does not let us
 *   in, `bus_unavailable` when it does not answer in time, `stopped` when the signal aborts
 */
export async function connectNatsBus(options: NatsBusOptions): Promise<Bus> {
  const { connection, onTrouble, names = busNames(), lanes = DEFAULT_LANES_SETTINGS } = options;
  const settings = { ...DEFAULT_NATS_STREAM_SETTINGS, ...options.streams };
  const until = performance.now() + (options.connectWithinMs ?? DEFAULT_NATS_CONNECT_WITHIN_MS);
  const { signal } = options;
  const natsNames = namesOnNats(names);
  const link = await openLink({
    connection: { inboxPrefix: natsNames.inboxes, ...connection },
    onTrouble: (error) => onTrouble({ kind: 'broker_failed', error }),
    until,
    signal,
  });
  const told = new Set<string>();
  let { leaseMs = DEFAULT_NATS_LEASE_MS } = options;
  const lookAfter = async (info: StreamInfo): Promise<void> => {
    const { name, max_age: age } = info.config;
    // Keys that live shorter than their holders believe would have two holders.
    if (name === bucketStream(natsNames.leases) && age > 0) leaseMs = millis(age);
    const risks = await withCopies(info, link, settings);
    const maxPayload = link.nc.info?.max_payload;
    const isOfEvents = name === natsNames.streams.events && maxPayload !== undefined;
    for (const detail of isOfEvents ? [...risks, ...risksOfSize(info.config, maxPayload)] : risks) {
      if (!told.has(detail)) onTrouble({ kind: 'risky_setting', detail });
      told.add(detail);
    }
  };
  const ensure = async (partitions?: number): Promise<{ readonly topology: Topology; readonly buckets: Buckets }> => {
    const asked = partitions === undefined ? settings : { ...settings, partitions };
    const topology = await ensureStreams({ link, names, natsNames, settings: asked });
    const buckets = await ensureBuckets({ link, natsNames, settings, leaseMs });
    for (const info of [...topology.infos, ...buckets.infos]) await lookAfter(info);
    return { topology, buckets };
  };
  const { topology, buckets } = await retry(() => ensure(), {
    until,
    signal,
    doing: 'preparing the streams',
    translate: fromNats,
  }).catch(async (error: unknown) => {
    await link.close();
    throw error;
  });

  // Streams in a server's memory are gone when it comes back.
  const ensureAgain = oneAtATime(async () => {
    if (!link.connected()) return;
    try {
      await ensure(topology.partitions);
    } catch (thrown) {
      const error = fromNats(thrown, 'preparing the streams again');
      if (error.code === 'bad_config') onTrouble({ kind: 'unusable_setting', detail: error.message });
      else onTrouble({ kind: 'broker_failed', error });
    }
  });
  const unlisten = link.listen((event) => event.kind === 'connected' && ensureAgain());

  const publisher = createPublisher({ link, names, natsNames, onNobodyThere: ensureAgain });
  const requests = openRequestDoor({ link, names, natsNames });
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  const worker = {
    link,
    names,
    partitions: topology.partitions,
    positions: { link, bucket: buckets.positions, stream: natsNames.streams.commands },
    sink: publisher,
    lanes,
    stopMs: options.stopMs ?? DEFAULT_NATS_STOP_MS,
    onTrouble,
  };
  const source = natsCommandSource(
    {
      worker,
      natsNames,
      buckets,
      standing: options.standing ?? EQUAL_STANDING,
      keepMs: settings.maxAgeMs,
      leaseMs: () => leaseMs,
      onSomethingGone: ensureAgain,
      onInfo: lookAfter,
    },
    closing.signal,
  );
  const faults = (): readonly string[] => [...source.faults(), ...publisher.faults()];
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing.abort();
    // Handlers that end now still publish their results and dead letters.
    await Promise.allSettled(running);
    unlisten();
    await requests.end(ANSWER_WITHIN_MS);
    publisher.close();
    if (link.connected()) await Promise.race([link.nc.flush().catch(() => {}), timeout(FLUSH_MS)]);
    await link.close();
  };

  return {
    capabilities: {
      driver: 'nats',
      durable: settings.storage === 'file',
      dedupesPublishes: true,
      shared: true,
      requests: true,
    },
    names,
    commands: {
      run: async (handler: CommandHandler, signal: AbortSignal) => {
        if (signal.aborted || closing.signal.aborted) return;
        void whenAborted(signal, closing.signal).then(requests.stop);
        const run = source.run(handler, signal);
        running.add(run);
        try {
          await run;
        } finally {
          running.delete(run);
        }
      },
    },
    sink: publisher,
    requests,
    history: callHistory(link, names, natsNames),
    healthy: () => !closing.signal.aborted && link.connected() && source.healthy() && faults().length === 0,
    faults,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
