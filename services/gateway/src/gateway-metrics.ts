import type { Metrics } from '@jambus/telemetry';
import type { CallEnd } from './calls/call.ts';
import type { CallRegistry } from './calls/call-registry.ts';
import type { CommandOutcome } from './calls/deliveries.ts';
import type { EventOutbox } from './events/event-outbox.ts';
import type { Violation } from './jambonz/jambonz-socket.ts';
import type { LinkServer } from './link/link-server.ts';

/** What a gateway counts. */
export interface GatewayMetrics {
  callOpened(how: 'new' | 'resumed' | 'reconnected'): void;
  callEnded(reason: CallEnd): void;
  callUnclaimed(): void;
  socketLost(): void;
  command(name: string, outcome: CommandOutcome): void;
  event(type: string): void;
  eventShed(type: string): void;
  violation(kind: Violation): void;
  connectionDropped(): void;
  linkRefused(): void;
}

/** What the gauges read when somebody asks. */
export interface GatewayState {
  readonly calls: CallRegistry;
  readonly outbox: EventOutbox;
  readonly links: () => LinkServer | undefined;
}

export function createGatewayMetrics(metrics: Metrics, state: GatewayState): GatewayMetrics {
  const opened = metrics.counter({
    name: 'jambus_calls_opened_total',
    help: 'Websockets of calls taken, by how the call came',
    labels: ['how'],
  });
  const ended = metrics.counter({
    name: 'jambus_calls_ended_total',
    help: 'Calls that left this gateway, by reason',
    labels: ['reason'],
  });
  const unclaimed = metrics.counter({
    name: 'jambus_calls_unclaimed_total',
    help: 'Calls hung up because nobody sent them anything',
  });
  const lost = metrics.counter({
    name: 'jambus_call_sockets_lost_total',
    help: 'Websockets that went without ending their call; jambonz allows four per call',
  });
  const commands = metrics.counter({
    name: 'jambus_gateway_commands_total',
    help: 'Commands settled at the websocket, by command and outcome',
    labels: ['command', 'outcome'],
  });
  const events = metrics.counter({
    name: 'jambus_gateway_events_total',
    help: 'Messages of jambonz, by type',
    labels: ['type'],
  });
  const shed = metrics.counter({
    name: 'jambus_events_shed_total',
    help: 'Events lost because the buffer was full, by type; each is a gap in the sequence of its call',
    labels: ['type'],
  });
  const violations = metrics.counter({
    name: 'jambus_protocol_violations_total',
    help: 'Peers on the jambonz port that broke the rules, by kind',
    labels: ['kind'],
  });
  const dropped = metrics.counter({
    name: 'jambus_connections_dropped_total',
    help: 'TCP connections dropped because there were too many calls',
  });
  const refused = metrics.counter({
    name: 'jambus_links_refused_total',
    help: 'Adapters turned away',
  });
  metrics.gauge('jambus_calls_open', 'Calls on this gateway', () => state.calls.size);
  metrics.gauge('jambus_calls_away', 'Calls waiting for their websocket', () => state.calls.away);
  metrics.gauge(
    'jambus_commands_held',
    'Commands waiting for the websocket of their call',
    () => state.calls.heldCommands,
  );
  metrics.gauge('jambus_links_open', 'Adapters linked to this gateway', () => state.links()?.linked ?? 0);
  metrics.gauge('jambus_events_pending', 'Events not on the bus yet', () => state.outbox.pending);
  metrics.gauge('jambus_events_pending_bytes', 'Bytes of events not on the bus yet', () => state.outbox.pendingBytes);
  metrics.gauge(
    'jambus_reading_paused',
    '1 while reading from jambonz is stopped because the bus does not keep up',
    () => (state.outbox.congested ? 1 : 0),
  );

  return {
    callOpened: (how) => opened.labels({ how }).add(),
    callEnded: (reason) => ended.labels({ reason }).add(),
    callUnclaimed: () => unclaimed.add(),
    socketLost: () => lost.add(),
    command: (command, { status, code }) => commands.labels({ command, outcome: code ?? status }).add(),
    event: (type) => events.labels({ type }).add(),
    eventShed: (type) => shed.labels({ type }).add(),
    violation: (kind) => violations.labels({ kind }).add(),
    connectionDropped: () => dropped.add(),
    linkRefused: () => refused.add(),
  };
}
