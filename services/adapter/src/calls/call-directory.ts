import { type ClosedFrame, type KnownFrame, type OpenedFrame, traceparentOfCall } from '@jambus/schema';

/** The gateway end that a directory entry points to. */
export interface DirectoryGateway {
  /** Its id, as the gateway tells it. */
  readonly gateway: string;
  sendKnown(frame: KnownFrame, memory: Buffer): void;
  /** Tells it that another gateway has the call. */
  sendElsewhere(callSid: string): void;
}

/** A call as this adapter knows it. */
export interface CallInfo {
  readonly callSid: string;
  /** The gateway that has it; undefined while it is between two. */
  readonly gateway: string | undefined;
  readonly application: string;
  /** When its gateway first saw it, ms since the epoch. */
  readonly since: number;
  /** How many websockets it has had. */
  readonly epoch: number;
}

/** Where a call is. */
export type Whereabouts<G> =
  | { readonly at: 'gateway'; readonly gateway: G }
  /** It lives, and no linked gateway has it now: its gateway's link is down, or it is moving. */
  | { readonly at: 'between' }
  | { readonly at: 'ended' }
  /** No gateway has it. `certain` when all of them were asked. */
  | { readonly at: 'unknown'; readonly certain: boolean };

export interface CallDirectoryOptions {
  /** How many ended calls are remembered. */
  readonly endedCallMemory: number;
  /** True when every gateway there should be has told its calls. */
  readonly isComplete: () => boolean;
  /**
   * How far the events of a call go that comes from a gateway which nobody knew here; undefined when that cannot be told.
   * Must not reject.
   */
  readonly lastEventOf: (callSid: string) => Promise<{ readonly epoch: number; readonly sequence: number } | undefined>;
  /** Told of each call that is new here, and of each that has gone. */
  readonly onKnown: (callSid: string) => void;
  readonly onGone: (callSid: string) => void;
}

/** Which gateway has which call. */
export interface CallDirectory<G extends DirectoryGateway> {
  opened(gateway: G, frame: OpenedFrame): void;
  closed(gateway: G, frame: ClosedFrame, memory: Buffer): void;
  /** The link to a gateway is down: its calls live on, out of reach. */
  gatewayLost(gateway: G): void;
  /** Notes that an event of the call went by, so that its number is known should its gateway die. */
  passed(callSid: string, epoch: number, sequence: number): void;
  find(callSid: string): Whereabouts<G>;
  /** Trace context of what has to do with the call and has none of its own. */
  traceparentOf(callSid: string): string;
  /** Resolves when something about the call has changed, at `untilMs` (since the epoch), or when `signal` aborts. */
  changed(callSid: string, untilMs: number, signal: AbortSignal): Promise<void>;
  /** Wakes everybody who waits: what counts as complete has changed. */
  wakeAll(): void;
  readonly size: number;
  list(): CallInfo[];
  close(): void;
}

/** What is known of a call for the gateway that takes it over. */
interface Past {
  epoch: number;
  /** Number of its last event. */
  sequence: number;
  /** What its former gateway left for the next one. */
  memory: Buffer;
}

interface Entry<G> {
  readonly callSid: string;
  owner: G | undefined;
  application: string;
  since: number;
  epoch: number;
  readonly traceparent: string;
  readonly past: Past;
  /** The gateway it was taken from, which has been told and has yet to leave its memory; the owner waits for that. */
  predecessor: G | undefined;
  /** Since when it has no owner, ms since the epoch. */
  ownerlessSince: number;
}

interface Waiter {
  readonly untilMs: number;
  wake(): void;
}

const SWEEP_MS = 100;
/** A call that shows up nowhere for this long is forgotten. Longer than jambonz goes on redialling by itself. */
const OWNERLESS_MS = 120_000;
const NOTHING = Buffer.alloc(0);

