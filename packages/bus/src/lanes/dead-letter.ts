import { type Attributes, clipBytes, DeadLetterAttributes, isCallSid } from '@jambus/schema';
import type { BusMessage, CommandRecord, Outcome } from '../port/index.ts';

/** The outcome that sends a record to the dead letters. */
export type DeadLetterOutcome = Extract<Outcome, { kind: 'dead-letter' }>;

/** Attributes are for reading in a console, and brokers bound their headers. Bytes. */
const LONGEST_DETAIL = 1_024;
/** What is told of attributes that were left out, bytes; and of the name of each of them. */
const LONGEST_LIST = 1_024;
const LONGEST_NAME = 64;
/** What the record's own attributes may take where the whole was refused, bytes: brokers take four times as much. */
const MOST_ATTRIBUTE_BYTES = 16 * 1024;
/** What an attribute takes besides its name and its value, bytes, on every bus. */
const ATTRIBUTE_OVERHEAD_BYTES = 16;

/** NATS refuses header values with line breaks; no console is helped by the other control characters either. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]+/g;
const LINE_BREAK = /[\r\n]/;

const NO_BYTES = new Uint8Array(0);

type Why = Omit<DeadLetterAttributes, 'dlomitted' | 'dlleftout'>;

/** A record on its way to the dead letters. */
export interface DeadLetter {
  /** All of it: its own bytes and attributes, and why it is there. */
  readonly whole: BusMessage;
  /**
   * What goes out in its place when the broker refuses it for good, each smaller than the one before. A record of just the
   * size that a broker takes is too large with our attributes on top. The last has nothing that its publisher chose, and
   * fits everywhere.
   */
  readonly smaller: () => readonly BusMessage[];
}

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
): DeadLetter {
  const why: Why = {
    dlreason: outcome.reason,
    dldetail: inOneLine(outcome.detail, LONGEST_DETAIL),
    dlorigin: `${channelName}/${record.position}`,
    dlattempts: String(attempts),
    dltime: new Date().toISOString(),
  };
  const whole: BusMessage = {
    channel: 'deadletters',
    // The client hashes a key for its partition, in a time that grows with the square of its length: 1 MB takes minutes.
    callSid: record.callSid !== undefined && isCallSid(record.callSid) ? record.callSid : '',
    type: outcome.reason,
    attributes: { ...withoutOurs(record.attributes), ...why },
    payload: record.payload,
  };
  return { whole, smaller: () => smallerForms(whole, record, why) };
}

function smallerForms(whole: BusMessage, record: CommandRecord, why: Why): readonly BusMessage[] {
  const own = withoutOurs(record.attributes);
  const { kept, leftOut } = partOf(own, MOST_ATTRIBUTE_BYTES);
  const omitted = { dlomitted: String(record.payload.byteLength) };
  const hasPayload = record.payload.byteLength > 0;
  const part: BusMessage = { ...whole, attributes: { ...kept, ...why, ...noteOf(leftOut) } };
  const forms: BusMessage[] = [];
  if (leftOut.length > 0) forms.push(part);
  if (hasPayload) forms.push({ ...part, attributes: { ...part.attributes, ...omitted }, payload: NO_BYTES });
  const attributes = {
    ...why,
    ...noteOf(Object.keys(own).map((name) => sized(name, own))),
    ...(hasPayload && omitted),
  };
  forms.push({ ...whole, attributes, payload: NO_BYTES });
  return forms;
}

interface Sized {
  readonly name: string;
  readonly bytes: number;
}

/** The smallest attributes, as many as there is room for, and those that no header can carry left out. */
function partOf(attributes: Attributes, mostBytes: number): { readonly kept: Attributes; readonly leftOut: Sized[] } {
  const kept: Record<string, string> = {};
  const leftOut: Sized[] = [];
  let room = mostBytes;
  const bySize = Object.keys(attributes)
    .map((name) => sized(name, attributes))
    .sort((a, b) => a.bytes - b.bytes);
  for (const each of bySize) {
    const value = attributes[each.name] as string;
    room -= each.bytes + ATTRIBUTE_OVERHEAD_BYTES;
    if (room < 0 || LINE_BREAK.test(each.name) || LINE_BREAK.test(value)) leftOut.push(each);
    else kept[each.name] = value;
  }
  return { kept, leftOut };
}

function sized(name: string, attributes: Attributes): Sized {
  return { name, bytes: Buffer.byteLength(name) + Buffer.byteLength(attributes[name] ?? '') };
}

/** Which attributes are missing, with their size: the largest first, as many as there is room for. */
function noteOf(leftOut: readonly Sized[]): Pick<DeadLetterAttributes, 'dlleftout'> {
  if (leftOut.length === 0) return {};
  const names: string[] = [];
  let bytes = 0;
  for (const each of [...leftOut].sort((a, b) => b.bytes - a.bytes)) {
    const text = `${inOneLine(each.name, LONGEST_NAME)} (${each.bytes} bytes)`;
    bytes += Buffer.byteLength(text) + 2;
    if (bytes > LONGEST_LIST) break;
    names.push(text);
  }
  const others = leftOut.length - names.length;
  return { dlleftout: others === 0 ? names.join(', ') : `${names.join(', ')} and ${others} more` };
}

/** What a publisher says in our names is not so. */
function withoutOurs(attributes: Attributes): Attributes {
  const own: Record<string, string> = {};
  for (const name in attributes) {
    if (!Object.hasOwn(DeadLetterAttributes.properties, name)) own[name] = attributes[name] as string;
  }
  return own;
}

function inOneLine(text: string, mostBytes: number): string {
  return clipBytes(text.replace(CONTROL_CHARACTERS, ' '), mostBytes);
}
