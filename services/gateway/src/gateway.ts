import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LINK_PATH } from '@jambus/link';
import { createHookModes, type GatewayConfig } from '@jambus/schema';
import { type AdminServer, createAdminServer, readFallbackApplication } from '@jambus/service';
import type { Logger, Metrics, Tracing } from '@jambus/telemetry';
import type { CallSettings } from './calls/call.ts';
import { createCallHost } from './calls/call-host.ts';
import { createCallRegistry } from './calls/call-registry.ts';
import { fallbackApplication } from './calls/fallback-application.ts';
import { createDeadlineQueue } from './deadline-queue.ts';
import { type DrainProgress, drain } from './drain.ts';
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts';
import { createGatewaySpans } from './gateway-spans.ts';
import { readEnvVars } from './jambonz/env-vars.ts';
import { createJambonzServer } from './jambonz/jambonz-server.ts';
import { createLinkServer, type LinkServer } from './link/link-server.ts';
import { createDepartures } from './reports/departures.ts';
import { createReportOutbox, type ReportOutbox } from './reports/report-outbox.ts';

export interface GatewayContext {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}

/** The ports a gateway listens on, once it does. */
export interface GatewayPorts {
  readonly websocket: number;
  readonly link: number;
}

export interface Gateway {
  /** Opens the ports. @throws when one cannot be had */
  listen(): Promise<GatewayPorts>;
  /** Serves until `signal` aborts, then drains and closes. */
  run(signal: AbortSignal): Promise<void>;
  /** The internal port's server. */
  readonly admin: AdminServer;
}

/** Commands one adapter may have under way here, and their bytes; an adapter bounds itself below that. */
const COMMAND_WINDOW = { commands: 16_384, bytes: 64 * 1024 * 1024 };
/** Bytes of reports that one adapter may have and not have put on the bus. */
const REPORT_WINDOW_BYTES = 16 * 1024 * 1024;
/** How long a socket may take to say which call it is for. */
const SILENCE_MS = 10_000;
/** How long a call that comes from another gateway waits for the adapters to tell its past, when one is linked. */
const PAST_MS = 8_000;
/** How long an adapter whose link is lost may take to come back, before its reports go to another. */
const ADAPTER_RETURN_MS = 750;
/** How long the last adapter that stops stays: those who stop everything do not reach all processes at once. */
const LAST_ADAPTER_MS = 500;
/** How long after the first adapter others may take to link to a gateway that has just started. */
const ALL_LINKED_MS = 1_500;
/** How long commands wait for jambonz to say something after it was given the initial application. */
const FIRST_SIGN_MS = 1_000;
/** How long jambonz may take to open the websocket of another application, once it has closed that of the former. */
const HAND_OVER_MS = 1_500;
/** How long a text message is kept for the hooks of its verbs. */
const MESSAGE_MS = 5_000;
const LINK_PING_MS = 2_000;
/** Of the time for the drain, spent at most on letting others notice it. */
const NOTICE_SHARE = 0.25;

/**
 * The whole gateway: jambonz on one side, adapters on the other, calls between them. `jambonz/` owns its websockets,
 * `calls/` a call and its rules, `reports/` the way of events and results to the adapters, `link/` the adapters.
 */
