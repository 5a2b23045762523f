import type { DeadLetterAttributes } from '@jambus/schema';
import type { BusMessage, CommandRecord, Outcome } from '../port/index.ts';

/** The outcome that sends a record to the dead letters. */
export type DeadLetterOutcome = Extract<Outcome, { kind: 'dead-letter' }>;

/** Attributes are for reading in a console, and brokers bound their headers. */
const LONGEST_DETAIL = 1_024;

/** NATS refuses header values with line breaks; no console is helped by the other control characters either. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]+/g;

/**
 * A record as its dead letter: its own bytes and attributes, and as CloudEvents extensions `dlreason` and `dldetail` (why),
 * `dlorigin` (`<channel name>/<position>`), `dlattempts` (how often it was handed to the handler) and `dltime` (when).
 *
 * @param channelName what the channel it came from is called on its broker, e.g. `jambonz.commands`
 */
export function deadLetterOf(
  record: CommandRecord,
  outcome: DeadLetterOutcome,
  attempts: number,
  channelName: string,
): BusMessage {
  const why: DeadLetterAttributes = {
    dlreason: outcome.reason,
    dldetail: outcome.detail.replace(CONTROL_CHARACTERS, ' ').slice(0, LONGEST_DETAIL),
    dlorigin: `${channelName}/${record.position}`,
    dlattempts: String(attempts),
    dltime: new Date().toISOString(),
  };
  return {
    channel: 'deadletters',
    callSid: record.callSid ?? '',
    type: outcome.reason,
    attributes: { ...record.attributes, ...why },
    payload: record.payload,
  };
}

/**
 * The same dead letter without its payload, for a broker that refuses it whole: a record of just the size the broker takes
 * is too large with our attributes on top. `dlomitted` says how many bytes are missing; `dlorigin` says where they are.
 */
export function withoutPayload(letter: BusMessage): BusMessage {
  const omitted: Pick<DeadLetterAttributes, 'dlomitted'> = { dlomitted: String(letter.payload.byteLength) };
  return {
    ...letter,
    attributes: { ...letter.attributes, ...omitted },
    payload: new Uint8Array(0),
  };
}
