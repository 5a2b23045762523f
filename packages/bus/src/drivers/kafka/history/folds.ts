import { endOfCall, placeOf } from '@jambus/schema';
import { headerName } from '../connection/headers.ts';
import type { LogRecord } from './log-records.ts';

const EPOCH = headerName('epoch');
const SEQUENCE = headerName('sequence');
const SEQUENCE_RESET = headerName('sequencereset');
const DECIDED_POSITION = headerName('decidedposition');
const ATTRIBUTES = { type: headerName('type'), time: headerName('time') } as const;
const NOTHING = Buffer.alloc(0);

/** How far the events of a call have come. */
export interface LastEvent {
  readonly epoch: number;
  readonly sequence: number;
  /** When the call ended, ms since the epoch, if this says that. */
  readonly endedAt: number | undefined;
}

/**
 * The event of a call that counts highest: an adapter that dies may have some published again, behind later ones. Where the
 * numbering began anew, what was before does not count.
 */
export function eventBy(known: LastEvent | undefined, { header, value }: LogRecord): LastEvent | undefined {
  const event = { epoch: Number(header(EPOCH)), sequence: Number(header(SEQUENCE)) };
  if (!Number.isSafeInteger(event.epoch) || !Number.isSafeInteger(event.sequence)) return known;
  const isLater =
    known === undefined ||
    event.epoch > known.epoch ||
    (event.epoch === known.epoch && event.sequence > known.sequence);
  if (!isLater && header(SEQUENCE_RESET) === undefined) return known;
  return { ...event, endedAt: endOfCall((name) => header(ATTRIBUTES[name]), value ?? NOTHING) };
}

/** The position of a call's last decided command, by its results: the highest in the log of the latest of them. */
export function decidedBy(known: string | undefined, { header }: LogRecord): string | undefined {
  const decided = header(DECIDED_POSITION);
  if (decided === undefined || known === undefined) return decided ?? known;
  const [before, now] = [placeOf(known), placeOf(decided)];
  return before.log === now.log && before.offset > now.offset ? known : decided;
}
