import type { CallEvent } from '../calls/call.ts';
import { createFifo, type Fifo } from './fifo.ts';
import { rendezvous } from './rendezvous.ts';

/** The way to one adapter. */
export interface EventLane {
  /** The adapter's id. */
  readonly id: string;
  /** Sends an event; `n` counts the lane's events from 1. */
  send(n: number, event: CallEvent, payload: Buffer): void;
}

export interface EventOutboxOptions {
  /** Events sent to one adapter that it has not put on the bus yet. */
  readonly windowEvents: number;
  /** Bytes of events that are not on the bus yet, over all adapters. Reading from jambonz stops at three quarters of it. */
  readonly bufferBytes: number;
  /** Told when reading from jambonz has to stop, and when it may go on. */
  readonly onCongestion: (congested: boolean) => void;
  /** Told of an event that found no room: it is lost, and shows as a gap in its call's sequence. */
  readonly onShed: (event: CallEvent, bytes: number) => void;
  /** Told of each event that an adapter has put on the bus. */
  readonly onTaken: (event: CallEvent) => void;
}

/**
 * Keeps every event until an adapter has put it on the bus. The events of a call all go to one adapter, so that they
 * stay in order; when its link dies they are sent again through another.
 */
export interface EventOutbox {
  /** @param mustKeep take it even past the bound: what ends a call is never shed */
  push(event: CallEvent, payload: Buffer, mustKeep: boolean): void;
  addLane(lane: EventLane): void;
  /** Sends what the lane had not confirmed through the others. */
  removeLane(lane: EventLane): void;
  /** Everything the lane was sent up to `n` is on the bus. */
  taken(lane: EventLane, n: number): void;
  /** Reading from jambonz is stopped. */
  readonly congested: boolean;
  /** Events not on the bus yet, and their bytes. */
  readonly pending: number;
  readonly pendingBytes: number;
  /** How full the fullest adapter's window is, from 0 to 1. */
  readonly windowFill: number;
}

interface Entry {
  readonly event: CallEvent;
  readonly payload: Buffer;
}

interface LaneState {
  readonly id: string;
  readonly lane: EventLane;
  /** Sent and not confirmed, oldest first; their numbers run from `confirmed + 1`. */
  readonly sent: Fifo<Entry>;
  /** Not sent yet: the window is full. */
  readonly waiting: Fifo<Entry>;
  confirmed: number;
}

/** Where a call's unconfirmed events are. Kept only while there are any. */
interface Route {
  readonly state: LaneState | undefined;
  count: number;
}

/** What an entry costs besides its payload, roughly. */
const ENTRY_BYTES = 256;
const STOP_READING_AT = 0.75;
const READ_AGAIN_AT = 0.5;

export function createEventOutbox(options: EventOutboxOptions): EventOutbox {
  const lanes = new Map<EventLane, LaneState>();
  const routes = new Map<string, Route>();
  /** Events that came while no adapter was linked. */
  let orphans = createFifo<Entry>();
  let pending = 0;
  let pendingBytes = 0;
  let congested = false;

  const account = (entries: number, bytes: number): void => {
    pending += entries;
    pendingBytes += bytes;
    const next = pendingBytes > options.bufferBytes * (congested ? READ_AGAIN_AT : STOP_READING_AT);
    if (next === congested) return;
    congested = next;
    options.onCongestion(congested);
  };

  /** A call keeps its adapter while events of it are under way there; then it may go where the hash says now. */
  const routeOf = (callSid: string): Route => {
    let route = routes.get(callSid);
    if (route === undefined) {
      route = { state: rendezvous(callSid, lanes.values()), count: 0 };
      routes.set(callSid, route);
    }
    return route;
  };

  const enqueue = (entry: Entry): void => {
    const route = routeOf(entry.event.call);
    route.count++;
    const { state } = route;
    if (state === undefined) orphans.push(entry);
    else if (state.waiting.length > 0 || state.sent.length >= options.windowEvents) state.waiting.push(entry);
    else send(state, entry);
  };

  const send = (state: LaneState, entry: Entry): void => {
    state.sent.push(entry);
    state.lane.send(state.confirmed + state.sent.length, entry.event, entry.payload);
  };

  const reroute = (entries: readonly Entry[]): void => {
    for (const { event } of entries) routes.delete(event.call);
    for (const entry of entries) enqueue(entry);
  };

  return {
    push(event, payload, mustKeep) {
      const bytes = payload.length + ENTRY_BYTES;
      if (pendingBytes + bytes > options.bufferBytes && !mustKeep) {
        options.onShed(event, payload.length);
        return;
      }
      enqueue({ event, payload });
      account(1, bytes);
    },
    addLane(lane) {
      lanes.set(lane, { id: lane.id, lane, sent: createFifo(), waiting: createFifo(), confirmed: 0 });
      const waiting = [...orphans];
      orphans = createFifo();
      reroute(waiting);
    },
    removeLane(lane) {
      const state = lanes.get(lane);
      if (state === undefined) return;
      lanes.delete(lane);
      reroute([...state.sent, ...state.waiting]);
    },
    taken(lane, n) {
      const state = lanes.get(lane);
      if (state === undefined) return;
      let entries = 0;
      let bytes = 0;
      while (state.confirmed < n) {
        const entry = state.sent.shift();
        if (entry === undefined) break;
        state.confirmed++;
        entries++;
        bytes += entry.payload.length + ENTRY_BYTES;
        const route = routes.get(entry.event.call);
        if (route !== undefined && --route.count === 0) routes.delete(entry.event.call);
        options.onTaken(entry.event);
      }
      while (state.sent.length < options.windowEvents) {
        const next = state.waiting.shift();
        if (next === undefined) break;
        send(state, next);
      }
      account(-entries, -bytes);
    },
    get congested() {
      return congested;
    },
    get pending() {
      return pending;
    },
    get pendingBytes() {
      return pendingBytes;
    },
    get windowFill() {
      let most = 0;
      for (const { sent } of lanes.values()) most = Math.max(most, sent.length);
      return most / options.windowEvents;
    },
  };
}
