import type { MemoryBroker } from '@jambus/bus';
import { loadConfig, StandaloneConfig } from '@jambus/schema';
import { createStandalone } from '@jambus/standalone';
import { createLogger, createMetrics } from '@jambus/telemetry';
import type { Answer, Task } from './protocol.ts';

/*
 * The process under test: a standalone jambus, and a publisher on its bus. Started by main.ts, which plays jambonz.
 */

const APPLICATION = Buffer.from('{"type":"command","command":"redirect","data":[{"verb":"say","text":"welcome"}]}');

const config = loadConfig(StandaloneConfig, {
  JAMBUS_WEBSOCKET_PORT: '0',
  JAMBUS_LINK_PORT: '0',
  JAMBUS_ADMIN_PORT: '0',
  JAMBUS_UNCLAIMED_AFTER_MS: '0',
  JAMBUS_DRAIN_MS: '0',
  JAMBUS_LOG_LEVEL: 'fatal',
});
const standalone = await createStandalone(config, {
  logger: createLogger({ service: 'bench', level: config.logLevel }),
  metrics: createMetrics({ service: 'bench' }),
});
const stop = new AbortController();
const running = standalone.run(stop.signal);

void answerNewCalls(standalone.broker, stop.signal);
process.on('message', (task: Task) => {
  if (task.kind === 'memory') answer(memory());
  else void roundTrips(standalone.broker, task).then(answer);
});
process.on('disconnect', () => stop.abort());
answer({ kind: 'listening', websocketPort: standalone.ports.websocket });
await running;

function answer(message: Answer): void {
  process.send?.(message);
}

function memory(): Answer {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { kind: 'memory', rssBytes: rss, heapBytes: heapUsed + external };
}

/** The microservice that gives every new call its application. */
async function answerNewCalls(broker: MemoryBroker, signal: AbortSignal): Promise<void> {
  for await (const item of broker.read('events', { type: 'session:new', signal })) {
    if (item.kind === 'gap') throw new Error(`the bench fell behind by ${item.missed} events`);
    const { callSid } = item.message;
    broker.publishCommand({ callSid, attributes: {}, payload: APPLICATION });
  }
}

/** A round trip: a command from the bus to its websocket, and the `verb:status` that answers it back on the bus. */
async function roundTrips(
  broker: MemoryBroker,
  { calls, count, underWay }: Extract<Task, { kind: 'round trips' }>,
): Promise<Answer> {
  const publishedAt = new Map<string, number>();
  const latencies = new Float64Array(count);
  let published = 0;
  let done = 0;
  const publish = (): void => {
    if (published === count) return;
    const id = `v${published}`;
    const callSid = calls[published % calls.length] as string;
    published++;
    publishedAt.set(id, performance.now());
    const payload = Buffer.from(
      `{"type":"command","command":"redirect","data":[{"verb":"say","id":"${id}","text":"hello from the bench"}]}`,
    );
    broker.publishCommand({ callSid, attributes: {}, payload });
  };
  const finished = new AbortController();
  const events = broker.read('events', { type: 'verb:status', signal: finished.signal });
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (let i = 0; i < underWay; i++) publish();
  for await (const item of events) {
    if (item.kind === 'gap') throw new Error(`the bench fell behind by ${item.missed} events`);
    const { id } = (JSON.parse(Buffer.from(item.message.payload).toString()) as { data: { id: string } }).data;
    const at = publishedAt.get(id);
    if (at === undefined) continue;
    publishedAt.delete(id);
    latencies[done] = performance.now() - at;
    done++;
    if (done === count) finished.abort();
    else publish();
  }
  const elapsedMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  latencies.sort();
  const quantile = (q: number): number => latencies[Math.min(count - 1, Math.floor(count * q))] as number;
  return {
    kind: 'round trips',
    count,
    elapsedMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}
