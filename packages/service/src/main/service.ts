import type { ConfigSchema, LogLevel } from '@jambus/schema';
import type { Logger, Metrics, Tracing } from '@jambus/telemetry';
import type { Static } from '@sinclair/typebox';

/** A schema that has what the process around a service needs itself; each service's schema does. */
export type ServiceSchema = ConfigSchema & {
  readonly static: {
    readonly logLevel: LogLevel;
    /** How long the service may take to stop, in ms. */
    readonly drainMs: number;
  };
};

/** What a service is given besides its settings. */
export interface ServiceContext {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** Aborts when the service has to stop. */
  readonly signal: AbortSignal;
}

/** A service that can be a process. */
export interface Service<Schema extends ServiceSchema> {
  /** `gateway`; on every log line. */
  readonly name: string;
  readonly schema: Schema;
  /** Time beyond `drainMs` for flushing and closing, in ms; 5000 when left out. */
  readonly stopMarginMs?: number;
  /**
   * Resolves when `context.signal` has aborted and everything has stopped.
   *
   * @throws whatever keeps it from going on; JambusError `bad_config` when that is for an operator to correct
   */
  start(config: Readonly<Static<Schema>>, context: ServiceContext): Promise<void>;
}
