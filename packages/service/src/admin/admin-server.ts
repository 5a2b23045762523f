import type { Server } from 'node:http';
import { JambusError, MAX_CALL_SID_BYTES } from '@jambus/schema';
import type { Logger, Metrics } from '@jambus/telemetry';
import { type FastifyInstance, fastify } from 'fastify';
import { createHttpServer, type TlsFiles } from '../tls/index.ts';
import type { Peers } from '../workers/index.ts';
import { answerOf, type HealthReport, type ReadinessReport } from './reports.ts';
import { type UpgradeHandler, Upgrades } from './upgrades.ts';

/** Requests under way get this long to end when the server closes, in ms. */
const CLOSE_GRACE_MS = 500;

/** A request must have arrived whole within this time, in ms. */
const REQUEST_TIMEOUT_MS = 10_000;

/** The header of a request must have arrived within this time, in ms, also on a connection on which nothing was said yet. */
const HEADERS_TIMEOUT_MS = 5_000;

/** How often Node looks whether these times are over, in ms. Left alone it does so every 30 s. */
const TIMEOUTS_CHECKED_MS = 1_000;

/** How often the other processes of the service are told when this one has become ready, or is so no longer, in ms. */
const PEERS_TOLD_MS = 500;

/** How long a connection may stay without a request, in ms. */
const KEEP_ALIVE_MS = 10_000;

/** Of a part of a path, in characters: a call_sid has to fit, each byte of which may be written as `%` and two digits. */
const MOST_PARAM_LENGTH = 3 * MAX_CALL_SID_BYTES;

export interface AdminServerOptions {
  readonly host: string;
  /** 0 takes a free one; `listen` tells which. */
  readonly port: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: () => HealthReport;
  readonly ready: () => ReadinessReport;
  /** The other processes of the service: they are told whether this one is ready, and count for its own readiness. */
  readonly peers?: Peers | undefined;
  /** Speaks TLS with them; plain HTTP when left out. */
  readonly tls?: TlsFiles | undefined;
}

/** Where a server listens. */
export interface BoundAddress {
  readonly host: string;
  readonly port: number;
}

/** The HTTP server that every jambus process has for its operators. */
export interface AdminServer {
  /** For further routes; add them before `listen`. */
  readonly fastify: FastifyInstance;
  /** The HTTP server below. Its upgrade requests belong to `handleUpgrade`: do not listen for them. */
  readonly server: Server;
  /** Gives websocket upgrades of one path to `handler`. Those of any other path are refused with 404. */
  handleUpgrade(path: string, handler: UpgradeHandler): void;
  /** @throws JambusError `bad_config` when the address cannot be had */
  listen(): Promise<BoundAddress>;
  /**
   * Stops listening, ends idle connections at once and everything else, upgraded sockets included, half a second later.
   * Whoever upgraded a socket closes it properly before. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Makes the admin server: `GET /healthz` and `GET /readyz` answer 200 or 503 with the checks as JSON, `GET /metrics` the
 * Prometheus text format, every other path 404 as JSON.
 */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  const { host, port, logger, metrics, peers } = options;
  let telling: NodeJS.Timeout | undefined;
  const tellPeers = (): void => peers?.tell(answerOf(options.ready()).status === 200);
  const app = fastify({
    routerOptions: { maxParamLength: MOST_PARAM_LENGTH },
    serverFactory(handler) {
      const timeouts = {
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: HEADERS_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        connectionsCheckingInterval: TIMEOUTS_CHECKED_MS,
      };
      return createHttpServer(timeouts, options.tls).on('request', handler);
    },
  });
  const upgrades = new Upgrades(app.server, logger);
  addErrorAnswers(app, logger);

  app.get('/healthz', (_request, reply) => {
    const { status, body } = answerOf(options.health());
    return reply.status(status).send(body);
  });
  app.get('/readyz', (_request, reply) => {
    const others = peers === undefined ? {} : { workers: peers.check() };
    const { status, body } = answerOf({ ...options.ready(), ...others });
    return reply.status(status).send(body);
  });
  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.prometheus();
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });

  return {
    fastify: app,
    server: app.server,
    handleUpgrade: (path, handler) => upgrades.handle(path, handler),
    async listen() {
      const bound = await listen(app, host, port);
      logger.info(bound, 'admin server listens');
      if (peers !== undefined) {
        tellPeers();
        telling = setInterval(tellPeers, PEERS_TOLD_MS);
      }
      return bound;
    },
    async close() {
      clearInterval(telling);
      const cut = setTimeout(() => {
        app.server.closeAllConnections();
        upgrades.destroy();
      }, CLOSE_GRACE_MS);
      try {
        await app.close();
      } finally {
        clearTimeout(cut);
      }
    },
  };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<BoundAddress> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JambusError('bad_config', `cannot listen on ${host}:${port}: ${reason}`, { cause: error });
  }
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new JambusError('internal', 'no address after listening');
  return { host: address.address, port: address.port };
}

function addErrorAnswers(app: FastifyInstance, logger: Logger): void {
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({ error: 'not_found', message: `nothing at ${request.method} ${request.url}` }),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.status(status).send({ error: 'bad_request', message: error.message });
    logger.error({ err: error, method: request.method, url: request.url }, 'request failed');
    return reply.status(status).send({ error: 'internal', message: 'internal error' });
  });
}
