import type { CallEnd, CallMemory, CommandFrame, Contender, EventFrame, Verdict } from '@jambus/link';
import { createCommandParser, type HookMode, type JambonzMessage, parseJambonzMessage } from '@jambus/schema';
import { type LineLimit, NO_SPAN, NO_TRACING } from '@jambus/telemetry';
import { Call, type CallSettings } from '../../src/calls/call.ts';
import type { CallRegistry } from '../../src/calls/call-registry.ts';
import type { InboundCommand } from '../../src/calls/inbound-command.ts';
import type { KnownPast } from '../../src/calls/past-search.ts';
import type { SocketOrigin } from '../../src/calls/socket-origin.ts';
import type { DeadlineQueue } from '../../src/deadline-queue.ts';
import type { GatewayState } from '../../src/gateway-metrics.ts';
import { createGatewaySpans } from '../../src/gateway-spans.ts';
import type { ReportOutbox } from '../../src/reports/report-outbox.ts';
import { FakeSocket } from './fake-socket.ts';

export { FakeSocket } from './fake-socket.ts';

/** A deadline queue whose time comes when the test says so. */
export function manualQueue(): DeadlineQueue & { expireAll(): void; readonly waiting: ReadonlySet<() => void> } {
  const waiting = new Set<() => void>();
  return {
    add(expire) {
      waiting.add(expire);
      return { cancel: () => waiting.delete(expire) };
    },
    expireAll() {
      for (const expire of [...waiting]) if (waiting.delete(expire)) expire();
    },
    waiting,
    close: () => waiting.clear(),
  };
}

/** Where the peer of a call comes from, unless said otherwise. */
export const ORIGIN: SocketOrigin = { application: '/app', address: '10.0.0.1', user: '' };

export const FALLBACK = Buffer.from('[{"verb":"pause","length":1}]');

export interface SettingsOptions {
  readonly hookMode?: (hook: string) => HookMode;
  readonly notifyEvents?: boolean;
}

