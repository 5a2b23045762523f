import type { Bus, BusMessage, OnTrouble } from '@jambus/bus';
import type { Attributes } from '@jambus/schema';

/** A command as a microservice would put it on the bus. */
export interface ProducedCommand {
  /** Undefined: the record names no call (a Kafka record without a key). */
  readonly callSid: string | undefined;
  /** Undefined: the record has no headers at all. */
  readonly attributes: Attributes | undefined;
  readonly payload: Uint8Array;
}

/** What a broker and its harness can show, as data; a case that needs more is reported as skipped. */
export interface HarnessCapabilities {
  /** A command can be on the bus without naming a call. */
  readonly recordsWithoutCall: boolean;
  /** Two adapters can work at the same time, which needs two partitions. */
  readonly sharing: boolean;
  /** `outage()` works. */
  readonly outages: boolean;
}

export interface ConnectOptions {
  /** Most records that may be unfinished in one partition; left out: the driver's default. */
  readonly maxUnfinished?: number;
  readonly onTrouble?: OnTrouble;
}

/** One broker with empty channels of its own, and everything the suite does to it. */
export interface BusHarness {
  /** Partitions of the commands; at least 2 where work can be shared. */
  readonly partitions: number;
  /** How long the slowest thing may take here, ms: a dead adapter being noticed and its partitions taken over. */
  readonly patienceMs: number;
  /** Connects another adapter. */
  connect(options?: ConnectOptions): Promise<Bus>;
  /** Cuts an adapter off as a power cut would: from here on it commits and publishes nothing, and says no goodbye. */
  kill(bus: Bus): Promise<void>;
  /** Resolves when the broker has the command. */
  produce(command: ProducedCommand): Promise<void>;
  /** The channel from its beginning, until the signal aborts. */
  read(channel: BusMessage['channel'], signal: AbortSignal): AsyncIterable<BusMessage>;
  /** Takes the broker away from all adapters that are connected now. Resolves to what brings it back. */
  outage(): Promise<() => Promise<void>>;
  /** Ends everything that was started; the adapters have been closed before. */
  close(): Promise<void>;
}

/** How the suite comes to brokers of one kind. */
export interface BusHarnessFactory {
  readonly capabilities: HarnessCapabilities;
  /** Called for each case: a broker whose channels are empty. */
  open(): Promise<BusHarness>;
}
