import type { CallEnd, Verdict } from '@jambus/link';
import { JAMBONZ_MESSAGES } from '@jambus/schema';
import type { GaugeReading, Metrics } from '@jambus/telemetry';
import type { CallsState } from './calls/call-registry.ts';
import type { DrainProgress } from './drain.ts';
import { DROPS, type Drop } from './jambonz/jambonz-server.ts';
import { VIOLATIONS, type Violation } from './jambonz/jambonz-socket.ts';
import type { ReportsState } from './reports/report-outbox.ts';

/** What a gateway counts. */
export interface GatewayMetrics {
  callOpened(how: (typeof HOW)[number]): void;
  callFinished(callStatus: string): void;
  callEnded(reason: CallEnd): void;
  callUnclaimed(): void;
  socketLost(): void;
  /** @param ms since the adapter sent it */
  command(name: string, verdict: Verdict, ms: number): void;
  event(type: string): void;
  /** @param ms since jambonz said it */
  eventTaken(ms: number): void;
  eventShed(type: string): void;
  violation(kind: Violation): void;
  /** A peer has claimed a call that another one has. */
  clash(): void;
  connectionDropped(why: Drop): void;
  /** There are as many calls as there may be. */
  callRefused(): void;
  linkRefused(): void;
}

/** What the gauges read when somebody asks. */
export interface GatewayState {
  readonly calls: CallsState;
  readonly reports: ReportsState;
  /** Adapters that are linked. */
  readonly linked: number;
  readonly draining: () => boolean;
  readonly drain: DrainProgress;
}

const HOW = ['new', 'resumed', 'reconnected'] as const;
const REASONS: readonly CallEnd[] = ['ended', 'moved', 'lost'];
/** With which jambonz ends a call. */
const STATUSES = ['completed', 'failed', 'busy', 'no-answer'];

/** jambonz reconnects so often in the life of a call, and then no more. */
const RECONNECTS = 4;

export function createGatewayMetrics(metrics: Metrics, state: GatewayState): GatewayMetrics {
  const opened = metrics.counter({
    name: 'jambus_calls_opened_total',
    help: 'Websockets of calls taken, by how the call came',
    labels: ['how'],
    known: HOW.map((how) => ({ how })),
  });
  const finished = metrics.counter({
    name: 'jambus_calls_finished_total',
    help: 'Calls whose end jambonz has told, by call status',
    labels: ['status'],
    known: STATUSES.map((status) => ({ status })),
  });
  const ended = metrics.counter({
    name: 'jambus_calls_ended_total',
    help: 'Calls that left this gateway, by reason',
    labels: ['reason'],
    known: REASONS.map((reason) => ({ reason })),
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
  const delivery = metrics.histogram({
    name: 'jambus_delivery_seconds',
    help: 'From an adapter to the websocket of the call: what a delivered command takes in this gateway, waiting included',
  });
  const taken = metrics.histogram({
    name: 'jambus_event_seconds',
    help: 'From jambonz to the bus: until an adapter says that the broker has the event',
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
    known: Object.keys(JAMBONZ_MESSAGES).map((type) => ({ type })),
  });
  const violations = metrics.counter({
    name: 'jambus_protocol_violations_total',
    help: 'Peers on the jambonz port that broke the rules, by kind',
    labels: ['kind'],
    known: VIOLATIONS.map((kind) => ({ kind })),
  });
  const dropped = metrics.counter({
    name: 'jambus_connections_dropped_total',
    help:
      'TCP connections dropped without an answer: full (as many websockets as JAMBUS_MAX_CALLS), held (the bus does not keep up), ' +
      'rate (too many websockets of one address), newcomer (too many that are no websockets yet)',
    labels: ['reason'],
    known: DROPS.map((reason) => ({ reason })),
  });
  const callsRefused = metrics.counter({
    name: 'jambus_calls_refused_total',
    help: 'New calls refused because there were as many as JAMBUS_MAX_CALLS, those without websocket among them',
  });
  const clashes = metrics.counter({
    name: 'jambus_call_clashes_total',
    help: 'Websockets refused because they claim a call that another one has',
  });
  const refused = metrics.counter({
    name: 'jambus_links_refused_total',
    help: 'Adapters turned away',
  });
  declareGauges(metrics, state);

  return {
    callOpened: (how) => opened.labels({ how }).add(),
    callFinished: (status) => finished.labels({ status }).add(),
    callEnded: (reason) => ended.labels({ reason }).add(),
    callUnclaimed: () => unclaimed.add(),
    socketLost: () => lost.add(),
    command: (command, { status, code }, ms) => {
      commands.labels({ command, outcome: code ?? status }).add();
      if (status === 'delivered') delivery.record(ms / 1000);
    },
    eventTaken: (ms) => taken.record(ms / 1000),
    event: (type) => events.labels({ type }).add(),
    eventShed: (type) => shed.labels({ type }).add(),
    violation: (kind) => violations.labels({ kind }).add(),
    clash: () => clashes.add(),
    connectionDropped: (reason) => dropped.labels({ reason }).add(),
    callRefused: () => callsRefused.add(),
    linkRefused: () => refused.add(),
  };
}

function declareGauges(metrics: Metrics, state: GatewayState): void {
  metrics.gauge('jambus_calls_open', 'Calls on this gateway', () => state.calls.size);
  metrics.gauge('jambus_calls_by_reconnects', 'Calls by reconnects spent, of the 4 in the life of each', () =>
    byReconnects(state.calls),
  );
  metrics.gauge('jambus_calls_away', 'Calls waiting for their websocket', () => state.calls.away);
  metrics.gauge(
    'jambus_commands_held',
    'Commands waiting for the websocket of their call',
    () => state.calls.heldCommands,
  );
  metrics.gauge('jambus_links_open', 'Adapters linked to this gateway', () => state.linked);
  metrics.gauge('jambus_events_pending', 'Events not on the bus yet', () => state.reports.pending);
  metrics.gauge('jambus_events_pending_bytes', 'Bytes of events not on the bus yet', () => state.reports.pendingBytes);
  metrics.gauge(
    'jambus_event_window_fill_ratio',
    'How full the fullest window of an adapter is',
    () => state.reports.windowFill,
  );
  metrics.gauge(
    'jambus_event_buffer_fill_ratio',
    'How full the buffer of events is; at three quarters reading from jambonz stops',
    () => state.reports.bufferFill,
  );
  metrics.gauge('jambus_draining', '1 while calls are moved away, and until the process ends', () =>
    state.draining() ? 1 : 0,
  );
  metrics.gauge('jambus_drain_calls', 'Calls there were when the moving began', () => state.drain.calls);
  metrics.gauge('jambus_drain_calls_asked', 'Of them, those asked to go elsewhere so far', () => state.drain.asked);
  metrics.gauge(
    'jambus_reading_paused',
    '1 while reading from jambonz is stopped because the bus does not keep up',
    () => (state.reports.congested ? 1 : 0),
  );
}

/** Every number of reconnects is there each time, so that none goes on with the count of an earlier reading. */
function byReconnects(calls: CallsState): GaugeReading[] {
  const counts = Array.from({ length: RECONNECTS + 1 }, () => 0);
  for (const { epoch } of calls) {
    const spent = Math.min(epoch - 1, RECONNECTS);
    counts[spent] = (counts[spent] ?? 0) + 1;
  }
  return counts.map((count, spent) => [{ spent: String(spent) }, count]);
}
