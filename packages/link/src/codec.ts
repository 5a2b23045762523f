import { JambusError } from '@jambus/schema';
import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { AdapterFrame } from './adapter-frames.ts';
import type { LinkFrame } from './frames.ts';
import { GatewayFrame } from './gateway-frames.ts';

/*
 * A link message is one or more frames back to back:
 *
 *     u32 header bytes | u32 payload bytes | header (JSON, UTF-8) | payload
 *
 * The payload is whatever jambonz or the bus sent, untouched: it is neither parsed nor copied into JSON on the way.
 */
const PREFIX_BYTES = 8;
const EMPTY = new Uint8Array(0);

/** Collects frames into one link message. */
export class FrameBatch {
  readonly #headers: string[] = [];
  readonly #payloads: Uint8Array[] = [];
  #bytes = 0;

  /** Size in bytes of the message that `take` would give. */
  get bytes(): number {
    return this.#bytes;
  }

  add(frame: LinkFrame, payload: Uint8Array = EMPTY): void {
    const header = JSON.stringify(frame);
    this.#headers.push(header);
    this.#payloads.push(payload);
    this.#bytes += PREFIX_BYTES + Buffer.byteLength(header) + payload.length;
  }

  /** The message with everything added since the last call, which empties the batch. */
  take(): Buffer {
    const message = Buffer.allocUnsafeSlow(this.#bytes);
    let at = 0;
    for (let i = 0; i < this.#headers.length; i++) {
      const payload = this.#payloads[i] as Uint8Array;
      const headerBytes = message.write(this.#headers[i] as string, at + PREFIX_BYTES);
      message.writeUInt32BE(headerBytes, at);
      message.writeUInt32BE(payload.length, at + 4);
      message.set(payload, at + PREFIX_BYTES + headerBytes);
      at += PREFIX_BYTES + headerBytes + payload.length;
    }
    this.#headers.length = 0;
    this.#payloads.length = 0;
    this.#bytes = 0;
    return message;
  }
}

/** Reads link messages of one direction, checking every header. */
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
      let at = 0;
      while (at < message.length) {
        const headerEnd = at + PREFIX_BYTES <= message.length ? at + PREFIX_BYTES + message.readUInt32BE(at) : Infinity;
        const end = headerEnd + (headerEnd <= message.length ? message.readUInt32BE(at + 4) : 0);
        if (end > message.length) throw new JambusError('bad_message', `link frame at byte ${at} is cut short`);
        each(
          parseHeader<Frame>(message.toString('utf8', at + PREFIX_BYTES, headerEnd), check),
          message.subarray(headerEnd, end),
        );
        at = end;
      }
    },
  };
}

function parseHeader<Frame extends LinkFrame>(json: string, check: TypeCheck<TSchema>): Frame {
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch (cause) {
    throw new JambusError('bad_message', 'link frame header is not JSON', { cause });
  }
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
