import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  type Bus,
  type BusTrouble,
  DEFAULT_LANES_SETTINGS,
  DEFAULT_OUTBOX_SETTINGS,
  type LanesSettings,
  type OnTrouble,
  Outbox,
} from '@jambus/bus';
import { type AdapterConfig, createCommandParser, isTraceparent } from '@jambus/schema';
import { type AdminServer, createAdminServer } from '@jambus/service';
import type { Logger, Metrics, Tracing } from '@jambus/telemetry';
import { createAdapterMetrics, declareAdapterGauges } from './adapter-metrics.ts';
import { createAdapterSpans } from './adapter-spans.ts';
import { type CallDirectory, type CallInfo, createCallDirectory } from './calls/call-directory.ts';
import { createCommandPipeline } from './commands/command-pipeline.ts';
import { createCommandRouter } from './commands/command-router.ts';
import { watchLanes } from './commands/lanes-watch.ts';
import { receiveBatches } from './commands/receive-batches.ts';
import { createEventPublisher } from './events/event-publisher.ts';
import { resultMessage, terminalResultId, withTracestate } from './events/result-message.ts';
import { createGatewayLink, type GatewayLink } from './link/gateway-link.ts';
import { createGatewaySet } from './link/gateway-set.ts';

export interface AdapterContext {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}

/** What an adapter has to know; which bus it is on, and how to reach it, is known to whoever connects it. */
export type AdapterSettings = Omit<AdapterConfig, 'bus' | 'logLevel' | 'prefix' | `nats${string}` | `kafka${string}`>;

export interface Adapter {
  /** Opens the admin port; resolves with it. @throws when it cannot be had */
  listen(): Promise<number>;
  /** Carries commands and events until `signal` aborts, then finishes what is under way. */
  run(signal: AbortSignal): Promise<void>;
  /** The calls it knows. */
  calls(): CallInfo[];
  /** The admin port's server, for a process that serves more on it. */
  readonly admin: AdminServer;
}

/** What a driver needs of the adapter it is connected for. */
export interface BusOptions {
  readonly onTrouble: OnTrouble;
  readonly lanes: LanesSettings;
  /** How long running handlers are waited for when a partition is given up, in ms. */
  readonly stopMs: number;
}

const LINK_PING_MS = 2_000;

/**
 * The gateways' event windows bound what can be pending, so these are never met unless something is wrong. Past them a
 * link is cut, and its gateway keeps the events.
 */
const OUTBOX_SETTINGS = { ...DEFAULT_OUTBOX_SETTINGS, maxPendingMessages: 200_000, maxPendingBytes: 512 * 1024 * 1024 };

/**
 * The whole adapter: the bus on one side, gateways on the other. A command's way is `commands/` (pipeline, then router),
 * `calls/` (which gateway has the call), `link/` (to that gateway); an event's way is `link/`, then `events/`.
 *
 * @param connect connects the bus, which is closed when `run` ends
 * @throws whatever `connect` throws
 */
