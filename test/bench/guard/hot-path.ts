import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { get, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdapter } from '@jambus/adapter';
import { connectMemoryBus, createMemoryBroker, type MemoryBroker } from '@jambus/bus';
import { createGateway } from '@jambus/gateway';
import { createLogger, createMetrics, NO_TRACING } from '@jambus/telemetry';
import { benchConfig } from '../bench-config.ts';
import { speakNextTurn, startMemoryCall, VERB_ID_LENGTH } from './memory-call.ts';

/** Gateway and adapter with open calls. */
export interface HotPath {
  /**
   * Sends one command to each call. Resolves when all of them are back as a `verb:status`, and all their results are there.
   *
   * @throws Error when a command is refused, or nothing has come back for 30 s
   */
  burst(): Promise<void>;
  close(): Promise<void>;
}

const APPLICATION = Buffer.from('{"type":"command","command":"redirect","data":[{"verb":"say","text":"welcome"}]}');
/** Less than the default, which grows the heap for as long as the measurement goes on. A broker would keep them elsewhere. */
const KEPT = { maxRecords: 2_048, maxBytes: 8 * 1024 * 1024 };
/** `delivered` and `finished`. */
const RESULTS_OF_COMMAND = 2;
const REJECTED = '"status":"rejected"';
const LOOK_MS = 10;
const MISSED_AFTER_MS = 30_000;

/**
 * Starts both in this process, as the standalone service does: on a memory bus, with the real link between them. Calls have their
 * connections in memory, so that what is measured is our code and not the kernel's.
 *
 * @param count how many calls
 */
export async function startHotPath(count: number): Promise<HotPath> {
  const config = benchConfig();
  const linkToken = randomBytes(32).toString('base64url');
  const logger = createLogger({ service: 'bench', level: config.logLevel });
  const context = { logger, metrics: createMetrics({ service: 'bench' }), tracing: NO_TRACING };
  const gateway = await createGateway({ ...config, linkToken }, context);
  const ports = await gateway.listen();
  const broker = createMemoryBroker({ retention: { events: KEPT, results: KEPT } });
  const adapter = await createAdapter(
    { ...config, linkToken, gateways: [`ws://127.0.0.1:${ports.link}`] },
    (options) => connectMemoryBus(broker, options),
    context,
  );
  await adapter.listen();
  const stop = new AbortController();
  const running = Promise.all([gateway.run(stop.signal), adapter.run(stop.signal)]);

  // Without its link the gateway would answer new calls by itself.
  while ((await adapter.admin.fastify.inject('/readyz')).statusCode !== 200) await sleep(LOOK_MS);

  const callSids = Array.from({ length: count }, (_, index) => `bench-${index}`);
  void answerNewCalls(broker, stop.signal);
  const server = await serverAt(ports.websocket);
  const sayLater = speakNextTurn();
  const watch = watchBus(broker, stop.signal);
  // The verbs of the application have no id, so nothing follows its delivery.
  const applied = watch.next({ statuses: 0, results: count });
  await Promise.all([applied, ...callSids.map((callSid) => startMemoryCall(server, callSid, sayLater))]);

  let sent = 0;
  return {
    burst() {
      const back = watch.next({ statuses: count, results: RESULTS_OF_COMMAND * count });
      for (const callSid of callSids) {
        broker.publishCommand({ callSid, attributes: {}, payload: command(sent) });
        sent++;
      }
      return back;
    },
    async close() {
      stop.abort();
      await running;
    },
  };
}

function command(n: number): Buffer {
  const id = `v${String(n).padStart(VERB_ID_LENGTH - 1, '0')}`;
  return Buffer.from(
    `{"type":"command","command":"redirect","data":[{"verb":"say","id":"${id}","text":"hello from the bench"}]}`,
  );
}

/** The microservice that gives every new call its application. */
async function answerNewCalls(broker: MemoryBroker, signal: AbortSignal): Promise<void> {
  for await (const item of broker.read('events', { type: 'session:new', signal })) {
    if (item.kind === 'message') {
      broker.publishCommand({ callSid: item.message.callSid, attributes: {}, payload: APPLICATION });
    }
  }
}

/** Counts what comes back from now on. */
function watchBus(broker: MemoryBroker, signal: AbortSignal) {
  let statuses = 0;
  let results = 0;
  let settle: (error?: Error) => void = () => {};
  const count = async (channel: 'events' | 'results', type: string | undefined): Promise<void> => {
    for await (const item of broker.read(channel, { signal, ...(type === undefined ? {} : { type }) })) {
      if (item.kind === 'gap') {
        settle(new Error(`the bench fell behind by ${item.missed} records`));
        return;
      }
      if (channel === 'events') statuses--;
      else {
        const { buffer, byteOffset, byteLength } = item.message.payload;
        const payload = Buffer.from(buffer, byteOffset, byteLength);
        if (payload.includes(REJECTED)) settle(new Error(`a command was refused: ${payload}`));
        results--;
      }
      if (statuses === 0 && results === 0) settle();
    }
  };
  void count('events', 'verb:status');
  void count('results', undefined);
  return {
    /** Resolves when so many have come. */
    next: (expected: { readonly statuses: number; readonly results: number }): Promise<void> =>
      new Promise((resolve, reject) => {
        ({ statuses, results } = expected);
        const missed = setTimeout(() => {
          settle(new Error(`${statuses} events and ${results} results have not come for ${MISSED_AFTER_MS / 1_000} s`));
        }, MISSED_AFTER_MS);
        settle = (error) => {
          clearTimeout(missed);
          if (error === undefined) resolve();
          else reject(error);
        };
      }),
  };
}

/** The server behind a port of this process, found by a request to it: the gateway keeps it to itself. */
async function serverAt(port: number): Promise<Server> {
  let found: Server | undefined;
  const onRequest = (message: unknown): void => {
    found = (message as { readonly server: Server }).server;
  };
  subscribe('http.server.request.start', onRequest);
  try {
    const [response] = (await once(get({ host: '127.0.0.1', port, agent: false }), 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
  } finally {
    unsubscribe('http.server.request.start', onRequest);
  }
  if (found === undefined) throw new Error(`no server of this process has answered at port ${port}`);
  return found;
}
