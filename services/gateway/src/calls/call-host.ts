import {
  type CallEnd,
  type Contender,
  decodeCallMemory,
  type GatewayFrame,
  type KeptFrame,
  type KnownFrame,
  type Verdict,
} from '@jambus/link';
import { type JambonzMessage, parseJambonzMessage, traceparentOfB3 } from '@jambus/schema';
import type { LineLimit, Logger } from '@jambus/telemetry';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { GatewaySpans } from '../gateway-spans.ts';
import { bytesOf, type EventReport } from '../reports/report.ts';
import type { ReportOutbox } from '../reports/report-outbox.ts';
import { admit, admitChild, judgeContender } from './admission.ts';
import { Call, type CallObserver, type CallSettings } from './call.ts';
import type { CallRegistry } from './call-registry.ts';
import type { CallSocket } from './call-socket.ts';
import { type Closing, createClosings } from './closings.ts';
import type { InboundCommand } from './inbound-command.ts';
import { ResultOfCommand } from './result-of-command.ts';
import { type BindingHost, bindSocket, type SocketBinding } from './socket-binding.ts';
import { isSamePeer, type SocketOrigin } from './socket-origin.ts';
import { roleOf, takesControl } from './socket-role.ts';
import { ackMessage, withNotifyEvents } from './wire.ts';

export interface CallHostOptions {
  readonly calls: CallRegistry;
  readonly settings: CallSettings;
  readonly outbox: ReportOutbox;
  readonly adapters: CallAdapters;
  readonly metrics: GatewayMetrics;
  readonly spans: GatewaySpans;
  readonly logger: Logger;
  /** For lines that peers can cause as often as they like. */
  readonly lines: LineLimit;
  /** Bytes of events that one call may have waiting for the bus; with more it is not read from. */
  readonly shareBytes: number;
  /** There are as many calls as there may be, those without websocket among them. */
  readonly isFull: () => boolean;
}

/** The linked adapters, as calls see them. */
export interface CallAdapters {
  /** Tells every linked adapter. */
  announce(frame: GatewayFrame, payload?: Uint8Array): void;
  /** Those that are linked now. */
  linked(): Iterable<string>;
  /** False for some time after the first one has linked: others may be on their way. */
  allMayBeLinked(): boolean;
  /** Has one adapter hand a message on to the gateway that has the call. @param via those that reach it, as far as is known */
  relay(callSid: string, payload: Buffer, via: readonly string[]): void;
  /** Has one adapter look at what is on the bus about a call. @returns which one; undefined when none is linked */
  recall(callSid: string): string | undefined;
}

/** Where websockets, commands and news from other gateways find their call. */
export interface CallHost {
  /** A fresh websocket: which call it belongs to is found from what it says. */
  openSocket(socket: CallSocket, origin: SocketOrigin): SocketBinding;
  takeCommand(command: InboundCommand): void;
  withdraw(command: InboundCommand): void;
  /** An adapter tells what it knows of a call's past. */
  takePast(adapter: string, frame: KnownFrame, memory: Buffer): void;
  /** An adapter tells that it still looks for a call's past. */
  awaitPast(adapter: string, callSid: string): void;
  /** An adapter tells that another gateway has the call. */
  giveUp(adapter: string, callSid: string, isRefused: boolean): void;
  /** A websocket at another gateway claims the call. @param keep is called when the call stays here */
  contest(adapter: string, callSid: string, contender: Contender, keep: (as: KeptFrame['as']) => void): void;
  /** jambonz has said this of a call that is here, on a websocket of another gateway. */
  takeRelayed(callSid: string, payload: Buffer): void;
  /** An event of the call is on the bus, or lost. */
  eventGone(report: EventReport): void;
  /** An adapter is linked, and is about to be told all calls. */
  adapterLinked(adapter: string): void;
  adapterLost(adapter: string): void;
  /** Every adapter that there is has had the time to link. */
  allLinked(): void;
  /** Calls that have left, and that an adapter has not heard of. @param closing the last one that it has */
  closingsSince(closing: number): Closing[];
  /** How many calls have left so far, by reason. */
  readonly left: Readonly<Record<CallEnd, number>>;
  /** From now on every new websocket is sent on to another gateway. */
  stopTaking(): void;
}

/** Close codes on which jambonz opens the next websocket, at whichever gateway takes it. */
const SERVICE_RESTART = 1012;
const TRY_AGAIN_LATER = 1013;

/** Messages that are kept even when the buffer is full: few per call, and nobody can do without them. */
function mustKeep(type: string): boolean {
  return type === 'call:status' || type.startsWith('session:') || type.startsWith('jambus:');
}

/** What a call needs to know of a fresh websocket. */
type SocketArguments = readonly [socket: CallSocket, message: JambonzMessage, payload: Buffer, origin: SocketOrigin];

