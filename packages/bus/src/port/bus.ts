import type { BusNames } from '@jambus/schema';
import type { CallHistory } from './call-history.ts';
import type { CommandSource } from './command-source.ts';
import type { EventSink } from './event-sink.ts';
import type { RequestDoor } from './request-door.ts';

/** How drivers differ, as data. */
export interface BusCapabilities {
  readonly driver: 'memory' | 'nats' | 'kafka';
  /** What is published outlives this process. */
  readonly durable: boolean;
  /** The broker drops a second publish of the same CloudEvents id by itself. */
  readonly dedupesPublishes: boolean;
  /** Several adapters can share the work. */
  readonly shared: boolean;
  /** A caller can ask for the result of a command at once. */
  readonly requests: boolean;
}

/** A connected bus. */
export interface Bus {
  readonly capabilities: BusCapabilities;
  /** What the channels are called on it. */
  readonly names: BusNames;
  readonly commands: CommandSource;
  readonly sink: EventSink;
  readonly requests: RequestDoor;
  readonly history: CallHistory;
  /** True while the broker answers; the adapter's readiness follows it. */
  healthy(): boolean;
  /** What somebody has to set right on the broker before the bus is healthy, in words for an operator; none: empty. */
  faults(): readonly string[];
  /** Flushes and disconnects. Idempotent. */
  close(): Promise<void>;
}
