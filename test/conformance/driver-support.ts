// The helper is code that tests import, so it is compiled with the package, which knows nothing of jest otherwise.
/// <reference types="jest" />
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, BusMessage, CommandHandler, CommandRecord } from '@jambus/bus';
import { DONE } from './scene.ts';

/** How long the slowest thing may take here, ms. */
const PATIENCE_MS = 45_000;
/** For tests that start brokers, ms. */
export const LONG_MS = 150_000;

/** A handler at work on a bus. */
export interface Handling {
  /** What it was given. */
  readonly handled: readonly CommandRecord[];
  /** Stops it, in good order. */
  end(): Promise<void>;
  readonly running: Promise<void>;
}

/** Lets a handler work on what a bus has; by default one that is done with everything at once. */
export function handleOn(bus: Bus, handler: CommandHandler = async () => DONE): Handling {
  const handled: CommandRecord[] = [];
  const stop = new AbortController();
  const running = bus.commands.run(async (record, signal, turn) => {
    handled.push(record);
    return handler(record, signal, turn);
  }, stop.signal);
  const end = () => {
    stop.abort();
    return running;
  };
  return { handled, end, running };
}

/** What the promise is rejected with; undefined when it is not. */
export function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Resolves when the assertion holds; at last with its own failure. */
export async function eventually(assertion: () => void | Promise<void>): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await assertion();
    } catch (failure) {
      if (performance.now() > until) throw failure;
    }
    await sleep(15);
  }
}

export const ENDED_AT = '2026-11-22T13:00:00.000Z';

/** The same event as the one that tells the end of its call. */
export function ended(event: BusMessage): BusMessage {
  const { callSid, attributes } = event;
  const status = { type: 'call:status', call_sid: callSid, data: { call_status: 'completed' } };
  return {
    ...event,
    type: 'call:status',
    attributes: { ...attributes, type: 'jambonz.call.status', time: ENDED_AT },
    payload: new TextEncoder().encode(JSON.stringify(status)),
  };
}

/** A `verb:status` whose id and payload are made of the text. */
export function eventOf(callSid: string, text: string): BusMessage {
  return {
    channel: 'events',
    callSid,
    type: 'verb:status',
    attributes: { id: `${callSid}/1/${text}`, time: '2026-11-22T12:00:00.000Z' },
    payload: new TextEncoder().encode(text),
  };
}
