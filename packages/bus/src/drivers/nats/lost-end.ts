import type { StreamInfo } from 'nats';

/** Notices that a server has lost the end of a stream that it had confirmed, mostly together with its power. */
export interface LostEnd {
  /** @returns what an operator has to do, for as long as new messages get numbers that others have had; undefined for nothing */
  fault(info: StreamInfo): string | undefined;
}

/** A leader that was just elected may not have applied yet all that is committed; it does so well within this time, ms. */
const APPLIED_WITHIN_MS = 3_000;

/** To be shown the stream of the commands again and again. What a process has not seen, it cannot miss. */
export function watchEnd(): LostEnd {
  let created: string | undefined;
  let highest = 0;
  let shorterSince: number | undefined;
  return {
    fault: ({ created: now, config: { name }, state: { last_seq: last } }) => {
      if (now !== created) [created, highest] = [now, 0];
      if (last >= highest) {
        highest = last;
        shorterSince = undefined;
        return undefined;
      }
      shorterSince ??= performance.now();
      if (performance.now() - shorterSince < APPLIED_WITHIN_MS) return undefined;
      return (
        `NATS stream ${name} has had ${highest} commands and ends at ${last}: a server has lost its end, and new commands ` +
        'are taken for those that it had, so they have no effect and no result. Delete the stream: adapters make it anew'
      );
    },
  };
}
