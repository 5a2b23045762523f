import { type CommandFrame, createCommandParser, type JambonzMessage, parseJambonzMessage } from '@jambus/schema';
import { NO_SPAN, NO_TRACING } from '@jambus/telemetry';
import type { HookMode } from '../../src/calls/answers.ts';
import { Call, type CallEnd, type CallEvent, type CallSettings } from '../../src/calls/call.ts';
import type { CallRegistry } from '../../src/calls/call-registry.ts';
import type { CallSocket } from '../../src/calls/call-socket.ts';
import type { CommandOutcome } from '../../src/calls/deliveries.ts';
import type { DeadlineQueue } from '../../src/deadline-queue.ts';
import type { EventOutbox } from '../../src/events/event-outbox.ts';
import type { GatewayState } from '../../src/gateway-metrics.ts';
import { createGatewaySpans } from '../../src/gateway-spans.ts';

/** A websocket that remembers what was written to it. */
export class FakeSocket implements CallSocket {
  isOpen = true;
  bufferedBytes = 0;
  readonly sent: { type: string; msgid?: string; command?: string; data?: unknown }[] = [];
  readonly raw: string[] = [];
  closedWith: number | undefined;
  paused = false;
  /** What the next writes come to. */
  failWrites = false;

  send(message: Uint8Array, done: (error: Error | undefined) => void): void {
    if (this.failWrites) {
      done(new Error('gone'));
      return;
    }
    this.raw.push(Buffer.from(message).toString());
    this.sent.push(JSON.parse(Buffer.from(message).toString()));
    done(undefined);
  }

  close(code: number): void {
    this.isOpen = false;
    this.closedWith = code;
  }

  terminate(): void {
    this.isOpen = false;
    this.closedWith = 1006;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }
}

/** A deadline queue whose time comes when the test says so. */
export function manualQueue(): DeadlineQueue & { expireAll(): void } {
  const waiting = new Set<() => void>();
  return {
    add(expire) {
      waiting.add(expire);
      return { cancel: () => waiting.delete(expire) };
    },
    expireAll() {
      for (const expire of [...waiting]) {
        waiting.delete(expire);
        expire();
      }
    },
    close: () => waiting.clear(),
  };
}

export const FALLBACK = Buffer.from('[{"verb":"pause","length":1}]');

/** Settings whose time comes when the test says so. */
export function callSettings(
  options: { hookMode?: (hook: string | undefined) => HookMode; notifyEvents?: boolean } = {},
) {
  const queues = {
    applicationDeadlines: manualQueue(),
    hookDeadlines: manualQueue(),
    graceDeadlines: manualQueue(),
    lifeDeadlines: manualQueue(),
    resumeDeadlines: manualQueue(),
    claimDeadlines: manualQueue(),
  };
  const settings: CallSettings = {
    ...queues,
    fallback: FALLBACK,
    notifyEvents: options.notifyEvents ?? false,
    hookMode: options.hookMode ?? (() => 'immediate'),
    maxMessageBytes: 24_576,
    rememberedCommands: 16,
    spans: createGatewaySpans(NO_TRACING),
  };
  return { settings, queues };
}

/** What the gauges of a gateway read, of one that neither links nor drains. */
export function gatewayState(calls: CallRegistry, outbox: EventOutbox): GatewayState {
  return {
    calls,
    outbox,
    links: () => undefined,
    eventBufferBytes: 1_000_000,
    draining: () => false,
    drain: { calls: 0, asked: 0 },
  };
}

/** A call with everything around it faked, and everything it says remembered. */
export function callHarness(options: Parameters<typeof callSettings>[0] = {}) {
  const { settings, queues } = callSettings(options);
  const events: CallEvent[] = [];
  const payloads: string[] = [];
  const ends: CallEnd[] = [];
  const holding: boolean[] = [];
  const call = new Call('call-1', '/app', settings, {
    event(event, payload) {
      events.push(event);
      payloads.push(payload.toString());
    },
    holding: (_call, holds) => holding.push(holds),
    away() {},
    unclaimed() {},
    finished() {},
    ended: (_call, reason) => ends.push(reason),
  });
  return { call, queues, events, payloads, ends, holding, socket: new FakeSocket() };
}

let msgids = 0;

/** A message as jambonz sends it, and its bytes. */
export function jambonz(type: string, data: object = {}, more: object = {}): [JambonzMessage, Buffer] {
  const payload = Buffer.from(JSON.stringify({ type, msgid: `m${++msgids}`, call_sid: 'call-1', data, ...more }));
  const parsed = parseJambonzMessage(payload);
  if (!parsed.ok) throw new Error(parsed.reason);
  return [parsed.message, payload];
}

let numbers = 0;
const parser = createCommandParser();

/** Sends a command to the call, through the same checks as an adapter, and gives back what it came to so far. */
export function send(call: Call, message: object, more: Partial<CommandFrame> = {}): CommandOutcome[] {
  const parsed = parser.parse(Buffer.from(JSON.stringify(message)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const outcomes: CommandOutcome[] = [];
  const n = ++numbers;
  call.deliver({
    frame: {
      t: 'command',
      n,
      call: call.callSid,
      id: `id-${n}`,
      position: `0/${n}`,
      name: parsed.kind === 'ack' ? 'ack' : parsed.command,
      ...(parsed.kind === 'ack' ? { msgid: parsed.msgid } : {}),
      verbs: [...parsed.verbIds],
      expires: Date.now() + 60_000,
      ...more,
    },
    payload: Buffer.from(parsed.kind === 'ack' ? (parsed.verbs ?? '') : parsed.payload),
    span: NO_SPAN,
    settle: (outcome) => outcomes.push(outcome),
  });
  return outcomes;
}

export const SAY = [{ verb: 'say', text: 'hello', id: 'greet' }];

export const redirect = (verbs: readonly object[] = SAY): object => ({
  type: 'command',
  command: 'redirect',
  data: verbs,
});

export const MUTE = { type: 'command', command: 'mute:status', data: { mute_status: 'mute' } };

/** A call whose application has been taken. */
export function liveCall(options: Parameters<typeof callHarness>[0] = {}) {
  const harness = callHarness(options);
  const [hello, bytes] = jambonz('session:new');
  harness.call.attach(harness.socket, hello, bytes);
  send(harness.call, redirect());
  hear(harness, 'call:status', { call_status: 'trying' });
  harness.socket.sent.length = 0;
  harness.socket.raw.length = 0;
  return harness;
}

/** Lets jambonz say something on the call's websocket; gives back its msgid. */
export function hear(
  harness: { call: ReturnType<typeof callHarness>['call']; socket: FakeSocket },
  ...message: Parameters<typeof jambonz>
) {
  const [parsed, bytes] = jambonz(...message);
  harness.call.receive(harness.socket, parsed, bytes);
  return parsed.msgid;
}
