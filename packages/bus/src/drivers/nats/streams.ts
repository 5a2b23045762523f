import { type BusNames, CHANNELS, type Channel, JambusError } from '@jambus/schema';
import { DiscardPolicy, millis, nanos, RetentionPolicy, StorageType, type StreamConfig, type StreamInfo } from 'nats';
import { fromNats, isStreamMissing, isStreamNameInUse, isTooMuch } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import { DEFAULT_NATS_PARTITIONS, type NatsStreamSettings } from './options.ts';
import { withCopies } from './stream-copies.ts';
import { type NatsNames, partitionsOfTransform, partitionTransform, subjectsOf } from './subjects.ts';

/** A batch that got no answer is sent again within this time, ms; the stream must still know its ids then. */
const SHORTEST_DUPLICATE_WINDOW_MS = 30_000;
/** So long adapters may be away before a stream that deletes commands by age deletes some unread, ms. */
const SHORTEST_COMMAND_AGE_MS = 3_600_000;

/** What is there once everything is. */
export interface Topology {
  /** Partitions of the commands. */
  readonly partitions: number;
  /** What can be used and does not hold what jambus promises, for an operator. */
  readonly risks: readonly string[];
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
  const risks: string[] = [];
  for (const channel of CHANNELS) {
    const info = await ensureStream(channel, options);
    infos.set(channel, info);
    risks.push(...(await withCopies(info, options.link, options.settings)));
  }
  const commands = infos.get('commands');
  if (commands === undefined) throw new JambusError('internal', 'the stream of the commands was not looked at');
  return { partitions: partitionsOf(commands.config, options) ?? 1, risks };
}

async function ensureStream(channel: Channel, options: TopologyOptions): Promise<StreamInfo> {
  const { link, natsNames } = options;
  const name = natsNames.streams[channel];
  const info = (await infoOf(link, name)) ?? (await create(channel, options));
  const fault = channel === 'commands' ? commandsFault(info, options) : streamFault(channel, info, options);
  if (fault === undefined) return info;
  throw new JambusError('bad_config', `NATS stream ${name} cannot be used for ${channel}: ${fault}`);
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

function streamFault(channel: Channel, { config }: StreamInfo, { names }: TopologyOptions): string | undefined {
  const missing = subjectsOf(channel, names).filter((subject) => !config.subjects?.some((own) => covers(own, subject)));
  if (missing.length > 0) return `it takes ${list(config.subjects)}, and has to take ${list(missing)}`;
  if (config.no_ack) return 'it acknowledges nothing (no_ack)';
  if (config.sealed) return 'it is sealed';
  const windowMs = millis(config.duplicate_window ?? 0);
  if (windowMs < Math.min(SHORTEST_DUPLICATE_WINDOW_MS, millis(config.max_age) || Number.POSITIVE_INFINITY)) {
    return `its duplicate window is ${windowMs} ms, and has to be at least ${SHORTEST_DUPLICATE_WINDOW_MS}`;
  }
  return undefined;
}

function commandsFault(info: StreamInfo, options: TopologyOptions): string | undefined {
  const { config } = info;
  if (config.retention !== RetentionPolicy.Limits) {
    return `its retention is ${config.retention}, and has to be limits: adapters read it as a log`;
  }
  if (config.max_msgs_per_subject > 0) {
    return `it keeps ${config.max_msgs_per_subject} commands of a call only (max_msgs_per_subject), and loses what waits`;
  }
  if (config.discard === DiscardPolicy.Old && (config.max_bytes > 0 || config.max_msgs > 0)) {
    return `it deletes the oldest commands when it is full, read or not (discard old); edit it to have discard new`;
  }
  if (config.max_age > 0 && millis(config.max_age) < SHORTEST_COMMAND_AGE_MS) {
    return (
      `it deletes commands after ${millis(config.max_age)} ms (max_age), read or not; edit it to have none, or at least ` +
      `${SHORTEST_COMMAND_AGE_MS}`
    );
  }
  const partitions = partitionsOf(config, options);
  if (partitions === undefined) {
    const { src, dest } = config.subject_transform ?? {};
    const ours = partitionTransform(options.names, options.settings.partitions ?? DEFAULT_NATS_PARTITIONS);
    return `it transforms ${src} to ${dest}, and has to transform ${ours.src} to ${ours.dest}`;
  }
  const { partitions: wanted = partitions } = options.settings;
  if (wanted !== partitions) {
    return (
      `it has ${partitions} partitions, not the ${wanted} of the settings, and the positions of its readers only hold for ` +
      `those. Set ${partitions}, or let everything be consumed, stop the adapters and delete the stream and its buckets`
    );
  }
  return streamFault('commands', info, options);
}

/** Partitions that the stream makes; undefined when it stores commands in another way than we read them. */
function partitionsOf(config: StreamConfig, { names }: TopologyOptions): number | undefined {
  const transform = config.subject_transform;
  if (transform === undefined || transform === null) return 1;
  return partitionsOfTransform(names, transform.src ?? '', transform.dest ?? '');
}

/** Whether everything that the subject stands for is among what the pattern stands for. */
function covers(pattern: string, subject: string): boolean {
  const patterns = pattern.split('.');
  const tokens = subject.split('.');
  for (const [index, token] of patterns.entries()) {
    if (token === '>') return tokens.length > index;
    const other = tokens[index];
    if (other === undefined || other === '>' || (token !== '*' && token !== other)) return false;
  }
  return patterns.length === tokens.length;
}

function list(subjects: readonly string[] | undefined): string {
  return subjects === undefined || subjects.length === 0 ? 'no subject' : subjects.join(' and ');
}
