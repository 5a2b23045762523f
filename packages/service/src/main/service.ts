import type { ConfigSchema, LogLevel } from '@jambus/schema';
import type { Logger, Metrics, Tracing } from '@jambus/telemetry';
import type { Static } from '@sinclair/typebox';
import type { Peers } from '../workers/index.ts';

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
  /** The other processes of the service, where there are several. */
  readonly peers?: Peers | undefined;
}

/** How a service is shared out to several processes. */
export interface SharedOut<Schema extends ServiceSchema> {
  /** How many there are to be; with one, the process that was started is it. */
  count(config: Readonly<Static<Schema>>): number;
  /** The settings of one of them. @param index from 0 */
  share(config: Readonly<Static<Schema>>, index: number): Readonly<Static<Schema>>;
}

/** A service that can be a process. */
export interface Service<Schema extends ServiceSchema> {
  /** `gateway`; on every log line. */
  readonly name: string;
  readonly schema: Schema;
  /** Time beyond `drainMs` for flushing and closing, in ms; 5000 when left out. */
  readonly stopMarginMs?: number;
  /** Left out: it is always one process. */
  readonly workers?: SharedOut<Schema>;
  /**
   * Resolves when `context.signal` has aborted and everything has stopped.
   *
   * @throws whatever keeps it from going on; JambusError `bad_config` when that is for an operator to correct
   */
  start(config: Readonly<Static<Schema>>, context: ServiceContext): Promise<void>;
}
