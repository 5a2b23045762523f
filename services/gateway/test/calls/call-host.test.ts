import { createLogger, createMetrics, NO_TRACING } from '@jambus/telemetry';
import { createCallHost } from '../../src/calls/call-host.ts';
import { createCallRegistry } from '../../src/calls/call-registry.ts';
import { createEventOutbox } from '../../src/events/event-outbox.ts';
import { createGatewayMetrics } from '../../src/gateway-metrics.ts';
import { createGatewaySpans } from '../../src/gateway-spans.ts';
import { callSettings, FakeSocket, gatewayState, jambonz } from './harness.ts';

function hostWithFullBuffer() {
  const shed: string[] = [];
  const calls = createCallRegistry();
  const outbox = createEventOutbox({
    windowEvents: 1,
    bufferBytes: 0,
    onCongestion() {},
    onShed: ({ type }) => shed.push(type),
    onTaken() {},
  });
  const announced: string[] = [];
  const host = createCallHost({
    calls,
    settings: callSettings().settings,
    outbox,
    announce: ({ t }) => announced.push(t),
    linkedAdapters: () => 0,
    metrics: createGatewayMetrics(createMetrics({ service: 'test' }), gatewayState(calls, outbox)),
    spans: createGatewaySpans(NO_TRACING),
    logger: createLogger({ service: 'test', level: 'fatal' }),
  });
  return { host, shed, outbox, announced };
}

describe('call host', () => {
  test('with no room left only messages that somebody can do without are shed', () => {
    const { host, shed, outbox } = hostWithFullBuffer();
    const socket = new FakeSocket();
    const [hello, bytes] = jambonz('session:new');
    const call = host.takeSession(socket, 'call-1', hello, bytes, '/');
    for (const type of ['verb:status', 'verb:hook', 'call:status', 'llm:event']) {
      const [message, payload] = jambonz(type, { call_status: 'completed' });
      call?.receive(socket, message, payload);
    }
    expect(shed).toEqual(['verb:status', 'verb:hook', 'llm:event']);
    expect(outbox.pending).toBe(2);
  });

  test('a socket of a call that begins while reading is stopped is not read either', () => {
    const { host, outbox } = hostWithFullBuffer();
    const [hello, bytes] = jambonz('session:new');
    const socket = new FakeSocket();
    host.takeSession(socket, 'call-1', hello, bytes, '/');
    expect([outbox.congested, socket.paused]).toEqual([true, true]);
  });

  test('the late end of a call that was over does not end the one that came after it under its call_sid', () => {
    const { host, announced } = hostWithFullBuffer();
    const [first, second] = [new FakeSocket(), new FakeSocket()];
    const [hello, bytes] = jambonz('session:new');
    const over = host.takeSession(first, 'call-1', hello, bytes, '/');
    over?.receive(first, ...jambonz('call:status', { call_status: 'completed' }));
    host.takeSession(second, 'call-1', hello, bytes, '/');
    over?.detach(first, 1000);
    expect(announced).toEqual(['opened', 'opened']);
  });

  test('once the gateway drains, a new websocket is sent on to another gateway', () => {
    const { host, announced } = hostWithFullBuffer();
    const socket = new FakeSocket();
    const [hello, bytes] = jambonz('session:new');
    host.stopTaking();
    expect(host.takeSession(socket, 'call-1', hello, bytes, '/')).toBeUndefined();
    expect([socket.closedWith, announced]).toEqual([1012, []]);
  });
});
