import type { NatsConnection } from 'nats';

/** What the client reads from the line before a message. */
interface ParsedLine {
  subject?: Uint8Array;
  sid?: number;
  size?: number;
}

/** The part of a parser that takes such a line apart. It hands on views of the bytes that it is given. */
interface LineParser {
  /** Not there before the first message. */
  ma?: ParsedLine;
  hdr: number;
  processMsgArgs(line: Uint8Array): void;
  processHeaderMsgArgs(line: Uint8Array): void;
}

interface ParsingProtocol {
  parser: LineParser;
}

const [CARRIAGE_RETURN, STAND_IN] = [0x0d, 0x5f];
/** Subject, subscription and size, as the line before a message has them. */
const SAMPLE = Uint8Array.from(Buffer.from('a\rb 1 2'));

/**
 * Lets a connection take messages whose subject has a carriage return in it. Servers take such a subject from any
 * publisher, and nats 2.29.3 takes what follows for the next field: the message goes to another subscription, or the client stops
 * reading until it finds the server silent, again each time the message is read.
 *
 * Only this connection changes. A client that is built otherwise, or that reads such subjects by itself, stays as it is: in this
 * repository nats is patched to that effect; users of the published packages have it as it is.
 */
export function allowCarriageReturns(nc: NatsConnection): void {
  const protocol: unknown = Reflect.get(nc, 'protocol');
  if (!isParsing(protocol) || readsThem(protocol.parser)) return;
  let parser = tolerant(protocol.parser);
  // Each time the client dials, it takes a new one.
  Object.defineProperty(protocol, 'parser', {
    configurable: true,
    enumerable: true,
    get: () => parser,
    set: (next: LineParser) => {
      parser = tolerant(next);
    },
  });
}

function isParsing(protocol: unknown): protocol is ParsingProtocol {
  if (typeof protocol !== 'object' || protocol === null) return false;
  const parser: unknown = Reflect.get(protocol, 'parser');
  if (typeof parser !== 'object' || parser === null) return false;
  const methods = ['processMsgArgs', 'processHeaderMsgArgs'];
  return methods.every((name) => typeof Reflect.get(parser, name) === 'function') && 'hdr' in parser;
}

function readsThem(parser: LineParser): boolean {
  // The same in all but what it has read.
  const sample: LineParser = Object.create(parser, { ma: { value: {}, writable: true }, hdr: { value: -1 } });
  try {
    sample.processMsgArgs(SAMPLE);
  } catch {
    return false;
  }
  return sample.ma?.subject?.byteLength === 3 && sample.ma.sid === 1 && sample.ma.size === 2;
}

function tolerant(parser: LineParser): LineParser {
  for (const name of ['processMsgArgs', 'processHeaderMsgArgs'] as const) {
    const process = parser[name];
    parser[name] = (line) => {
      if (!line.includes(CARRIAGE_RETURN)) return process.call(parser, line);
      const copy = line.map((byte) => (byte === CARRIAGE_RETURN ? STAND_IN : byte));
      process.call(parser, copy);
      // What it has read are views of the copy.
      copy.set(line);
    };
  }
  return parser;
}
