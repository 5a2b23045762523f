import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LINK_PATH } from '@jambus/link';
import { createHookModes, type GatewayConfig } from '@jambus/schema';
import {
  type AdminServer,
  createAdminServer,
  loadTlsFiles,
  type Peers,
  readFallbackApplication,
} from '@jambus/service';
import { createLineLimit, type Logger, type Metrics, type Tracing } from '@jambus/telemetry';
import type { CallSettings } from './calls/call.ts';
import { fallbackApplication } from './calls/fallback-application.ts';
import { createDeadlineQueue } from './deadline-queue.ts';
import { type DrainProgress, drain } from './drain.ts';
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts';
import { createGatewaySpans } from './gateway-spans.ts';
import { readEnvVars } from './jambonz/env-vars.ts';
import { createJambonzServer, type HeldPaths } from './jambonz/jambonz-server.ts';
import { isOpenToAll } from './jambonz/open-to-all.ts';
import { createLinkServer, type LinkServer } from './link/link-server.ts';
import { createStrayLog } from './link/stray-log.ts';
import { createTenant } from './tenants/tenant.ts';
import { createTenants, type Tenants } from './tenants/tenants.ts';

export interface GatewayContext {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** The other processes of this one's kind, where several share its work. */
  readonly peers?: Peers | undefined;
}

/** What a gateway has to know; whether there are others beside it is for its process. */
export type GatewaySettings = Omit<GatewayConfig, 'workers'>;

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
/** How long a socket may take to say which call it is for. */
const SILENCE_MS = 10_000;
/** How long a call that comes from another gateway waits for the adapters to tell its past, when one is linked. */
const PAST_MS = 8_000;
/** How long commands wait for jambonz to say something after it was given the initial application. */
const FIRST_SIGN_MS = 1_000;
/** How long a call is kept whose websocket went before its `session:new` was answered. */
const SET_UP_GRACE_MS = 15_000;
/** Of each kind of line that peers cause: so many in so long. */
const PEER_LINES = { lines: 20, everyMs: 10_000 };
/** How long jambonz may take to open the websocket of another application, once it has closed that of the former. */
const HAND_OVER_MS = 1_500;
/** How long a text message is kept for the hooks of its verbs. */
const MESSAGE_MS = 5_000;
const LINK_PING_MS = 2_000;
/** Adapters look for new gateways every 5 s, and link within a moment then. */
const FOUND_WITHIN_MS = 7_000;
/** Of the time for the drain, spent at most on letting others notice it. */
const NOTICE_SHARE = 0.25;

/**
 * The whole gateway: jambonz on one side, adapters on the other, calls between them. `jambonz/` owns its websockets,
 * `calls/` a call and its rules, `reports/` the way of events and results to the adapters, `link/` the adapters, `tenants/` what
 * belongs to one bus.
 */
