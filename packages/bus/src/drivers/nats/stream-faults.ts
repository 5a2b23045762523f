import { type BusNames, CHANNELS, type Channel, JambusError } from '@jambus/schema';
import { DiscardPolicy, millis, RetentionPolicy, type StreamConfig, type StreamInfo } from 'nats';
import { DEFAULT_NATS_PARTITIONS } from './options.ts';
import { bucketStream, type NatsNames, partitionsOfTransform, partitionTransform, subjectsOf } from './subjects.ts';

/** A batch that got no answer is sent again within this time, ms; the stream must still know its ids then. */
const SHORTEST_DUPLICATE_WINDOW_MS = 30_000;
/** So long adapters may be away before a stream that deletes commands by age deletes some unread, ms. */
const SHORTEST_COMMAND_AGE_MS = 3_600_000;
/** A server looks for what has expired about this often, and adapters need a few tries within a lease, ms. */
const SHORTEST_LEASE_MS = 200;

/** A stream that jambus needs, be it that of a channel or of a bucket, and what is asked of it. */
export interface NeededStream {
  readonly name: string;
  /** What it has that would break a promise, and what it has to have, for an operator; undefined for nothing. */
  fault(info: StreamInfo): string | undefined;
}

export interface Expected {
  readonly names: BusNames;
  readonly natsNames: NatsNames;
  /** Partitions of the commands; undefined: as many as the stream has. */
  readonly partitions: number | undefined;
}

/** The stream of a channel. */
export function neededStream(channel: Channel, expected: Expected): NeededStream {
  const name = expected.natsNames.streams[channel];
  const faultOf = channel === 'commands' ? commandsFault : streamFault;
  return {
    name,
    fault: (info) => {
      const fault = faultOf(info, expected, channel);
      return fault === undefined ? undefined : `NATS stream ${name} cannot be used for ${channel}: ${fault}`;
    },
  };
}

/** The stream behind a bucket. */
export function neededBucket(which: 'positions' | 'leases', { natsNames }: Pick<Expected, 'natsNames'>): NeededStream {
  const bucket = natsNames[which];
  return {
    name: bucketStream(bucket),
    fault: ({ config }) => {
      const fault = bucketFault(which, config, `$KV.${bucket}.>`);
      return fault === undefined ? undefined : `NATS bucket ${bucket} cannot be used: ${fault}`;
    },
  };
}

/** All that has to be there while adapters run. */
export function neededStreams(expected: Expected): {
  readonly commands: NeededStream;
  readonly others: readonly NeededStream[];
} {
  const channels = CHANNELS.filter((channel) => channel !== 'commands').map((channel) =>
    neededStream(channel, expected),
  );
  const buckets = [neededBucket('positions', expected), neededBucket('leases', expected)];
  return { commands: neededStream('commands', expected), others: [...channels, ...buckets] };
}

/** @throws JambusError `bad_config` when there is a fault */
export function refuseFault(needed: NeededStream, info: StreamInfo): void {
  const fault = needed.fault(info);
  if (fault !== undefined) throw new JambusError('bad_config', fault);
}

/** Partitions that the stream makes; undefined when it stores commands in another way than we read them. */
export function partitionsOf({ subject_transform: transform }: StreamConfig, names: BusNames): number | undefined {
  if (transform === undefined || transform === null) return 1;
  return partitionsOfTransform(names, transform.src ?? '', transform.dest ?? '');
}

const SEALED =
  'it is sealed, which cannot be undone. Let everything be read, back it up and delete it: adapters make it anew';

function streamFault({ config }: StreamInfo, { names }: Expected, channel: Channel): string | undefined {
  const subjects = subjectsFault(config, subjectsOf(channel, names));
  if (subjects !== undefined) return subjects;
  if (config.no_ack) return 'it acknowledges nothing; edit it to have no_ack false';
  if (config.sealed) return SEALED;
  if (channel !== 'commands' && config.subject_transform) {
    return 'it stores messages under other subjects (subject_transform), where nobody looks; edit it to have none';
  }
  if (config.retention !== RetentionPolicy.Limits && channel !== 'deadletters') {
    return `its retention is ${config.retention}, and has to be limits: it is read as a log, more than once`;
  }
  const windowMs = millis(config.duplicate_window ?? 0);
  if (windowMs < Math.min(SHORTEST_DUPLICATE_WINDOW_MS, millis(config.max_age) || Number.POSITIVE_INFINITY)) {
    return `its duplicate window is ${windowMs} ms, and has to be at least ${SHORTEST_DUPLICATE_WINDOW_MS}`;
  }
  return undefined;
}

function commandsFault(info: StreamInfo, expected: Expected): string | undefined {
  const { config } = info;
  const { names } = expected;
  if (config.max_msgs_per_subject > 0) {
    return (
      `it keeps ${config.max_msgs_per_subject} commands of a call only (max_msgs_per_subject), and loses what waits; ` +
      'edit it to have no such bound'
    );
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
  const partitions = partitionsOf(config, names);
  const { partitions: wanted = partitions } = expected;
  if (partitions === undefined) {
    const { src, dest } = config.subject_transform ?? {};
    const ours = partitionTransform(names, wanted ?? DEFAULT_NATS_PARTITIONS);
    return `it transforms ${src} to ${dest}, and has to transform ${ours.src} to ${ours.dest}`;
  }
  if (wanted !== partitions) {
    return (
      `it has ${partitions} partitions, not the ${wanted} of the settings or of before, and the positions of its readers ` +
      `only hold for those. Give it back its transform or set JAMBUS_NATS_PARTITIONS=${partitions}, whichever was changed. Or ` +
      'let everything be consumed, stop the adapters and delete the stream and its buckets'
    );
  }
  return streamFault(info, expected, 'commands');
}

function bucketFault(which: 'positions' | 'leases', config: StreamConfig, subject: string): string | undefined {
  const subjects = subjectsFault(config, [subject]);
  if (subjects !== undefined) return subjects;
  if (config.sealed) return SEALED;
  const ttlMs = millis(config.max_age);
  if (which === 'positions') {
    return ttlMs === 0 ? undefined : `it forgets positions after ${ttlMs} ms (max_age); edit its stream to have none`;
  }
  return ttlMs >= SHORTEST_LEASE_MS
    ? undefined
    : `its TTL is ${ttlMs} ms (max_age), and has to be at least ${SHORTEST_LEASE_MS}, or a dead adapter keeps its partitions`;
}

function subjectsFault({ subjects }: StreamConfig, needed: readonly string[]): string | undefined {
  const missing = needed.filter((subject) => !subjects?.some((own) => covers(own, subject)));
  if (missing.length === 0) return undefined;
  return `it takes ${list(subjects)}, and has to take ${list(missing)}; edit its subjects`;
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
