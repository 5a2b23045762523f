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
  pause,
  type Standing,
  whenAborted,
} from '@jambus/bus';
import { type AdapterConfig, type CommandResult, createCommandParser } from '@jambus/schema';
import { type AdminServer, createAdminServer, loadTlsFiles, type Peers } from '@jambus/service';
import type { Logger, Metrics, Tracing } from '@jambus/telemetry';
import { createAdapterMetrics, declareAdapterGauges } from './adapter-metrics.ts';
import { createAdapterSpans } from './adapter-spans.ts';
import { createTroubleLog } from './bus/trouble-log.ts';
import { createBusPast } from './calls/bus-past.ts';
import { type CallDirectory, type CallInfo, createCallDirectory } from './calls/call-directory.ts';
import { createCommandPipeline } from './commands/command-pipeline.ts';
import { createCommandRouter } from './commands/command-router.ts';
import { expiryOf, ownTrace, ownTracestate } from './commands/decode-command.ts';
import { createDirectPath } from './commands/direct-path.ts';
import { watchLanes } from './commands/lanes-watch.ts';
import { receiveBatches } from './commands/receive-batches.ts';
import { createGatewayLink, type GatewayLink } from './link/gateway-link.ts';
import { createGatewaySet } from './link/gateway-set.ts';
import { nobodyListens } from './link/link-end.ts';
import { createLinkLog } from './link/link-log.ts';
import { createLinkStanding } from './link/standing.ts';
import { createReportPublisher } from './reports/report-publisher.ts';
import { resultMessage, terminalResultId } from './reports/result-message.ts';

export interface AdapterContext {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** The other processes of this one's kind, where several share its work. */
  readonly peers?: Peers | undefined;
}

/** What an adapter has to know; which bus it is on, and how to reach it, is known to whoever connects it. */
export type AdapterSettings = Omit<
  AdapterConfig,
  'bus' | 'logLevel' | 'prefix' | 'workers' | `nats${string}` | `kafka${string}`
>;

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
  /** How many gateways this adapter reaches: partitions go to those that reach the most. */
  readonly standing: Standing;
  /** How long running handlers are waited for when a partition is given up, in ms. */
  readonly stopMs: number;
}

const LINK_PING_MS = 2_000;
/** Longer than a network takes that heals, and not longer than a publisher can bear to be told late. */
const OUT_OF_REACH_MS = 10_000;
/** How long running handlers are waited for when a partition is given up: what waits at a gateway is taken back at once. */
const HAND_OVER_MS = 1_000;
/** How long the gateways may take to link before the adapter takes partitions all the same. */
const LINK_WITHIN_MS = 3_000;
const LINK_POLL_MS = 20;

/**
 * The gateways' event windows bound what can be pending, so these are never met unless something is wrong. Past them a
 * link is cut, and its gateway keeps the events.
 */
const OUTBOX_SETTINGS = { ...DEFAULT_OUTBOX_SETTINGS, maxPendingMessages: 200_000, maxPendingBytes: 512 * 1024 * 1024 };

/**
 * The whole adapter: the bus on one side, gateways on the other. A command's way is `commands/` (pipeline, then router),
 * `calls/` (which gateway has the call), `link/` (to that gateway); an event's way is `link/`, then `reports/`.
 *
 * @param connect connects the bus, which is closed when `run` ends
 * @throws whatever `connect` throws, and JambusError `bad_config` when files for TLS cannot be used
 */
