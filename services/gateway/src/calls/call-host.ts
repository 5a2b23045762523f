import {
  decodeCallMemory,
  encodeCallMemory,
  type GatewayFrame,
  type JambonzMessage,
  type KnownFrame,
  traceparentOfB3,
} from '@jambus/schema';
import type { Logger } from '@jambus/telemetry';
import type { EventOutbox } from '../events/event-outbox.ts';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { GatewaySpans } from '../gateway-spans.ts';
import { Call, type CallEnd, type CallObserver, type CallSettings } from './call.ts';
import type { CallRegistry } from './call-registry.ts';
import type { CallSocket } from './call-socket.ts';
import type { InboundCommand, LinkedCommand } from './deliveries.ts';

export interface CallHostOptions {
  readonly calls: CallRegistry;
  readonly settings: CallSettings;
  readonly outbox: EventOutbox;
  /** Tells every linked adapter. */
  readonly announce: (frame: GatewayFrame, payload?: Uint8Array) => void;
  readonly linkedAdapters: () => number;
  readonly metrics: GatewayMetrics;
  readonly spans: GatewaySpans;
  readonly logger: Logger;
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
  takeCommand(command: LinkedCommand): void;
  /** An adapter tells what it knows of a call's past. */
  takePast(frame: KnownFrame, memory: Buffer): void;
  /** An adapter tells that another gateway has the call. */
  giveUp(callSid: string): void;
  /** How many calls have left so far, by reason. */
  readonly left: Readonly<Record<CallEnd, number>>;
  /** From now on every new websocket is sent on to another gateway. */
  stopTaking(): void;
}

/** Close code on which jambonz opens the next websocket, at whichever gateway takes it. */
const SERVICE_RESTART = 1012;

/** Messages that are kept even when the event buffer is full: few per call, and nobody can do without them. */
function mustKeep(type: string): boolean {
  return type === 'call:status' || type.startsWith('session:') || type.startsWith('jambus:');
}

export function createCallHost(options: CallHostOptions): CallHost {
  const { calls, settings, outbox, announce, metrics, spans, logger } = options;
  const left: Record<CallEnd, number> = { moved: 0, ended: 0, lost: 0 };
  let taking = true;

  const observer: CallObserver = {
    event(event, payload) {
      metrics.event(event.type);
      outbox.push(spans.eventReceived(event), payload, mustKeep(event.type));
    },
    holding: (call, holding) => calls.setHolding(call, holding),
    away({ callSid, epoch }, code) {
      metrics.socketLost();
      logger.warn({ callSid, epoch, code }, 'websocket lost, the call waits for the next one');
    },
    unclaimed({ callSid }) {
      metrics.callUnclaimed();
      logger.warn({ callSid }, 'nobody has sent this call anything: hanging it up');
    },
    finished: (_call, callStatus) => metrics.callFinished(callStatus),
    ended(call, reason) {
      const { callSid, epoch, sequence, since } = call;
      metrics.callEnded(reason);
      left[reason]++;
      // A call that came after it under the same call_sid is the one the adapters know by now.
      if (calls.remove(call)) {
        const memory = reason === 'moved' ? encodeCallMemory(call.memory()) : undefined;
        announce({ t: 'closed', call: callSid, reason, epoch, sequence }, memory);
      }
      logger.info({ callSid, reason, epoch, events: sequence, ms: Date.now() - since }, 'call left');
    },
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
      if (how === 'resumed') call.awaitPast(options.linkedAdapters());
      call.traceparent ??= traceparentOfB3(message.b3) ?? spans.callOpened(callSid, how, application);
      calls.add(call);
      // Adapters hear of the call before anything of it, and before anybody can answer to that.
      announce(call.opened());
      call.attach(socket, message, payload);
      if (outbox.congested) call.pause();
      metrics.callOpened(how);
      logger.info({ callSid, how, epoch: call.epoch, application }, 'call opened');
      return call;
    },
    takeCommand(command) {
      const { frame } = command;
      const call = calls.get(frame.call);
      const span = spans.commandReceived(frame, call?.traceparent);
      const since = performance.now();
      const counted: InboundCommand = {
        frame,
        payload: command.payload,
        span,
        settle(outcome) {
          metrics.command(frame.name, outcome, performance.now() - since);
          spans.commandSettled(span, outcome);
          command.settle(outcome);
        },
      };
      // That the call has left is on its way to the adapter already; it decides what that means for the command.
      if (call === undefined) counted.settle({ status: 'returned' });
      else call.deliver(counted);
    },
    takePast(frame, memory) {
      calls.get(frame.call)?.past(frame.epoch, frame.sequence, decodeCallMemory(memory));
    },
    giveUp(callSid) {
      calls.get(callSid)?.goneElsewhere();
    },
    stopTaking() {
      taking = false;
    },
  };
}
