import { Wakers } from '@jambus/bus/waiting';
import { callStatusOf, type JambonzMessage } from '@jambus/schema';
import type { JambusEvent } from '../event.ts';
import { CallEnded, CallHandedOver } from './errors.ts';

/** The events of one call from its `session:new` on, in order and each once, for the function that serves it. */
export interface CallLog {
  /** Takes an event, however often it comes and whatever came before it. */
  take(event: JambusEvent): void;
  /** Whether an event has come and one before it has not. */
  readonly hasGap: boolean;
  /** What is missing will not come any more. */
  closeGap(): void;
  /** Position behind the last event; the first one has 0. */
  readonly end: number;
  /** Position of the first event that is kept. */
  readonly start: number;
  /** The event at a position; undefined when there is none yet, or it is not kept any more. */
  at(position: number): JambusEvent | undefined;
  /** Resolves when there is an event at the position, or none will come here, or the signal aborts. */
  wait(position: number, signal: AbortSignal | undefined): Promise<void>;
  /** Keeps the events from a position on until it is closed. */
  reader(position: number): LogReader;
  /** The call is another process's from now on. */
  abandon(): void;
  /** Aborts when the call is over, with `CallEnded`, or is another process's, with `CallHandedOver`. */
  readonly ended: AbortSignal;
}

export interface LogReader {
  /** Where it reads next. To be moved on. */
  position: number;
  close(): void;
}

/** A function may wait for something else for long, while a streaming voice or a model talks. */
const MOST_KEPT = 10_000;
/** Looking for what nobody reads any more costs, so it is done once in so many events. */
const TRIM_EVERY = 64;

/** @param first the event that the log begins with */
export function createCallLog(first: JambusEvent, onForgotten: () => void): CallLog {
  const { callSid } = first;
  const ending = new AbortController();
  const arrivals = new Wakers();
  const readers = new Set<LogReader>();
  /** Came before their turn, by sequence. */
  const early = new Map<number, JambusEvent>();
  let events: JambusEvent[] = [];
  let base = 0;
  let lastSequence = first.sequence - 1;
  let forgotten = false;

  const append = (event: JambusEvent): void => {
    lastSequence = event.sequence;
    events.push(event);
    const how = endIn(event, callSid);
    if (how !== undefined) ending.abort(new CallEnded(callSid, how));
    if (events.length % TRIM_EVERY === 0) trim();
  };
  const trim = (): void => {
    const read = Math.min(base + events.length, ...[...readers].map(({ position }) => position));
    const least = base + events.length - MOST_KEPT;
    if (least > read && !forgotten) {
      forgotten = true;
      onForgotten();
    }
    const from = Math.max(read, least, base);
    events = events.slice(from - base);
    base = from;
  };
  const appendInTurn = (): void => {
    for (let next = early.get(lastSequence + 1); next !== undefined; next = early.get(lastSequence + 1)) {
      early.delete(next.sequence);
      append(next);
    }
  };
  append(first);

  const log: CallLog = {
    take: (event) => {
      const { sequence } = event;
      if (sequence <= lastSequence || ending.signal.aborted) return;
      if (sequence > lastSequence + 1) return void early.set(sequence, event);
      append(event);
      appendInTurn();
      arrivals.wake();
    },
    get hasGap() {
      return early.size > 0;
    },
    closeGap: () => {
      while (early.size > 0) {
        lastSequence = Math.min(...early.keys()) - 1;
        appendInTurn();
      }
      arrivals.wake();
    },
    get end() {
      return base + events.length;
    },
    get start() {
      return base;
    },
    at: (position) => events[position - base],
    wait: async (position, signal) => {
      while (position >= log.end && !ending.signal.aborted && signal?.aborted !== true) await arrivals.wait(signal);
    },
    reader: (position) => {
      const reader: LogReader = { position, close: () => void readers.delete(reader) };
      readers.add(reader);
      return reader;
    },
    abandon: () => {
      ending.abort(new CallHandedOver(callSid));
      arrivals.wake();
    },
    ended: ending.signal,
  };
  return log;
}

/** How the call ended, when the event tells that. */
function endIn({ message }: JambusEvent, callSid: string): string | undefined {
  const status = callStatusOf(message, callSid);
  if (status?.terminal && status.ownLeg) return status.callStatus;
  return endForJambus(message);
}

function endForJambus({ type, data }: JambonzMessage): string | undefined {
  if (type === 'jambus:lost') return 'its websocket is gone, and jambonz has not come back';
  return type === 'jambus:omitted' && data['ended'] === true ? String(data['call_status'] ?? 'ended') : undefined;
}
