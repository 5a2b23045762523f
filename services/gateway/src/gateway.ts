import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GatewayConfig, LINK_PATH } from '@jambus/schema';
import { type AdminServer, createAdminServer, readFallbackApplication } from '@jambus/service';
import type { Logger, Metrics, Tracing } from '@jambus/telemetry';
import type { CallSettings } from './calls/call.ts';
import { createCallHost } from './calls/call-host.ts';
import { createCallRegistry } from './calls/call-registry.ts';
import { fallbackApplication } from './calls/fallback-application.ts';
import { createDeadlineQueue } from './deadline-queue.ts';
import { type DrainProgress, drain } from './drain.ts';
import { createEventOutbox, type EventOutbox } from './events/event-outbox.ts';
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts';
import { createGatewaySpans } from './gateway-spans.ts';
import { createJambonzServer } from './jambonz/jambonz-server.ts';
import { createLinkServer, type LinkServer } from './link/link-server.ts';

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

/** Commands one adapter may have under way here; an adapter bounds itself below that. */
const COMMAND_WINDOW = 16_384;
/** How long a socket may take to say which call it is for. */
const SILENCE_MS = 10_000;
/** How long a call that comes from another gateway waits for the adapters to tell its past. */
const RESUME_MS = 500;
/** How long commands wait for jambonz to say something after it was given the initial application. */
const FIRST_SIGN_MS = 1_000;
const LINK_PING_MS = 2_000;
/** Of the time for the drain, spent at most on letting others notice it. */
const NOTICE_SHARE = 0.25;

/**
 * The whole gateway: jambonz on one side, adapters on the other, calls between them. `jambonz/` owns its websockets,
 * `calls/` a call and its rules, `events/` the way of events to the adapters, `link/` the adapters.
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
  let accepting = true;

  const outbox: EventOutbox = createEventOutbox({
    windowEvents: config.eventWindow,
    bufferBytes: config.eventBufferBytes,
    onCongestion(congested) {
      const what = congested ? 'the bus does not keep up: reading from jambonz stops' : 'reading from jambonz goes on';
      logger.warn({ pending: outbox.pending, bytes: outbox.pendingBytes }, what);
      for (const call of calls) congested ? call.pause() : call.resume();
    },
    onTaken(event) {
      spans.eventTaken(event);
      counters.eventTaken(Date.now() - event.time);
    },
    onShed(event, bytes) {
      const { call: callSid, type, sequence } = event;
      spans.eventShed(event);
      counters.eventShed(type);
      logger.error({ callSid, type, sequence, bytes }, 'event lost: no room left in the event buffer');
    },
  });
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
    hookMode: (hook = '') => config.hookPolicy.byHook[hook] ?? config.hookPolicy.default,
    maxMessageBytes: config.maxMessageBytes,
    rememberedCommands: config.rememberedCommands,
    spans,
  };
  const host = createCallHost({
    calls,
    settings,
    outbox,
    announce: (frame, payload) => links.broadcast(frame, payload),
    linkedAdapters: () => links.linked,
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
    handlers: {
      session: host.takeSession,
      violation(kind, detail) {
        counters.violation(kind);
        logger.warn({ kind, detail }, 'a peer on the jambonz port broke the rules');
      },
      dropped: () => counters.connectionDropped(),
    },
  });

  const links: LinkServer = createLinkServer({
    gatewayId,
    token: config.linkToken,
    commandWindow: COMMAND_WINDOW,
    pingIntervalMs: LINK_PING_MS,
    snapshot: () => [...calls].map((call) => call.opened()),
    handlers: {
      command: host.takeCommand,
      known: host.takePast,
      elsewhere: host.giveUp,
      taken: (link, n) => outbox.taken(link, n),
      linked(link) {
        outbox.addLane(link);
        logger.info({ adapter: link.id }, 'adapter linked');
      },
      unlinked(link, error) {
        outbox.removeLane(link);
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
      links.broadcast({ t: 'draining' });
      // Whoever spreads the calls has to see that first: a call moved now would come straight back.
      const noticeMs = Math.min(config.drainNoticeMs, config.drainMs * NOTICE_SHARE);
      logger.info({ calls: calls.size, noticeMs }, 'unready');
      await sleep(noticeMs);
      host.stopTaking();
      server.stopAccepting();
      await drain({ calls, outbox, left: host.left, timeMs: config.drainMs - noticeMs, progress, logger });
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
    lifeDeadlines: createDeadlineQueue(FIRST_SIGN_MS),
    resumeDeadlines: createDeadlineQueue(RESUME_MS),
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
