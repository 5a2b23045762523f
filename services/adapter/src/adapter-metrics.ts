import type { CommandResult } from '@jambus/schema';
import type { Metrics } from '@jambus/telemetry';

/** What an adapter counts. */
export interface AdapterMetrics {
  command(name: string, result: CommandResult): void;
  event(type: string): void;
  eventRefused(type: string): void;
  busTrouble(kind: string): void;
}

/** What the gauges read when somebody asks. */
export interface AdapterState {
  readonly pendingMessages: () => number;
  readonly calls: () => number;
  readonly gatewaysReady: () => number;
  readonly commandsUnderWay: () => number;
}

export function createAdapterMetrics(metrics: Metrics, state: AdapterState): AdapterMetrics {
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
  });
  const trouble = metrics.counter({
    name: 'jambus_bus_trouble_total',
    help: 'Attempts that failed at the bus and were dealt with, by kind',
    labels: ['kind'],
  });
  metrics.gauge('jambus_calls_known', 'Calls on the linked gateways', state.calls);
  metrics.gauge('jambus_gateways_ready', 'Gateways linked', state.gatewaysReady);
  metrics.gauge('jambus_commands_under_way', 'Commands sent to a gateway and not settled', state.commandsUnderWay);
  metrics.gauge('jambus_outbox_pending', 'Events and results not with the broker yet', state.pendingMessages);
  return {
    command: (command, { status, code }) => commands.labels({ command, outcome: code ?? status }).add(),
    event: (type) => events.labels({ type }).add(),
    eventRefused: (type) => refused.labels({ type }).add(),
    busTrouble: (kind) => trouble.labels({ kind }).add(),
  };
}