/** Settings whose time comes when the test says so. */
export function callSettings(options: SettingsOptions = {}) {
  const queues = {
    applicationDeadlines: manualQueue(),
    hookDeadlines: manualQueue(),
    graceDeadlines: manualQueue(),
    setUpGraceDeadlines: manualQueue(),
    handOverDeadlines: manualQueue(),
    lifeDeadlines: manualQueue(),
    pastDeadlines: manualQueue(),
    messageDeadlines: manualQueue(),
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

/** Lets every line pass. */
export const ALL_LINES: LineLimit = { line: (_kind, write) => write(), close() {} };

/** What the gauges of a gateway read, of one that neither links nor drains. */
export function gatewayState(calls: CallRegistry, outbox: ReportOutbox): GatewayState {
  return {
    calls,
    reports: outbox,
    linked: 0,
    draining: () => false,
    drain: { calls: 0, asked: 0 },
  };
}

/** The outcome of a command as the call decided it, and up to where its commands are decided by then. */
export interface ToldVerdict {
  readonly command: string;
  readonly position: string;
  readonly verdict: Verdict;
  readonly decided: string | undefined;
}

/** A call with everything around it faked, and everything it says remembered. */
export function callHarness(options: SettingsOptions = {}) {
  const { settings, queues } = callSettings(options);
  const events: EventFrame[] = [];
  const payloads: string[] = [];
  const verdicts: ToldVerdict[] = [];
  /** Events and verdicts in the order in which they go to the bus. */
  const reports: string[] = [];
  const ends: CallEnd[] = [];
  const holding: boolean[] = [];
  const kept = { bytes: 0 };
  const unclaimed: Call[] = [];
  const relayed: (readonly [payload: string, via: readonly string[]])[] = [];
  const clashes: string[] = [];
  const rejected: string[] = [];
  const call = new Call('call-1', '/app', settings, {
    event(event, payload) {
      events.push(event);
      payloads.push(payload.toString());
      reports.push([event.type, event.result?.status].filter(Boolean).join(' '));
    },
    decided(_call, command, verdict, decided) {
      const { id, position } = command.frame;
      verdicts.push({ command: id, position, verdict, decided });
      reports.push(`${id} ${verdict.code ?? verdict.status}`);
      askers.get(command)?.outcomes.push(verdict);
    },
    holding: (_call, holds) => holding.push(holds),
    keeping(bytes) {
      kept.bytes += bytes;
    },
    away() {},
    unclaimed: (which) => unclaimed.push(which),
    relay: (_call, payload, via) => relayed.push([payload.toString(), via]),
    clash: () => clashes.push('clash'),
    rejected: () => rejected.push('rejected'),
    finished() {},
    ended: (_call, reason) => ends.push(reason),
  });
  return {
    call,
    queues,
    events,
    payloads,
    verdicts,
    reports,
    ends,
    holding,
    kept,
    unclaimed,
    relayed,
    clashes,
    rejected,
    socket: new FakeSocket(),
  };
}

export type Harness = ReturnType<typeof callHarness>;

let msgids = 0;

/** A message as jambonz sends it, and its bytes. */
export function jambonz(type: string, data: object = {}, more: object = {}): [JambonzMessage, Buffer] {
  const payload = Buffer.from(JSON.stringify({ type, msgid: `m${++msgids}`, call_sid: 'call-1', data, ...more }));
  const parsed = parseJambonzMessage(payload);
  if (!parsed.ok) throw new Error(parsed.reason);
  return [parsed.message, payload];
}

/** `returned`: it had no effect here. `past`: it was decided, and its result is on the bus. */
export type Outcome = Verdict | { readonly status: 'returned' | 'past'; readonly code?: undefined };

/** A command that was sent to a call, and what its adapter is told. */
export interface Asked {
  readonly command: InboundCommand;
  readonly outcomes: Outcome[];
  /** How often the adapter was told that it waits. */
  holds: number;
}

const askers = new WeakMap<InboundCommand, Asked>();
const parser = createCommandParser();
let numbers = 0;

/** The position of the record number `offset` in the log that commands come from. */
export const at = (offset: number): string => `log/0/${offset}`;

/** A command on its way to the call, through the same checks as in an adapter. */
export function commandOf(callSid: string, message: object, more: Partial<CommandFrame> = {}): Asked {
  const parsed = parser.parse(Buffer.from(JSON.stringify(message)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const n = ++numbers;
  const isAck = parsed.kind === 'ack';
  const command: InboundCommand = {
    frame: {
      t: 'command',
      n,
      call: callSid,
      id: `id-${n}`,
      position: `any/0/${n}`,
      name: isAck ? 'ack' : parsed.command,
      ...(isAck ? { msgid: parsed.msgid } : {}),
      verbs: [...parsed.verbIds],
      replaces: !isAck && parsed.application === 'replaces',
      published: Date.now(),
      expires: Date.now() + 60_000,
      ...more,
    },
    link: { id: 'adapter', boot: 'boot', send() {}, sendDrained() {} },
    payload: Buffer.from(isAck ? (parsed.verbs ?? '') : parsed.payload),
    span: NO_SPAN,
    receivedAt: Date.now(),
    hold() {
      asked.holds++;
    },
    settle: () => asked.outcomes.push({ status: 'past' }),
    giveBack: () => asked.outcomes.push({ status: 'returned' }),
  };
  const asked: Asked = { command, outcomes: [], holds: 0 };
  askers.set(command, asked);
  return asked;
}

/** Sends a command to the call. */
export function ask(call: Call, message: object, more: Partial<CommandFrame> = {}): Asked {
  const asked = commandOf(call.callSid, message, more);
  call.deliver(asked.command);
  return asked;
}

/** The bus has every result that the call has given so far. */
export function busHasResults({ call, verdicts }: Pick<Harness, 'call' | 'verdicts'>): void {
  for (const { decided, verdict } of [...verdicts]) if (decided !== undefined) call.resultTaken(decided, verdict.code);
}

/** Sends a command to the call, and gives back what it came to so far. */
export function send(call: Call, message: object, more: Partial<CommandFrame> = {}): Outcome[] {
  return ask(call, message, more).outcomes;
}

export const SAY = [{ verb: 'say', text: 'hello', id: 'greet' }];

export const redirect = (verbs: readonly object[] = SAY): object => ({
  type: 'command',
  command: 'redirect',
  data: verbs,
});

export const MUTE = { type: 'command', command: 'mute:status', data: { mute_status: 'mute' } };

/** A call whose application has been taken. */
export function liveCall(options: SettingsOptions = {}): Harness {
  const harness = callHarness(options);
  harness.call.attach(harness.socket, 'control', ...jambonz('session:new'), ORIGIN);
  send(harness.call, redirect([{ verb: 'say', text: 'hello' }]), { position: 'start/0/0' });
  hear(harness, 'call:status', { call_status: 'trying' });
  harness.socket.sent.length = 0;
  return harness;
}

/** Lets jambonz say something on the call's websocket; gives back its msgid. */
export function hear(harness: Pick<Harness, 'call' | 'socket'>, ...message: Parameters<typeof jambonz>) {
  const [parsed, bytes] = jambonz(...message);
  harness.call.receive(harness.socket, parsed, bytes);
  return parsed.msgid;
}

/** The websocket breaks. */
export function drop({ call }: Pick<Harness, 'call'>, socket: FakeSocket): void {
  socket.cut();
  call.detach(socket, 1006);
}

/** jambonz opens the next websocket. */
export function reconnect({ call }: Pick<Harness, 'call'>, socket = new FakeSocket()): FakeSocket {
  call.nextEpoch();
  call.attach(socket, 'control', ...jambonz('session:reconnect'), ORIGIN);
  return socket;
}

/** What speaks for the websocket of a call that comes from another gateway. */
export const CONTENDER: Contender = { address: ORIGIN.address, user: ORIGIN.user, control: false };

/** What an adapter knows of a call; nothing, unless said otherwise. */
export function known(past: Partial<KnownPast> = {}): KnownPast {
  return { epoch: 0, sequence: 0, since: undefined, certain: false, memory: undefined, elsewhere: undefined, ...past };
}

/** A call that comes from another gateway, and has asked the adapters `one` and `two`. */
export function resumedCall({ recall = (): string | undefined => undefined } = {}): Harness {
  const harness = callHarness();
  harness.call.searchPast({ contender: CONTENDER, allMayBeLinked: () => true, recall });
  for (const adapter of ['one', 'two']) harness.call.past?.expect(adapter);
  harness.call.attach(harness.socket, 'control', ...jambonz('session:reconnect'), ORIGIN);
  return harness;
}

/** The call goes on at another gateway, which is told all of it. */
export function resumedWith(memory: CallMemory, past: Partial<KnownPast> = {}): Harness {
  const harness = resumedCall();
  harness.call.past?.hear('one', known());
  harness.call.past?.hear('two', known({ epoch: 1, sequence: 9, since: 1, certain: true, memory, ...past }));
  return harness;
}

/** The commands of one kind that have reached jambonz, over several websockets. */
export function commandsOn(...sockets: readonly FakeSocket[]): string[] {
  return sockets.flatMap(({ sent }) => sent).flatMap(({ command }) => command ?? []);
}
