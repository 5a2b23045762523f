import type { CommandResult, JambonzCommand, TerminalResult, Verb } from '@jambus/schema';
import type { Calls } from './calls/calls.ts';
import type { AskedType, EventFor } from './event.ts';

/** What a microservice needs to drive calls: commands out, results and events in. The same on every bus. */
export interface JambusClient {
  readonly calls: Calls;
  readonly commands: CommandSender;
  readonly acks: AckSender;
  readonly events: Events;
  readonly results: Results;
  /**
   * Ends in good order: subscriptions take nothing more and their loops end after the item they have, results of commands
   * under way are waited for, calls that are served are finished or handed over, then the connection is closed. What is not done within `drainMs` is given up: its promise
   * rejects with `stopped`. Never rejects. Idempotent.
   */
  close(): Promise<void>;
}

/** How one command is to be sent. */
export interface SendOptions {
  /**
   * Idempotency key, at most 512 characters: sent twice to one call, it has one effect, and the second answer is `rejected`
   * with `duplicate`. Make it from what you answer (an event's `id`) and a redelivered event does no harm. By default
   * random.
   */
  readonly id?: string | undefined;
  /** It never reaches the call later than this, ms from now; by default 30,000. */
  readonly expiresInMs?: number | undefined;
  /** Deliver only while the verb with this id has started and not finished. */
  readonly ifverbid?: string | undefined;
  /** Deliver only if the call has had no event after the one with this `sequence`. */
  readonly ifsequence?: number | undefined;
  /** `terminal`: only the outcome is wanted, and no result of what becomes of its verbs, which events tell as well. */
  readonly results?: 'terminal' | undefined;
  /** W3C trace context to continue; an event's own is its `traceparent`. */
  readonly traceparent?: string | undefined;
  /** Ends the waiting. What has been published by then may still be delivered. */
  readonly signal?: AbortSignal | undefined;
}

export interface CommandSender {
  /**
   * Publishes a command and waits for its outcome. Commands of one call are published in the order of the calls of this
   * function. Lost connections are waited for: the command goes out once, as soon as there is one, while it is not expired.
   *
   * @param callSid the session's `call_sid`
   * @returns the terminal result: `delivered` (written to the call's websocket), or `rejected` with its code
   * @throws JambusError `bad_message` for what cannot be sent, `bus_refused` when the broker does not take it,
   *   `bus_unavailable` when the bus cannot take it now (its commands are full above all, since no adapter reads them), or when
   *   no result comes until it has expired, as the message says: it may have been delivered then, and sent again with the
   *   same id it has no second effect; `overloaded` when too many wait, `stopped` by `signal` or `close`
   */
  send(callSid: string, command: JambonzCommand, options?: SendOptions): Promise<TerminalResult>;
}

export interface AckSender {
  /**
   * Answers a message of jambonz that wants it, with verbs to go on with, if any. An answer that comes too late is
   * delivered as a `redirect`.
   *
   * @param msgid of the message that is answered
   * @returns as `commands.send`
   * @throws as `commands.send`
   */
  send(callSid: string, msgid: string, verbs?: readonly Verb[], options?: SendOptions): Promise<TerminalResult>;
}

/**
 * Messages as they come, to be iterated once. Only so many are fetched ahead as the loop can be expected to take; the rest
 * waits in the broker. Interrupted connections are resumed where they broke off.
 *
 * The loop throws JambusError when `ready` does or the broker refuses it for good, and ends when its signal aborts or the
 * client is closed.
 */
export interface Subscription<Item> extends AsyncIterable<Item> {
  /**
   * Resolves when nothing published from now on is missed.
   *
   * @throws JambusError `bus_unavailable` when there is no such stream (yet), `bus_refused`, `bad_config` when the durable
   *   name is taken by a consumer of another kind
   */
  ready(): Promise<void>;
}

export interface EventOptions<Type extends AskedType = AskedType> {
  /** Only messages of this type, `verb:hook`. One that this version does not know goes through `otherType`. */
  readonly type?: Type | undefined;
  /** Only those of this call. */
  readonly callSid?: string | undefined;
  /**
   * Name of a place in the events that outlives this process and is shared by all who subscribe with it: letters, digits,
   * dashes and underscores. Each event goes to one of them, and again to another when it was not done: an event counts as
   * done when the loop asks for the next one. It can come twice, with the same `id`. A new name begins with the events
   * published from then on.
   *
   * The events of a call are handed out in order. What a process gives back, or has left behind by dying or by being stopped, comes again: on
   * NATS after newer ones, a second or 5 later, so compare `sequence` where that matters; on Kafka in its place, with what
   * came after it.
   *
   * Left out: every event published from now on, those of a call in order, at most once.
   */
  readonly durable?: string | undefined;
  /** Ends the loop after the item it has. */
  readonly signal?: AbortSignal | undefined;
}

export interface Events {
  /**
   * What jambonz and jambus say about calls. With a known `type`, events are of that type, checked; one that does not have its form is
   * passed over and told to `onTrouble`. Without, `type: 'other'` is what is not known or has not the form of its type.
   *
   * @throws JambusError `bad_message` for a `callSid`, `type` or `durable` that cannot be
   */
  subscribe<Type extends AskedType = AskedType>(options?: EventOptions<Type>): Subscription<EventFor<Type>>;
}

export interface ResultOptions {
  /** Only those of this call. */
  readonly callSid?: string | undefined;
  /** Only those of the command with this id. */
  readonly commandId?: string | undefined;
  /** Ends the loop after the item it has. */
  readonly signal?: AbortSignal | undefined;
}

export interface Results {
  /**
   * Results of all commands, whoever sent them, from now on, those of a call in order: also `started`, `finished` and `failed`, which
   * tell what became of verbs with an `id`.
   *
   * @throws JambusError `bad_message` for a `callSid` that cannot be
   */
  subscribe(options?: ResultOptions): Subscription<CommandResult>;
}
