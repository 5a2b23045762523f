import { readServerSentEvents } from './server-sent-events.ts';

/** A message of jambonz, as it is on the bus. */
export interface JambonzMessage {
  readonly type: string;
  readonly msgid?: string;
  readonly hook?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event of a call: CloudEvents attributes around the message. */
export interface BusEvent {
  /** `<call_sid>/<epoch>/<sequence>`, the same when the event comes twice. */
  readonly id: string;
  readonly type: string;
  /** The call. */
  readonly subject: string;
  /** Number of the event in its call; counts from 1 without a gap. */
  readonly sequence: string;
  readonly epoch: string;
  /** Id of the command that brought the verb which the event is about. */
  readonly causationid?: string;
  /** Where it belongs in a trace. */
  readonly traceparent?: string;
  readonly data: JambonzMessage;
}

/** What became of a command. */
export interface BusResult {
  readonly commandId: string;
  readonly callSid: string;
  /** First `delivered` or `rejected`, then, for verbs that have ids, `started`, `finished` or `failed`. */
  readonly status: string;
  readonly code?: string;
  readonly detail?: string;
  readonly verbId?: string;
}

/** What a microservice sends: a `command` message of the jambonz documentation, or an `ack` that answers a question. */
export type Command =
  | { readonly type: 'ack'; readonly msgid: string; readonly data: readonly object[] }
  | { readonly type: 'command'; readonly command: string; readonly queueCommand?: boolean; readonly data: object };

/** The bus, as far as a microservice needs it. */
export interface HttpBus {
  /** Events of all calls from now on; it is subscribed when this resolves. */
  events(): Promise<AsyncIterable<BusEvent>>;
  /** Results of all commands from now on. */
  results(): Promise<AsyncIterable<BusResult>>;
  /**
   * Publishes a command under an id, of which jambus carries out the first only. Resolves with `delivered` or `rejected`.
   *
   * @param traceparent of what it answers
   */
  send(callSid: string, id: string, command: Command, traceparent: string | undefined): Promise<BusResult>;
}

/**
 * The memory bus of a standalone jambus, through its HTTP door.
 *
 * @param url of the door, `http://host:port`
 * @param signal ends the subscriptions, and what is being sent
 */
export function connectHttpBus(url: string, signal: AbortSignal): HttpBus {
  const subscribe = async <Message>(channel: 'events' | 'results', dataOf: (cloudEvent: string) => Message) => {
    const response = await fetch(`${url}/v1/${channel}`, { signal });
    if (!response.ok || response.body === null) throw new Error(`GET /v1/${channel}: HTTP ${response.status}`);
    return messages(response.body, dataOf, signal);
  };

  return {
    events: () => subscribe('events', (text) => JSON.parse(text) as BusEvent),
    results: () => subscribe('results', (text) => (JSON.parse(text) as { readonly data: BusResult }).data),
    async send(callSid, id, command, traceparent) {
      const response = await fetch(`${url}/v1/commands/${encodeURIComponent(callSid)}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'ce-id': id,
          ...(traceparent !== undefined && { traceparent }),
        },
        body: JSON.stringify(command),
        signal,
      });
      // A rejection is a result too, and has the HTTP status that comes closest to its code.
      const answer = (await response.json()) as BusResult | { readonly error: string };
      if ('error' in answer) throw new Error(`POST /v1/commands: HTTP ${response.status}, ${answer.error}`);
      return answer;
    },
  };
}

async function* messages<Message>(
  body: AsyncIterable<Uint8Array>,
  dataOf: (cloudEvent: string) => Message,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  try {
    for await (const { event, data } of readServerSentEvents(body)) {
      if (event === 'jambus.gap') throw new Error(`read too slowly, messages were missed: ${data}`);
      yield dataOf(data);
    }
  } catch (error) {
    // Unsubscribing cuts the stream.
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new Error('the stream has ended');
}
