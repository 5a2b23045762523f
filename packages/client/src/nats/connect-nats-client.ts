import {
  attributesOf,
  type ConfirmedPublisher,
  createConfirmedPublisher,
  fromNats,
  headersOf,
  type NatsLink,
  openLink,
  type PulledMessage,
} from '@jambus/bus/nats-connection';
import { type BusNames, busNames, JambusError } from '@jambus/schema';
import type { EventOptions, JambusClient, ResultOptions } from '../client.ts';
import { type CommandDesk, type CommandOutlet, createCommandDesk } from '../command-desk.ts';
import { createClient } from '../create-client.ts';
import { type AskedType, type EventFor, readEventOf } from '../event.ts';
import { DEFAULT_CONNECT_WITHIN_MS, DEFAULT_NAME } from '../options.ts';
import { readResult } from '../result.ts';
import { guarded } from '../trouble.ts';
import { natsClaims } from './claims.ts';
import { durable, ephemeral } from './consumers.ts';
import { readMissedResults } from './missed-results.ts';
import { createNatsSubscription, type NatsSubscriptionOptions } from './nats-subscription.ts';
import type { NatsClientOptions } from './options.ts';
import { callSidOf, eventsSubject, recordsSubject } from './subjects.ts';

/**
 * Connects a microservice to the bus of the adapters, NATS with JetStream. The streams are made by the adapters.
 *
 * @throws JambusError `bad_config` for credentials that cannot be used, `bus_refused` when the server does not let us in,
 *   `bus_unavailable` when none answers in time, `stopped` when the signal aborts
 */
export async function connectNatsClient(options: NatsClientOptions): Promise<JambusClient> {
  const { name = DEFAULT_NAME, connectWithinMs = DEFAULT_CONNECT_WITHIN_MS } = options;
  const names = busNames(options.prefix, options.names);
  const link = await openLink({
    connection: { ...options, name },
    onTrouble: guarded(options.onTrouble),
    until: performance.now() + connectWithinMs,
    signal: options.signal,
  });
  const publisher = createConfirmedPublisher(link);
  const desk = createCommandDesk(commandOutlet(link, names, publisher), options);
  followResults(link, names, desk);

  return createClient({
    desk,
    source: `/${name}`,
    api: options.api,
    drainMs: options.drainMs,
    subscribeEvents: (how) => createNatsSubscription(eventSubscription(link, names, how)),
    claimCalls: (how) => natsClaims(link, names, how),
    onTrouble: link.onTrouble,
    subscribeResults: (how) => createNatsSubscription(resultSubscription(link, names, how)),
    flush: async () => {
      // By the first answer all that was on its way here has come, and is given back; by the second the server knows.
      for (let trip = 1; trip <= 2 && link.connected(); trip++) await link.nc.flush().catch(() => {});
    },
    disconnect: async () => {
      publisher.close(new JambusError('stopped', 'the client is closed'));
      await link.close();
    },
  });
}

function commandOutlet(link: NatsLink, names: BusNames, publisher: ConfirmedPublisher): CommandOutlet {
  return {
    // What the client is given without a connection it keeps for the next one, or drops, as it happens.
    connected: () => link.connected(),
    publish: ({ callSid, id, attributes, payload }) =>
      new Promise((resolve, reject) => {
        const subject = recordsSubject('commands', names, callSid);
        try {
          // An id is the key of one call; the stream looks for it in all of them.
          publisher.publish({ subject, payload, headers: headersOf(attributes, `${callSid}/${id}`) }, resolve);
        } catch (error) {
          reject(fromNats(error, `publishing on ${subject}`));
        }
      }),
  };
}

/** One subscription for the results of all commands; what a lost connection has kept from it is read back. */
function followResults(link: NatsLink, names: BusNames, desk: CommandDesk): void {
  let connection = new AbortController();
  link.subscribe(recordsSubject('results', names), ({ subject, data }) => {
    const callSid = callSidOf('results', names, subject);
    if (callSid !== undefined) desk.take(callSid, data);
  });
  link.listen((event) => {
    if (event.kind === 'connected') {
      connection = new AbortController();
      const { signal } = connection;
      readMissedResults(link, names, desk, signal).catch((error: unknown) => {
        if (!signal.aborted) link.onTrouble(JambusError.from(error));
      });
    } else if (event.kind === 'disconnected') {
      connection.abort();
    } else if (event.kind === 'closed') {
      connection.abort();
      desk.close(event.error ?? new JambusError('stopped', 'the client is closed'));
    }
  });
}

function eventSubscription<Type extends AskedType>(
  link: NatsLink,
  names: BusNames,
  { type, callSid, durable: name, signal }: EventOptions<Type>,
): NatsSubscriptionOptions<EventFor<Type>> {
  const all = eventsSubject(names);
  const filter = eventsSubject(names, callSid, type);
  const read = (message: PulledMessage): EventFor<Type> => {
    const { subject, headers, data } = message;
    const callSid = callSidOf('events', names, subject);
    if (callSid === undefined) throw new JambusError('bad_message', `an event on ${subject}`);
    return readEventOf(type, callSid, attributesOf(headers), data);
  };
  const open = name === undefined ? ephemeral(link, all, filter) : durable(link, all, filter, name);
  return { link, open, read, signal };
}

function resultSubscription(link: NatsLink, names: BusNames, { callSid, commandId, signal }: ResultOptions) {
  return {
    link,
    open: ephemeral(link, recordsSubject('results', names), recordsSubject('results', names, callSid)),
    read: ({ data }: PulledMessage) => {
      const result = readResult(data);
      return commandId === undefined || result.commandId === commandId ? result : undefined;
    },
    signal,
  };
}
