import { JambusError } from '@jambus/schema';
import type { CommandFrame, TakenFrame } from './adapter-frames.ts';
import type { LinkFrame } from './frames.ts';
import type { DeliveredFrame, EventFrame, VerbResult } from './gateway-frames.ts';

/*
 * The headers of the frames that come with each command and each event, in bytes. Whatever else there is goes as JSON: frames
 * of other kinds, frames with fields that are rare, and frames with text that is not ASCII. A header in JSON says the same,
 * and is what this one is held to.
 *
 *     u8 kind | fixed part | u16 bytes of each text | the texts, back to back
 *
 * Numbers of the fixed part are f64, big-endian. A kind is never `{`, with which JSON begins.
 */
const COMMAND = 1;
const TAKEN = 2;
const EVENT = 3;
const DELIVERED = 4;

/** Most bytes of a compact header; what would take more goes as JSON. */
export const MOST_COMPACT_BYTES = 16 * 1024;
/** Texts have so many characters together. A character that is not ASCII, which is found out late, takes three bytes. */
const MOST_TEXT = 4 * 1024;
const MOST_VERBS = 255;
const MOST_DELIVERED = 1_000;

/** The length of a text that is left out; no text is so long. */
const ABSENT = 0xffff;

/* Flags of an event and of a command. */
const IS_RESET = 1;
const REPLACES = 1;
const TERMINAL_ONLY = 2;

const STATUSES: readonly VerbResult['status'][] = ['started', 'finished', 'failed'];
const NO_STATUS = 0xff;

/** Fails to compile when a frame has a field that neither list knows. */
type Covers<Frame, Known extends keyof Frame> = Exclude<keyof Frame, Known> extends never ? true : never;
type RareOfCommand =
  | 'msgid'
  | 'hooks'
  | 'warning'
  | 'overdue'
  | 'appearBy'
  | 'ifverbid'
  | 'ifsequence'
  | 'replyTo'
  | 'traceparent'
  | 'resultTrace';
type HeldByCommand =
  | 't'
  | 'n'
  | 'call'
  | 'id'
  | 'position'
  | 'name'
  | 'verbs'
  | 'replaces'
  | 'terminalOnly'
  | 'published'
  | 'expires'
  | 'after';
type HeldByEvent =
  | 't'
  | 'n'
  | 'call'
  | 'epoch'
  | 'sequence'
  | 'type'
  | 'time'
  | 'application'
  | 'reset'
  | 'causation'
  | 'result'
  | 'decided'
  | 'traceparent';
true satisfies Covers<CommandFrame, RareOfCommand | HeldByCommand>;
true satisfies Covers<EventFrame, HeldByEvent>;
true satisfies Covers<VerbResult, 'command' | 'verb' | 'status' | 'detail'>;
true satisfies Covers<DeliveredFrame, 't' | 'n' | 'commands' | 'at'>;
true satisfies Covers<TakenFrame, 't' | 'n'>;

/**
 * Writes the header of a frame that has a compact form.
 *
 * @param bytes with at least `MOST_COMPACT_BYTES` behind `at`
 * @param view of the same bytes
 * @returns bytes of the header; 0 when it has to go as JSON
 */
export function writeCompactHeader(frame: LinkFrame, bytes: Buffer, view: DataView, at: number): number {
  switch (frame.t) {
    case 'command':
      return writeCommand(frame, bytes, view, at);
    case 'event':
      return writeEvent(frame, bytes, view, at);
    case 'taken':
      view.setUint8(at, TAKEN);
      view.setFloat64(at + 1, frame.n);
      return TAKEN_BYTES;
    case 'delivered':
      return writeDelivered(frame, view, at);
    default:
      return 0;
  }
}

const TAKEN_BYTES = 1 + 8;
/** Kind, flags, n, published, expires, how many verbs; the lengths of call, position, name and id; after. */
const COMMAND_FIXED = 1 + 1 + 3 * 8 + 1;
const COMMAND_AFTER = COMMAND_FIXED + 4 * 2;
const COMMAND_TEXTS = COMMAND_AFTER + 8;
/** The command is not ahead of its turn. */
const NOT_AHEAD = -1;

