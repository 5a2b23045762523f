import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { context, diag, metrics as globalMetrics, propagation, trace } from '@opentelemetry/api';
import { createLogger, createMetrics, NO_TRACING, startOpenTelemetry } from '../../src/index.ts';

const servers: Server[] = [];
/** Requests that wait for an answer. */
const held: ServerResponse[] = [];
const variables = { ...process.env };

afterEach(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
  Object.assign(process.env, variables);
  const late = held.splice(0).map((response) => once(response.end('{}'), 'close'));
  await Promise.all(late);
  // The SDK still has to take note of them, which nobody can see.
  if (late.length > 0) await sleep(50);
  for (const api of [trace, globalMetrics, context, propagation, diag]) api.disable();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
});

/** A collector. @param answers whether it does */
async function collector(answers = true): Promise<{ readonly url: string; readonly received: string[] }> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      received.push(`${request.url} ${body}`);
      if (answers) response.end('{}');
      else held.push(response);
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function start(environment: Record<string, string>) {
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', ...environment });
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', level: 'info', destination: { write: (line) => lines.push(line) } });
  return { ...(await startOpenTelemetry({ service: 'test', environment: process.env, logger })), lines };
}

describe('OpenTelemetry by the standard variables', () => {
  test('is not there when they ask for nothing', async () => {
    const { tracing, meters } = await start({});
    expect([tracing, meters]).toEqual([NO_TRACING, undefined]);
  });

  test('sends spans and metrics, under the name of the service, to where they say', async () => {
    const { url, received } = await collector();
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=pod-1' };
    const { tracing, meters, shutdown } = await start(environment);
    const metrics = createMetrics({ service: 'test', pushed: meters });
    metrics.counter({ name: 'jambus_x_total', help: 'X.' }).add(7);
    metrics.gauge('jambus_y', 'Y.', () => 8);
    metrics.histogram({ name: 'jambus_z_seconds', help: 'Z.' }).record(0.5);
    tracing.start('step', 'server', undefined).end();
    await shutdown();
    const traces = received.find((request) => request.startsWith('/v1/traces')) ?? '';
    const pushed = received.find((request) => request.startsWith('/v1/metrics')) ?? '';
    expect(traces).toContain('"name":"step"');
    expect(pushed).toMatch(/"jambus_x_total".*"jambus_y".*"jambus_z_seconds"/);
    for (const request of [traces, pushed]) {
      expect(request).toContain('"service.name","value":{"stringValue":"jambus-test"}');
      expect(request).toContain('"k8s.pod.name","value":{"stringValue":"pod-1"}');
    }
    expect(await metrics.prometheus()).toMatch(/^jambus_x_total 7$/m);
  });

  test('the name of the service, and what is sampled, are theirs to say', async () => {
    const { url, received } = await collector();
    const { tracing, shutdown } = await start({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`,
      OTEL_SERVICE_NAME: 'calls',
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    });
    const unsampled = tracing.startTrace('unsampled', 'internal', '0af7651916cd43dd8448eb211c80319c');
    unsampled.end();
    tracing.start('sampled', 'internal', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01').end();
    await shutdown();
    expect(unsampled.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-.*-00$/);
    expect(received).toHaveLength(1);
    expect(received[0]).toMatch(/"stringValue":"calls".*"name":"sampled"/);
    expect(received[0]).not.toContain('unsampled');
  });

  test('a collector that does not answer holds up nobody who stops', async () => {
    const { url } = await collector(false);
    const { tracing, shutdown, lines } = await start({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '4000',
      OTEL_BSP_EXPORT_TIMEOUT: '4000',
    });
    tracing.start('step', 'server', undefined).end();
    await shutdown();
    expect(lines.join('')).toContain('the collector does not take the last traces or metrics');
  });
});
