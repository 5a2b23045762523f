import type { CommandResult, JambonzAck, JambonzCommand } from '@jambus/schema';
import { JambusError } from '@jambus/schema';
import { checkCallSid, checkDurable, checkType } from './addresses.ts';
import type { Call, ServeOptions, Serving } from './calls/calls.ts';
import type { ClaimOptions, Claims } from './calls/claims.ts';
import type { PlatformApi } from './calls/create-call.ts';
import { placeCalls } from './calls/place-calls.ts';
import { type Service, serveCalls } from './calls/serve-calls.ts';
import type { EventOptions, JambusClient, ResultOptions, SendOptions, Subscription } from './client.ts';
import type { CommandDesk } from './command-desk.ts';
import type { AskedType, EventFor } from './event.ts';
import { DEFAULT_DRAIN_MS } from './options.ts';
import { outgoingCommand } from './outgoing-command.ts';

/** A subscription, as its client sees it. */
export interface ManagedSubscription<Item> extends Subscription<Item> {
  /** Takes no more; the loop ends after the item it has. Idempotent. */
  end(): void;
  /** Resolves when the loop has ended; at once when there is none. Never rejects. */
  readonly ended: Promise<void>;
}

/** What a bus brings to a client. */
export interface ClientParts {
  readonly desk: CommandDesk;
  readonly api: PlatformApi | undefined;
  /** CloudEvents source of the commands. */
  readonly source: string;
  /** How long `close` waits for what is under way, ms; by default 5,000. */
  readonly drainMs: number | undefined;
  /** The options have been checked. */
  subscribeEvents<Type extends AskedType>(options: EventOptions<Type>): ManagedSubscription<EventFor<Type>>;
  /** The options have been checked. */
  claimCalls(options: ClaimOptions): Claims;
  readonly onTrouble: (error: JambusError) => void;
  /** The options have been checked. */
  subscribeResults(options: ResultOptions): ManagedSubscription<CommandResult>;
  /** Resolves when the bus knows all that it was told, or is not there. Never rejects. */
  flush(): Promise<void>;
  /** Never rejects. */
  disconnect(): Promise<void>;
}

/** How long calls may take to be handed over, once they had their time to finish, ms. */
const HAND_OVER_MS = 1_000;
/** How long a closing client waits for the bus to know all that it was told, ms. */
const FLUSH_MS = 1_000;

/** The client of a bus: what is the same on every one. */
export function createClient(parts: ClientParts): JambusClient {
  const { desk, source, drainMs = DEFAULT_DRAIN_MS } = parts;
  const subscriptions = new Set<ManagedSubscription<unknown>>();
  const services = new Set<Service>();
  let closing: Promise<void> | undefined;

  const send = async (callSid: string, message: JambonzCommand | JambonzAck, options: SendOptions = {}) => {
    checkCallSid(callSid);
    return await desk.send(outgoingCommand(source, callSid, message, options), options.signal);
  };

  const managed = <Item>(subscribe: () => ManagedSubscription<Item>): Subscription<Item> => {
    if (closing !== undefined) throw new JambusError('stopped', 'the client is closing');
    const subscription = subscribe();
    subscriptions.add(subscription);
    void subscription.ended.then(() => subscriptions.delete(subscription));
    return subscription;
  };

  const serve = (options: ServeOptions, run: (call: Call) => Promise<void>): Serving => {
    if (closing !== undefined) throw new JambusError('stopped', 'the client is closing');
    const { durable, application } = options;
    checkDurable(durable);
    const claims = parts.claimCalls({ durable, application });
    const service = serveCalls({ claims, send, drainMs, onTrouble: parts.onTrouble }, options, run);
    const ended = service.ended.finally(() => services.delete(service));
    services.add(service);
    ended.catch(() => {});
    return Object.assign(ended, { ready: () => claims.ready() });
  };

  const create = placeCalls({
    api: parts.api ?? {},
    statuses: () => managed(() => parts.subscribeEvents({ type: 'call:status' })),
  });

  const drain = async (): Promise<void> => {
    const loops = [...subscriptions];
    for (const subscription of loops) subscription.end();
    for (const service of services) service.end();
    // Loops may send what answers the item they have, so commands are taken until they have ended.
    await Promise.all(loops.map(({ ended }) => ended));
    await Promise.allSettled([...services].map(({ ended }) => ended));
    await desk.settled();
  };

  const close = async (): Promise<void> => {
    await inTime(drain(), drainMs + (services.size > 0 ? HAND_OVER_MS : 0));
    desk.close(new JambusError('stopped', 'the client was closed before the result came'));
    await inTime(parts.flush(), FLUSH_MS);
    await parts.disconnect();
  };

  return {
    calls: { serve, create },
    commands: { send },
    acks: {
      send: (callSid, msgid, verbs, options) =>
        send(callSid, { type: 'ack', msgid, ...(verbs !== undefined && { data: verbs }) }, options),
    },
    events: {
      subscribe: <Type extends AskedType = AskedType>(options: EventOptions<Type> = {}) =>
        managed(() => {
          const { type, callSid, durable } = options;
          if (callSid !== undefined) checkCallSid(callSid);
          if (type !== undefined) checkType(type);
          if (durable !== undefined) checkDurable(durable);
          return parts.subscribeEvents(options);
        }),
    },
    results: {
      subscribe: (options = {}) =>
        managed(() => {
          if (options.callSid !== undefined) checkCallSid(options.callSid);
          return parts.subscribeResults(options);
        }),
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Resolves when the work is done, or after so long. */
async function inTime(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