function writeCommand(frame: CommandFrame, bytes: Buffer, view: DataView, at: number): number {
  const { call, id, position, name, verbs } = frame;
  if (hasRareFields(frame) || verbs.length > MOST_VERBS) return 0;
  // The id of a command to which its publisher gave none.
  const isUnnamed = id === position;
  let text = isUnnamed ? call + position + name : call + position + name + id;
  let lengthAt = at + COMMAND_TEXTS;
  for (const verb of verbs) {
    text += verb;
    if (text.length > MOST_TEXT) return 0;
    view.setUint16(lengthAt, verb.length);
    lengthAt += 2;
  }
  if (text.length > MOST_TEXT || bytes.write(text, lengthAt) !== text.length) return 0;
  view.setUint8(at, COMMAND);
  view.setUint8(at + 1, (frame.replaces ? REPLACES : 0) | (frame.terminalOnly === true ? TERMINAL_ONLY : 0));
  view.setFloat64(at + 2, frame.n);
  view.setFloat64(at + 10, frame.published);
  view.setFloat64(at + 18, frame.expires);
  view.setUint8(at + 26, verbs.length);
  view.setUint16(at + 27, call.length);
  view.setUint16(at + 29, position.length);
  view.setUint16(at + 31, name.length);
  view.setUint16(at + 33, isUnnamed ? ABSENT : id.length);
  view.setFloat64(at + COMMAND_AFTER, frame.after ?? NOT_AHEAD);
  return lengthAt + text.length - at;
}

function hasRareFields(frame: CommandFrame): boolean {
  return (
    frame.msgid !== undefined ||
    frame.hooks !== undefined ||
    frame.warning !== undefined ||
    frame.overdue !== undefined ||
    frame.appearBy !== undefined ||
    frame.ifverbid !== undefined ||
    frame.ifsequence !== undefined ||
    frame.replyTo !== undefined ||
    frame.traceparent !== undefined ||
    frame.resultTrace !== undefined
  );
}

function readCommand(bytes: Buffer, view: DataView, at: number, end: number): CommandFrame {
  if (end - at < COMMAND_TEXTS) throw doesNotFit();
  const count = view.getUint8(at + 26);
  const textAt = at + COMMAND_TEXTS + count * 2;
  if (textAt > end) throw doesNotFit();
  const text = bytes.toString('latin1', textAt, end);
  const callEnd = view.getUint16(at + 27);
  const positionEnd = callEnd + view.getUint16(at + 29);
  const nameEnd = positionEnd + view.getUint16(at + 31);
  const idBytes = view.getUint16(at + 33);
  const position = text.slice(callEnd, positionEnd);
  const idEnd = idBytes === ABSENT ? nameEnd : nameEnd + idBytes;
  // Not a part of the text: ids are remembered, and the engine keeps a whole text for each part of it.
  const id = idBytes === ABSENT ? position : bytes.toString('latin1', textAt + nameEnd, Math.min(end, textAt + idEnd));
  const verbs: string[] = [];
  let from = idEnd;
  for (let i = 0; i < count; i++) {
    const to = from + view.getUint16(at + COMMAND_TEXTS + i * 2);
    verbs.push(text.slice(from, to));
    from = to;
  }
  if (from !== text.length) throw doesNotFit();
  const flags = view.getUint8(at + 1);
  const frame: CommandFrame = {
    t: 'command',
    n: view.getFloat64(at + 2),
    call: text.slice(0, callEnd),
    id,
    position,
    name: text.slice(positionEnd, nameEnd),
    verbs,
    replaces: (flags & REPLACES) !== 0,
    published: view.getFloat64(at + 10),
    expires: view.getFloat64(at + 18),
  };
  const after = view.getFloat64(at + COMMAND_AFTER);
  if (after !== NOT_AHEAD) frame.after = after;
  if ((flags & TERMINAL_ONLY) !== 0) frame.terminalOnly = true;
  return frame;
}

/**
 * Kind, flags, n, epoch, sequence, time, status of the result; the lengths of call, type, application, causation or command of
 * the result, verb of the result, decided and traceparent.
 */
const EVENT_FIXED = 1 + 1 + 4 * 8 + 1;
const EVENT_TEXTS = EVENT_FIXED + 7 * 2;

function writeEvent(frame: EventFrame, bytes: Buffer, view: DataView, at: number): number {
  const { call, type, application, result, decided, traceparent } = frame;
  if (result !== undefined && (result.detail !== undefined || frame.causation !== undefined)) return 0;
  const causation = result === undefined ? frame.causation : result.command;
  const verb = result?.verb;
  let text = call + type + application;
  if (causation !== undefined) text += causation;
  if (verb !== undefined) text += verb;
  if (decided !== undefined) text += decided;
  if (traceparent !== undefined) text += traceparent;
  const textAt = at + EVENT_TEXTS;
  if (text.length > MOST_TEXT || bytes.write(text, textAt) !== text.length) return 0;
  view.setUint8(at, EVENT);
  view.setUint8(at + 1, frame.reset === true ? IS_RESET : 0);
  view.setFloat64(at + 2, frame.n);
  view.setFloat64(at + 10, frame.epoch);
  view.setFloat64(at + 18, frame.sequence);
  view.setFloat64(at + 26, frame.time);
  view.setUint8(at + 34, result === undefined ? NO_STATUS : STATUSES.indexOf(result.status));
  view.setUint16(at + 35, call.length);
  view.setUint16(at + 37, type.length);
  view.setUint16(at + 39, application.length);
  view.setUint16(at + 41, causation === undefined ? ABSENT : causation.length);
  view.setUint16(at + 43, verb === undefined ? ABSENT : verb.length);
  view.setUint16(at + 45, decided === undefined ? ABSENT : decided.length);
  view.setUint16(at + 47, traceparent === undefined ? ABSENT : traceparent.length);
  return EVENT_TEXTS + text.length;
}

