import { type CallEnd, decodeCallMemory, type GatewayFrame, type KnownFrame, type Verdict } from '@jambus/link';
import { type JambonzMessage, traceparentOfB3 } from '@jambus/schema';
import type { Logger } from '@jambus/telemetry';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { GatewaySpans } from '../gateway-spans.ts';
import type { ReportOutbox } from '../reports/report-outbox.ts';
import { Call, type CallObserver, type CallSettings } from './call.ts';
import type { CallRegistry } from './call-registry.ts';
import type { CallSocket } from './call-socket.ts';
import { type Closing, createClosings } from './closings.ts';
import type { InboundCommand, LinkedCommand } from './inbound-command.ts';
import { resultReport } from './result-report.ts';

export interface CallHostOptions {
  readonly calls: CallRegistry;
  readonly settings: CallSettings;
  readonly outbox: ReportOutbox;
  readonly adapters: CallAdapters;
  readonly metrics: GatewayMetrics;
  readonly spans: GatewaySpans;
  readonly logger: Logger;
}

/** The linked adapters, as calls see them. */
export interface CallAdapters {
  /** Tells every linked adapter. */
  announce(frame: GatewayFrame, payload?: Uint8Array): void;
  /** Those that are linked now. */
  linked(): Iterable<string>;
  /** False for some time after the first one has linked: others may be on their way. */
  allMayBeLinked(): boolean;
  /** Has one adapter look at what is on the bus about a call. @returns which one; undefined when none is linked */
  recall(callSid: string): string | undefined;
}

/** Where websockets, commands and news from other gateways find their call. */
export interface CallHost {
  /** The first message of a websocket: begins a call, or gives one its next websocket. Undefined when none is taken any more. */
  takeSession(
    socket: CallSocket,
    callSid: string,
    message: JambonzMessage,
    payload: Buffer,
    application: string,
  ): Call | undefined;
  /** @returns the command as it goes on, to be named when it is withdrawn */
  takeCommand(command: LinkedCommand): InboundCommand;
  withdraw(command: InboundCommand): void;
  /** An adapter tells what it knows of a call's past. */
  takePast(adapter: string, frame: KnownFrame, memory: Buffer): void;
  /** An adapter tells that another gateway has the call. */
  giveUp(callSid: string): void;
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

/** Close code on which jambonz opens the next websocket, at whichever gateway takes it. */
const SERVICE_RESTART = 1012;

/** Messages that are kept even when the buffer is full: few per call, and nobody can do without them. */
function mustKeep(type: string): boolean {
  return type === 'call:status' || type.startsWith('session:') || type.startsWith('jambus:');
}

export function createCallHost(options: CallHostOptions): CallHost {
  const { calls, settings, outbox, adapters, metrics, spans, logger } = options;
  const left: Record<CallEnd, number> = { moved: 0, ended: 0, lost: 0 };
  const closings = createClosings();
  let taking = true;

  const decided = (call: Call, command: InboundCommand, verdict: Verdict, position: string | undefined): void => {
    const { frame, span } = command;
    metrics.command(frame.name, verdict, Date.now() - command.receivedAt);
    spans.commandSettled(span, verdict);
    outbox.push(resultReport(call, command, verdict, position), true);
  };

  const observer: CallObserver = {
    event(event, payload) {
      metrics.event(event.type);
      outbox.push({ frame: spans.eventReceived(event), payload, onTaken: undefined }, mustKeep(event.type));
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
  const resume = (call: Call): void => {
    call.searchPast({
      allMayBeLinked: adapters.allMayBeLinked,
      recall: () => adapters.recall(call.callSid),
    });
    for (const adapter of adapters.linked()) call.past?.expect(adapter);
  };

  return {
    left,
    takeSession(socket, callSid, message, payload, application) {
      if (!taking) {
        socket.close(SERVICE_RESTART, 'service restart');
        return undefined;
      }
      const known = calls.get(callSid);
      const isKnown = known !== undefined && !known.ended;
      const call = isKnown ? known : new Call(callSid, application, settings, observer);
      const how = isKnown ? 'reconnected' : message.type === 'session:reconnect' ? 'resumed' : 'new';
      if (how === 'reconnected') call.nextEpoch();
      if (how === 'resumed') resume(call);
      call.traceparent ??= traceparentOfB3(message.b3) ?? spans.callOpened(callSid, how, application);
      calls.add(call);
      // Adapters hear of the call before anything of it, and before anybody can answer to that.
      adapters.announce(call.opened());
      call.attach(socket, message, payload);
      if (outbox.congested) call.pause();
      metrics.callOpened(how);
      logger.info({ callSid, how, epoch: call.epoch, application }, 'call opened');
      return call;
    },
    takeCommand(linked) {
      const { frame } = linked;
      const call = calls.get(frame.call);
      const command: InboundCommand = {
        frame,
        payload: linked.payload,
        span: spans.commandReceived(frame, call?.traceparent),
        receivedAt: Date.now(),
        hold: () => linked.hold(),
        settle: (code) => linked.settle(code),
        giveBack() {
          spans.commandReturned(command.span);
          linked.giveBack();
        },
      };
      // That the call has left is on its way to the adapter already; it decides what that means for the command.
      if (call === undefined) command.giveBack();
      else call.deliver(command);
      return command;
    },
    withdraw(command) {
      calls.get(command.frame.call)?.withdraw(command);
    },
    takePast(adapter, frame, memory) {
      const { call, epoch, sequence, since, certain } = frame;
      calls.get(call)?.past?.hear(adapter, { epoch, sequence, since, certain, memory: decodeCallMemory(memory) });
    },
    giveUp(callSid) {
      calls.get(callSid)?.goneElsewhere();
    },
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
