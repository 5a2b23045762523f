import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DiagLogger, DiagLogLevel, diag, metrics, trace } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { RandomIdGenerator, StackContextManager } from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger/index.ts';
import { createTracing } from '../traces/create-tracing.ts';
import { NO_TRACING } from '../traces/index.ts';
import { createTraceIds } from '../traces/trace-ids.ts';
import { VERSION } from '../version.ts';
import type { Requested } from './requested.ts';
import type { OpenTelemetry, OpenTelemetryOptions } from './start-opentelemetry.ts';

/** How long the end of the process waits for a collector, ms. */
const FLUSH_MS = 2_000;

const LOG_LEVELS: ReadonlyMap<string, DiagLogLevel> = new Map([
  ['none', DiagLogLevel.NONE],
  ['error', DiagLogLevel.ERROR],
  ['info', DiagLogLevel.INFO],
  ['debug', DiagLogLevel.DEBUG],
  ['verbose', DiagLogLevel.VERBOSE],
  ['all', DiagLogLevel.ALL],
]);

/**
 * Exporters, endpoints, samplers, limits and the resource come from the standard variables, which the SDK reads by itself.
 * Nothing is instrumented behind our back.
 */
export function startNodeSdk(
  { traces, metrics: pushed }: Requested,
  { service, environment, logger }: OpenTelemetryOptions,
): OpenTelemetry {
  const ids = createTraceIds(new RandomIdGenerator());
  const configuration: Partial<NodeSDKConfiguration> = {
    // Beneath what the variables say.
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.name': `jambus-${service}`,
        'service.version': VERSION,
        'service.instance.id': randomUUID(),
      }),
    ),
    idGenerator: ids,
    // The default one follows every promise of the process, for contexts that nobody here asks for.
    contextManager: new StackContextManager(),
    // An empty list is not the same as none: none would be the SDK's default, a collector on this machine.
    ...(traces ? {} : { spanProcessors: [] }),
    ...(pushed ? {} : { metricReaders: [] }),
    logRecordProcessors: [],
  };
  const sdk = new NodeSDK(configuration);
  const logLevel = LOG_LEVELS.get(environment['OTEL_LOG_LEVEL']?.toLowerCase() ?? '') ?? DiagLogLevel.WARN;
  // The SDK would write to standard output, in no form of ours.
  diag.setLogger(diagnosticsTo(logger), { logLevel, suppressOverrideMessage: true });
  sdk.start();
  return {
    tracing: traces ? createTracing(trace.getTracer('jambus', VERSION), ids) : NO_TRACING,
    meters: pushed ? metrics.getMeterProvider() : undefined,
    shutdown: async () => {
      const flushed = sdk.shutdown().then(
        () => true,
        (error: unknown) => {
          logger.warn({ err: error }, 'traces or metrics of the last seconds were not taken');
          return true;
        },
      );
      // A collector that does not answer is no reason to stay.
      if (await Promise.race([flushed, sleep(FLUSH_MS, false, { ref: false })])) return;
      logger.warn({ afterMs: FLUSH_MS }, 'the collector does not take the last traces or metrics');
    },
  };
}

/** What the SDK has to say, mostly that a collector does not answer, as lines of ours. */
function diagnosticsTo(logger: Logger): DiagLogger {
  const at =
    (level: 'debug' | 'info' | 'warn') =>
    (message: string, ...more: unknown[]): void =>
      logger[level]({ opentelemetry: [message, ...more].map(String).join(' ').slice(0, 500) }, 'OpenTelemetry');
  // It goes on without whatever it calls an error, and so do we.
  return { verbose: at('debug'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('warn') };
}