function readEvent(bytes: Buffer, view: DataView, at: number, end: number): EventFrame {
  if (end - at < EVENT_TEXTS) throw doesNotFit();
  const text = bytes.toString('latin1', at + EVENT_TEXTS, end);
  const callEnd = view.getUint16(at + 35);
  const typeEnd = callEnd + view.getUint16(at + 37);
  const applicationEnd = typeEnd + view.getUint16(at + 39);
  const frame: EventFrame = {
    t: 'event',
    n: view.getFloat64(at + 2),
    call: text.slice(0, callEnd),
    epoch: view.getFloat64(at + 10),
    sequence: view.getFloat64(at + 18),
    type: text.slice(callEnd, typeEnd),
    time: view.getFloat64(at + 26),
    application: text.slice(typeEnd, applicationEnd),
  };
  if (view.getUint8(at + 1) === IS_RESET) frame.reset = true;
  let from = applicationEnd;
  const next = (lengthAt: number): string | undefined => {
    const length = view.getUint16(at + lengthAt);
    if (length === ABSENT) return undefined;
    const start = from;
    from += length;
    return text.slice(start, from);
  };
  const causation = next(41);
  const verb = next(43);
  const decided = next(45);
  const traceparent = next(47);
  if (from !== text.length) throw doesNotFit();
  const status = STATUSES[view.getUint8(at + 34)];
  if (status !== undefined && causation !== undefined && verb !== undefined) {
    frame.result = { command: causation, verb, status };
  } else if (causation !== undefined) frame.causation = causation;
  if (decided !== undefined) frame.decided = decided;
  if (traceparent !== undefined) frame.traceparent = traceparent;
  return frame;
}

/** Kind and n; then number and time of each. */
const DELIVERED_FIXED = 1 + 8;

function writeDelivered({ n, commands, at: times }: DeliveredFrame, view: DataView, at: number): number {
  if (commands.length > MOST_DELIVERED || commands.length !== times.length) return 0;
  view.setUint8(at, DELIVERED);
  view.setFloat64(at + 1, n);
  let next = at + DELIVERED_FIXED;
  for (let i = 0; i < commands.length; i++) {
    view.setFloat64(next, commands[i] as number);
    view.setFloat64(next + 8, times[i] as number);
    next += 16;
  }
  return next - at;
}

function readDelivered(view: DataView, at: number, end: number): DeliveredFrame {
  const bytes = end - at - DELIVERED_FIXED;
  if (bytes < 0 || bytes % 16 !== 0) throw doesNotFit();
  const commands: number[] = [];
  const times: number[] = [];
  for (let next = at + DELIVERED_FIXED; next < end; next += 16) {
    commands.push(view.getFloat64(next));
    times.push(view.getFloat64(next + 8));
  }
  return { t: 'delivered', n: view.getFloat64(at + 1), commands, at: times };
}

function readTaken(view: DataView, at: number, end: number): TakenFrame {
  if (end - at !== TAKEN_BYTES) throw doesNotFit();
  return { t: 'taken', n: view.getFloat64(at + 1) };
}

/**
 * Reads a header between two places of a message. What it says is to be checked as if it had come as JSON.
 *
 * @param view of the same bytes
 * @throws JambusError `bad_message` when it is none, or its parts do not add up
 */
export function readCompactHeader(bytes: Buffer, view: DataView, at: number, end: number): LinkFrame {
  switch (bytes[at]) {
    case COMMAND:
      return readCommand(bytes, view, at, end);
    case TAKEN:
      return readTaken(view, at, end);
    case EVENT:
      return readEvent(bytes, view, at, end);
    case DELIVERED:
      return readDelivered(view, at, end);
    default:
      throw new JambusError('bad_message', 'link frame header is of no known kind');
  }
}

function doesNotFit(): JambusError {
  return new JambusError('bad_message', 'link frame header does not fit: its parts do not add up');
}
