import { createLogger, createMetrics, NO_TRACING } from '@jambus/telemetry';
import type { Call } from '../src/calls/call.ts';
import { createCallHost } from '../src/calls/call-host.ts';
import { createCallRegistry } from '../src/calls/call-registry.ts';
import { drain } from '../src/drain.ts';
import { createGatewayMetrics } from '../src/gateway-metrics.ts';
import { createGatewaySpans } from '../src/gateway-spans.ts';
import type { ReportLink } from '../src/reports/report.ts';
import { createReportOutbox } from '../src/reports/report-outbox.ts';
import { ALL_LINES, callSettings, FakeSocket, gatewayState, jambonz, ORIGIN } from './calls/harness.ts';

const MOVED = 1012;
const ENDED = 1000;
const TIME_MS = 200;

/** A gateway's calls, with an adapter that has every event on the bus at once. */
function gatewayWithCalls() {
  const lines: { readonly msg: string; readonly level: string }[] = [];
  const logger = createLogger({
    service: 'test',
    level: 'info',
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const calls = createCallRegistry();
  const outbox = createReportOutbox({
    window: { reports: 100, bytes: 1e6 },
    bufferBytes: 1e6,
    returnMs: 1_000,
    onCongestion() {},
    onShed() {},
    onTaken() {},
  });
  const link: ReportLink = {
    id: 'adapter',
    boot: 'first',
    send: (n) => queueMicrotask(() => outbox.taken(link, n)),
    sendDrained() {},
  };
  outbox.connect(link, undefined);
  const host = createCallHost({
    calls,
    settings: callSettings().settings,
    outbox,
    adapters: {
      announce() {},
      linked: () => ['adapter'],
      allMayBeLinked: () => true,
      recall: () => 'adapter',
      relay() {},
    },
    metrics: createGatewayMetrics(createMetrics({ service: 'test' }), gatewayState(calls, outbox)),
    spans: createGatewaySpans(NO_TRACING),
    logger,
    lines: ALL_LINES,
    shareBytes: 1e6,
    isFull: () => false,
  });

  /** @param closes how jambonz answers to a close; null: not at all */
  const place = (callSid: string, closes: number | null = MOVED): { call: Call; socket: FakeSocket } => {
    const [hello, bytes] = jambonz('session:new', {}, { call_sid: callSid });
    const socket = new FakeSocket();
    const binding = host.openSocket(socket, ORIGIN);
    binding.receive(hello, bytes);
    const call = calls.get(callSid);
    if (call === undefined) throw new Error('not taken');
    const close = socket.close.bind(socket);
    socket.close = (code) => {
      close(code);
      if (closes !== null) queueMicrotask(() => call.detach(socket, closes));
    };
    return { call, socket };
  };
  const last = () => lines.at(-1);
  const progress = { calls: 0, asked: 0 };
  const options = { calls, reports: outbox, left: () => host.left, timeMs: TIME_MS, progress, logger };
  return { calls, place, last, progress, drain: () => drain(options) };
}

test('the log says how many calls were moved and how many ended meanwhile', async () => {
  const gateway = gatewayWithCalls();
  const placed = ['a', 'b', 'c'].map((callSid) => gateway.place(callSid));
  const [, , hangsUp] = placed;
  const draining = gateway.drain();
  hangsUp?.call.receive(hangsUp.socket, ...jambonz('call:status', { call_status: 'completed' }, { call_sid: 'c' }));
  hangsUp?.call.detach(hangsUp.socket, ENDED);
  await draining;
  expect(gateway.last()).toMatchObject({ level: 'info', msg: 'drained', moved: 2, ended: 1, lost: 0 });
});

test('tells while it goes on how many calls were asked to move, and of how many', async () => {
  const gateway = gatewayWithCalls();
  for (let n = 0; n < 30; n++) gateway.place(`call-${n}`);
  const draining = gateway.drain();
  expect(gateway.progress.calls).toBe(30);
  expect(gateway.progress.asked).toBeLessThan(30);
  await draining;
  expect(gateway.progress).toEqual({ calls: 30, asked: 30 });
});

test('calls that left before the drain are not counted', async () => {
  const gateway = gatewayWithCalls();
  const { call, socket } = gateway.place('early');
  call.receive(socket, ...jambonz('call:status', { call_status: 'completed' }, { call_sid: 'early' }));
  call.detach(socket, ENDED);
  gateway.place('late');
  await gateway.drain();
  expect(gateway.last()).toMatchObject({ msg: 'drained', moved: 1, ended: 0 });
});

test('what is left behind when time is up is an error that says how much', async () => {
  const gateway = gatewayWithCalls();
  gateway.place('quick');
  gateway.place('stuck', null);
  await gateway.drain();
  expect(gateway.last()).toMatchObject({ level: 'error', moved: 1, ended: 0, callsLeft: 1, eventsLeft: 0 });
});

test('every call is asked to move once', async () => {
  const gateway = gatewayWithCalls();
  const sockets = Array.from({ length: 30 }, (_, n) => gateway.place(`call-${n}`).socket);
  await gateway.drain();
  expect(new Set(sockets.map(({ closedWith }) => closedWith))).toEqual(new Set([MOVED]));
  expect(gateway.calls.size).toBe(0);
});
