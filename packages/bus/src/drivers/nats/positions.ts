import { JambusError } from '@jambus/schema';
import type { KV } from 'nats';
import { fromNats, isWrongRevision } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import { logNameOf } from './log-name.ts';

/** What a bucket keeps of a partition, as JSON. */
interface Stored {
  /** Stream sequence up to which everything is finished. */
  readonly sequence: number;
  /** When the stream was created: sequences of another one mean nothing. */
  readonly stream: string;
  /** Who wrote it. */
  readonly owner: string;
}

/** The committed position of one partition, in the hands of one owner. */
export interface Position {
  /** What was committed last. */
  readonly committed: number;
  /** Creation time of the stream that it is a position in. */
  readonly stream: string;
  /** What positions of records call the stream and the partition. */
  readonly log: string;
  /** The last sequence in the stream when the position was claimed: later records can have had no reader before. */
  readonly lastBefore: number;
  /** @returns false when somebody else has claimed it since; then nothing was written, and nothing ever will be */
  commit(sequence: number): Promise<boolean>;
}

export interface PositionsOptions {
  readonly link: NatsLink;
  readonly bucket: KV;
  /** Stream of the commands. */
  readonly stream: string;
}

/** Somebody who writes between our read and our write is gone after a few tries, or the leases do not work. */
const CLAIM_ATTEMPTS = 10;

/**
 * Takes a partition's position over: reads it and writes it back in the new owner's name, after which a former owner that
 * does not know yet can commit no more.
 *
 * @throws JambusError as `fromNats`
 */
export async function claimPosition(
  { link, bucket, stream }: PositionsOptions,
  partition: number,
  owner: string,
): Promise<Position> {
  const doing = `claiming the position of partition ${partition}`;
  try {
    for (let attempt = 1; attempt <= CLAIM_ATTEMPTS; attempt++) {
      const [{ created, state }, { revision, stored }] = await Promise.all([
        link.jsm.streams.info(stream),
        read(bucket, partition),
      ]);
      // A server that lost power may have lost the end of the stream: what comes there now has not been read.
      const sequence = Math.min(sequenceIn(created, stored), state.last_seq);
      const claimed = { sequence, stream: created, owner };
      const written = await write(bucket, partition, claimed, revision);
      if (written !== undefined)
        return owned({ bucket, partition, claimed, revision: written, lastBefore: state.last_seq });
    }
  } catch (error) {
    throw fromNats(error, doing);
  }
  throw new JambusError('bus_unavailable', `${doing}: somebody else goes on writing it`);
}

/** What was committed last in the stream that was created then, by whomever; 0 when nothing was. @throws as the client */
export async function committedPosition(bucket: KV, partition: number, streamCreated: string): Promise<number> {
  return sequenceIn(streamCreated, (await read(bucket, partition)).stored);
}

function sequenceIn(streamCreated: string, stored: Stored | undefined): number {
  return stored?.stream === streamCreated ? stored.sequence : 0;
}

interface Claim {
  readonly bucket: KV;
  readonly partition: number;
  readonly claimed: Stored;
  /** Of the claim in the bucket. */
  readonly revision: number;
  readonly lastBefore: number;
}

function owned({ bucket, partition, claimed, lastBefore, ...claim }: Claim): Position {
  let { sequence: committed } = claimed;
  let { revision } = claim;
  return {
    get committed() {
      return committed;
    },
    stream: claimed.stream,
    log: logNameOf(claimed.stream, partition),
    lastBefore,
    commit: async (sequence) => {
      try {
        let written = await write(bucket, partition, { ...claimed, sequence }, revision);
        if (written === undefined) {
          // An earlier commit may have been written although its answer was lost. Where nothing is written at all, the bucket
          // was made anew: somebody who claims writes first.
          const found = await read(bucket, partition);
          if (found.stored !== undefined && found.stored.owner !== claimed.owner) return false;
          written = await write(bucket, partition, { ...claimed, sequence }, found.revision);
          if (written === undefined) return false;
        }
        revision = written;
        committed = sequence;
        return true;
      } catch (error) {
        throw fromNats(error, `committing partition ${partition}`);
      }
    },
  };
}

async function read(
  bucket: KV,
  partition: number,
): Promise<{ readonly revision: number; readonly stored: Stored | undefined }> {
  const entry = await bucket.get(String(partition));
  if (entry === null) return { revision: 0, stored: undefined };
  return { revision: entry.revision, stored: entry.operation === 'PUT' ? parse(entry.string()) : undefined };
}

/** @returns the new revision; undefined when it was not at the revision expected */
async function write(bucket: KV, partition: number, stored: Stored, revision: number): Promise<number | undefined> {
  const bytes = new TextEncoder().encode(JSON.stringify(stored));
  try {
    return revision === 0
      ? await bucket.create(String(partition), bytes)
      : await bucket.update(String(partition), bytes, revision);
  } catch (error) {
    if (isWrongRevision(error)) return undefined;
    throw error;
  }
}

/** What is not in our form is no position, and everything that is kept is read again. */
function parse(text: string): Stored | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { sequence, stream, owner } = value as Partial<Record<keyof Stored, unknown>>;
    if (!Number.isSafeInteger(sequence) || typeof stream !== 'string' || typeof owner !== 'string') return undefined;
    return { sequence: Number(sequence), stream, owner };
  } catch {
    return undefined;
  }
}
