import type { MemoryBroker } from '@jambus/bus';
import { createStandalone } from '@jambus/standalone';
import { createLogger, createMetrics, NO_TRACING } from '@jambus/telemetry';
import { benchConfig } from './bench-config.ts';
import type { Answer, Task } from './protocol.ts';
import { startRoundTrips } from './round-trips.ts';

/*
 * The process under test: a standalone jambus, and a publisher on its bus. Started by main.ts, which plays jambonz.
 */

const APPLICATION = Buffer.from('{"type":"command","command":"redirect","data":[{"verb":"say","text":"welcome"}]}');

const config = benchConfig();
const standalone = await createStandalone(config, {
  logger: createLogger({ service: 'bench', level: config.logLevel }),
  metrics: createMetrics({ service: 'bench' }),
  tracing: NO_TRACING,
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

async function roundTrips(broker: MemoryBroker, task: Extract<Task, { kind: 'round trips' }>): Promise<Answer> {
  const finished = new AbortController();
  const events = broker.read('events', { type: 'verb:status', signal: finished.signal });
  const cpuBefore = process.cpuUsage();
  const trips = startRoundTrips({
    calls: task.calls,
    pace: { underWay: task.underWay },
    until: task.until,
    publish: (callSid, payload) => broker.publishCommand({ callSid, attributes: {}, payload }),
  });
  void trips.done.then(() => finished.abort());
  for await (const item of events) {
    if (item.kind === 'gap') throw new Error(`the bench fell behind by ${item.missed} events`);
    trips.onStatus(item.message.payload);
  }
  const report = await trips.done;
  const cpu = process.cpuUsage(cpuBefore);
  return { kind: 'round trips', ...report, cpuMs: (cpu.user + cpu.system) / 1000 };
}
