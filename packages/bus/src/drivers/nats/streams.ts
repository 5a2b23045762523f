import { type BusNames, CHANNELS, type Channel, JambusError } from '@jambus/schema';
import { DiscardPolicy, nanos, RetentionPolicy, StorageType, type StreamConfig, type StreamInfo } from 'nats';
import { fromNats, isStreamMissing, isStreamNameInUse, isTooMuch } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import { DEFAULT_NATS_PARTITIONS, type NatsStreamSettings } from './options.ts';
import { neededStream, partitionsOf, refuseFault } from './stream-faults.ts';
import { type NatsNames, partitionTransform, subjectsOf } from './subjects.ts';

/** What is there once everything is. */
export interface Topology {
  /** Partitions of the commands. */
  readonly partitions: number;
  /** The streams as they are, without those of the buckets. */
  readonly infos: readonly StreamInfo[];
}

export interface TopologyOptions {
  readonly link: NatsLink;
  readonly names: BusNames;
  readonly natsNames: NatsNames;
  readonly settings: NatsStreamSettings;
}

/**
 * Creates the streams that are missing and looks at those that are there. What only bounds how much is kept is left as
 * somebody has set it; what would lose commands or answers is refused.
 *
 * @throws JambusError `bad_config` saying which stream has what, and what it has to have; as `fromNats` otherwise
 */
export async function ensureStreams(options: TopologyOptions): Promise<Topology> {
  const infos = new Map<Channel, StreamInfo>();
  for (const channel of CHANNELS) infos.set(channel, await ensureStream(channel, options));
  const commands = infos.get('commands');
  if (commands === undefined) throw new JambusError('internal', 'the stream of the commands was not looked at');
  return { partitions: partitionsOf(commands.config, options.names) ?? 1, infos: [...infos.values()] };
}

async function ensureStream(channel: Channel, options: TopologyOptions): Promise<StreamInfo> {
  const { link, natsNames, names, settings } = options;
  const info = (await infoOf(link, natsNames.streams[channel])) ?? (await create(channel, options));
  refuseFault(neededStream(channel, { names, natsNames, partitions: settings.partitions }), info);
  return info;
}

async function infoOf(link: NatsLink, name: string): Promise<StreamInfo | undefined> {
  try {
    return await link.jsm.streams.info(name);
  } catch (error) {
    if (isStreamMissing(error)) return undefined;
    throw fromNats(error, `looking at stream ${name}`);
  }
}

async function create(channel: Channel, options: TopologyOptions): Promise<StreamInfo> {
  const { link, natsNames } = options;
  const name = natsNames.streams[channel];
  try {
    return await link.jsm.streams.add({ name, ...newStream(channel, options) });
  } catch (error) {
    // Another adapter was quicker, and has other settings.
    const info = isStreamNameInUse(error) ? await infoOf(link, name) : undefined;
    if (info !== undefined) return info;
    const refusal = fromNats(error, `creating stream ${name}`);
    if (refusal.retryable && !isTooMuch(error)) throw refusal;
    const { maxBytes, replicas, storage } = options.settings;
    const asked = `${maxBytes} bytes in ${storage}, ${replicas} times`;
    throw new JambusError('bad_config', `${refusal.message}; asked for ${asked}`, { cause: error });
  }
}

function newStream(channel: Channel, options: TopologyOptions): Partial<StreamConfig> {
  const { names, settings } = options;
  const bounds = {
    subjects: [...subjectsOf(channel, names)],
    retention: RetentionPolicy.Limits,
    storage: settings.storage === 'file' ? StorageType.File : StorageType.Memory,
    num_replicas: settings.replicas,
    max_bytes: settings.maxBytes,
    duplicate_window: nanos(settings.duplicateWindowMs),
  };
  if (channel !== 'commands') {
    const longest = Math.min(settings.duplicateWindowMs, settings.maxAgeMs);
    const ages = { max_age: nanos(settings.maxAgeMs), duplicate_window: nanos(longest) };
    return { ...bounds, ...ages, discard: DiscardPolicy.Old };
  }
  const partitions = wantedPartitions(options);
  return {
    ...bounds,
    // What is dealt with is deleted by the adapters, what is not by nobody.
    discard: DiscardPolicy.New,
    max_age: 0,
    ...(partitions > 1 && { subject_transform: partitionTransform(names, partitions) }),
  };
}

/** @throws JambusError `bad_config` when the server cannot make that many */
function wantedPartitions({ link, settings }: TopologyOptions): number {
  const version = link.nc.info?.version ?? '0';
  const able = canTransform(version);
  const partitions = settings.partitions ?? (able ? DEFAULT_NATS_PARTITIONS : 1);
  if (partitions > 1 && !able) {
    throw new JambusError(
      'bad_config',
      `NATS server ${version} has no subject transforms, so 1 partition is all it can do`,
    );
  }
  return partitions;
}

function canTransform(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > 2 || (major === 2 && minor >= 10);
}