export function createCallDirectory<G extends DirectoryGateway>(options: CallDirectoryOptions): CallDirectory<G> {
  const entries = new Map<string, Entry<G>>();
  const ended = new Set<string>();
  const waiters = new Map<string, Set<Waiter>>();
  const ownerless = new Set<Entry<G>>();

  const wake = (callSid: string): void => {
    for (const waiter of [...(waiters.get(callSid) ?? [])]) waiter.wake();
  };

  const wakeAll = (): void => {
    for (const callSid of [...waiters.keys()]) wake(callSid);
  };

  const disown = (entry: Entry<G>): void => {
    entry.owner = undefined;
    entry.ownerlessSince = Date.now();
    ownerless.add(entry);
  };

  const forget = (entry: Entry<G>): void => {
    entries.delete(entry.callSid);
    ownerless.delete(entry);
    options.onGone(entry.callSid);
    ended.delete(entry.callSid);
    ended.add(entry.callSid);
    if (ended.size > options.endedCallMemory) ended.delete(ended.values().next().value as string);
  };

  const sweep = setInterval(() => {
    const now = Date.now();
    for (const set of [...waiters.values()]) for (const waiter of [...set]) if (waiter.untilMs <= now) waiter.wake();
    for (const entry of [...ownerless]) {
      if (entry.ownerlessSince + OWNERLESS_MS > now) break;
      forget(entry);
    }
  }, SWEEP_MS);

  const tellPast = ({ callSid, owner, past: { epoch, sequence, memory } }: Entry<G>): void => {
    owner?.sendKnown({ t: 'known', call: callSid, epoch, sequence }, memory);
  };

  const note = (past: Past, epoch: number, sequence: number): void => {
    past.epoch = Math.max(past.epoch, epoch);
    past.sequence = Math.max(past.sequence, sequence);
  };

  /** Everything was restarted, perhaps, and what nobody remembers is on the bus. */
  const lookUp = async (entry: Entry<G>): Promise<void> => {
    const last = await options.lastEventOf(entry.callSid);
    if (last === undefined) return;
    note(entry.past, last.epoch, last.sequence);
    entry.epoch = Math.max(entry.epoch, last.epoch + 1);
  };

  return {
    opened(gateway, frame) {
      ended.delete(frame.call);
      const former = entries.get(frame.call);
      const rival = former?.owner === gateway ? undefined : former?.owner;
      if (rival !== undefined && !frame.resumed && former !== undefined && former.epoch > frame.epoch) {
        // A gateway that was cut off comes back with a call that has since moved on.
        gateway.sendElsewhere(frame.call);
        return;
      }
      if (former !== undefined) ownerless.delete(former);
      const past = former?.past ?? { epoch: 0, sequence: 0, memory: NOTHING };
      const entry: Entry<G> = {
        callSid: frame.call,
        owner: gateway,
        application: frame.application,
        since: former?.since ?? frame.since,
        epoch: frame.resumed ? Math.max(frame.epoch, past.epoch + 1) : frame.epoch,
        traceparent: frame.traceparent ?? former?.traceparent ?? traceparentOfCall(frame.call),
        past,
        predecessor: frame.resumed ? rival : undefined,
        ownerlessSince: 0,
      };
      entries.set(frame.call, entry);
      if (former === undefined) options.onKnown(frame.call);
      rival?.sendElsewhere(frame.call);
      if (frame.resumed && rival === undefined) {
        if (former === undefined) void lookUp(entry).then(() => tellPast(entry));
        else tellPast(entry);
      }
      if (!frame.resumed) note(past, frame.epoch, 0);
      wake(frame.call);
    },
    closed(gateway, frame, memory) {
      const entry = entries.get(frame.call);
      if (entry === undefined || (entry.owner !== gateway && entry.predecessor !== gateway)) return;
      note(entry.past, frame.epoch, frame.sequence);
      // The payload is a view of a whole link message; keeping it would keep that.
      entry.past.memory = Buffer.from(memory);
      if (entry.predecessor === gateway) {
        entry.predecessor = undefined;
        tellPast(entry);
      } else if (frame.reason === 'moved') {
        disown(entry);
      } else {
        forget(entry);
      }
      wake(frame.call);
    },
    gatewayLost(gateway) {
      for (const entry of entries.values()) {
        if (entry.owner === gateway) disown(entry);
        else if (entry.predecessor === gateway) {
          entry.predecessor = undefined;
          tellPast(entry);
        }
      }
      wakeAll();
    },
    passed(callSid, epoch, sequence) {
      const entry = entries.get(callSid);
      if (entry !== undefined) note(entry.past, epoch, sequence);
    },
    find(callSid) {
      const entry = entries.get(callSid);
      if (entry?.owner !== undefined) return { at: 'gateway', gateway: entry.owner };
      if (entry !== undefined) return { at: 'between' };
      if (ended.has(callSid)) return { at: 'ended' };
      return { at: 'unknown', certain: options.isComplete() };
    },
    traceparentOf: (callSid) => entries.get(callSid)?.traceparent ?? traceparentOfCall(callSid),
    changed(callSid, untilMs, signal) {
      return new Promise((resolve) => {
        const set = waiters.get(callSid) ?? new Set();
        const waiter: Waiter = {
          untilMs,
          wake() {
            signal.removeEventListener('abort', waiter.wake);
            set.delete(waiter);
            if (set.size === 0 && waiters.get(callSid) === set) waiters.delete(callSid);
            resolve();
          },
        };
        if (signal.aborted) {
          resolve();
          return;
        }
        signal.addEventListener('abort', waiter.wake);
        set.add(waiter);
        waiters.set(callSid, set);
      });
    },
    wakeAll,
    get size() {
      return entries.size;
    },
    list() {
      return [...entries.values()].map(({ callSid, owner, application, since, epoch }) => ({
        callSid,
        gateway: owner?.gateway,
        application,
        since,
        epoch,
      }));
    },
    close() {
      clearInterval(sweep);
      wakeAll();
    },
  };
}
