import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, BusMessage, CommandHandler, CommandRecord, Outcome } from '@jambus/bus';
import { type Attributes, JambusError } from '@jambus/schema';
import type { BusHarness, ConnectOptions } from './bus-harness.ts';

export const DONE: Outcome = { kind: 'done' };

/** An adapter at work: a connected bus whose commands go to a handler. */
export interface Adapter {
  readonly bus: Bus;
  /** Every record the handler was given, in that order, each time again. */
  readonly handled: readonly CommandRecord[];
  /** Ends in good order: resolves when what was finished is committed. */
  stop(): Promise<void>;
  /** Ends as by a power cut. */
  kill(): Promise<void>;
}

/** One test's broker, with adapters and readers that end with the test. */
export interface Scene {
  readonly harness: BusHarness;
  adapter(handler: CommandHandler, options?: ConnectOptions): Promise<Adapter>;
  /** Connects an adapter that only publishes. */
  publisher(): Promise<Bus>;
  /** Puts a command with this text on the bus. */
  send(callSid: string | undefined, text: string, attributes?: Attributes): Promise<void>;
  /** Everything on a channel, growing as it comes. */
  collect(channel: BusMessage['channel']): readonly BusMessage[];
  /** Runs the assertion until it holds, for as long as the harness has patience. */
  eventually(assertion: () => void): Promise<void>;
  close(): Promise<void>;
}

export function openScene(harness: BusHarness): Scene {
  const adapters: Adapter[] = [];
  const publishers: Bus[] = [];
  const stopReading = new AbortController();
  const readers: Promise<void>[] = [];

  return {
    harness,
    adapter: async (handler, options) => {
      const adapter = startAdapter(harness, await harness.connect(options), handler);
      adapters.push(adapter);
      return adapter;
    },
    publisher: async () => {
      const bus = await harness.connect();
      publishers.push(bus);
      return bus;
    },
    send: (callSid, text, attributes = {}) =>
      harness.produce({ callSid, attributes, payload: new TextEncoder().encode(text) }),
    collect: (channel) => {
      const messages: BusMessage[] = [];
      const reading = async () => {
        for await (const message of harness.read(channel, stopReading.signal)) messages.push(message);
      };
      readers.push(reading());
      return messages;
    },
    eventually: (assertion) => eventually(assertion, harness.patienceMs),
    close: async () => {
      stopReading.abort();
      try {
        await Promise.all(adapters.map((adapter) => adapter.stop()));
        await Promise.all(publishers.map((bus) => bus.close()));
        await Promise.all(readers);
      } finally {
        await harness.close();
      }
    },
  };
}

function startAdapter(harness: BusHarness, bus: Bus, handler: CommandHandler): Adapter {
  const abort = new AbortController();
  const handled: CommandRecord[] = [];
  let killed = false;
  const running = bus.commands.run(async (record, signal, turn) => {
    if (!killed) handled.push(record);
    return handler(record, signal, turn);
  }, abort.signal);
  const ended = running.then(
    () => undefined,
    (error: unknown) => JambusError.from(error),
  );
  return {
    bus,
    handled,
    stop: async () => {
      abort.abort();
      const failure = await ended;
      await bus.close();
      // How a dead adapter ends is nobody's business.
      if (failure !== undefined && !killed) throw failure;
    },
    kill: async () => {
      killed = true;
      await harness.kill(bus);
      abort.abort();
    },
  };
}

async function eventually(assertion: () => void, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      return assertion();
    } catch (failure) {
      if (performance.now() > until) throw failure;
    }
    await sleep(5);
  }
}

/** The payload as text. */
export function textOf({ payload }: { readonly payload: Uint8Array }): string {
  return new TextDecoder().decode(payload);
}

/** The texts of what belongs to one call, in the order given. */
export function textsOf(
  callSid: string,
  messages: readonly { readonly callSid: string | undefined; readonly payload: Uint8Array }[],
): string[] {
  return messages.filter((message) => message.callSid === callSid).map(textOf);
}

/** `['call 0', 'call 1', …]` */
export function callSids(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `call-${n}`);
}

/** `['0', '1', …]` */
export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, n) => String(n));
}

/** A handler that keeps each record until `release()`; a stop makes it leave the record to the next reader. */
export function holdingHandler(): { readonly handler: CommandHandler; release(outcome?: Outcome): void } {
  let release: (outcome: Outcome) => void = () => {};
  const released = new Promise<Outcome>((resolve) => {
    release = resolve;
  });
  return {
    handler: (_record, signal) => Promise.race([released, leftBehind(signal)]),
    release: (outcome = DONE) => release(outcome),
  };
}

/** What a handler answers that is told to stop before it could finish. */
export function leftBehind(signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const answer = () => resolve({ kind: 'retry', afterMs: 1, reason: 'stopping' });
    if (signal.aborted) answer();
    else signal.addEventListener('abort', answer, { once: true });
  });
}
