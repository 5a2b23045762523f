import type { BusTrouble } from '@jambus/bus';
import { type CommandResult, JAMBONZ_MESSAGES } from '@jambus/schema';
import type { HistogramHandle, Metrics } from '@jambus/telemetry';

/** Seconds that the steps of a command take. */
export interface CommandLatency {
  /** From the bus to the websocket. */
  readonly total: HistogramHandle;
  /** Until it is dealt with. */
  readonly bus: HistogramHandle;
  /** Until a gateway has delivered or somebody has refused it. */
  readonly route: HistogramHandle;
  /** At a gateway, each time. */
  readonly link: HistogramHandle;
  /** Until the bus has its result. */
  readonly result: HistogramHandle;
}

/** What an adapter counts. */
export interface AdapterMetrics {
  readonly latency: CommandLatency;
  /** Seconds that an event takes from the link to the bus. */
  readonly eventLatency: HistogramHandle;

  command(name: string, result: CommandResult): void;
  event(type: string): void;
  eventRefused(type: string): void;
  busTrouble(kind: string): void;
  deadLetter(reason: string): void;
}

/** What the gauges read when somebody asks. */
export interface AdapterState {
  readonly pendingMessages: () => number;
  readonly calls: () => number;
  readonly gatewaysReady: () => number;
  readonly gatewaysWanted: () => number;
  readonly commandsUnderWay: () => number;
  /** How full the fullest window of commands to a gateway is, from 0 to 1. */
  readonly linkWindowFill: () => number;
  readonly busUp: () => boolean;
  /** Partitions of the commands that are worked on here. */
  readonly partitions: () => number;
  /** How full the fullest of their windows is, from 0 to 1. */
  readonly partitionWindowFill: () => number;
}

/** Every kind that is trouble, so that none is missing. */
const TROUBLE: Readonly<Record<Exclude<BusTrouble['kind'], 'mended_setting'>, true>> = {
  handler_threw: true,
  dead_letter_failed: true,
  handlers_abandoned: true,
  publish_failed: true,
  broker_failed: true,
  risky_setting: true,
  unusable_setting: true,
  commands_full: true,
  commands_skipped: true,
  callback_threw: true,
};

/** Commands that are none, and commands that we cannot deal with. */
const DEAD_LETTERS = ['invalid', 'internal'];

export function createAdapterMetrics(metrics: Metrics): AdapterMetrics {
  const commands = metrics.counter({
    name: 'jambus_commands_total',
    help: 'Commands that got their terminal result, by command and outcome',
    labels: ['command', 'outcome'],
  });
  const events = metrics.counter({
    name: 'jambus_events_total',
    help: 'Events put on the bus, by type of the jambonz message',
    labels: ['type'],
  });
  const refused = metrics.counter({
    name: 'jambus_events_refused_total',
    help: 'Events lost because the broker refuses them for good; each is a gap in the sequence of its call',
    labels: ['type'],
    known: Object.keys(JAMBONZ_MESSAGES).map((type) => ({ type })),
  });
  const trouble = metrics.counter({
    name: 'jambus_bus_trouble_total',
    help: 'Attempts that failed at the bus and were dealt with, by kind',
    labels: ['kind'],
    known: Object.keys(TROUBLE).map((kind) => ({ kind })),
  });
  const letters = metrics.counter({
    name: 'jambus_dead_letters_total',
    help: 'Commands that went to the dead letters, by reason',
    labels: ['reason'],
    known: DEAD_LETTERS.map((reason) => ({ reason })),
  });
  return {
    ...declareLatencies(metrics),
    command: (command, { status, code }) => commands.labels({ command, outcome: code ?? status }).add(),
    event: (type) => events.labels({ type }).add(),
    eventRefused: (type) => refused.labels({ type }).add(),
    busTrouble: (kind) => trouble.labels({ kind }).add(),
    deadLetter: (reason) => letters.labels({ reason }).add(),
  };
}

/** What is read may be read from here on. */
export function declareAdapterGauges(metrics: Metrics, state: AdapterState): void {
  metrics.gauge('jambus_bus_up', '1 while the broker answers', () => (state.busUp() ? 1 : 0));
  metrics.gauge('jambus_partitions', 'Partitions of the commands that are worked on here', state.partitions);
  metrics.gauge(
    'jambus_partition_window_fill_ratio',
    'How full the fullest of their windows is; when one is full its reading stops',
    state.partitionWindowFill,
  );
  metrics.gauge('jambus_gateways_wanted', 'Gateways there should be', state.gatewaysWanted);
  metrics.gauge(
    'jambus_command_window_fill_ratio',
    'How full the fullest window of commands to a gateway is',
    state.linkWindowFill,
  );
  metrics.gauge('jambus_calls_known', 'Calls on the linked gateways', state.calls);
  metrics.gauge('jambus_gateways_ready', 'Gateways linked', state.gatewaysReady);
  metrics.gauge('jambus_commands_under_way', 'Commands sent to a gateway and not settled', state.commandsUnderWay);
  metrics.gauge('jambus_outbox_pending', 'Events and results not with the broker yet', state.pendingMessages);
}

function declareLatencies(metrics: Metrics): Pick<AdapterMetrics, 'latency' | 'eventLatency'> {
  return {
    latency: {
      total: metrics.histogram({
        name: 'jambus_command_seconds',
        help: 'From the bus to the websocket: what a delivered command takes, by the clocks of broker and adapter',
      }),
      bus: metrics.histogram({
        name: 'jambus_command_bus_seconds',
        help: 'On the bus, until a command is dealt with',
      }),
      route: metrics.histogram({
        name: 'jambus_command_route_seconds',
        help: 'To find the call of a command, and to have it delivered or refused',
      }),
      link: metrics.histogram({
        name: 'jambus_command_link_seconds',
        help: 'For a command to a gateway and its outcome back, waiting for room in the window included',
      }),
      result: metrics.histogram({
        name: 'jambus_command_result_seconds',
        help: 'Until the broker has the terminal result of a command',
      }),
    },
    eventLatency: metrics.histogram({
      name: 'jambus_event_publish_seconds',
      help: 'From the link to the bus, until the broker has the event',
    }),
  };
}
