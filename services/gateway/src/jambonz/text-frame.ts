/** Whoever has more copies it for nothing: two writes cost less, bytes. */
export const MOST_FRAMED_BYTES = 4_096;

const FINAL_TEXT = 0x81;
/** Longer messages have their length in two further bytes. */
const LONGEST_SHORT = 125;
const HAS_LONG_LENGTH = 126;

/**
 * A text message as one frame of a server, in one piece (RFC 6455 §5.2: final, opcode 1, not masked).
 *
 * @param message UTF-8, of at most `MOST_FRAMED_BYTES`
 */
export function textFrame(message: Uint8Array): Buffer {
  const { length } = message;
  const isLong = length > LONGEST_SHORT;
  const start = isLong ? 4 : 2;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = FINAL_TEXT;
  frame[1] = isLong ? HAS_LONG_LENGTH : length;
  if (isLong) {
    frame[2] = length >> 8;
    frame[3] = length & 0xff;
  }
  frame.set(message, start);
  return frame;
}