export async function createGateway(
  config: GatewaySettings,
  { logger, metrics, tracing, peers }: GatewayContext,
): Promise<Gateway> {
  const gatewayId = config.gatewayId ?? hostname();
  const fallback = fallbackApplication(await readFallbackApplication(config.fallbackApplication));
  const { linkToken, formerLinkToken, linkTlsCert, linkTlsKey, linkTlsCa, websocketTlsCert, websocketTlsKey } = config;
  const linkFiles = { cert: linkTlsCert, key: linkTlsKey, ca: linkTlsCa };
  const linkTls = await loadTlsFiles({ files: linkFiles, purpose: 'the internal port', logger });
  const websocketFiles = { cert: websocketTlsCert, key: websocketTlsKey };
  const websocketTls = await loadTlsFiles({ files: websocketFiles, purpose: 'the port of jambonz', logger });
  const queues = createQueues(config);
  const spans = createGatewaySpans(tracing);
  const progress: DrainProgress = { calls: 0, asked: 0 };
  const boot = randomUUID();
  let accepting = true;
  /** Until when adapters may take to find this gateway, ms since the epoch. */
  let foundBy = 0;

  const lines = createLineLimit({
    ...PEER_LINES,
    onLeftOut: (kind, count) =>
      logger.warn({ kind, count }, 'lines of this kind were left out, as there were too many'),
  });

  const counters: GatewayMetrics = createGatewayMetrics(metrics, {
    get calls() {
      return tenants.calls;
    },
    get reports() {
      return tenants.reports;
    },
    get linked() {
      return tenants.linked;
    },
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
  const tenants: Tenants = createTenants({
    applications: config.applications,
    logger,
    create: (prefix, share) =>
      createTenant({
        prefix,
        boot,
        settings,
        eventWindow: config.eventWindow,
        bufferBytes: Math.floor(config.eventBufferBytes * share),
        onCongestion: () => server.holdConnections(congestedPaths(tenants)),
        metrics: counters,
        spans,
        logger: prefix === undefined ? logger : logger.child({ prefix }),
        lines,
        isFull: () => tenants.calls.size >= config.maxCalls,
      }),
  });

  const server = createJambonzServer({
    host: config.websocketHost,
    port: config.websocketPort,
    tls: websocketTls,
    basicAuth: config.basicAuth,
    maxInboundBytes: config.maxInboundBytes,
    allowedOrigins: config.allowedOrigins,
    maxWebsockets: config.maxCalls,
    upgradesPerSecond: config.upgradesPerSecond,
    pingIntervalMs: config.pingIntervalMs,
    silenceDeadlines: queues.silenceDeadlines,
    envVars: await readEnvVars(config.envVars),
    handlers: {
      opened: (socket, origin) => tenants.of(origin.application).host.openSocket(socket, origin),
      violation(kind, detail) {
        counters.violation(kind);
        lines.line(kind, () => logger.warn({ kind, detail }, 'a peer on the jambonz port broke the rules'));
      },
      dropped: (why) => counters.connectionDropped(why),
    },
  });

  const strays = createStrayLog({ logger, refused: () => counters.linkRefused() });
  const links: LinkServer = createLinkServer({
    gatewayId,
    boot,
    tokens: [linkToken, formerLinkToken].filter((token) => token !== undefined),
    certificates: linkTlsCa !== undefined,
    commandWindow: COMMAND_WINDOW,
    pingIntervalMs: LINK_PING_MS,
    partyOf: (hello) => tenants.servedBy(hello).party,
    refused(status) {
      counters.linkRefused();
      lines.line('link', () => logger.warn({ status }, 'adapter refused'));
    },
    strayed: (adapter, error) => strays.tell(adapter, error),
  });

  const admin = createAdminServer({
    host: config.linkHost,
    port: config.linkPort,
    tls: linkTls,
    logger,
    metrics,
    peers,
    health: () => ({}),
    ready: () => ({
      accepting: { ok: accepting },
      buffer: {
        ok: !tenants.reports.congested,
        detail: `${tenants.reports.pendingBytes} bytes of events wait for the bus`,
      },
      adapters: adaptersReport(tenants, Date.now() < foundBy),
    }),
  });
  admin.handleUpgrade(LINK_PATH, links.upgrade);

  return {
    admin,
    async listen() {
      const { port: link } = await admin.listen();
      foundBy = Date.now() + FOUND_WITHIN_MS;
      const websocket = await server.listen();
      logger.info({ gatewayId, websocket, link }, 'gateway listens');
      if (isOpenToAll(config)) {
        const what = 'whoever reaches the port of jambonz is taken for it, since JAMBUS_BASIC_AUTH is not set';
        logger.warn({ host: config.websocketHost, port: websocket }, what);
      }
      return { websocket, link };
    },
    async run(signal) {
      await aborted(signal);
      accepting = false;
      for (const { stopping, party } of tenants) {
        stopping();
        party.links.broadcast({ t: 'draining' });
      }
      // Whoever spreads the calls has to see that first: a call moved now would come straight back.
      const noticeMs = Math.min(config.drainNoticeMs, config.drainMs * NOTICE_SHARE);
      logger.info({ calls: tenants.calls.size, noticeMs }, 'unready');
      await sleep(noticeMs);
      for (const { host } of tenants) host.stopTaking();
      server.stopAccepting();
      const { calls, reports, left } = tenants;
      await drain({ calls, reports, left, timeMs: config.drainMs - noticeMs, progress, logger });
      for (const tenant of tenants) tenant.close();
      links.close('the gateway stops');
      await server.close();
      await admin.close();
      linkTls?.close();
      websocketTls?.close();
      for (const queue of Object.values(queues)) queue?.close();
      for (const tenant of tenants) tenant.calls.close();
      lines.close();
    },
  };
}

/** The paths whose calls are not taken, because their bus does not keep up. */
function congestedPaths(tenants: Tenants): HeldPaths {
  const all = [...tenants];
  const congested = new Set(all.filter(({ outbox }) => outbox.congested));
  if (congested.size === all.length) return 'all';
  return congested.size === 0 ? 'none' : (application) => congested.has(tenants.of(application));
}

/**
 * One prefix without adapters does not keep the calls of the others away.
 *
 * @param isFresh the gateway has just started, and adapters may not have found it yet
 */
function adaptersReport({ linked, unserved }: Tenants, isFresh: boolean): { ok: boolean; detail: string } {
  const missing = unserved.map(({ prefix }) => prefix).filter((prefix) => prefix !== undefined);
  const none = missing.length === 0 ? '' : `; none with the prefix ${missing.join(', ')}`;
  return { ok: linked > 0 && !(isFresh && missing.length > 0), detail: `${linked} linked${none}` };
}

/** One timer for each kind of deadline, however many calls there are. */
function createQueues(config: GatewaySettings) {
  return {
    applicationDeadlines: createDeadlineQueue(config.applicationDeadlineMs),
    hookDeadlines: createDeadlineQueue(config.hookDeadlineMs),
    graceDeadlines: createDeadlineQueue(config.reconnectGraceMs),
    setUpGraceDeadlines: createDeadlineQueue(Math.min(config.reconnectGraceMs, SET_UP_GRACE_MS)),
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