export async function createGateway(
  config: GatewayConfig,
  { logger, metrics, tracing }: GatewayContext,
): Promise<Gateway> {
  const gatewayId = config.gatewayId ?? hostname();
  const fallback = fallbackApplication(await readFallbackApplication(config.fallbackApplication));
  const calls = createCallRegistry();
  const queues = createQueues(config);
  const spans = createGatewaySpans(tracing);
  const progress: DrainProgress = { calls: 0, asked: 0 };
  const boot = randomUUID();
  let accepting = true;
  /** Every adapter has had the time to link since this gateway started. */
  let allLinked = false;
  let settling: NodeJS.Timeout | undefined;

  const outbox: ReportOutbox = createReportOutbox({
    window: { reports: config.eventWindow, bytes: REPORT_WINDOW_BYTES },
    bufferBytes: config.eventBufferBytes,
    returnMs: ADAPTER_RETURN_MS,
    onCongestion(congested) {
      const what = congested
        ? 'the bus does not keep up: reading from jambonz stops, and no calls are taken'
        : 'reading from jambonz goes on';
      logger.warn({ pending: outbox.pending, bytes: outbox.pendingBytes }, what);
      server.holdConnections(congested);
      for (const call of calls) congested ? call.pause() : call.resume();
    },
    onTaken(report) {
      if (report.kind === 'result') return;
      const { frame } = report;
      spans.eventTaken(frame);
      counters.eventTaken(Date.now() - frame.time);
    },
    onShed(report, why) {
      if (report.kind === 'result') return;
      const { frame, payload } = report;
      const { call: callSid, type, sequence } = frame;
      spans.eventShed(frame);
      counters.eventShed(type);
      const reason = why === 'no_room' ? 'no room left in the event buffer' : 'it is larger than a link can carry';
      logger.error({ callSid, type, sequence, bytes: payload.length }, `event lost: ${reason}`);
    },
  });
  const departures = createDepartures({ outbox, lastStaysMs: LAST_ADAPTER_MS });
  const counters: GatewayMetrics = createGatewayMetrics(metrics, {
    calls,
    outbox,
    links: () => links,
    eventBufferBytes: config.eventBufferBytes,
    draining: () => !accepting,
    drain: progress,
  });

  const settings: CallSettings = {
    ...queues,
    fallback,
    notifyEvents: config.notifyEvents,
    hookMode: createHookModes(config.hookPolicy),
    maxMessageBytes: config.maxMessageBytes,
    rememberedCommands: config.rememberedCommands,
    spans,
  };
  const host = createCallHost({
    calls,
    settings,
    outbox,
    adapters: {
      announce: (frame, payload) => links.broadcast(frame, payload),
      linked: () => links.names(),
      allMayBeLinked: () => allLinked,
      relay: (callSid, payload, via) => void links.sendToOne({ t: 'relay', call: callSid }, payload, via),
      recall: (callSid) => links.sendToOne({ t: 'recall', call: callSid }),
    },
    metrics: counters,
    spans,
    logger,
  });

  const server = createJambonzServer({
    host: config.websocketHost,
    port: config.websocketPort,
    basicAuth: config.basicAuth,
    maxInboundBytes: config.maxInboundBytes,
    maxConnections: config.maxCalls,
    pingIntervalMs: config.pingIntervalMs,
    silenceDeadlines: queues.silenceDeadlines,
    envVars: await readEnvVars(config.envVars),
    handlers: {
      opened: host.openSocket,
      violation(kind, detail) {
        counters.violation(kind);
        logger.warn({ kind, detail }, 'a peer on the jambonz port broke the rules');
      },
      dropped: () => counters.connectionDropped(),
    },
  });

  const links: LinkServer = createLinkServer({
    gatewayId,
    boot,
    token: config.linkToken,
    commandWindow: COMMAND_WINDOW,
    pingIntervalMs: LINK_PING_MS,
    snapshot: (closing) => [
      ...host.closingsSince(closing).map(({ frame, memory }) => [frame, memory] as const),
      ...[...calls].map((call) => [call.opened()] as const),
    ],
    handlers: {
      command: host.takeCommand,
      withdraw: host.withdraw,
      known: (link, frame, memory) => host.takePast(link.id, frame, memory),
      searching: (link, callSid) => host.awaitPast(link.id, callSid),
      elsewhere: (link, callSid) => host.giveUp(link.id, callSid),
      contested: (link, { call, contender }) =>
        host.contest(link.id, call, contender, (as) => link.sendFrame({ t: 'kept', call, as })),
      relayed: host.takeRelayed,
      taken: (link, n) => outbox.taken(link, n),
      draining: (link) => departures.leave(link),
      resumes: (link, hello) => hello.gatewayBoot === boot && outbox.keeps(link),
      linked(link, hello, resumed) {
        host.adapterLinked(link.id);
        outbox.connect(link, resumed ? hello : undefined);
        departures.arrived();
        settling ??= setTimeout(() => {
          allLinked = true;
          host.allLinked();
        }, ALL_LINKED_MS);
        logger.info({ adapter: link.id, resumed }, 'adapter linked');
      },
      unlinked(link, error, forGood) {
        departures.gone(link);
        outbox.disconnect(link, forGood);
        host.adapterLost(link.id);
        logger.warn({ adapter: link.id, err: error }, 'adapter unlinked');
      },
      refused(status) {
        counters.linkRefused();
        logger.warn({ status }, 'adapter refused');
      },
    },
  });

  const admin = createAdminServer({
    host: config.linkHost,
    port: config.linkPort,
    logger,
    metrics,
    health: () => ({}),
    ready: () => ({
      accepting: { ok: accepting },
      buffer: { ok: !outbox.congested, detail: `${outbox.pendingBytes} bytes of events wait for the bus` },
      adapters: { ok: links.linked > 0, detail: `${links.linked} linked` },
    }),
  });
  admin.handleUpgrade(LINK_PATH, links.upgrade);

  return {
    admin,
    async listen() {
      const { port: link } = await admin.listen();
      const websocket = await server.listen();
      logger.info({ gatewayId, websocket, link }, 'gateway listens');
      return { websocket, link };
    },
    async run(signal) {
      await aborted(signal);
      accepting = false;
      departures.stopping();
      links.broadcast({ t: 'draining' });
      // Whoever spreads the calls has to see that first: a call moved now would come straight back.
      const noticeMs = Math.min(config.drainNoticeMs, config.drainMs * NOTICE_SHARE);
      logger.info({ calls: calls.size, noticeMs }, 'unready');
      await sleep(noticeMs);
      host.stopTaking();
      server.stopAccepting();
      await drain({ calls, outbox, left: host.left, timeMs: config.drainMs - noticeMs, progress, logger });
      clearTimeout(settling);
      departures.close();
      outbox.close();
      links.close('the gateway stops');
      await server.close();
      await admin.close();
      for (const queue of Object.values(queues)) queue?.close();
      calls.close();
    },
  };
}

/** One timer for each kind of deadline, however many calls there are. */
function createQueues(config: GatewayConfig) {
  return {
    applicationDeadlines: createDeadlineQueue(config.applicationDeadlineMs),
    hookDeadlines: createDeadlineQueue(config.hookDeadlineMs),
    graceDeadlines: createDeadlineQueue(config.reconnectGraceMs),
    handOverDeadlines: createDeadlineQueue(HAND_OVER_MS),
    lifeDeadlines: createDeadlineQueue(FIRST_SIGN_MS),
    messageDeadlines: createDeadlineQueue(MESSAGE_MS),
    pastDeadlines: createDeadlineQueue(PAST_MS),
    claimDeadlines: config.unclaimedAfterMs === 0 ? undefined : createDeadlineQueue(config.unclaimedAfterMs),
    silenceDeadlines: createDeadlineQueue(SILENCE_MS),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