export async function createAdapter(
  config: AdapterSettings,
  connect: (options: BusOptions) => Bus | Promise<Bus>,
  { logger, metrics, tracing, peers }: AdapterContext,
): Promise<Adapter> {
  const linkFiles = { cert: config.linkTlsCert, key: config.linkTlsKey, ca: config.linkTlsCa };
  const linkTls = await loadTlsFiles({ files: linkFiles, purpose: 'the link', logger });
  const boot = randomUUID();
  /** It has partitions, or is about to. */
  let serving = false;
  let stopping = false;
  const adapterId = `${hostname()}-${randomUUID().slice(0, 8)}`;

  const counters = createAdapterMetrics(metrics);
  const onTrouble = (trouble: BusTrouble): void => {
    if (trouble.kind !== 'mended_setting') counters.busTrouble(trouble.kind);
    troubles.tell(trouble);
  };
  let connected: Bus | undefined;
  const troubles = createTroubleLog({ logger, healthy: () => connected?.healthy() === true });

  const limits = { ...DEFAULT_LANES_SETTINGS.limits, maxUnfinished: config.partitionWindow };
  const observer = watchLanes(tracing.enabled ? receiveBatches((batch) => spans.received(batch)) : () => {}, (reason) =>
    counters.deadLetter(reason),
  );
  const lanes: LanesSettings = {
    ...DEFAULT_LANES_SETTINGS,
    limits,
    maxAhead: config.commandsAhead,
    observer,
    expiresAt: (record) => expiryOf(record, config.commandTtlMs),
  };
  const standing = createLinkStanding(() => gateways.ready);
  const bus = await connect({ onTrouble, lanes, standing, stopMs: HAND_OVER_MS });
  connected = bus;
  const stopsAsking = new AbortController();
  const pastOf = createBusPast(bus.history, logger, stopsAsking.signal);
  const linkLog = createLinkLog(logger);
  const traceparentOf = (callSid: string): string => directory.traceparentOf(callSid);
  const spans = createAdapterSpans(tracing, { driver: bus.capabilities.driver, names: bus.names, traceparentOf });
  const outbox = new Outbox(bus.sink, { onTrouble, settings: OUTBOX_SETTINGS });
  const directory: CallDirectory<GatewayLink> = createCallDirectory<GatewayLink>({
    endedCallMemory: config.endedCallMemory,
    outOfReachMs: OUT_OF_REACH_MS,
    isComplete: () => gateways.isComplete,
    flushed: () => outbox.flushed(),
    pastOf,
    onKnown: bus.requests.open,
    onGone: bus.requests.close,
  });

  const onResult = (command: string, result: CommandResult): void => {
    counters.command(command, result);
    if (result.status === 'rejected') {
      // What is wrong with an invalid command is told in words of the command, which are for its publisher.
      const { detail, ...fields } = result;
      logger.warn({ command, ...fields, ...(result.code !== 'invalid' && { detail }) }, 'command rejected');
      if (result.code === 'invalid') logger.debug({ commandId: result.commandId, detail }, 'what is wrong with it');
    } else logger.debug(result, 'command delivered');
  };

  const reports = createReportPublisher({
    outbox,
    spans,
    eventLatency: counters.eventLatency,
    resultLatency: counters.latency.result,
    traceparentOf,
    onEvent: (type) => counters.event(type),
    onResult(command, result, { published, verdict }) {
      if (verdict.status === 'delivered') counters.latency.total.record(Math.max(0, verdict.at - published) / 1000);
      onResult(command, result);
    },
    onOmitted(frame, bytes, error) {
      const { call: callSid, type, sequence } = frame;
      counters.eventRefused(type);
      const what = 'event published as jambus:omitted: it is larger than the broker takes';
      logger.error({ callSid, type, sequence, bytes, err: error }, what);
    },
    onRefused(frame, error) {
      const { call: callSid } = frame;
      if (frame.t === 'result') {
        logger.error({ callSid, command: frame.command, err: error }, 'result lost: the broker refuses it');
        return;
      }
      const { type, sequence } = frame;
      counters.eventRefused(type);
      logger.error({ callSid, type, sequence, err: error }, 'event lost: the broker refuses it');
    },
  });

  const gateways = createGatewaySet({
    gateways: config.gateways,
    logger,
    onChange: () => directory.wakeAll(),
    createLink: (url, serverName) =>
      createGatewayLink({
        url,
        serverName,
        token: config.linkToken,
        tls: linkTls,
        adapterId,
        boot,
        prefix: bus.names.prefix,
        commandWindow: config.commandWindow,
        pingIntervalMs: LINK_PING_MS,
        handlers: {
          ready(link) {
            directory.snapshotComplete(link);
            if (serving) standing.update();
            linkLog.linked(link);
          },
          lost(link, wasReady, why) {
            directory.gatewayLost(link);
            if (nobodyListens(why)) directory.gatewayGone(link);
            if (serving) standing.update();
            if (!stopping) linkLog.lost(link, wasReady, why);
          },
          draining: (link) => logger.info({ gateway: link.gateway }, 'gateway is draining'),
          opened: (link, frame) => directory.opened(link, frame),
          closed: (link, frame, memory) => directory.closed(link, frame, memory),
          kept: (link, frame) => directory.kept(link, frame),
          relay(callSid, payload) {
            if (directory.relay(callSid, payload)) return;
            logger.warn({ callSid }, 'status of a call lost: no gateway that this adapter reaches has the call');
          },
          recall: (link, callSid) => directory.recall(link, callSid),
          report(link, frame, payload, incoming) {
            directory.passed(frame);
            reports.publish(link, frame, payload, incoming);
          },
          superseded: (incoming) => outbox.drop(incoming),
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
      lookAgain: () => gateways.lookAgain(),
      outOfReachMs: OUT_OF_REACH_MS,
      pastOf,
      spans,
      linkLatency: counters.latency.link,
    }),
    // Where the way of each command is traced, all its steps are told.
    direct: tracing.enabled ? undefined : createDirectPath({ directory, latency: counters.latency }),
    spans,
    latency: counters.latency,
    allowCommands: config.allowCommands,
    commandTtlMs: config.commandTtlMs,
    unknownCallGraceMs: config.unknownCallGraceMs,
    async publishResult(name, result, record, decided) {
      const { position, replyTo } = record;
      const own = ownTrace(record);
      const tracestate = ownTracestate(record);
      const traceparent = own ?? traceparentOf(record.callSid);
      const context = { traceparent, tracestate, decided, replyTo };
      await outbox.publish(resultMessage(result, terminalResultId(position), context));
      onResult(name, result);
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

  const linksInWords = (): string => {
    const missing = linkLog.missing(gateways.links);
    return `${gateways.ready} of ${gateways.wanted} linked${missing.length === 0 ? '' : `; not ${missing.join('; not ')}`}`;
  };

  const busInWords = (): { readonly detail?: string } => {
    const faults = bus.faults();
    return faults.length === 0 ? {} : { detail: faults.join('; ') };
  };

  /** An adapter that does not reach the gateways would let the commands of its partitions expire. */
  const awaitLinks = async (signal: AbortSignal): Promise<void> => {
    const until = performance.now() + LINK_WITHIN_MS;
    while (!gateways.isComplete && !signal.aborted && performance.now() < until) await pause(LINK_POLL_MS, signal);
    if (!gateways.isComplete && !signal.aborted)
      logger.warn({ gateways: linksInWords() }, 'not every gateway is linked');
    standing.update();
    serving = true;
  };

  const admin = createAdminServer({
    host: config.adminHost,
    port: config.adminPort,
    logger,
    metrics,
    peers,
    health: () => ({}),
    ready: () => ({
      bus: { ok: bus.healthy(), ...busInWords() },
      gateways: { ok: gateways.isComplete, detail: linksInWords() },
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
      void whenAborted(signal).then(() => stopsAsking.abort());
      try {
        await awaitLinks(signal);
        await bus.commands.run(handleCommand, signal);
        stopping = true;
        // Gateways send their reports by other adapters from here on, and none of those that are here comes twice.
        const drained = Promise.all(gateways.links.map((link) => link.drain()));
        const over = new AbortController();
        await Promise.race([drained, pause(config.drainMs, over.signal)]);
        over.abort();
        await outbox.close(config.drainMs);
      } finally {
        stopping = true;
        standing.close();
        unlink.abort();
        await linking;
        directory.close();
        troubles.close();
        linkTls?.close();
        await bus.close();
        await admin.close();
      }
    },
  };
}
