import {
  type AdapterFrame,
  type ClosedFrame,
  decodeCallMemory,
  type EventFrame,
  type KeptFrame,
  type OpenedFrame,
  type ResultFrame,
} from '@jambus/link';
import { JambusError, traceparentOfCall } from '@jambus/schema';
import { CallKnowledge, decidedBy, decidedUpTo } from './call-knowledge.ts';
import { createCallWaiters } from './call-waiters.ts';
import { createEndedCalls, type EndedCall } from './ended-calls.ts';

/** The gateway end that a directory entry points to. */
export interface DirectoryGateway {
  /** Its id, as the gateway tells it. */
  readonly gateway: string;
  /** Its life: another one each time it starts. */
  readonly boot: string;
  send(frame: AdapterFrame, payload?: Uint8Array): void;
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
  /**
   * It lives, and no linked gateway has it now: its gateway's link is down, or it is moving.
   *
   * @param mayTellUntil until when the gateway that had it may come back with what it has decided, ms since the epoch
   */
  | { readonly at: 'between'; readonly mayTellUntil: number }
  | { readonly at: 'ended'; readonly call: EndedCall }
  /** No gateway has it. `certain` when all of them were asked. */
  | { readonly at: 'unknown'; readonly certain: boolean };

export interface CallDirectoryOptions {
  /** How many ended calls are remembered. */
  readonly endedCallMemory: number;
  /** How long a gateway whose link is down may be back with what it has decided, in ms. */
  readonly outOfReachMs: number;
  /** True when every gateway there should be has told its calls. */
  readonly isComplete: () => boolean;
  /** Resolves when everything that this adapter has is on the bus. */
  readonly flushed: () => Promise<void>;
  /** What the bus has of a call since a time, ms since the epoch. @throws JambusError `stopped` when this adapter stops */
  readonly pastOf: (callSid: string, sinceMs: number) => Promise<PastOnBus | undefined>;
  /** Told of each call that is new here, and of each that has gone. */
  readonly onKnown: (callSid: string) => void;
  readonly onGone: (callSid: string) => void;
}

export interface PastOnBus {
  readonly epoch: number;
  readonly sequence: number;
  /** The position up to which the commands of the call are decided. */
  readonly decided: string | undefined;
  /** When it ended, ms since the epoch, if its last event says that. */
  readonly endedAt: number | undefined;
}

/** Which gateway has which call, and what the next gateway has to know of it. */
export interface CallDirectory<G extends DirectoryGateway> {
  opened(gateway: G, frame: OpenedFrame): void;
  /** A gateway keeps a call that another one has a websocket of. */
  kept(gateway: G, frame: KeptFrame): void;
  closed(gateway: G, frame: ClosedFrame, memory: Buffer): void;
  /** The gateway has told all its calls: those of this life of it that it did not name are over. */
  snapshotComplete(gateway: G): void;
  /** The link to a gateway is down: its calls live on, out of reach. */
  gatewayLost(gateway: G): void;
  /** A gateway whose link is down is no more: it tells nothing that it has not told. */
  gatewayGone(gateway: G): void;
  /** A report goes by on its way to the bus. */
  passed(frame: EventFrame | ResultFrame): void;
  /** Hands a message of jambonz on to the gateway that has the call. @returns false when none is known here */
  relay(callSid: string, payload: Uint8Array): boolean;
  /** The gateway asks for what the bus has of a call. */
  recall(gateway: G, callSid: string): void;
  /**
   * Asks the bus for a call that is unknown here: where everything was restarted, it knows of calls that jambonz is about to
   * bring back, and of those that have ended. Resolves when `find` can make use of the answer.
   */
  recollect(callSid: string): Promise<void>;
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

interface Entry<G> {
  readonly callSid: string;
  owner: G | undefined;
  /** The gateway that has it, or had it last, and the life of it. */
  home: { readonly gateway: string; readonly boot: string };
  application: string;
  since: number;
  /** When it began, ms since the epoch; undefined when nobody who was there from the beginning has told. */
  readonly began: number | undefined;
  epoch: number;
  readonly traceparent: string;
  readonly knowledge: CallKnowledge;
  /** Gateways that contend for it by a websocket, while the one that has it decides. */
  contests: readonly Contest<G>[];
  /** Since when it has no owner, ms since the epoch. */
  ownerlessSince: number;
  /** Until when its former owner may come back with what it has decided, ms since the epoch. */
  mayTellUntil: number;
}

interface Contest<G> {
  readonly by: G;
  readonly frame: OpenedFrame;
  /** The gateway that has been asked. */
  readonly asked: G;
}

const NONE: readonly never[] = [];
const NOBODY = { gateway: '', boot: '' };
const SWEEP_MS = 1_000;
/** Some times within that in which a gateway takes an adapter for asleep. */
const SEARCHING_EVERY_MS = 2_000;
/** A call that shows up nowhere for this long is forgotten. Longer than jambonz goes on redialling by itself. */
const OWNERLESS_MS = 120_000;
/** So far back events are looked for that show that a call lives. */
const LIVES_MS = 600_000;

export function createCallDirectory<G extends DirectoryGateway>(options: CallDirectoryOptions): CallDirectory<G> {
  const entries = new Map<string, Entry<G>>();
  const ended = createEndedCalls(options.endedCallMemory);
  const waiters = createCallWaiters();
  const ownerless = new Set<Entry<G>>();
  /** A call that went before has come back until then, or is over. From then on this adapter has seen all that live. */
  const seenAllFrom = Date.now() + OWNERLESS_MS;

  /** @param mayTellMs how long its owner may be back with what it has decided */
  const disown = (entry: Entry<G>, mayTellMs: number): void => {
    entry.owner = undefined;
    entry.ownerlessSince = Date.now();
    entry.mayTellUntil = entry.ownerlessSince + mayTellMs;
    ownerless.delete(entry);
    ownerless.add(entry);
  };

  const end = (entry: Entry<G>, call: EndedCall): void => {
    const { callSid } = entry;
    entries.delete(callSid);
    ownerless.delete(entry);
    ended.add(callSid, call);
    options.onGone(callSid);
    waiters.wake(callSid);
  };

  const sweep = setInterval(() => {
    const now = Date.now();
    for (const entry of [...ownerless]) {
      if (entry.ownerlessSince + OWNERLESS_MS > now) break;
      end(entry, { at: entry.ownerlessSince + OWNERLESS_MS, decided: entry.knowledge.decided });
    }
  }, SWEEP_MS);

  /** Makes sure that all of the call that this adapter has is on the bus, and looks there if it is asked to. */
  const lookFor = async ({ callSid, knowledge }: Entry<G>, looks: boolean): Promise<void> => {
    await options.flushed();
    const past = looks ? await options.pastOf(callSid, 0) : undefined;
    if (past !== undefined) knowledge.noteHistory(past.epoch, past.sequence, past.decided);
  };

  /** Tells a gateway what is known of a call, and until then that it is looked for. */
  const tellPast = async (gateway: G, entry: Entry<G>, looked: boolean): Promise<void> => {
    const { callSid, knowledge } = entry;
    // Unless it has moved on: what is known is for the gateway that has it now.
    const isItsOwn = (): boolean => entries.get(callSid) === entry && entry.owner === gateway;
    const searching = setInterval(() => {
      if (isItsOwn()) gateway.send({ t: 'searching', call: callSid });
    }, SEARCHING_EVERY_MS);
    try {
      await lookFor(entry, looked);
    } catch (error) {
      // Whoever stops leaves the answer to another adapter.
      if (JambusError.from(error).code === 'stopped') return;
      throw error;
    } finally {
      clearInterval(searching);
    }
    if (!isItsOwn()) return;
    gateway.send(...knowledge.frame(callSid, entry.began, looked || knowledge.certain));
    // From now on the call goes on at this gateway.
    knowledge.certain = false;
  };

  const entryFor = (gateway: G, frame: OpenedFrame, former: Entry<G> | undefined): Entry<G> => {
    const knowledge = former?.knowledge ?? new CallKnowledge();
    return {
      callSid: frame.call,
      owner: gateway,
      home: { gateway: gateway.gateway, boot: gateway.boot },
      application: frame.application,
      since: former?.since ?? frame.since,
      // A gateway that resumes a call asks for this, and knows only when it came to itself.
      began: former?.began ?? (frame.contender === undefined ? frame.since : undefined),
      epoch: frame.contender !== undefined ? Math.max(frame.epoch, knowledge.epoch + 1) : frame.epoch,
      traceparent: frame.traceparent ?? former?.traceparent ?? traceparentOfCall(frame.call),
      knowledge,
      contests: former?.contests ?? [],
      ownerlessSince: 0,
      mayTellUntil: 0,
    };
  };

  /** Takes up a call that lives and that no gateway has. */
  const remember = (callSid: string, { gateway, boot }: Entry<G>['home'], epoch: number, since: number) => {
    const knowledge = new CallKnowledge();
    const entry: Entry<G> = {
      callSid,
      owner: undefined,
      home: { gateway, boot },
      application: '',
      since,
      began: undefined,
      epoch,
      traceparent: traceparentOfCall(callSid),
      knowledge,
      contests: NONE,
      ownerlessSince: 0,
      mayTellUntil: 0,
    };
    entries.set(callSid, entry);
    options.onKnown(callSid);
    disown(entry, 0);
    return knowledge;
  };

  const opened = (gateway: G, frame: OpenedFrame): void => {
    ended.delete(frame.call);
    const former = entries.get(frame.call);
    const rival = former?.owner === gateway ? undefined : former?.owner;
    if (former !== undefined && rival !== undefined) {
      // A call does not begin twice: the gateway that has it knows whether it was left there.
      const contender = frame.contender ?? (former.epoch === frame.epoch ? frame.newcomer : undefined);
      if (contender !== undefined) {
        // One for each gateway, however often the call comes and goes there meanwhile.
        const others = former.contests.filter(({ by }) => by !== gateway);
        former.contests = [...others, { by: gateway, frame, asked: rival }];
        rival.send({ t: 'contested', call: frame.call, contender });
        return;
      }
      // A gateway that was cut off comes back with a call that has since moved on, unless it is the other way round.
      const isOutdated = former.epoch > frame.epoch;
      (isOutdated ? gateway : rival).send({ t: 'elsewhere', call: frame.call });
      if (isOutdated) return;
    }
    if (former !== undefined) ownerless.delete(former);
    const entry = entryFor(gateway, frame, former);
    entries.set(frame.call, entry);
    if (former === undefined) options.onKnown(frame.call);
    if (frame.contender !== undefined) void tellPast(gateway, entry, false);
    else {
      entry.knowledge.certain = false;
      entry.knowledge.noteEvent(frame.epoch, 0);
    }
    waiters.wake(frame.call);
  };

  /** Takes out what waits for the answer of this gateway. */
  const contestsBefore = (entry: Entry<G> | undefined, asked: G): readonly Contest<G>[] => {
    if (entry === undefined || entry.contests.length === 0) return NONE;
    const answered = entry.contests.filter(({ asked: other }) => other === asked);
    entry.contests = entry.contests.filter(({ asked: other }) => other !== asked);
    return answered;
  };

  return {
    opened,
    kept(gateway, { call, as }) {
      const entry = entries.get(call);
      if (entry === undefined) return;
      for (const { by, frame } of contestsBefore(entry, gateway)) {
        if (frame.contender === undefined) {
          by.send({ t: 'elsewhere', call, refused: true });
          continue;
        }
        const [known] = entry.knowledge.frame(call, undefined, false);
        by.send({ ...known, elsewhere: as });
      }
    },
    closed(gateway, frame, memory) {
      const entry = entries.get(frame.call);
      const isHome = entry?.home.gateway === gateway.gateway && entry.home.boot === gateway.boot;
      if (entry !== undefined) entry.contests = entry.contests.filter(({ by }) => by !== gateway);
      if (frame.reason !== 'moved') {
        const decided = decodeCallMemory(memory)?.decided ?? [];
        const isLatest = isHome || (entry?.owner === undefined && frame.epoch >= (entry?.knowledge.epoch ?? 0));
        if (entry === undefined) ended.add(frame.call, { at: frame.at, decided });
        else if (isLatest) end(entry, { at: frame.at, decided });
      } else if (entry !== undefined && isHome) {
        entry.knowledge.noteClosed(frame.epoch, frame.sequence, memory);
        // It has told all that it decided.
        disown(entry, 0);
        waiters.wake(frame.call);
      } else if (entry === undefined && !isOver(frame) && ended.get(frame.call) === undefined) {
        remember(frame.call, gateway, frame.epoch, frame.at).noteClosed(frame.epoch, frame.sequence, memory);
      }
      for (const { by, frame: opening } of contestsBefore(entry, gateway)) opened(by, opening);
    },
    snapshotComplete({ gateway, boot }) {
      for (const entry of [...ownerless]) {
        const { home, knowledge, ownerlessSince } = entry;
        if (home.gateway !== gateway) continue;
        // What a former life of it decided, and did not get to the bus, is known to nobody.
        if (home.boot !== boot) entry.mayTellUntil = 0;
        // It was there when the link went down, it did not move, and it is not there now.
        else if (!knowledge.certain) end(entry, { at: ownerlessSince, decided: knowledge.decided });
      }
      waiters.wakeAll();
    },
    gatewayLost(gateway) {
      for (const entry of entries.values()) {
        if (entry.owner === gateway) disown(entry, options.outOfReachMs);
        if (entry.contests.length === 0) continue;
        entry.contests = entry.contests.filter(({ by }) => by !== gateway);
        for (const { by, frame } of contestsBefore(entry, gateway)) opened(by, frame);
      }
      waiters.wakeAll();
    },
    gatewayGone({ gateway, boot }) {
      for (const entry of ownerless) {
        if (entry.home.gateway === gateway && entry.home.boot === boot) entry.mayTellUntil = 0;
      }
      waiters.wakeAll();
    },
    passed(frame) {
      const entry = entries.get(frame.call);
      if (entry === undefined) {
        const mark = frame.t === 'result' ? decidedBy(frame) : undefined;
        if (mark !== undefined) ended.note(frame.call, mark);
      } else if (frame.t === 'event') {
        entry.knowledge.notePassed(frame.epoch, frame.sequence, frame.type);
        entry.epoch = Math.max(entry.epoch, frame.epoch);
      } else entry.knowledge.noteResult(frame);
    },
    relay(callSid, payload) {
      const owner = entries.get(callSid)?.owner;
      owner?.send({ t: 'relayed', call: callSid }, payload);
      return owner !== undefined;
    },
    recall(gateway, callSid) {
      const entry = entries.get(callSid);
      if (entry !== undefined) void tellPast(gateway, entry, true);
    },
    async recollect(callSid) {
      const now = Date.now();
      if (now > seenAllFrom) return;
      const past = await options.pastOf(callSid, now - LIVES_MS);
      // It has no event, or has turned up meanwhile.
      if (past === undefined || past.sequence === 0 || entries.has(callSid) || ended.get(callSid) !== undefined) return;
      const { epoch, sequence, decided, endedAt } = past;
      if (endedAt === undefined) remember(callSid, NOBODY, epoch, now).noteHistory(epoch, sequence, decided);
      else ended.add(callSid, { at: endedAt, decided: decidedUpTo(decided) });
    },
    find(callSid) {
      const entry = entries.get(callSid);
      if (entry?.owner !== undefined) return { at: 'gateway', gateway: entry.owner };
      if (entry !== undefined) return { at: 'between', mayTellUntil: entry.mayTellUntil };
      const call = ended.get(callSid);
      if (call !== undefined) return { at: 'ended', call };
      return { at: 'unknown', certain: options.isComplete() };
    },
    traceparentOf: (callSid) => entries.get(callSid)?.traceparent ?? traceparentOfCall(callSid),
    changed: waiters.wait,
    wakeAll: waiters.wakeAll,
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
      waiters.close();
    },
  };
}

/** A call that moved away so long ago has ended or shown up elsewhere since. */
function isOver({ at }: ClosedFrame): boolean {
  return at + OWNERLESS_MS < Date.now();
}