/** The call is older than this websocket, and its past is to be looked for. */
function isResumed({ type, data }: JambonzMessage): boolean {
  if (type === 'session:reconnect' || type === 'session:redirect') return true;
  // A call that jambonz places begins with these; one that is further has come from another feature-server.
  return type !== 'session:new' && type !== 'session:adulting' && !BEGINNINGS.has(String(data['call_status']));
}

const BEGINNINGS: ReadonlySet<string> = new Set(['trying', 'ringing', 'early-media']);

/** A call whose peer comes back without a word about which call it is. */
function isAwayFrom(call: Call, origin: SocketOrigin): boolean {
  const known = call.origin;
  return call.isAway && known !== undefined && isSamePeer(known, origin) && known.application === origin.application;
}

export function createCallHost(options: CallHostOptions): CallHost {
  const { calls, settings, outbox, adapters, metrics, spans, logger, lines } = options;
  const left: Record<CallEnd, number> = { moved: 0, ended: 0, lost: 0 };
  const closings = createClosings();
  let taking = true;

  const decided = (call: Call, command: InboundCommand, verdict: Verdict, position: string | undefined): void => {
    const { frame, span } = command;
    metrics.command(frame.name, verdict, Date.now() - command.receivedAt);
    spans.commandSettled(span, verdict);
    outbox.push(new ResultOfCommand(call, command, verdict, position), true);
  };

  const observer: CallObserver = {
    event(event, payload) {
      metrics.event(event.type);
      const frame = spans.eventReceived(event);
      const report: EventReport = { kind: 'event', callSid: event.call, frame, payload };
      calls.get(event.call)?.notePending(bytesOf(report), options.shareBytes);
      outbox.push(report, mustKeep(event.type));
    },
    decided,
    holding: (call, holding) => calls.setHolding(call, holding),
    keeping: (bytes) => outbox.reserve(bytes),
    away({ callSid, epoch }, code) {
      metrics.socketLost();
      logger.warn({ callSid, epoch, code }, 'websocket lost, the call waits for the next one');
    },
    unclaimed({ callSid }) {
      metrics.callUnclaimed();
      logger.warn({ callSid }, 'no service has sent this call anything: hanging it up');
    },
    relay: ({ callSid }, payload, via) => adapters.relay(callSid, payload, via),
    clash({ callSid, origin }) {
      metrics.clash();
      lines.line('clash', () =>
        logger.warn({ callSid, ...origin }, 'a peer claims a call that another gateway has: refused'),
      );
    },
    rejected({ callSid }) {
      logger.warn({ callSid }, 'jambonz has not taken the initial application: the caller hears SIP 480');
    },
    finished: (_call, callStatus) => metrics.callFinished(callStatus),
    ended(call, reason) {
      const { callSid, epoch, sequence, since } = call;
      metrics.callEnded(reason);
      left[reason]++;
      // A call that came after it under the same call_sid is the one the adapters know by now.
      if (calls.remove(call)) {
        const { frame, memory } = closings.add(call, reason);
        adapters.announce(frame, memory);
      }
      logger.info({ callSid, reason, epoch, events: sequence, ms: Date.now() - since }, 'call left');
    },
  };

  /** A call that comes from another gateway, and asks the adapters for its past. */
  const resume = (call: Call, contender: Contender): void => {
    call.searchPast({
      contender,
      allMayBeLinked: adapters.allMayBeLinked,
      recall: () => adapters.recall(call.callSid),
    });
    for (const adapter of adapters.linked()) call.past?.expect(adapter);
  };

  /** The call that a first message is about; a `session:new` is about none that is over. */
  const find = (callSid: string, { type }: JambonzMessage): Call | undefined => {
    const call = calls.get(callSid);
    if (call === undefined || call.isGone) return undefined;
    return type === 'session:new' && call.ended ? undefined : call;
  };

  /** The call that a `session:adulting` was a leg of, where it is here: named in the data, or beside it. */
  const parentOf = ({ call_sid, data }: JambonzMessage): Call | undefined => {
    const named = data['parent_call_sid'] ?? call_sid;
    return typeof named === 'string' ? calls.get(named) : undefined;
  };

  const addStatusSocket = (call: Call, ...[socket, message, payload, origin]: SocketArguments): Call => {
    call.attach(socket, 'status', message, payload, origin);
    logger.info({ callSid: call.callSid, ...origin }, 'websocket for the status of a call opened');
    return call;
  };

  const addControl = (known: Call | undefined, callSid: string, ...args: SocketArguments): Call => {
    const [socket, message, payload, origin] = args;
    const call = known ?? new Call(callSid, origin.application, settings, observer);
    const how = known !== undefined ? 'reconnected' : isResumed(message) ? 'resumed' : 'new';
    if (how === 'reconnected') call.nextEpoch();
    const { address, user } = origin;
    if (how === 'resumed') resume(call, { address, user, control: takesControl(message) });
    call.isMessage =
      how === 'new' &&
      message.type === 'session:new' &&
      message.data['call_sid'] === undefined &&
      message.call_sid === undefined;
    call.traceparent ??= traceparentOfB3(message.b3) ?? spans.callOpened(callSid, how, origin.application);
    calls.add(call);
    call.origin ??= origin;
    // Adapters hear of the call before anything of it, and before anybody can answer to that.
    adapters.announce(call.opened());
    call.attach(socket, 'control', message, payload, origin);
    metrics.callOpened(how);
    logger.info({ callSid, how, epoch: call.epoch, ...origin }, 'call opened');
    // It was upgraded before this gateway stopped taking calls, so it is answered before it is sent on.
    if (!taking) call.move();
    return call;
  };

  const bindings: BindingHost = {
    find,
    admit,
    admitChild(message, origin) {
      if (message.type !== 'session:adulting') return true;
      const parent = parentOf(message);
      return parent === undefined || admitChild(parent, message, origin);
    },
    awayFor: (origin) => [...calls].filter((call) => isAwayFrom(call, origin)),
    take(socket, callSid, message, payload, origin) {
      const known = find(callSid, message);
      if (!taking && message.type !== 'session:new') {
        socket.close(SERVICE_RESTART, 'service restart');
        return undefined;
      }
      if (known === undefined && options.isFull()) {
        metrics.callRefused();
        const what = 'a call is refused: there are as many as JAMBUS_MAX_CALLS';
        lines.line('full', () => logger.warn({ callSid, type: message.type, ...origin }, what));
        socket.close(TRY_AGAIN_LATER, 'this gateway has as many calls as it may');
        return undefined;
      }
      const role = roleOf(message, origin.application, known);
      const call =
        role === 'status' && known !== undefined
          ? addStatusSocket(known, socket, message, payload, origin)
          : addControl(known, callSid, socket, message, payload, origin);
      if (outbox.congested) call.pause();
      return call;
    },
    ackUnknown(socket, { msgid }) {
      if (msgid !== undefined) socket.send(ackMessage(msgid, withNotifyEvents(settings.fallback)), () => {});
    },
    clash(callSid, { type }, origin) {
      metrics.clash();
      lines.line('clash', () =>
        logger.warn({ callSid, type, ...origin }, 'a peer claims a call that another one has: refused'),
      );
    },
  };

  return {
    left,
    openSocket: (socket, origin) => bindSocket(socket, origin, bindings),
    takeCommand(command) {
      const { frame } = command;
      const call = calls.get(frame.call);
      command.span = spans.commandReceived(frame, call?.traceparent);
      // That the call has left is on its way to the adapter already; it decides what that means for the command.
      if (call === undefined) command.giveBack();
      else call.deliver(command);
    },
    withdraw(command) {
      calls.get(command.frame.call)?.withdraw(command);
    },
    takePast(adapter, frame, memory) {
      const { call, epoch, sequence, since, certain, elsewhere } = frame;
      const past = { epoch, sequence, since, certain, elsewhere, memory: decodeCallMemory(memory) };
      calls.get(call)?.past?.hear(adapter, past);
    },
    awaitPast(adapter, callSid) {
      calls.get(callSid)?.past?.wait(adapter);
    },
    takeRelayed(callSid, payload) {
      const parsed = parseJambonzMessage(payload);
      if (parsed.ok) calls.get(callSid)?.hearRelayed(parsed.message, payload);
    },
    giveUp(adapter, callSid, isRefused) {
      calls.get(callSid)?.goneElsewhere(adapter, isRefused);
    },
    contest(adapter, callSid, contender, keep) {
      const call = calls.get(callSid);
      // That it has left is on its way to the adapter already.
      if (call === undefined) return;
      judgeContender(call, contender, (as) => {
        if (as === undefined) call.goneElsewhere(adapter);
        else if (!call.isGone) keep(as);
      });
    },
    eventGone: (report) => calls.get(report.callSid)?.notePending(-bytesOf(report), options.shareBytes),
    adapterLinked(adapter) {
      for (const call of calls) call.past?.expect(adapter);
    },
    adapterLost(adapter) {
      // It is back on another link, over which it was asked anew, and this was the end of the former one.
      if ([...adapters.linked()].includes(adapter)) return;
      for (const call of calls) call.past?.forget(adapter);
    },
    allLinked() {
      for (const call of calls) call.past?.look();
    },
    closingsSince: (closing) => closings.since(closing),
    stopTaking() {
      taking = false;
    },
  };
}
