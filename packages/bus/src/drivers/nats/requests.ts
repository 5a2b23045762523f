import { randomUUID } from 'node:crypto';
import {
  type BusNames,
  CHANNELS,
  isCallSid,
  JambusError,
  NATS_MESSAGE_ID,
  REQUEST_ERROR,
  type RequestErrorCode,
} from '@jambus/schema';
import { headers, type Msg, type MsgHdrs, type Payload } from 'nats';
import type { RequestDoor } from '../../port/index.ts';
import { pause } from '../../waiting/pause.ts';
import { createConfirmedPublisher, type PublishOutcome } from './connection/confirmed-publisher.ts';
import { fromNats } from './connection/errors.ts';
import type { LinkSubscription, NatsLink } from './connection/link.ts';
import type { PulledMessage } from './connection/pull.ts';

import type { NatsNames } from './subjects.ts';

/** On a command that came by request: which adapter was asked, and the number it gave to who asked. */
const REPLY_TO = 'Jambus-Reply-To';
const REPLY_TO_FORM = /^[\w-]{1,64}\.\d{1,15}$/;

const STATUS = { unavailable: '503', refused: '400', duplicate: '409' } as const satisfies Record<
  string,
  RequestErrorCode
>;

const DUPLICATE = `dropped, because a command with this ${NATS_MESSAGE_ID} was there before`;

/** Who asks beyond that takes the place of who has waited longest, and has given up by then. */
const MOST_WAITING = 10_000;

export interface RequestDoorOptions {
  readonly link: NatsLink;
  readonly names: BusNames;
  readonly natsNames: NatsNames;
}

/** The door, as its bus has it. */
export interface NatsRequestDoor extends RequestDoor {
  /** Takes no more requests: others do. Idempotent. */
  stop(): void;
  /** Takes no more, and resolves when what was asked is answered, at the latest after `deadlineMs`. Idempotent. */
  end(deadlineMs: number): Promise<void>;
}

/** Where the result of a command is wanted at once; undefined when nowhere, or when somebody made it up. */
export function replyToOf(command: PulledMessage): string | undefined {
  try {
    // The client reads them when they are asked for.
    const replyTo = command.headers?.get(REPLY_TO) ?? '';
    return REPLY_TO_FORM.test(replyTo) ? replyTo : undefined;
  } catch {
    // It cannot: the command is refused for them, and told so.
    return undefined;
  }
}

/**
 * A request on `<prefix>.request.<call_sid>` becomes a command in the stream, like every other: in order behind what was
 * published before, and not lost with this process. Whoever reads it publishes its result, and sends it to the adapter that
 * was asked, which answers. Adapters subscribe to calls that live, so who asks about another hears at once that there are no
 * responders.
 */
export function openRequestDoor({ link, names, natsNames }: RequestDoorOptions): NatsRequestDoor {
  const self = randomUUID();
  const confirmed = createConfirmedPublisher(link);
  const calls = new Map<string, LinkSubscription>();
  /** Where the answer goes, by the number of the request. */
  const waiting = new Map<number, string>();
  let lastNumber = 0;
  let stopped = false;
  let onAnswered = () => {};

  const ours = [names.prefix, ...CHANNELS.map((channel) => names[channel])];
  /**
   * An answer is published with the rights of the adapter, where the asker says: not where the server or jambus take it for a
   * request of the adapter.
   */
  const isInbox = (subject: string): boolean =>
    subject !== '' && !subject.startsWith('$') && !ours.some((name) => `${subject}.`.startsWith(`${name}.`));

  const take = (callSid: string, request: Msg): void => {
    const number = ++lastNumber;
    const subject = `${names.commands}.${callSid}`;
    if (request.reply !== undefined && isInbox(request.reply)) waiting.set(number, request.reply);
    if (waiting.size > MOST_WAITING) waiting.delete(waiting.keys().next().value as number);
    try {
      const found = withReplyTo(request.headers, `${self}.${number}`);
      confirmed.publish({ subject, payload: request.data, headers: found }, (outcome) => onOutcome(number, outcome));
    } catch (error) {
      refuse(number, fromNats(error, `taking a request for call ${callSid}`));
    }
  };

  const onOutcome = (number: number, outcome: PublishOutcome): void => {
    if (outcome.kind === 'duplicate') answer(number, '', errorHeaders(STATUS.duplicate, DUPLICATE));
    // Nobody knows whether the stream has what it did not answer to; if so, there will be a result.
    else if (outcome.kind === 'refused') refuse(number, outcome.error);
  };

  const refuse = (number: number, error: JambusError): void => {
    answer(number, '', errorHeaders(error.retryable ? STATUS.unavailable : STATUS.refused, error.message));
  };

  /** Each is answered once; a crash may make a result come again. */
  const answer = (number: number, payload: Payload, found: MsgHdrs | undefined): void => {
    const inbox = waiting.get(number);
    if (inbox === undefined) return;
    waiting.delete(number);
    if (waiting.size === 0) onAnswered();
    // Nobody waits for so long as a lost connection would take.
    if (link.connected()) link.nc.publish(inbox, payload, found === undefined ? {} : { headers: found });
  };

  const results = link.subscribe(`${natsNames.replies}.${self}.*`, ({ subject, data, headers: found }) =>
    answer(numberIn(subject), data, found),
  );
  const stop = (): void => {
    stopped = true;
    for (const subscription of calls.values()) subscription.drain();
    calls.clear();
  };

  return {
    open: (callSid) => {
      if (stopped || calls.has(callSid) || !isCallSid(callSid)) return;
      const subject = `${names.request}.${callSid}`;
      // One of the adapters is asked.
      calls.set(
        callSid,
        link.subscribe(subject, (request) => take(callSid, request), names.request),
      );
    },
    close: (callSid) => {
      // What is on its way is still taken, so that its result says what became of the call.
      calls.get(callSid)?.drain();
      calls.delete(callSid);
    },
    stop,
    end: async (deadlineMs) => {
      stop();
      const answered = new AbortController();
      onAnswered = () => answered.abort();
      if (waiting.size > 0 && link.connected()) await pause(deadlineMs, answered.signal);
      confirmed.close(new JambusError('stopped', 'the connection to NATS is closed'));
      results.unsubscribe();
    },
  };
}

function withReplyTo(given: MsgHdrs | undefined, replyTo: string): MsgHdrs {
  const found = headers();
  for (const [name, values] of given ?? []) for (const value of values) found.append(name, value);
  found.set(REPLY_TO, replyTo);
  return found;
}

function errorHeaders(code: RequestErrorCode, text: string): MsgHdrs {
  const found = headers();
  found.set(REQUEST_ERROR.code, code);
  found.set(REQUEST_ERROR.text, text.replaceAll(/[\r\n]+/g, ' '));
  return found;
}

function numberIn(subject: string): number {
  return Number(subject.slice(subject.lastIndexOf('.') + 1));
}