export async function createAdapter(
  config: AdapterSettings,
  connect: (options: BusOptions) => Bus | Promise<Bus>,
  { logger, metrics, tracing }: AdapterContext,
): Promise<Adapter> {
  const adapterId = `${hostname()}-${randomUUID().slice(0, 8)}`;

  const counters = createAdapterMetrics(metrics);
  const onTrouble = (trouble: BusTrouble): void => {
    counters.busTrouble(trouble.kind);
    const { kind, ...rest } = trouble;
    logger.warn(
      { kind, ...rest, ...('error' in trouble ? { err: trouble.error, error: undefined } : {}) },
      'bus trouble',
    );
  };

  const limits = { ...DEFAULT_LANES_SETTINGS.limits, maxUnfinished: config.partitionWindow };
  const observer = watchLanes(tracing.enabled ? receiveBatches((batch) => spans.received(batch)) : () => {}, (reason) =>
    counters.deadLetter(reason),
  );
  const lanes = { ...DEFAULT_LANES_SETTINGS, limits, observer };
  const bus = await connect({ onTrouble, lanes, stopMs: config.drainMs });
  const traceparentOf = (callSid: string): string => directory.traceparentOf(callSid);
  const spans = createAdapterSpans(tracing, { driver: bus.capabilities.driver, names: bus.names, traceparentOf });
  const outbox = new Outbox(bus.sink, { onTrouble, settings: OUTBOX_SETTINGS });
  const directory: CallDirectory<GatewayLink> = createCallDirectory<GatewayLink>({
    endedCallMemory: config.endedCallMemory,
    isComplete: () => gateways.isComplete,
    lastEventOf: (callSid) =>
      bus.history.lastOf(callSid).catch((error: unknown) => {
        logger.warn({ callSid, err: error }, 'the past of a call is not to be had');
        return undefined;
      }),
    onKnown: bus.requests.open,
    onGone: bus.requests.close,
  });

  const events = createEventPublisher({
    outbox,
    spans,
    latency: counters.eventLatency,
    traceparentOf,
    onPublished: (type) => counters.event(type),
    onRefused(frame, error) {
      counters.eventRefused(frame.type);
      const { call: callSid, type, sequence } = frame;
      logger.error({ callSid, type, sequence, err: error }, 'event lost: the broker refuses it');
    },
  });

  const gateways = createGatewaySet({
    gateways: config.gateways,
    logger,
    onChange: () => directory.wakeAll(),
    createLink: (url) =>
      createGatewayLink({
        url,
        token: config.linkToken,
        adapterId,
        commandWindow: config.commandWindow,
        pingIntervalMs: LINK_PING_MS,
        handlers: {
          ready(link) {
            directory.wakeAll();
            logger.info({ gateway: link.gateway, url }, 'gateway linked');
          },
          lost(link, wasReady, why) {
            directory.gatewayLost(link);
            const what = why instanceof Error ? { err: why } : why;
            if (wasReady) logger.warn({ gateway: link.gateway, url, ...what }, 'gateway link down, dialling again');
            else logger.debug({ url, ...what }, 'gateway not reached, dialling again');
          },
          draining: (link) => logger.info({ gateway: link.gateway }, 'gateway is draining'),
          opened: (link, frame) => directory.opened(link, frame),
          closed: (link, frame, memory) => directory.closed(link, frame, memory),
          event(link, frame, payload) {
            directory.passed(frame.call, frame.epoch, frame.sequence);
            events.publish(link, frame, payload);
          },
        },
      }),
  });

  const handleCommand = createCommandPipeline({
    parser: createCommandParser({
      platform: config.platform,
      unknownCommands: config.unknownCommands,
      normalise: config.normalise,
    }),
    router: createCommandRouter({
      directory,
      unknownCallGraceMs: config.unknownCallGraceMs,
      spans,
      linkLatency: counters.latency.link,
    }),
    spans,
    latency: counters.latency,
    traceparentOf,
    publishResult: (result, { position, replyTo, attributes }, traceparent) => {
      const message = { ...resultMessage(result, terminalResultId(position), traceparent), replyTo };
      const { tracestate } = attributes;
      // It means something only beside the context it came with.
      const handedOn = tracestate !== undefined && isTraceparent(attributes['traceparent']);
      return outbox.publish(handedOn ? withTracestate(message, tracestate) : message);
    },
    commandTtlMs: config.commandTtlMs,
    onOutcome(command, result) {
      counters.command(command, result);
      if (result.status === 'rejected') logger.warn({ command, ...result }, 'command rejected');
      else logger.debug(result, 'command delivered');
    },
  });

  declareAdapterGauges(metrics, {
    pendingMessages: () => outbox.pendingMessages,
    calls: () => directory.size,
    gatewaysReady: () => gateways.ready,
    gatewaysWanted: () => gateways.wanted,
    commandsUnderWay: () => gateways.links.reduce((sum, link) => sum + link.commandsUnderWay, 0),
    linkWindowFill: () => Math.max(0, ...gateways.links.map((link) => link.windowFill)),
    busUp: () => bus.healthy(),
    partitions: () => observer.partitions,
    partitionWindowFill: () => observer.mostUnfinished / config.partitionWindow,
  });

  const admin = createAdminServer({
    host: config.adminHost,
    port: config.adminPort,
    logger,
    metrics,
    health: () => ({}),
    ready: () => ({
      bus: { ok: bus.healthy() },
      gateways: { ok: gateways.ready > 0, detail: `${gateways.ready} linked` },
    }),
  });

  return {
    admin,
    calls: () => directory.list(),
    async listen() {
      const { port } = await admin.listen();
      logger.info({ adapterId, admin: port, bus: bus.capabilities.driver }, 'adapter listens');
      return port;
    },
    async run(signal) {
      // Links stay up until the last command has its outcome and the last event its confirmation.
      const unlink = new AbortController();
      const linking = gateways.run(unlink.signal);
      try {
        await bus.commands.run(handleCommand, signal);
        await outbox.close(config.drainMs);
      } finally {
        unlink.abort();
        await linking;
        directory.close();
        await bus.close();
        await admin.close();
      }
    },
  };
}
