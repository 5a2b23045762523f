import {
  asToken,
  type BusNames,
  type Channel,
  clipBytes,
  dotted,
  isCallSid,
  MAX_MESSAGE_TYPE_BYTES,
  memo,
} from '@jambus/schema';
import type { BusMessage } from '../../port/index.ts';

/** Names of what jambus has on a NATS server, beside the subjects that `BusNames` gives. */
export interface NatsNames {
  /** A stream's name cannot have dots. */
  readonly streams: Readonly<Record<Channel, string>>;
  /** Bucket with the committed position of each partition. */
  readonly positions: string;
  /** Bucket with who is there and who works on which partition. */
  readonly leases: string;
  /** Subject on which adapters tell each other to look at the leases now. */
  readonly changes: string;
  /** Below it, the results that somebody asked for at once, on their way to the adapter that was asked. */
  readonly replies: string;
  /** What the inboxes of adapters begin with. */
  readonly inboxes: string;
}

/** @param names the names of the channels; the dots of a name become dashes where NATS allows none */
export function natsNames(names: BusNames): NatsNames {
  const commands = dashed(names.commands);
  return {
    streams: {
      commands,
      events: dashed(names.events),
      results: dashed(names.results),
      deadletters: dashed(names.deadletters),
    },
    positions: `${commands}-positions`,
    leases: `${commands}-leases`,
    changes: `${names.prefix}.partitions`,
    replies: `${names.prefix}.replies`,
    inboxes: `_INBOX.${names.prefix}.adapter`,
  };
}

/** The stream in which the server keeps a bucket. */
export function bucketStream(bucket: string): string {
  return `KV_${bucket}`;
}

function dashed(name: string): string {
  return name.replaceAll('.', '-');
}

/** The subjects that the stream of a channel takes. */
export function subjectsOf(channel: Channel, names: BusNames): readonly string[] {
  switch (channel) {
    case 'events':
      return [`${names.events}.>`];
    case 'deadletters':
      return [names.deadletters, `${names.deadletters}.*`];
    default:
      return [`${names[channel]}.*`];
  }
}

/** How the server spreads commands over partitions: `jambonz.commands.<call_sid>` is stored under `…<partition>.<call_sid>`. */
export function partitionTransform(
  names: BusNames,
  partitions: number,
): { readonly src: string; readonly dest: string } {
  return {
    src: `${names.commands}.*`,
    dest: `${names.commands}.{{partition(${partitions},1)}}.{{wildcard(1)}}`,
  };
}

/** The number of partitions a transform makes; undefined when it is not one of ours. */
export function partitionsOfTransform(names: BusNames, src: string, dest: string): number | undefined {
  const partitions = Number(/\{\{\s*partition\((\d+),1\)\s*\}\}/i.exec(dest)?.[1]);
  const ours = partitionTransform(names, partitions);
  const same = src === ours.src && dest.replaceAll(' ', '') === ours.dest;
  return same && partitions > 0 ? partitions : undefined;
}

/** The stored subjects of one partition. */
export function partitionFilter(names: BusNames, partitions: number, partition: number): string {
  return partitions === 1 ? `${names.commands}.*` : `${names.commands}.${partition}.*`;
}

/** Stands where dead letters have their call, in those that have none. */
const NO_CALL = '_';

/** The call that a stored command is for: the last token, whatever the server has put before it. */
export function callSidOf(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}

/**
 * Where a message is published; undefined when the call's id cannot be a token of a subject, because changing it would
 * address another call. A type is for filtering only (`ce-type` has it as it is), so what is not allowed in it is replaced,
 * and what is too long is cut: a server ends the connection on which a line of more than 4,096 bytes comes.
 */
export function subjectOf(message: BusMessage, names: BusNames): string | undefined {
  const { channel, callSid, type } = message;
  // Not the bare name: rights are given for what has a token behind it.
  if (!isPlainToken(callSid) && !isCallSid(callSid))
    return channel === 'deadletters' ? `${names.deadletters}.${NO_CALL}` : undefined;
  if (channel !== 'events') return `${names[channel]}.${callSid}`;
  return `${names.events}.${callSid}.${tokensOf(type)}`;
}

/** Longest text that is looked at without asking `isCallSid`; the ids of jambonz have 36 characters. */
const LONGEST_PLAIN = 64;
const [BLANK, STAR, DOT, GREATER, DELETE] = [0x20, 0x2a, 0x2e, 0x3e, 0x7f];

/** Whether a text is of printed ASCII that is a call's id for sure: says so of nearly every id, at a tenth of the cost. */
function isPlainToken(text: string): boolean {
  if (text.length > LONGEST_PLAIN) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code <= BLANK || code >= DELETE || code === STAR || code === DOT || code === GREATER) return false;
  }
  return text !== '';
}

const tokensOf = memo((type) => clipBytes(dotted(type), MAX_MESSAGE_TYPE_BYTES).split('.').map(asToken).join('.'));
