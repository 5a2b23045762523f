import { JambusError } from '@jambus/schema';
import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { AdapterFrame } from './adapter-frames.ts';
import { MOST_COMPACT_BYTES, readCompactHeader, writeCompactHeader } from './compact-header.ts';
import type { LinkFrame } from './frames.ts';
import { GatewayFrame } from './gateway-frames.ts';

/*
 * A link message is one or more frames back to back:
 *
 *     u32 header bytes | u32 payload bytes | header | payload
 *
 * The header is JSON in UTF-8, or compact (compact-header.ts) where both ends know that form. The payload is whatever jambonz
 * or the bus sent, untouched: it is neither parsed nor copied into JSON on the way.
 */
const PREFIX_BYTES = 8;
const EMPTY = new Uint8Array(0);
/** With which a header in JSON begins. */
const OPEN_BRACE = 0x7b;
/** Most bytes that a character of a string takes in UTF-8. */
const BYTES_PER_CHARACTER = 3;

/** Messages are cut from pieces of this size, bytes. */
const SLAB_BYTES = 128 * 1024;

/** Collects frames into one link message. */
export class FrameBatch {
  /** The peer reads compact headers. */
  compact: boolean;
  #slab = Buffer.alloc(0);
  #view = new DataView(this.#slab.buffer);
  /** Where the message begins, and where the next frame goes. */
  #start = 0;
  #end = 0;

  constructor(compact = false) {
    this.compact = compact;
  }

  /** Size in bytes of the message that `take` would give. */
  get bytes(): number {
    return this.#end - this.#start;
  }

  add(frame: LinkFrame, payload: Uint8Array = EMPTY): void {
    let headerBytes = 0;
    if (this.compact) {
      this.#makeRoom(PREFIX_BYTES + MOST_COMPACT_BYTES + payload.length);
      headerBytes = writeCompactHeader(frame, this.#slab, this.#view, this.#end + PREFIX_BYTES);
    }
    if (headerBytes === 0) {
      const header = JSON.stringify(frame);
      this.#makeRoom(PREFIX_BYTES + header.length * BYTES_PER_CHARACTER + payload.length);
      headerBytes = this.#slab.write(header, this.#end + PREFIX_BYTES);
    }
    this.#view.setUint32(this.#end, headerBytes);
    this.#view.setUint32(this.#end + 4, payload.length);
    const payloadAt = this.#end + PREFIX_BYTES + headerBytes;
    this.#slab.set(payload, payloadAt);
    this.#end = payloadAt + payload.length;
  }

  /** The message with everything added since the last call, which empties the batch. Its bytes are written no more. */
  take(): Buffer {
    const message = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return message;
  }

  #makeRoom(bytes: number): void {
    if (this.#slab.length - this.#end >= bytes) return;
    const begun = this.#slab.subarray(this.#start, this.#end);
    // Twice what is there, so that a message of many frames is not copied for each.
    this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * begun.length + bytes));
    this.#view = new DataView(this.#slab.buffer);
    this.#slab.set(begun);
    this.#start = 0;
    this.#end = begun.length;
  }
}

/** Reads link messages of one direction, checking every header, in whichever form it comes. */
export interface FrameReader<Frame extends LinkFrame> {
  /**
   * Calls `each` for the frames of one link message, in order. Payloads are views of `message`.
   *
   * @throws JambusError `bad_message` when the bytes are no frames of this direction. Frames before the fault were handed out.
   */
  read(message: Buffer, each: (frame: Frame, payload: Buffer) => void): void;
}

function createFrameReader<Frame extends LinkFrame>(check: TypeCheck<TSchema>): FrameReader<Frame> {
  return {
    read(message, each) {
      const view = new DataView(message.buffer, message.byteOffset, message.length);
      let at = 0;
      while (at < message.length) {
        const headerAt = at + PREFIX_BYTES;
        const headerEnd = headerAt <= message.length ? headerAt + view.getUint32(at) : Infinity;
        const end = headerEnd + (headerEnd <= message.length ? view.getUint32(at + 4) : 0);
        if (end > message.length) throw new JambusError('bad_message', `link frame at byte ${at} is cut short`);
        const isJson = headerAt === headerEnd || message[headerAt] === OPEN_BRACE;
        const header: unknown = isJson
          ? parseHeader(message.toString('utf8', headerAt, headerEnd))
          : readCompactHeader(message, view, headerAt, headerEnd);
        each(checked<Frame>(header, check), message.subarray(headerEnd, end));
        at = end;
      }
    },
  };
}

function parseHeader(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new JambusError('bad_message', 'link frame header is not JSON', { cause });
  }
}

function checked<Frame extends LinkFrame>(header: unknown, check: TypeCheck<TSchema>): Frame {
  if (!check.Check(header)) {
    const fault = check.Errors(header).First();
    throw new JambusError(
      'bad_message',
      `link frame header does not fit: ${fault?.path ?? ''} ${fault?.message ?? ''}`.trim(),
    );
  }
  return header as Frame;
}

/** What a gateway reads. */
export const adapterFrames: FrameReader<AdapterFrame> = createFrameReader(TypeCompiler.Compile(AdapterFrame));
/** What an adapter reads. */
export const gatewayFrames: FrameReader<GatewayFrame> = createFrameReader(TypeCompiler.Compile(GatewayFrame));
