import { fromNats, type NatsLink } from '@jambus/bus/nats-connection';
import { retry } from '@jambus/bus/waiting';
import type { BusNames } from '@jambus/schema';
import type { CommandDesk } from '../command-desk.ts';
import { openSince } from './consumers.ts';
import { fetchAhead } from './fetch-ahead.ts';
import { callSidOf, recordsSubject } from './subjects.ts';

/** How far the clocks of this process and of the server may differ, ms. */
const CLOCKS_DIFFER_MS = 10_000;
/** A server that has just come back may have connections before it has its streams. */
const TRIED_FOR_MS = 60_000;
const MOST_AHEAD = 256;

/**
 * Gives the desk what the stream has of the results that it waits for: those of a time without connection are nowhere else.
 * Tries until it works or nobody waits any more.
 *
 * @param signal ends the trying: the connection is gone again
 * @throws JambusError as `retry`
 */
export async function readMissedResults(
  link: NatsLink,
  names: BusNames,
  desk: CommandDesk,
  signal: AbortSignal,
): Promise<void> {
  await retry(() => readOnce(link, names, desk), {
    until: performance.now() + TRIED_FOR_MS,
    signal,
    doing: 'reading the results of the time without connection',
    translate: fromNats,
  });
}

async function readOnce(link: NatsLink, names: BusNames, desk: CommandDesk): Promise<void> {
  const { waitingSince } = desk;
  if (waitingSince === undefined) return;
  const subject = recordsSubject('results', names);
  const { stored, release, ...from } = await openSince(link, subject, waitingSince - CLOCKS_DIFFER_MS);
  const messages = fetchAhead({ link, from, most: MOST_AHEAD, gapless: true, onArrival: undefined, onLate: undefined });
  try {
    for (let left = stored; left > 0 && desk.waitingSince !== undefined; ) {
      const delivery = await messages.next();
      if (delivery === undefined) throw messages.failure;
      const { message, pending } = delivery;
      const callSid = callSidOf('results', names, message.subject);
      if (callSid !== undefined) desk.take(callSid, message.data);
      left = pending;
    }
  } finally {
    messages.close();
    release();
  }
}
