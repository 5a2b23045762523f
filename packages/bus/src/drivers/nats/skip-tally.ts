import type { StreamInfo } from 'nats';
import type { OnTrouble } from '../../trouble.ts';

/** Counts the commands of a stream that go unread, and tells of them once for each look at the stream. */
export interface SkipTally {
  /** A reader has missed at least so many behind the last one that it has read. */
  skipped(count: number, last: number): void;
  /** @param readable whether the stream stores commands where their readers look for them */
  look(info: StreamInfo, readable: boolean): void;
}

/** What happens to partitions in the same moment is one thing, and told once. */
export function createSkipTally(stream: string, onTrouble: OnTrouble): SkipTally {
  let count = 0;
  let after = Number.POSITIVE_INFINITY;
  /** The last sequence that was stored where its reader looks for it, for certain. */
  let readableUpTo: number | undefined;
  let wasReadable = true;

  const tell = (detail: string): void => onTrouble({ kind: 'commands_skipped', detail });

  const tellMissed = ({ state }: StreamInfo): void => {
    if (count === 0) return;
    const numbers = Math.max(0, state.first_seq - 1 - after);
    tell(
      `at least ${count} commands that waited in stream ${stream} were deleted unread, by a purge or by a bound of the ` +
        `stream: behind sequence ${after}, ${numbers} sequence numbers are gone. Adapters go on with what came later`,
    );
    count = 0;
    after = Number.POSITIVE_INFINITY;
  };

  const tellMisplaced = ({ state }: StreamInfo): void => {
    const first = (readableUpTo ?? state.first_seq - 1) + 1;
    if (state.last_seq < first) return;
    tell(
      `stream ${stream} had another transform when it stored some of the sequences ${first} to ${state.last_seq}. Adapters go ` +
        'on, and read those that stand under a partition of theirs. Look at the others, and publish again what still counts',
    );
  };

  return {
    skipped: (more, last) => {
      count += more;
      after = Math.min(after, last);
    },
    look: (info, readable) => {
      tellMissed(info);
      if (readable && !wasReadable) tellMisplaced(info);
      if (readable) readableUpTo = info.state.last_seq;
      wasReadable = readable;
    },
  };
}
